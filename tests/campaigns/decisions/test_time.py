"""The decisions on time: what brings a campaign back, days, months and windows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from campaigns.models import Campaign
from campaigns.services import (
    change_brand,
    change_campaign,
    set_daily_hours,
    set_windows,
)
from tests.clock import run_clock, run_minute
from tests.factories import (
    HOUR,
    MINUTE,
    NEXT_MIDNIGHT,
    NEXT_MONTH,
    NOON,
    SECOND,
    TICK,
    at,
    hours,
    make_brand,
    make_campaign,
    make_campaigns,
    spend,
)
from tests.readings import RUNNING, assert_totals_are_right, review_of, spent, state_of, states_of

pytestmark = pytest.mark.django_db


def brand_day() -> Campaign:
    return make_campaign(make_brand(daily_budget="100"))


def brand_month() -> Campaign:
    return make_campaign(make_brand(monthly_budget="100"))


def campaign_day() -> Campaign:
    return make_campaign(daily_budget="100")


def campaign_month() -> Campaign:
    return make_campaign(monthly_budget="100")


ONE_BUDGET = [brand_day, brand_month, campaign_day, campaign_month]


# Back on?


@pytest.mark.parametrize(
    ("make", "moment"),
    [
        (brand_day, NEXT_MIDNIGHT),
        (campaign_day, NEXT_MIDNIGHT),
        (brand_month, NEXT_MONTH),
        (campaign_month, NEXT_MONTH),
    ],
)
def test_new_period_brings_it_back_within_a_minute(make: Callable[[], Campaign], moment: datetime) -> None:
    campaign = make()
    spend(campaign, "100")

    run_clock(moment - 3 * MINUTE + 59 * SECOND, moment - SECOND)
    assert state_of(campaign) == ("paused", make.__name__)

    run_minute(moment)
    assert state_of(campaign) == RUNNING


def test_month_that_still_holds_outlives_a_new_day() -> None:
    campaign = make_campaign(daily_budget="100", monthly_budget="100")
    spend(campaign, "100")

    run_minute(NEXT_MIDNIGHT)

    assert state_of(campaign) == ("paused", "campaign_month")


def test_raised_budget_brings_it_back_at_once() -> None:
    held = [make() for make in ONE_BUDGET]
    for campaign in held:
        spend(campaign, "100")

    change_brand(brand_id=held[0].brand_id, daily_budget="100.01", now=NOON)
    change_brand(brand_id=held[1].brand_id, monthly_budget=None, now=NOON)
    change_campaign(campaign_id=held[2].pk, daily_budget="101", now=NOON)
    change_campaign(campaign_id=held[3].pk, monthly_budget="100.01", now=NOON)

    assert states_of(*held) == [RUNNING] * 4


@pytest.mark.parametrize("make", ONE_BUDGET)
def test_credit_brings_it_back_at_once(make: Callable[[], Campaign]) -> None:
    campaign = make()
    spend(campaign, "100")

    spend(campaign, "-0.000001")

    assert state_of(campaign) == RUNNING


def test_window_brings_it_back_within_a_minute_of_its_edge() -> None:
    campaign = make_campaign(windows=[hours("13:00", "14:00")])
    assert (state_of(campaign), review_of(campaign)) == (("paused", "outside_windows"), at("2026-11-20 13:00"))

    run_clock(NOON, at("2026-11-20 12:59"))
    assert state_of(campaign) == ("paused", "outside_windows")
    run_minute(at("2026-11-20 13:00"))
    assert state_of(campaign) == RUNNING

    run_minute(at("2026-11-20 14:00"))
    assert state_of(campaign) == ("paused", "outside_windows")


def test_it_stays_held_until_the_last_blocker_is_gone() -> None:
    campaign = make_campaign(make_brand(daily_budget="100"), windows=[hours("18:00", "20:00")])
    spend(campaign, "100")

    change_brand(brand_id=campaign.brand_id, daily_budget=None, now=NOON)
    assert state_of(campaign) == ("paused", "outside_windows")

    run_minute(at("2026-11-20 18:00"))
    assert state_of(campaign) == RUNNING


# Day and month


@pytest.mark.parametrize(
    ("zone", "midnight", "next_midnight", "length"),
    [
        ("America/New_York", "2026-03-08T05:00Z", "2026-03-09T04:00Z", 23),
        ("America/New_York", "2026-11-01T04:00Z", "2026-11-02T05:00Z", 25),
        ("Asia/Kathmandu", "2026-11-19T18:15Z", "2026-11-20T18:15Z", 24),
        ("Australia/Lord_Howe", "2026-04-04T13:00Z", "2026-04-05T13:30Z", 24.5),
        # 26 April has no midnight: it starts at 01:00.
        ("Africa/Cairo", "2024-04-25T22:00Z", "2024-04-26T21:00Z", 23),
        ("Pacific/Kiritimati", "2026-11-19T10:00Z", "2026-11-20T10:00Z", 24),
    ],
)
def test_day_is_local_to_the_brand(zone: str, midnight: str, next_midnight: str, length: float) -> None:
    start, end = datetime.fromisoformat(midnight), datetime.fromisoformat(next_midnight)
    campaign = make_campaign(make_brand(time_zone=zone, now=end - HOUR), now=end - HOUR)

    spend(campaign, "1", occurred_at=start - TICK, now=end - HOUR)
    spend(campaign, "10", occurred_at=start, now=end - HOUR)
    spend(campaign, "100", occurred_at=end - TICK, now=end - TICK)
    last_of_the_day = spent(campaign)[0]
    spend(campaign, "1000", occurred_at=end, now=end)

    assert end - start == timedelta(hours=length)
    assert (last_of_the_day, spent(campaign)[0]) == ("110.00", "1000.00")
    assert_totals_are_right()


@pytest.mark.parametrize(("moment", "in_month"), [("2026-10-31 23:59:59.999999", False), ("2026-11-01 00:00", True)])
def test_month_is_local_to_the_brand(moment: str, in_month: bool) -> None:
    campaign = make_campaign()

    spend(campaign, "5", occurred_at=at(moment))

    assert spent(campaign) == ("0.00", "5.00" if in_month else "0.00")


# Windows


def test_no_schedule_or_a_disabled_one_is_always_and_one_without_a_window_is_never() -> None:
    without, disabled, empty = make_campaigns(3)

    set_windows(campaign_id=disabled.pk, windows=[], is_enabled=False, now=NOON)
    set_windows(campaign_id=empty.pk, windows=[], now=NOON)

    assert states_of(without, disabled, empty) == [RUNNING, RUNNING, ("paused", "outside_windows")]
    assert review_of(empty) is None


@pytest.mark.parametrize(
    ("wall", "runs"),
    [("07:59:59.999999", False), ("08:00", True), ("20:59:59.999999", True), ("21:00", False)],
)
def test_hours_8_to_20_run_through_2059(wall: str, runs: bool) -> None:
    campaign = make_campaign()

    set_daily_hours(campaign_id=campaign.pk, allowed_start_hour=8, allowed_end_hour=20, now=at(f"2026-11-20 {wall}"))

    assert state_of(campaign) == (RUNNING if runs else ("paused", "outside_windows"))
