"""Counters and their periods: rolled at every zone's midnight, late, by a wrong clock, started by hand, recounted."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.models import Brand, Campaign
from campaigns.rules.periods import PeriodKind
from campaigns.services import change_campaign, periods, set_windows
from tests.clock import reset_due, run_minute
from tests.factories import (
    DAY,
    HOUR,
    MINUTE,
    MONTH_START,
    NEXT_MIDNIGHT,
    NEXT_MONTH,
    NOON,
    SECOND,
    THIS_MIDNIGHT,
    TICK,
    make_brand,
    make_campaign,
    make_campaigns,
    spend,
)
from tests.readings import (
    RUNNING,
    assert_totals_are_right,
    everything_stored,
    history,
    since,
    spent,
    state_of,
    states_of,
)

pytestmark = pytest.mark.django_db

# The last instant before a local midnight, as UTC, and whether a month begins with it.
_MIDNIGHTS = [
    ("America/New_York", "2026-11-21T05:00Z", False),
    ("America/New_York", "2026-12-01T05:00Z", True),
    # After the day of 23 and the day of 25 hours.
    ("America/New_York", "2026-03-09T04:00Z", False),
    ("America/New_York", "2026-11-02T05:00Z", False),
    ("Europe/London", "2026-03-30T23:00Z", False),
    ("Asia/Tokyo", "2026-10-31T15:00Z", True),
    ("Asia/Kathmandu", "2026-11-20T18:15Z", False),
    ("Australia/Lord_Howe", "2026-04-05T13:30Z", False),
    ("Australia/Lord_Howe", "2026-10-03T13:30Z", False),
    ("Pacific/Chatham", "2026-12-31T10:15Z", True),
    # A midnight that does not exist, into the last Friday of April, and leap day with the month after it.
    ("Africa/Cairo", "2024-04-25T22:00Z", False),
    ("UTC", "2024-02-29T00:00Z", False),
    ("UTC", "2024-03-01T00:00Z", True),
    # The date line: there was no 30 December.
    ("Pacific/Apia", "2011-12-30T10:00Z", False),
    ("America/Los_Angeles", "2027-01-01T08:00Z", True),
]


@pytest.mark.parametrize(("zone", "midnight", "is_month_start"), _MIDNIGHTS)
def test_counters_start_anew_exactly_at_the_local_midnight(zone: str, midnight: str, is_month_start: bool) -> None:
    moment = datetime.fromisoformat(midnight)
    before = moment - HOUR
    campaign = make_campaign(make_brand(time_zone=zone, daily_budget="10", now=before), now=before)
    spend(campaign, "10", now=before)

    run_minute(moment - TICK)
    assert (spent(campaign), state_of(campaign)) == (("10.00", "10.00"), ("paused", "brand_day"))

    run_minute(moment)
    counted = ("0.00", "0.00" if is_month_start else "10.00")
    assert (spent(campaign), spent(campaign.brand), state_of(campaign)) == (counted, counted, RUNNING)
    assert since(campaign)[0] == moment
    assert_totals_are_right()


def test_brands_of_different_zones_each_have_their_own_midnight() -> None:
    start = datetime.fromisoformat("2026-11-20T09:00Z")
    zones = ["Pacific/Kiritimati", "Asia/Tokyo", "Europe/Berlin", "America/New_York", "Pacific/Pago_Pago"]
    brands = [make_brand(time_zone=zone, daily_budget="1", now=start) for zone in zones]
    campaigns = {brand.time_zone: make_campaign(brand, now=start) for brand in brands}
    for campaign in campaigns.values():
        spend(campaign, "1", now=start)

    woken_at: dict[str, int] = {}
    for hour in range(1, 25):
        run_minute(start + hour * HOUR)
        running = [zone for zone, campaign in campaigns.items() if state_of(campaign) == RUNNING]
        woken_at |= {zone: (start + hour * HOUR).hour for zone in running if zone not in woken_at}

    assert woken_at == {
        "Pacific/Kiritimati": 10,
        "Pacific/Pago_Pago": 11,
        "Asia/Tokyo": 15,
        "Europe/Berlin": 23,
        "America/New_York": 5,
    }


def test_missed_days_and_months_land_where_they_would_have() -> None:
    campaign = make_campaign()
    spend(campaign, "10")

    reset_due(PeriodKind.DAY, NEXT_MONTH + 12 * DAY + HOUR)

    assert (spent(campaign), spent(campaign.brand)) == (("0.00", "0.00"), ("0.00", "0.00"))
    assert since(campaign) == (NEXT_MONTH + 12 * DAY, NEXT_MONTH)


def test_change_of_one_campaign_after_midnight_brings_the_others_of_the_brand_along() -> None:
    changed, other = make_campaigns(2, make_brand(daily_budget="10"))
    spend(other, "10")

    change_campaign(campaign_id=changed.pk, name="Renamed", now=NEXT_MIDNIGHT + HOUR, actor="ann")

    assert states_of(changed, other) == [RUNNING, RUNNING]
    assert (spent(other), since(other)[0]) == (("0.00", "10.00"), NEXT_MIDNIGHT)
    assert (history(changed)[-1], history(other)[-1]) == ((True, [], "person"), (True, [], "clock"))


def test_change_of_one_campaign_after_midnight_stops_the_others_if_the_new_day_is_used_up_already() -> None:
    changed, other = make_campaigns(2, make_brand(daily_budget="10"))
    spend(other, "10", occurred_at=NEXT_MIDNIGHT, now=NEXT_MIDNIGHT - SECOND)

    set_windows(campaign_id=changed.pk, windows=[], now=NEXT_MIDNIGHT)

    assert states_of(changed, other) == [("paused", "brand_day")] * 2
    assert_totals_are_right()


def test_roll_of_one_kind_leaves_the_other() -> None:
    campaign = make_campaign()
    spend(campaign, "10")
    brand = Brand.objects.get()

    moved = periods.roll(brand=brand, campaigns=[], now=NEXT_MONTH, kinds=[PeriodKind.MONTH])

    assert moved == [brand]
    assert (spent(brand), spent(campaign)) == (("10.00", "0.00"), ("10.00", "10.00"))


def test_roll_moves_only_rows_that_are_behind_and_brings_each_to_its_own_sum() -> None:
    brand = make_brand()
    quiet, ahead, behind = make_campaigns(3, brand)
    spend(ahead, "3", occurred_at=NEXT_MIDNIGHT, now=NEXT_MIDNIGHT - MINUTE)
    spend(behind, "4", occurred_at=NEXT_MIDNIGHT + MINUTE, now=NEXT_MIDNIGHT - MINUTE)
    stored = Brand.objects.get()
    rows = list(Campaign.objects.order_by("pk"))

    moved = periods.roll(brand=stored, campaigns=rows[:2], now=NEXT_MIDNIGHT)
    again = periods.roll(brand=stored, campaigns=rows[:2], now=NEXT_MIDNIGHT + HOUR)

    assert (moved, again) == ([stored, *rows[:2]], [])
    assert [spent(row)[0] for row in (brand, quiet, ahead, behind)] == ["7.00", "0.00", "3.00", "0.00"]
    assert [str(row.current_daily_spend) for row in (stored, rows[1])] == ["7.00", "3.00"]
    assert since(behind)[0] == THIS_MIDNIGHT
    assert_totals_are_right()


def test_roll_of_many_quiet_campaigns_costs_the_same_few_queries() -> None:
    few, many = make_campaigns(2), make_campaigns(40)
    counts = []

    for campaigns in (few, many):
        with CaptureQueriesContext(connection) as queries:
            periods.roll(brand=campaigns[0].brand, campaigns=campaigns, now=NEXT_MIDNIGHT)
        counts.append(len(queries))

    assert counts == [4, 4]


def test_roll_reads_a_row_for_each_campaign_that_spent_not_for_each_entry() -> None:
    campaign = make_campaign()
    for _ in range(5):
        spend(campaign, "1", occurred_at=NEXT_MIDNIGHT, now=NEXT_MIDNIGHT - SECOND)

    with CaptureQueriesContext(connection) as queries:
        periods.roll(brand=campaign.brand, campaigns=[campaign], now=NEXT_MIDNIGHT)

    distinct = [query["sql"] for query in queries if "DISTINCT" in query["sql"]]
    assert len(distinct) == 1
    assert "ORDER BY" not in distinct[0]


@pytest.mark.parametrize("late", [MINUTE, 5 * MINUTE])
def test_older_now_does_not_bring_a_counter_back_to_yesterday(late: timedelta) -> None:
    campaign = make_campaign(make_brand(daily_budget="10"))
    spend(campaign, "10")
    run_minute(NEXT_MIDNIGHT)
    before = everything_stored()

    run_minute(NEXT_MIDNIGHT - late)
    reset_due(PeriodKind.DAY, NEXT_MIDNIGHT - late)

    assert everything_stored() == before


def test_clock_that_was_a_day_ahead_is_undone_once_it_is_right_again() -> None:
    campaign = make_campaign(make_brand(daily_budget="10"))
    spend(campaign, "10")
    run_minute(NEXT_MIDNIGHT + DAY)
    assert state_of(campaign) == RUNNING

    reset_due(PeriodKind.DAY, NOON + HOUR)

    assert (spent(campaign), since(campaign)) == (("10.00", "10.00"), (THIS_MIDNIGHT, MONTH_START))
    assert state_of(campaign) == ("paused", "brand_day")
    assert_totals_are_right()


def test_start_now_begins_after_spends_of_this_very_moment_and_before_those_to_come() -> None:
    campaign = make_campaign()
    spend(campaign, "1", occurred_at=NOON)
    brand, row = Brand.objects.get(), Campaign.objects.get()

    periods.start_now(brand=brand, rows=[brand, row], kinds=periods.EVERY_KIND, now=NOON)

    assert (since(row), spent(row)) == ((NOON + TICK, NOON + TICK), ("0.00", "0.00"))
    assert_totals_are_right()


def test_start_now_in_the_last_instant_of_a_day_begins_the_next_one() -> None:
    last = NEXT_MIDNIGHT - TICK
    campaign = make_campaign()
    spend(campaign, "1", now=last)
    brand = Brand.objects.get()

    periods.start_now(brand=brand, rows=[brand], kinds=[PeriodKind.DAY], now=last)

    assert (since(brand)[0], spent(brand)) == (NEXT_MIDNIGHT, ("0.00", "1.00"))
    assert_totals_are_right()


@pytest.mark.parametrize("late", [SECOND, 5 * MINUTE])
def test_start_now_that_comes_late_does_not_undo_a_newer_one(late: timedelta) -> None:
    campaign = make_campaign()
    spend(campaign, "1", occurred_at=NOON - TICK)
    brand = Brand.objects.get()
    periods.start_now(brand=brand, rows=[brand], kinds=[PeriodKind.DAY], now=NOON)

    periods.start_now(brand=brand, rows=[brand], kinds=[PeriodKind.DAY], now=NOON - late)

    assert (since(brand)[0], spent(brand)[0]) == (NOON, "0.00")


def test_recount_puts_any_counter_to_its_sum() -> None:
    campaign = make_campaign()
    spend(campaign, "10")
    Campaign.objects.update(current_daily_spend=Decimal(99), current_monthly_spend=Decimal(-1))

    periods.recount(Campaign.objects.get(), zone=ZoneInfo("America/New_York"))

    assert spent(campaign) == ("10.00", "10.00")


def test_ledger_sum_is_half_open() -> None:
    campaign, other = make_campaigns(2)
    for moment in (NOON - TICK, NOON, NOON + HOUR - TICK, NOON + HOUR):
        spend(campaign, "1", occurred_at=moment, now=NOON + HOUR)
        spend(other, "10", occurred_at=moment, now=NOON + HOUR)

    sums = [periods.ledger_sum(row, start=NOON, end=NOON + HOUR) for row in (campaign, other, campaign.brand)]

    assert sums == [Decimal(2), Decimal(20), Decimal(22)]
    assert periods.ledger_sum(campaign, start=NOON + 2 * HOUR, end=NOON + DAY) == Decimal(0)
