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

# Since 1998 no clock was set back by more than three hours (Casey, 2010): who looks back this far has seen the latest
# date that it showed.
_LOOK_BACK_MINUTES = 4 * 60


@dataclass(frozen=True, slots=True)
class Minute:
    """One minute of a zone's wall clock.

    :param at: the instant, in UTC, of which it is the minute.
    :param wall: what the clock shows.
    :param day: the local day: the latest date that the clock has shown by then.
    """

    at: datetime
    wall: datetime
    day: date


def minute_at(moment: datetime, zone: ZoneInfo) -> Minute:
    """Look at the clock at one moment, having watched it for some hours before."""
    latest = max((moment - number * MINUTE).astimezone(zone).date() for number in range(_LOOK_BACK_MINUTES))
    return Minute(moment, moment.astimezone(zone), latest)


def minutes_after(moment: datetime, zone: ZoneInfo, count: int) -> Iterator[Minute]:
    """Watch the clock for so many whole minutes after a moment."""
    day = minute_at(moment, zone).day
    at = moment.astimezone(UTC).replace(second=0, microsecond=0)
    for _ in range(count):
        at += MINUTE
        wall = at.astimezone(zone)
        day = max(day, wall.date())
        yield Minute(at, wall, day)


def day_begins(day: date, zone: ZoneInfo) -> datetime:
    """Find the first minute of a local day: no zone is more than 14 hours ahead of UTC, or 12 behind."""
    watch_from = datetime.combine(day, time(0), tzinfo=UTC) - timedelta(hours=15)
    return next(minute.at for minute in minutes_after(watch_from, zone, 3 * MINUTES_A_DAY) if minute.day >= day)


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
        return self._holding(minute_at(moment, self.zone))

    def headline_at(self, moment: datetime) -> Blocker | None:
        """Say which blocker will be shown at a moment from now on."""
        return _first(self._holding(minute_at(moment, self.zone)))

    def first_change(self, minutes: int) -> datetime | None:
        """Find the first of so many minutes at which another headline is shown than now; None if none does."""
        headline = _first(self._holding(self.now))
        for minute in minutes_after(self.now.at, self.zone, minutes):
            if _first(self._holding(minute)) != headline:
                return minute.at
        return None

    def _holding(self, minute: Minute) -> tuple[Blocker, ...]:
        facts, today, now = self.facts, minute.day, self.now.day
        same_day, same_month = today == now, (today.year, today.month) == (now.year, now.month)
        holds = {
            Blocker.BRAND_OFF: not facts.is_brand_enabled,
            Blocker.CAMPAIGN_OFF: not facts.is_campaign_enabled,
            Blocker.FLIGHT_NOT_STARTED: facts.start_date is not None and today < facts.start_date,
            Blocker.FLIGHT_ENDED: facts.end_date is not None and today > facts.end_date,
            Blocker.BRAND_MONTH: _is_spent(facts.brand.month, is_same_period=same_month),
            Blocker.BRAND_DAY: _is_spent(facts.brand.day, is_same_period=same_day),
            Blocker.CAMPAIGN_MONTH: _is_spent(facts.campaign.month, is_same_period=same_month),
            Blocker.CAMPAIGN_DAY: _is_spent(facts.campaign.day, is_same_period=same_day),
            Blocker.OUTSIDE_WINDOWS: self._is_closed(minute.wall),
        }
        return tuple(blocker for blocker, is_holding in holds.items() if is_holding)

    def _is_closed(self, wall: datetime) -> bool:
        minute_of_the_week = wall.weekday() * MINUTES_A_DAY + wall.hour * 60 + wall.minute
        return self.open_minutes is not None and minute_of_the_week not in self.open_minutes


def _first(holding: tuple[Blocker, ...]) -> Blocker | None:
    return holding[0] if holding else None


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def _is_spent(use: BudgetUse, *, is_same_period: bool) -> bool:
    if use.limit is None:
        return False
    # A new period starts with nothing spent. A limit of 0 means that it may not run, whatever was credited.
    return use.limit == 0 or (is_same_period and use.spent >= use.limit)
