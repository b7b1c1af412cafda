"""Dayparting: the hours of the week in which a campaign may run.

Windows are wall clock: [start, end) on the weekdays on which they start. An hour that the clocks skip is no time, an
hour that they repeat runs twice. `end <= start` runs into the next day; 00:00-00:00 is the whole day.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import IntEnum
from zoneinfo import ZoneInfo

from campaigns.errors import InvalidWindow
from campaigns.rules.periods import day_start, local_day, offset_change

_CLOCK = re.compile(r"[0-9]{1,2}:[0-9]{2}", re.ASCII)
# Days to look ahead: most edges come today or tomorrow. A window that lies wholly in a skipped hour or date misses
# one week, so two weeks and a day show every pattern.
_HORIZONS = (2, 16)
_ONE_DAY = timedelta(days=1)


class Weekday(IntEnum):
    """ISO 8601 weekdays, counted from 0 as Python's `date.weekday()` does."""

    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6


EVERY_DAY = frozenset(Weekday)


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of wall-clock time on some weekdays, [start, end).

    :raises InvalidWindow: if it has no weekday, or a time with an offset.
    """

    weekdays: frozenset[Weekday]
    start: time
    end: time

    def __post_init__(self) -> None:
        if not self.weekdays:
            raise InvalidWindow("A window needs at least one weekday.")
        if self.start.tzinfo is not None or self.end.tzinfo is not None:
            raise InvalidWindow("A window's times are wall clock, in the brand's time zone: leave out the offset.")

    @property
    def runs_overnight(self) -> bool:
        """True if it ends on the day after it starts (midnight counts as the next day's)."""
        return self.end <= self.start

    def __str__(self) -> str:
        return f"{describe_weekdays(self.weekdays)} {self.start:%H:%M}-{self.end:%H:%M}"


@dataclass(frozen=True, slots=True, order=True)
class Stretch:
    """A part of one day's wall clock, as time since midnight: from `start` up to, not including, `end`."""

    start: timedelta
    end: timedelta


def is_inside(windows: Iterable[Window], moment: datetime, zone: ZoneInfo) -> bool:
    """Tell whether the wall clock of the zone stands in one of the windows at that moment."""
    wall = moment.astimezone(zone)
    today, clock = Weekday(wall.weekday()), wall.time()
    yesterday = Weekday((today - 1) % 7)
    return any(_covers(window, today, yesterday, clock) for window in windows)


def next_edge(windows: tuple[Window, ...], moment: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the first instant after `moment` at which being inside the windows changes, or None if it never does."""
    inside = is_inside(windows, moment, zone)
    for days in _HORIZONS:
        for candidate in _candidates(windows, moment, zone, days):
            if is_inside(windows, candidate, zone) is not inside:
                return candidate
    return None


def week_of(windows: Iterable[Window]) -> tuple[tuple[Stretch, ...], ...]:
    """Return, for each weekday from Monday on, the stretches of its wall clock that the windows cover.

    In order and without overlaps; what runs overnight is cut at midnight, and Sunday's runs into Monday.
    """
    days: list[list[Stretch]] = [[] for _ in Weekday]
    for window in windows:
        start, end = _since_midnight(window.start), _since_midnight(window.end)
        for day in window.weekdays:
            if window.runs_overnight:
                days[day].append(Stretch(start, _ONE_DAY))
                days[(day + 1) % 7].append(Stretch(timedelta(0), end))
            else:
                days[day].append(Stretch(start, end))
    return tuple(_merged(stretches) for stretches in days)


def daily_hours(*, allowed_start_hour: int, allowed_end_hour: int) -> Window:
    """Return the window for "hours 8 to 20": both hours are allowed, so it means 08:00 up to 21:00, every day.

    :param allowed_start_hour: 0 to 23, the first hour in which the campaign may run.
    :param allowed_end_hour: 0 to 23, the last one. Before the start: over midnight.
    :raises InvalidWindow: for other numbers.
    """
    for hour in (allowed_start_hour, allowed_end_hour):
        if isinstance(hour, bool) or not 0 <= hour <= 23:
            raise InvalidWindow(f"{hour} is not an hour of the day: use 0 to 23.")
    return Window(EVERY_DAY, time(allowed_start_hour), time((allowed_end_hour + 1) % 24))


def parse_hours(text: str) -> Window:
    """Read `08:00-20:00` as a window on every day; `22:00-06:00` runs over midnight, `00:00-24:00` is the whole day.

    :raises InvalidWindow: for anything else.
    """
    start_text, _, end_text = text.partition("-")
    try:
        return Window(EVERY_DAY, _read_clock(start_text), _read_clock("00:00" if end_text == "24:00" else end_text))
    except ValueError:
        raise InvalidWindow(f"{text[:40]!r} is not a window: write it as 08:00-20:00.") from None


def describe_weekdays(weekdays: Iterable[Weekday]) -> str:
    """Write weekdays as people do: `every day`, `Mon-Fri`, `Mon, Wed`."""
    days = sorted(set(weekdays))
    if len(days) == len(Weekday):
        return "every day"
    names = [day.name.capitalize()[:3] for day in days]
    is_run = len(days) > 2 and days[-1] - days[0] == len(days) - 1
    return f"{names[0]}-{names[-1]}" if is_run else ", ".join(names)


def _covers(window: Window, today: Weekday, yesterday: Weekday, clock: time) -> bool:
    if not window.runs_overnight:
        return today in window.weekdays and window.start <= clock < window.end
    starts_today = today in window.weekdays and clock >= window.start
    return starts_today or (yesterday in window.weekdays and clock < window.end)


def _since_midnight(clock: time) -> timedelta:
    return timedelta(hours=clock.hour, minutes=clock.minute, seconds=clock.second, microseconds=clock.microsecond)


def _merged(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    merged: list[Stretch] = []
    for stretch in sorted(stretch for stretch in stretches if stretch.start < stretch.end):
        if merged and stretch.start <= merged[-1].end:
            merged[-1] = Stretch(merged[-1].start, max(merged[-1].end, stretch.end))
        else:
            merged.append(stretch)
    return tuple(merged)


def _candidates(windows: tuple[Window, ...], moment: datetime, zone: ZoneInfo, days: int) -> list[datetime]:
    """Return, in order, every instant of the coming days at which the answer can change: edges, new offsets."""
    clocks = {clock for window in windows for clock in (window.start, window.end)}
    today = local_day(moment, zone)
    until = day_start(today + days * _ONE_DAY, zone)
    instants: set[datetime] = set()
    for day in (today + number * _ONE_DAY for number in range(-1, days + 1)):
        instants |= {
            datetime.combine(day, clock, tzinfo=zone).replace(fold=fold).astimezone(UTC)
            for clock in clocks | {time(0)}
            for fold in (0, 1)
        }
        start, end = day_start(day, zone), day_start(day + _ONE_DAY, zone)
        if start.astimezone(zone).utcoffset() != end.astimezone(zone).utcoffset():
            instants.add(offset_change(start, end, zone))
    return sorted(instant for instant in instants if moment < instant <= until)


def _read_clock(text: str) -> time:
    if _CLOCK.fullmatch(text.strip()) is None:
        raise ValueError(text)
    hour, minute = text.split(":")
    return time(int(hour), int(minute))
