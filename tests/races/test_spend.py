"""Spends at the same moment: totals are exact, one of them stops the campaign. Each race has its broken twin."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

import pytest
from django.db import OperationalError, transaction

from campaigns.models import Campaign, SpendLog
from campaigns.rules.money import from_micros
from campaigns.services import find_drift, locks, record_spend
from campaigns.services.spend import SpendReceipt
from campaigns.services.statements import Move
from tests.factories import DAY, NOON, make_brand, make_campaign, make_campaigns, spend
from tests.races.writers import Outcome, Point, line_up, race
from tests.readings import RUNNING, assert_totals_are_right, history, ledger, spent, state_of, states_of

pytestmark = pytest.mark.django_db(transaction=True)

HELD = ("paused", "brand_day")


def record(campaign: Campaign, amount: str, now: datetime = NOON, reference: str = "") -> SpendReceipt:
    return record_spend(campaign_id=campaign.pk, amount=amount, reference=reference, now=now)


# Eight writers, on either database --------------------------------------------------------------------------------


def test_eight_writers_lose_nothing_and_one_of_them_stops_the_brand() -> None:
    campaigns = make_campaigns(4, make_brand(daily_budget="4.00"))

    def five_spends(writer: int) -> int:
        receipts = [record(campaigns[(writer + number) % 4], "0.10") for number in range(5)]
        return sum(len(receipt.stopped) for receipt in receipts)

    outcomes = line_up([partial(five_spends, writer) for writer in range(8)])

    assert sorted(outcome.answer for outcome in outcomes) == [0] * 7 + [4]
    assert [spent(campaign) for campaign in campaigns] == [("1.00", "1.00")] * 4
    assert (spent(campaigns[0].brand), states_of(*campaigns)) == (("4.00", "4.00"), [HELD] * 4)
    assert_totals_are_right()


def test_eight_writers_of_one_reference_write_one_entry() -> None:
    campaign = make_campaign()

    outcomes = line_up([lambda: record(campaign, "5", reference="r")] * 8)

    assert sorted(outcome.answer.is_replay for outcome in outcomes) == [False] + [True] * 7
    assert (ledger(), spent(campaign)) == (["5.00"], ("5.00", "5.00"))


# Two spends of one campaign ---------------------------------------------------------------------------------------


def two_spends(monkeypatch: pytest.MonkeyPatch, point: Point) -> tuple[Campaign, Outcome[SpendReceipt]]:
    """Sixty of a hundred, twice: the first writer has read the counters and has not written yet."""
    campaign = make_campaign(make_brand(daily_budget="100"))
    point.hold(monkeypatch, "campaigns.services.spend.post_all")
    first, second = race(lambda: record(campaign, "60"), lambda: record(campaign, "60"), point)
    assert (first.error, second.error) == (None, None)
    return campaign, second


@pytest.mark.postgres
def test_two_spends_that_cross_a_budget_together_stop_it(monkeypatch: pytest.MonkeyPatch, point: Point) -> None:
    campaign, second = two_spends(monkeypatch, point)

    assert second.was_blocked
    assert (spent(campaign), state_of(campaign)) == (("120.00", "120.00"), HELD)
    assert history(campaign)[1:] == [(False, ["brand_day"], "spend")]
    assert_totals_are_right()


@pytest.mark.postgres
def test_twin_without_the_lock_neither_sees_the_crossing(
    monkeypatch: pytest.MonkeyPatch, point: Point, without_locks: None
) -> None:
    campaign, second = two_spends(monkeypatch, point)

    assert not second.was_blocked
    # Each saw 60 of 100; the sum is right only because a counter moves by a sum.
    assert (spent(campaign), state_of(campaign)) == (("120.00", "120.00"), RUNNING)


def write_what_was_read(
    *, entries: Sequence[SpendLog], campaigns: Sequence[Move], brands: Sequence[Move], ends: bool
) -> None:
    """Do what `statements.append` would if it did not add: read, modify, write."""
    SpendLog.objects.append(entries)
    for move in campaigns:
        Campaign.objects.filter(pk=move.key).update(current_daily_spend=from_micros(move.daily))


@pytest.mark.postgres
def test_twin_without_the_lock_and_without_adding_loses_a_spend(
    monkeypatch: pytest.MonkeyPatch, point: Point, without_locks: None
) -> None:
    monkeypatch.setattr("campaigns.services.statements.append", write_what_was_read)

    campaign, _ = two_spends(monkeypatch, point)

    assert (ledger(), spent(campaign)[0]) == (["60.00", "60.00"], "60.00")
    assert len(find_drift()) == 4


# A spend that waits reads what the one before it has left -----------------------------------------------------------


def two_spends_of_one_budget(monkeypatch: pytest.MonkeyPatch, point: Point) -> Campaign:
    """The same, with the budget on the campaign itself: only its own row says what is spent of it."""
    campaign = make_campaign(daily_budget="100")
    point.hold(monkeypatch, "campaigns.services.spend.post_all")
    first, second = race(lambda: record(campaign, "60"), lambda: record(campaign, "60"), point)
    assert (first.error, second.error, second.was_blocked) == (None, None, True)
    return campaign


@pytest.mark.postgres
def test_spend_that_waited_sees_the_campaign_as_it_is_now(monkeypatch: pytest.MonkeyPatch, point: Point) -> None:
    campaign = two_spends_of_one_budget(monkeypatch, point)

    assert (spent(campaign), state_of(campaign)) == (("120.00", "120.00"), ("paused", "campaign_day"))
    assert_totals_are_right()


@pytest.mark.postgres
def test_twin_that_locks_the_brand_only_sees_the_campaign_as_it_was(
    monkeypatch: pytest.MonkeyPatch, point: Point
) -> None:
    monkeypatch.setattr("campaigns.services.statements.LOCKING", "FOR UPDATE OF brand")

    campaign = two_spends_of_one_budget(monkeypatch, point)

    assert (spent(campaign), state_of(campaign)) == (("120.00", "120.00"), RUNNING)


# A spend that waits for a brand holds none of its campaigns ---------------------------------------------------------


def spend_while_the_brand_is_held(monkeypatch: pytest.MonkeyPatch, point: Point) -> list[type[BaseException] | None]:
    """The first writer holds the brand and writes its campaigns only after a spend has begun to wait."""
    campaign = make_campaign()
    point.hold(monkeypatch, "campaigns.services.locks.lock_brand", after=True)

    def write_campaigns() -> None:
        with transaction.atomic():
            locks.lock_brand(campaign.brand_id)
            Campaign.objects.filter(brand=campaign.brand_id).update(external_id="new")

    first, second = race(write_campaigns, lambda: record(campaign, "1"), point)
    assert second.was_blocked
    return [type(error) if error else None for error in (first.error, second.error)]


@pytest.mark.postgres
def test_spend_that_waits_for_a_brand_holds_none_of_its_campaigns(
    monkeypatch: pytest.MonkeyPatch, point: Point
) -> None:
    assert spend_while_the_brand_is_held(monkeypatch, point) == [None, None]


@pytest.mark.postgres
def test_twin_that_locks_the_campaign_first_deadlocks(monkeypatch: pytest.MonkeyPatch, point: Point) -> None:
    monkeypatch.setattr("campaigns.services.statements.LOCKING", "FOR UPDATE OF campaign, brand")

    assert OperationalError in spend_while_the_brand_is_held(monkeypatch, point)


# The first two spends of a day ------------------------------------------------------------------------------------


def first_two_of_a_day(monkeypatch: pytest.MonkeyPatch, point: Point) -> Campaign:
    """Both find the counters of yesterday: the first has brought them forward and not committed yet."""
    campaign = make_campaign()
    spend(campaign, "7")
    point.hold(monkeypatch, "campaigns.services.spend.post_all")
    tomorrow = NOON + DAY
    first, second = race(lambda: record(campaign, "5", tomorrow), lambda: record(campaign, "5", tomorrow), point)
    assert (first.error, second.error, second.was_blocked) == (None, None, True)
    return campaign


@pytest.mark.postgres
def test_first_two_spends_of_a_day_both_count(monkeypatch: pytest.MonkeyPatch, point: Point) -> None:
    campaign = first_two_of_a_day(monkeypatch, point)

    assert (spent(campaign), spent(campaign.brand)) == (("10.00", "17.00"), ("10.00", "17.00"))
    assert_totals_are_right()


@pytest.mark.postgres
def test_twin_without_the_lock_one_of_them_is_lost(
    monkeypatch: pytest.MonkeyPatch, point: Point, without_locks: None
) -> None:
    campaign = first_two_of_a_day(monkeypatch, point)

    assert len(ledger()) == 3
    assert spent(campaign.brand) == ("5.00", "17.00")
    assert [drift.campaign for drift in find_drift()] == [None]
