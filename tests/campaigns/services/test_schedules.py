"""Schedules: windows set, replaced and removed, on the days on which clocks change too."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from campaigns.errors import InvalidWindow, NotFound
from campaigns.models import Campaign, DaypartingSchedule, DaypartingWindow
from campaigns.rules.dayparting import Weekday, Window
from campaigns.services import change_campaign, change_schedule, set_daily_hours, set_windows
from tests.clock import run_minute
from tests.factories import HOUR, MINUTE, NOON, TICK, at, hours, make_brand, make_campaign, make_campaigns
from tests.readings import RUNNING, everything_stored, history, review_of, state_of

pytestmark = pytest.mark.django_db

CLOSED = ("paused", "outside_windows")


def test_set_windows_replaces_them_all_and_decides_at_once() -> None:
    campaign = make_campaign()

    set_windows(campaign_id=campaign.pk, windows=[hours("18:00", "20:00"), hours("08:00", "09:00")], now=NOON)
    assert (state_of(campaign), review_of(campaign)) == (CLOSED, at("2026-11-20 18:00"))

    changed = set_windows(
        campaign_id=campaign.pk,
        windows=[hours("11:00", "13:00", Weekday.FRIDAY, Weekday.SUNDAY)],
        now=NOON,
        actor="ann",
    )
    assert [str(row) for row in DaypartingWindow.objects.all()] == ["Fri, Sun 11:00-13:00"]
    assert (changed.is_active, changed.review_at) == (True, at("2026-11-20 13:00"))
    assert history(campaign) == [(True, [], "person"), (False, ["outside_windows"], "person"), (True, [], "person")]


def test_set_windows_again_changes_nothing_but_the_rows() -> None:
    campaign = make_campaign(windows=[hours("11:00", "13:00")])
    before = everything_stored()

    set_windows(campaign_id=campaign.pk, windows=[hours("11:00", "13:00")], now=NOON)

    assert everything_stored() == before
    assert (DaypartingSchedule.objects.count(), DaypartingWindow.objects.count()) == (1, 1)


def test_schedule_out_of_force_keeps_its_windows_and_holds_nothing() -> None:
    campaign = make_campaign(windows=[hours("18:00", "20:00")])

    set_windows(campaign_id=campaign.pk, windows=[hours("18:00", "20:00")], is_enabled=False, now=NOON)
    assert (state_of(campaign), DaypartingWindow.objects.count()) == (RUNNING, 1)

    set_windows(campaign_id=campaign.pk, windows=[hours("18:00", "20:00")], now=NOON)
    assert state_of(campaign) == CLOSED


def test_switch_of_the_schedule_is_moved_without_its_windows_and_they_without_it() -> None:
    campaign = make_campaign(windows=[hours("18:00", "20:00")])

    change_schedule(campaign_id=campaign.pk, is_schedule_enabled=False, now=NOON)
    assert (state_of(campaign), [str(row) for row in DaypartingWindow.objects.all()]) == (
        RUNNING,
        ["every day 18:00-20:00"],
    )

    change_schedule(campaign_id=campaign.pk, windows=[hours("19:00", "20:00")], now=NOON)
    assert (state_of(campaign), DaypartingSchedule.objects.get().is_enabled) == (RUNNING, False)

    change_campaign(campaign_id=campaign.pk, is_schedule_enabled=True, now=NOON)
    assert (state_of(campaign), [str(row) for row in DaypartingWindow.objects.all()]) == (
        CLOSED,
        ["every day 19:00-20:00"],
    )


def test_switch_of_a_schedule_that_is_not_there_is_refused() -> None:
    campaign = make_campaign()

    with pytest.raises(NotFound, match="has no schedule any more"):
        change_schedule(campaign_id=campaign.pk, is_schedule_enabled=False, now=NOON)
    with pytest.raises(NotFound, match="has no schedule any more"):
        change_campaign(campaign_id=campaign.pk, name="Renamed", is_schedule_enabled=True, now=NOON)

    assert (Campaign.objects.get().name, DaypartingSchedule.objects.count()) == (campaign.name, 0)


def test_change_of_nothing_changes_nothing() -> None:
    campaign = make_campaign(windows=[hours("18:00", "20:00")])
    before = everything_stored()

    change_schedule(campaign_id=campaign.pk, now=NOON)

    assert (everything_stored(), DaypartingWindow.objects.count()) == (before, 1)


def test_removing_the_schedule_lets_it_run_at_any_hour() -> None:
    campaign = make_campaign(windows=[])

    set_windows(campaign_id=campaign.pk, windows=None, now=NOON)
    set_windows(campaign_id=campaign.pk, windows=None, now=NOON)

    assert (state_of(campaign), review_of(campaign)) == (RUNNING, None)
    assert DaypartingSchedule.objects.count() == 0


def test_windows_of_one_campaign_leave_those_of_another_alone() -> None:
    first, second = make_campaigns(2)
    set_windows(campaign_id=second.pk, windows=[hours("18:00", "20:00")], now=NOON)

    set_windows(campaign_id=first.pk, windows=[], now=NOON)
    set_windows(campaign_id=first.pk, windows=None, now=NOON)

    assert (state_of(first), state_of(second)) == (RUNNING, CLOSED)


def test_unknown_campaign_and_impossible_hours_are_refused() -> None:
    campaign = make_campaign()

    with pytest.raises(NotFound):
        set_windows(campaign_id=-1, windows=[], now=NOON)
    for start, end in ((-1, 5), (0, 24), (True, 5)):
        with pytest.raises(InvalidWindow, match="not an hour of the day"):
            set_daily_hours(campaign_id=campaign.pk, allowed_start_hour=start, allowed_end_hour=end, now=NOON)

    assert state_of(campaign) == RUNNING


@pytest.mark.parametrize(
    ("start", "end", "shown"),
    [
        (8, 20, "every day 08:00-21:00"),
        (0, 23, "every day 00:00-00:00"),
        (22, 5, "every day 22:00-06:00"),
        (9, 9, "every day 09:00-10:00"),
        (23, 23, "every day 23:00-00:00"),
    ],
)
def test_daily_hours_become_one_window(start: int, end: int, shown: str) -> None:
    campaign = make_campaign()

    set_daily_hours(campaign_id=campaign.pk, allowed_start_hour=start, allowed_end_hour=end, now=NOON)

    assert [str(row) for row in DaypartingWindow.objects.all()] == [shown]


# 20 November is a Friday.
_FRIDAY_NIGHT = hours("22:00", "06:00", Weekday.FRIDAY)


@pytest.mark.parametrize(
    ("window", "wall", "runs"),
    [
        (hours("08:00", "20:00"), "2026-11-20 07:59:59.999999", False),
        (hours("08:00", "20:00"), "2026-11-20 08:00", True),
        (hours("08:00", "20:00"), "2026-11-20 19:59:59.999999", True),
        (hours("08:00", "20:00"), "2026-11-20 20:00", False),
        (hours("08:00", "20:00", Weekday.SATURDAY), "2026-11-20 12:00", False),
        (_FRIDAY_NIGHT, "2026-11-20 05:00", False),
        (_FRIDAY_NIGHT, "2026-11-20 22:00", True),
        (_FRIDAY_NIGHT, "2026-11-21 05:59:59.999999", True),
        (_FRIDAY_NIGHT, "2026-11-21 06:00", False),
        (_FRIDAY_NIGHT, "2026-11-21 22:00", False),
        (hours("00:00", "00:00", Weekday.FRIDAY), "2026-11-20 23:59:59.999999", True),
        (hours("00:00", "00:00", Weekday.FRIDAY), "2026-11-21 00:00", False),
        # Over a month end, and into a leap day.
        (hours("23:00", "01:00", Weekday.MONDAY), "2026-12-01 00:30", True),
        (hours("23:00", "01:00", Weekday.WEDNESDAY), "2024-02-29 00:30", True),
        (hours("23:00", "01:00", Weekday.THURSDAY), "2024-03-01 00:59", True),
    ],
)
def test_window_is_wall_clock_from_its_start_up_to_its_end(window: Window, wall: str, runs: bool) -> None:
    campaign = make_campaign()

    set_windows(campaign_id=campaign.pk, windows=[window], now=at(wall))

    assert state_of(campaign) == (RUNNING if runs else CLOSED)


@pytest.mark.parametrize(
    ("zone", "window", "start", "lasts"),
    [
        # Clocks skip 02:00-03:00, and half an hour on Lord Howe: that part of the window is no time.
        ("America/New_York", hours("01:00", "04:00", Weekday.SUNDAY), "2026-03-08T06:00Z", 2 * HOUR),
        ("America/New_York", hours("02:00", "03:00", Weekday.SUNDAY), "2026-03-15T06:00Z", HOUR),
        ("Australia/Lord_Howe", hours("01:00", "03:00", Weekday.SUNDAY), "2026-10-03T14:30Z", 90 * MINUTE),
        # Clocks repeat 01:00-02:00, and half an hour: it runs twice.
        ("America/New_York", hours("00:30", "03:00", Weekday.SUNDAY), "2026-11-01T04:30Z", 3.5 * HOUR),
        ("Australia/Lord_Howe", hours("01:00", "03:00", Weekday.SUNDAY), "2026-04-04T14:00Z", 2.5 * HOUR),
        # From the night before, over the change.
        ("Europe/Berlin", hours("22:00", "06:00", Weekday.SATURDAY), "2026-03-28T21:00Z", 7 * HOUR),
        ("Europe/Berlin", hours("22:00", "06:00", Weekday.SATURDAY), "2026-10-24T20:00Z", 9 * HOUR),
        # A midnight that does not exist: the day, and the window with it, starts at one o'clock.
        ("Africa/Cairo", hours("00:00", "06:00", Weekday.FRIDAY), "2024-04-25T22:00Z", 5 * HOUR),
    ],
)
def test_window_on_a_day_on_which_clocks_change(zone: str, window: Window, start: str, lasts: timedelta) -> None:
    opens = datetime.fromisoformat(start)
    now = opens - 3 * HOUR
    campaign = make_campaign(make_brand(time_zone=zone, now=now), windows=[window], now=now)
    assert (state_of(campaign), review_of(campaign)) == (CLOSED, opens)

    states = []
    for moment in (opens - TICK, opens, opens + lasts - TICK, opens + lasts):
        run_minute(moment)
        states.append(state_of(campaign))

    assert states == [CLOSED, RUNNING, RUNNING, CLOSED]


def test_hour_that_comes_twice_runs_twice() -> None:
    now = at("2026-11-01 00:00")
    campaign = make_campaign(windows=[hours("01:00", "01:30")], now=now)

    running = []
    for minutes in range(0, 240, 10):
        run_minute(now + minutes * MINUTE)
        running += [minutes] if Campaign.objects.get(pk=campaign.pk).is_active else []

    assert running == [60, 70, 80, 120, 130, 140]
