"""A plain oracle for the rules: it walks the wall clock minute by minute and looks.

Written from the design alone. It takes the rules' value classes for its input and its answers, and none of their
logic. Clocks change on whole minutes, so nothing can change within one, and a walk by minutes misses nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from campaigns.rules.budgets import BudgetUse
from campaigns.rules.dayparting import Window
from campaigns.rules.delivery import Blocker, Facts

MINUTE = timedelta(minutes=1)
MINUTES_A_DAY = 24 * 60
MINUTES_A_WEEK = 7 * MINUTES_A_DAY

# No clock was ever set back by more than a day: whoever looks back this far has seen the latest date shown.
_LOOK_BACK_MINUTES = 26 * 60


@dataclass(frozen=True, slots=True)
class Minute:
    """One minute of a zone's wall clock.

    :param at: the instant, in UTC, of which it is the minute.
    :param wall: what the clock shows, without an offset.
    :param day: the local day: the latest date that the clock has shown by then.
    """

    at: datetime
    wall: datetime
    day: date


def minute_at(moment: datetime, zone: ZoneInfo) -> Minute:
    """Look at the clock at one moment, having watched it for a day before."""
    latest = max(_wall(moment - number * MINUTE, zone).date() for number in range(_LOOK_BACK_MINUTES))
    return Minute(moment, _wall(moment, zone), latest)


def minutes_after(moment: datetime, zone: ZoneInfo, count: int) -> Iterator[Minute]:
    """Watch the clock for so many whole minutes after a moment."""
    day = minute_at(moment, zone).day
    at = moment.astimezone(UTC).replace(second=0, microsecond=0)
    for _ in range(count):
        at += MINUTE
        wall = _wall(at, zone)
        day = max(day, wall.date())
        yield Minute(at, wall, day)


def day_begins(day: date, zone: ZoneInfo) -> datetime:
    """Find the first minute of a local day, by watching from the noon before the day before."""
    watch_from = datetime.combine(day, time(12), tzinfo=UTC) - timedelta(days=2)
    return next(minute.at for minute in minutes_after(watch_from, zone, 4 * MINUTES_A_DAY) if minute.day >= day)


def minutes_of_the_week(windows: Iterable[Window]) -> frozenset[int]:
    """List the minutes of a week, from Monday 00:00 = 0, that lie in the windows."""
    inside: set[int] = set()
    for window in windows:
        first, last = _minutes(window.start), _minutes(window.end)
        length = last - first if last > first else last - first + MINUTES_A_DAY
        for weekday in window.weekdays:
            begins = weekday * MINUTES_A_DAY + first
            inside.update((begins + number) % MINUTES_A_WEEK for number in range(length))
    return frozenset(inside)


def blockers(facts: Facts, now: datetime) -> tuple[Blocker, ...]:
    """Say what holds the campaign at the moment of its facts."""
    return Future(facts, now).blockers_at(now)


class Future:
    """What time alone will do to a campaign whose facts were taken at `now`."""

    def __init__(self, facts: Facts, now: datetime) -> None:
        assert facts.zone is not None
        self.zone = facts.zone
        self.facts = facts
        self.now = minute_at(now, facts.zone)
        self.open_minutes = None if facts.windows is None else minutes_of_the_week(facts.windows)

    def blockers_at(self, moment: datetime) -> tuple[Blocker, ...]:
        """Say what will hold the campaign at a moment from now on."""
        return tuple(self._holding(minute_at(moment, self.zone)))

    def headline_at(self, moment: datetime) -> Blocker | None:
        """Say which blocker will be shown at a moment from now on."""
        return next(self._holding(minute_at(moment, self.zone)), None)

    def first_change(self, minutes: int) -> datetime | None:
        """Find the first of so many minutes at which another headline is shown than now; None if none does."""
        headline = next(self._holding(self.now), None)
        for minute in minutes_after(self.now.at, self.zone, minutes):
            if next(self._holding(minute), None) != headline:
                return minute.at
        return None

    def _holding(self, minute: Minute) -> Iterator[Blocker]:
        facts = self.facts
        is_same_day = minute.day == self.now.day
        is_same_month = (minute.day.year, minute.day.month) == (self.now.day.year, self.now.day.month)
        if not facts.is_brand_enabled:
            yield Blocker.BRAND_OFF
        if not facts.is_campaign_enabled:
            yield Blocker.CAMPAIGN_OFF
        if facts.start_date is not None and minute.day < facts.start_date:
            yield Blocker.FLIGHT_NOT_STARTED
        if facts.end_date is not None and minute.day > facts.end_date:
            yield Blocker.FLIGHT_ENDED
        if _is_spent(facts.brand.month, is_same_period=is_same_month):
            yield Blocker.BRAND_MONTH
        if _is_spent(facts.brand.day, is_same_period=is_same_day):
            yield Blocker.BRAND_DAY
        if _is_spent(facts.campaign.month, is_same_period=is_same_month):
            yield Blocker.CAMPAIGN_MONTH
        if _is_spent(facts.campaign.day, is_same_period=is_same_day):
            yield Blocker.CAMPAIGN_DAY
        if self.open_minutes is not None and _minute_of_the_week(minute.wall) not in self.open_minutes:
            yield Blocker.OUTSIDE_WINDOWS


def _wall(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None)


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def _minute_of_the_week(wall: datetime) -> int:
    return wall.weekday() * MINUTES_A_DAY + _minutes(wall.time())


def _is_spent(use: BudgetUse, *, is_same_period: bool) -> bool:
    if use.limit is None:
        return False
    # A new period starts with nothing spent. A limit of 0 means that it may not run, whatever was credited.
    return use.limit == 0 or (is_same_period and use.spent >= use.limit)
