"""Spends at the same moment: totals are exact, and exactly one of them stops the campaign. Each with its broken twin."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection

from campaigns.errors import CorrectionRefused
from campaigns.models import Brand, Campaign, SpendLog
from campaigns.rules.periods import CurrentPeriods
from campaigns.services import NewSpend, find_drift, record_reported_total, record_spend, record_spends, reverse_spend
from campaigns.services.reported import ReportedReceipt
from campaigns.services.spend import SpendReceipt
from tests.factories import DAY, NOON, SECOND, make_brand, make_campaign, make_campaigns, spend
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

    outcomes = line_up([lambda writer=writer: five_spends(writer) for writer in range(8)])

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
    point.hold(monkeypatch, "campaigns.services.spend.post")
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


def count_in_memory(row: Brand | Campaign, entries: Iterable[SpendLog], zone: ZoneInfo, today: CurrentPeriods) -> bool:
    """Do what `posting._count` would without `F`: read, modify, write."""
    row.current_daily_spend += sum((entry.amount for entry in entries), Decimal(0))
    row.save(update_fields=["current_daily_spend"])
    return False


@pytest.mark.postgres
def test_twin_without_the_lock_and_without_f_loses_a_spend(
    monkeypatch: pytest.MonkeyPatch, point: Point, without_locks: None
) -> None:
    monkeypatch.setattr("campaigns.services.posting._count", count_in_memory)

    campaign, _ = two_spends(monkeypatch, point)

    assert (ledger(), spent(campaign)[0]) == (["60.00", "60.00"], "60.00")
    assert len(find_drift()) == 4


# The first two spends of a day ------------------------------------------------------------------------------------


def first_two_of_a_day(monkeypatch: pytest.MonkeyPatch, point: Point) -> Campaign:
    """Both find the counters of yesterday: the first has brought them forward and not committed yet."""
    campaign = make_campaign()
    spend(campaign, "7")
    point.hold(monkeypatch, "campaigns.services.spend.post")
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
    assert [drift.campaign for drift in find_drift()] == [None, campaign.name]


# The same reference, reversal, and report twice -------------------------------------------------------------------


def same_reference(
    monkeypatch: pytest.MonkeyPatch, point: Point
) -> tuple[Outcome[SpendReceipt], Outcome[SpendReceipt]]:
    campaign = make_campaign()
    point.hold(monkeypatch, "campaigns.services.spend.post")
    return race(lambda: record(campaign, "5", reference="r"), lambda: record(campaign, "5", reference="r"), point)


@pytest.mark.postgres
def test_same_reference_twice_is_one_entry_and_two_answers(monkeypatch: pytest.MonkeyPatch, point: Point) -> None:
    first, second = same_reference(monkeypatch, point)

    assert (first.answer.is_replay, second.answer.is_replay) == (False, True)
    assert first.answer.entry == second.answer.entry
    assert ledger() == ["5.00"]
    assert_totals_are_right()


@pytest.mark.postgres
def test_twin_without_the_lock_the_same_reference_is_written_twice(
    monkeypatch: pytest.MonkeyPatch, point: Point, without_locks: None
) -> None:
    first, second = same_reference(monkeypatch, point)

    # Only the constraint stands between the second entry and the ledger, and the sender gets an error for an answer.
    assert second.answer.is_replay is False
    assert isinstance(first.error, IntegrityError)
    assert "spend_reference_unique_in_campaign" in str(first.error)


def two_reversals(monkeypatch: pytest.MonkeyPatch, point: Point) -> tuple[Outcome[SpendReceipt], Outcome[SpendReceipt]]:
    entry = spend(make_campaign(), "10")
    point.hold(monkeypatch, "campaigns.services.corrections.post")
    return race(
        lambda: reverse_spend(entry_id=entry.pk, now=NOON), lambda: reverse_spend(entry_id=entry.pk, now=NOON), point
    )


@pytest.mark.postgres
def test_entry_is_reversed_once(monkeypatch: pytest.MonkeyPatch, point: Point) -> None:
    first, second = two_reversals(monkeypatch, point)

    assert (first.error, type(second.error)) == (None, CorrectionRefused)
    assert ledger() == ["10.00", "-10.00"]
    assert_totals_are_right()


@pytest.mark.postgres
def test_twin_without_the_lock_it_is_reversed_twice(
    monkeypatch: pytest.MonkeyPatch, point: Point, without_locks: None
) -> None:
    two_reversals(monkeypatch, point)

    assert ledger() == ["10.00", "-10.00", "-10.00"]


def two_reports(
    monkeypatch: pytest.MonkeyPatch, point: Point
) -> tuple[Outcome[ReportedReceipt], Outcome[ReportedReceipt]]:
    campaign = make_campaign()
    day = NOON.date()
    point.hold(monkeypatch, "campaigns.services.reported.post")

    def report() -> ReportedReceipt:
        return record_reported_total(campaign_id=campaign.pk, source="google", day=day, total="10", now=NOON)

    return race(report, report, point)


@pytest.mark.postgres
def test_same_day_total_twice_counts_once(monkeypatch: pytest.MonkeyPatch, point: Point) -> None:
    first, second = two_reports(monkeypatch, point)

    assert (first.answer.difference, second.answer.difference) == (Decimal(10), Decimal(0))
    assert ledger() == ["10.00"]


@pytest.mark.postgres
def test_twin_without_the_lock_the_day_total_counts_twice(
    monkeypatch: pytest.MonkeyPatch, point: Point, without_locks: None
) -> None:
    two_reports(monkeypatch, point)

    assert ledger() == ["10.00", "10.00"]


# Two batches over two brands, crosswise ---------------------------------------------------------------------------


def batches_crosswise(campaigns: Sequence[Campaign]) -> list[Outcome[list[SpendReceipt]]]:
    def batch(order: Sequence[Campaign]) -> list[SpendReceipt]:
        with connection.cursor() as cursor:
            cursor.execute("SET deadlock_timeout = '50ms'")
        return record_spends(spends=[NewSpend(campaign.pk, "1") for campaign in order], now=NOON + SECOND)

    return line_up([lambda: batch(campaigns), lambda: batch(campaigns[::-1])] * 4)


@pytest.mark.postgres
def test_batches_over_two_brands_crosswise_wait_for_each_other_in_one_order() -> None:
    campaigns = [make_campaign(make_brand(name=name)) for name in ("Zebra", "Acme")]

    outcomes = batches_crosswise(campaigns)

    assert [outcome.error for outcome in outcomes] == [None] * 8
    assert [spent(campaign) for campaign in campaigns] == [("8.00", "8.00")] * 2
    assert_totals_are_right()
