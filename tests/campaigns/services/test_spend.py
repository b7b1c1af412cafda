"""One spend: what is taken and refused, the day it counts in, what its receipt says, and what it costs."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.models import Campaign, SpendLog
from campaigns.rules.periods import PeriodKind
from campaigns.services import change_campaign, record_spend
from campaigns.services.passes import bring_forward
from campaigns.services.resets import reset_brands, reset_campaign
from tests.clock import run_minute
from tests.factories import (
    DAY,
    HOUR,
    MINUTE,
    NEXT_MIDNIGHT,
    NEXT_MONTH,
    NOON,
    SECOND,
    TICK,
    at,
    make_brand,
    make_campaign,
    make_campaigns,
    spend,
)
from tests.readings import RUNNING, assert_totals_are_right, history, ledger, spent, state_of

pytestmark = pytest.mark.django_db

_LATE_EVENING = NEXT_MIDNIGHT - 2 * MINUTE


def test_record_spend_writes_one_entry_with_every_fact() -> None:
    campaign = make_campaign()

    record_spend(
        campaign_id=campaign.pk,
        amount="12.345678",
        occurred_at=datetime.fromisoformat("2026-11-19T23:30:00.000001-05:00"),
        reference=" Zürich/1 ",
        description="late ",
        source=" google ",
        now=NOON,
    )

    assert list(SpendLog.objects.values()) == [
        {
            "id": SpendLog.objects.get().pk,
            "campaign_id": campaign.pk,
            "amount": Decimal("12.345678"),
            "occurred_at": datetime.fromisoformat("2026-11-20T04:30:00.000001+00:00"),
            "recorded_at": NOON,
            "local_day": date(2026, 11, 19),
            "description": "late",
            "source": "google",
            "reference": "Zürich/1",
            "corrects_id": None,
            "spend_import_id": None,
        }
    ]


def test_receipt_holds_what_the_database_holds() -> None:
    campaign = make_campaign(make_brand(daily_budget="10"))
    other = make_campaign(campaign.brand)

    receipt = record_spend(campaign_id=campaign.pk, amount="10", now=NOON)

    for held in (receipt.entry, receipt.campaign, receipt.brand):
        # None that is read only when somebody asks for it.
        assert not held.get_deferred_fields()
        stored = type(held)._default_manager.get(pk=held.pk)
        columns = [column.attname for column in held._meta.concrete_fields]
        assert [getattr(held, column) for column in columns] == [getattr(stored, column) for column in columns]
    assert {change.campaign for change in receipt.stopped} == {campaign, other}
    assert (receipt.headline, receipt.was_paused, receipt.is_replay) == ("brand_day", False, False)


@pytest.mark.parametrize(
    ("occurred_at", "now", "today", "this_month"),
    [
        (_LATE_EVENING, _LATE_EVENING, "1.00", "1.00"),
        (NEXT_MIDNIGHT - TICK, NEXT_MIDNIGHT, "0.00", "1.00"),
        (NEXT_MIDNIGHT, NEXT_MIDNIGHT, "1.00", "1.00"),
        (NEXT_MIDNIGHT, _LATE_EVENING, "0.00", "1.00"),
        (NEXT_MIDNIGHT + 3 * MINUTE, _LATE_EVENING, "0.00", "1.00"),
        (NEXT_MONTH - TICK, NEXT_MONTH, "0.00", "0.00"),
        (NEXT_MONTH, NEXT_MONTH, "1.00", "1.00"),
        (NEXT_MONTH, NEXT_MONTH - MINUTE, "0.00", "0.00"),
        (NEXT_MONTH - MINUTE, NEXT_MONTH - 2 * MINUTE, "1.00", "1.00"),
        # Leap day, and the day after a February without one.
        (at("2024-02-29 23:59:59.999999"), at("2024-02-29 23:59:59.999999"), "1.00", "1.00"),
        (at("2024-02-29 23:59:59.999999"), at("2024-03-01 00:00"), "0.00", "0.00"),
        (at("2025-02-28 23:59:59.999999"), at("2025-03-01 00:00"), "0.00", "0.00"),
        # Half past one in the repeated hour, both times, and noon of the day that is an hour short.
        (at("2026-11-01 01:30"), at("2026-11-01 23:00"), "1.00", "1.00"),
        (at("2026-11-01 01:30") + HOUR, at("2026-11-01 23:00"), "1.00", "1.00"),
        (at("2026-03-08 00:00"), at("2026-03-08 12:00"), "1.00", "1.00"),
        (at("2026-12-31 23:59:59.999999"), at("2027-01-01 00:00"), "0.00", "0.00"),
    ],
)
def test_spend_counts_in_its_own_period(occurred_at: datetime, now: datetime, today: str, this_month: str) -> None:
    campaign = make_campaign(now=now - HOUR)

    spend(campaign, "1", occurred_at=occurred_at, now=now)

    assert (spent(campaign), spent(campaign.brand)) == ((today, this_month), (today, this_month))
    assert_totals_are_right()


@pytest.mark.parametrize(("budget", "blocker"), [("daily_budget", "brand_day"), ("monthly_budget", "brand_month")])
def test_spend_of_tomorrow_counts_tomorrow_and_stops_at_midnight(budget: str, blocker: str) -> None:
    midnight = NEXT_MONTH
    budgets = {"daily_budget": "5", "monthly_budget": None} if budget == "daily_budget" else {"monthly_budget": "5"}
    campaign, other = make_campaigns(2, make_brand(**budgets, now=midnight - HOUR), now=midnight - HOUR)

    spend(campaign, "5", occurred_at=midnight + MINUTE, now=midnight - MINUTE)
    change_campaign(campaign_id=campaign.pk, daily_budget="100", now=midnight - SECOND)
    assert (state_of(campaign), spent(campaign)) == (RUNNING, ("0.00", "0.00"))

    run_minute(midnight)
    assert (state_of(campaign), state_of(other)) == (("paused", blocker), ("paused", blocker))
    assert spent(campaign) == ("5.00", "5.00")
    assert_totals_are_right()


def test_spend_at_the_very_moment_of_a_reset_and_after_it_counts() -> None:
    campaign = make_campaign()
    spend(campaign, "100")
    reset_brands(brand_ids=[campaign.brand_id], kinds=list(PeriodKind), now=NOON)
    assert spent(campaign) == ("0.00", "0.00")

    spend(campaign, "1")

    assert (spent(campaign), spent(campaign.brand)) == (("1.00", "1.00"), ("1.00", "1.00"))
    assert_totals_are_right()


@pytest.mark.parametrize("behind", [TICK, SECOND, 5 * MINUTE])
def test_spend_of_a_slow_clock_counts_after_the_reset_that_came_before_it(behind: timedelta) -> None:
    campaign = make_campaign()
    reset_campaign(campaign_id=campaign.pk, kinds=[PeriodKind.DAY], now=NOON)

    entry = spend(campaign, "1", now=NOON - behind)

    assert entry.occurred_at == NOON
    assert (spent(campaign), spent(campaign.brand)) == (("1.00", "1.00"), ("1.00", "1.00"))
    assert_totals_are_right()


def test_reset_by_a_clock_that_was_wrong_is_taken_back_by_the_next_spend() -> None:
    campaign = make_campaign()
    spend(campaign, "1", now=NOON - HOUR)
    reset_campaign(campaign_id=campaign.pk, kinds=[PeriodKind.DAY], now=NOON)

    entry = spend(campaign, "1", now=NOON - 5 * MINUTE - TICK)

    assert entry.occurred_at == NOON - 5 * MINUTE - TICK
    assert spent(campaign) == ("2.00", "2.00")
    assert_totals_are_right()


def test_spend_that_waited_for_the_lock_until_after_midnight_stays_on_its_day() -> None:
    campaign = make_campaign(make_brand(daily_budget="5", now=_LATE_EVENING), now=_LATE_EVENING)
    bring_forward(brand_ids=[campaign.brand_id], kind=PeriodKind.DAY, now=NEXT_MIDNIGHT + SECOND)

    entry = spend(campaign, "5", now=NEXT_MIDNIGHT - SECOND)

    assert (entry.occurred_at, entry.local_day) == (NEXT_MIDNIGHT - SECOND, date(2026, 11, 20))
    assert (spent(campaign), state_of(campaign)) == (("0.00", "5.00"), RUNNING)
    assert_totals_are_right()


def test_spend_of_before_a_manual_reset_counts_no_more() -> None:
    campaign = make_campaign(daily_budget="5")
    reset_brands(brand_ids=[campaign.brand_id], kinds=[PeriodKind.DAY], now=NOON)

    spend(campaign, "5", occurred_at=NOON - TICK, now=NOON + MINUTE)

    assert (spent(campaign), state_of(campaign)) == (("0.00", "5.00"), RUNNING)
    assert_totals_are_right()


def test_first_spend_of_a_day_wakes_the_brand_before_it_counts() -> None:
    campaign = make_campaign(make_brand(daily_budget="10"))
    spend(campaign, "10")

    receipt = record_spend(campaign_id=campaign.pk, amount="10", now=NEXT_MIDNIGHT + HOUR)

    assert receipt.was_paused is False
    assert history(campaign) == [
        (True, [], "person"),
        (False, ["brand_day"], "spend"),
        (True, [], "clock"),
        (False, ["brand_day"], "spend"),
    ]
    assert spent(campaign.brand) == ("10.00", "20.00")


def test_credit_can_bring_a_counter_below_nothing() -> None:
    campaign = make_campaign(daily_budget="10")

    spend(campaign, "-5")
    spend(campaign, "14.99")

    assert (spent(campaign), state_of(campaign)) == (("9.99", "9.99"), RUNNING)
    assert_totals_are_right()


def test_reference_keeps_case_and_characters() -> None:
    campaign = make_campaign()

    for reference in ("ad-1", "AD-1", "ad–1", "x" * 200):
        spend(campaign, "1", reference=reference)

    assert len(ledger()) == 4


def test_replay_counts_nothing_on_a_later_day_and_after_a_correction() -> None:
    campaign = make_campaign(daily_budget="10")
    first = spend(campaign, "10", reference="r")

    receipt = record_spend(campaign_id=campaign.pk, amount="10", reference="r", now=NOON + 3 * DAY)

    assert (receipt.entry, receipt.is_replay) == (first, True)
    assert (spent(campaign), state_of(campaign)) == (("0.00", "10.00"), RUNNING)


def test_number_of_queries_does_not_grow_with_the_brand() -> None:
    small, large = make_campaign(), make_campaigns(30)[7]
    spend(small, "1")
    spend(large, "1")

    counts = []
    for campaign in (small, large):
        with CaptureQueriesContext(connection) as queries:
            spend(campaign, "1")
        counts.append(len(queries))

    # Transaction (2), the lock, which reads, and the entry with both counters: one statement, or three on SQLite.
    assert counts == ([4, 4] if connection.vendor == "postgresql" else [6, 6])
    assert Campaign.objects.count() == 31
