"""Resets against spends: what comes in while a period starts anew is not lost. Each race has its broken twin."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

import pytest

from campaigns.models import Campaign
from campaigns.rules.periods import PeriodKind
from campaigns.services import change_brand, find_drift, rebuild_totals, record_spend
from campaigns.services.passes import bring_forward
from campaigns.services.resets import reset_brands
from campaigns.services.spend import SpendReceipt
from tests.factories import HOUR, NEXT_MIDNIGHT, NOON, SECOND, make_campaign, spend
from tests.races.writers import Outcome, Point, race
from tests.readings import assert_totals_are_right, ledger, spent

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def manual_reset(campaign: Campaign) -> None:
    reset_brands(brand_ids=[campaign.brand_id], kinds=[PeriodKind.DAY], now=NEXT_MIDNIGHT)


def scheduled_reset(campaign: Campaign) -> None:
    bring_forward(brand_ids=[campaign.brand_id], kind=PeriodKind.DAY, now=NEXT_MIDNIGHT)


def rebuild(campaign: Campaign) -> None:
    rebuild_totals(brand_id=campaign.brand_id, now=NOON + HOUR)


def zone_change(campaign: Campaign) -> None:
    change_brand(brand_id=campaign.brand_id, time_zone="America/Toronto", now=NOON + HOUR)


# Each with what adds up the ledger, the moment of the spend, and what it counts with.
RECOUNTS = [
    (manual_reset, "periods.ledger_sum", NEXT_MIDNIGHT + SECOND, ("5.00", "15.00")),
    (scheduled_reset, "rollover._spent", NEXT_MIDNIGHT + SECOND, ("5.00", "15.00")),
    (rebuild, "periods.ledger_sum", NOON + HOUR, ("15.00", "15.00")),
]


def recount_and_spend(
    recount: Callable[[Campaign], None], summing: str, now: datetime, monkeypatch: pytest.MonkeyPatch, point: Point
) -> tuple[Campaign, Outcome[None], Outcome[SpendReceipt]]:
    """The recount has added up the ledger and not written the sum yet; then a spend comes in."""
    campaign = make_campaign()
    spend(campaign, "10")
    point.hold(monkeypatch, f"campaigns.services.{summing}", after=True)

    first, second = race(
        lambda: recount(campaign),
        lambda: record_spend(campaign_id=campaign.pk, amount="5", now=now),
        point,
    )

    return campaign, first, second


@pytest.mark.parametrize(("recount", "summing", "now", "counted"), RECOUNTS)
def test_spend_during_a_recount_counts(
    recount: Callable[[Campaign], None],
    summing: str,
    now: datetime,
    counted: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
    point: Point,
) -> None:
    campaign, first, second = recount_and_spend(recount, summing, now, monkeypatch, point)

    assert (first.error, second.error, second.was_blocked) == (None, None, True)
    assert (spent(campaign), spent(campaign.brand)) == (counted, counted)
    assert_totals_are_right()


@pytest.mark.parametrize(("recount", "summing", "now", "counted"), RECOUNTS)
def test_twin_without_the_lock_the_spend_is_lost(
    recount: Callable[[Campaign], None],
    summing: str,
    now: datetime,
    counted: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
    point: Point,
    without_locks: None,
) -> None:
    campaign, first, second = recount_and_spend(recount, summing, now, monkeypatch, point)

    assert (first.error, second.error, second.was_blocked) == (None, None, False)
    assert ledger() == ["10.00", "5.00"]
    assert spent(campaign.brand)[0] == f"{Decimal(counted[0]) - 5:.2f}"
    assert None in [drift.campaign for drift in find_drift()]


def test_spend_during_a_zone_change_counts(monkeypatch: pytest.MonkeyPatch, point: Point) -> None:
    campaign, first, second = recount_and_spend(zone_change, "periods.ledger_sum", NOON + HOUR, monkeypatch, point)

    assert (first.error, second.error, second.was_blocked) == (None, None, True)
    assert (spent(campaign), spent(campaign.brand)) == (("15.00", "15.00"), ("15.00", "15.00"))
    assert_totals_are_right()


def test_spend_waits_for_a_zone_change_even_without_the_lock(
    monkeypatch: pytest.MonkeyPatch, point: Point, without_locks: None
) -> None:
    campaign, first, second = recount_and_spend(zone_change, "periods.ledger_sum", NOON + HOUR, monkeypatch, point)

    # The brand's row is written before the ledger is added up, and that is a lock, too.
    assert (first.error, second.error, second.was_blocked) == (None, None, True)
    assert (spent(campaign), spent(campaign.brand)) == (("15.00", "15.00"), ("15.00", "15.00"))
    assert_totals_are_right()
