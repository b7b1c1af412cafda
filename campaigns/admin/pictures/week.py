"""The week: when a campaign may run, seven days by 24 hours, with the present moment marked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import time, timedelta

from django.utils.safestring import SafeString

from campaigns.admin.pictures import canvas
from campaigns.rules.dayparting import Stretch, Weekday, Window, week_of

_ONE_DAY = timedelta(days=1)
_WHOLE_DAY = (Stretch(timedelta(0), _ONE_DAY),)
_ROW = 22
_HEAD = 18
# Percent of the width that the names of the days take.
_NAMES = 11.0
_LABELLED = (0, 6, 12, 18)


@dataclass(frozen=True, slots=True)
class WallClock:
    """A weekday and a time on it."""

    weekday: Weekday
    clock: time


@dataclass(frozen=True, slots=True)
class DayHours:
    """A weekday and its hours in words."""

    name: str
    hours: str
    is_today: bool


def week_picture(windows: Collection[Window] | None, *, now: WallClock | None, key: str = "week") -> SafeString:
    """Return the picture of a week.

    :param windows: None: any hour. Empty: never.
    :param now: what the brand's clocks show; None: nothing is marked.
    """
    height = _HEAD + 7 * _ROW
    rows = [_row(day, stretches) for day, stretches in zip(Weekday, _days(windows), strict=True)]
    names = [
        canvas.words(
            _name(day)[:3], x=0, y=_HEAD + day * _ROW + 15, kind="day day-now" if now and day is now.weekday else "day"
        )
        for day in Weekday
    ]
    pieces = [*names, canvas.inset([*_grid(height), *rows, *_now(now)], left=_NAMES, top=0, height=height)]
    return canvas.picture(
        pieces, key=key, kind="week", height=height, title="The week in which it may run", description=_say(windows)
    )


def week_words(windows: Collection[Window] | None, *, now: WallClock | None) -> list[DayHours]:
    """Return the same in words, day by day."""
    return [
        DayHours(_name(day), _describe(stretches), now is not None and now.weekday is day)
        for day, stretches in zip(Weekday, _days(windows), strict=True)
    ]


def _days(windows: Collection[Window] | None) -> tuple[tuple[Stretch, ...], ...]:
    return (_WHOLE_DAY,) * 7 if windows is None else week_of(windows)


def _row(day: Weekday, stretches: tuple[Stretch, ...]) -> SafeString:
    top = _HEAD + day * _ROW + 3
    track = canvas.bar("track", x=0, width=100, top=top, height=_ROW - 6, round_=3)
    bars = [
        canvas.bar(
            "open",
            x=_percent(stretch.start),
            width=_percent(stretch.end - stretch.start),
            top=top,
            height=_ROW - 6,
            words=f"{_name(day)} {_words(stretch)}",
            round_=3,
        )
        for stretch in stretches
    ]
    return canvas.group([track, *bars])


def _grid(height: int) -> list[SafeString]:
    lines = [canvas.upright("hour", x=hour * 100 / 24, top=_HEAD, bottom=height) for hour in range(1, 24)]
    labels = [canvas.words(f"{hour:02}", x=hour * 100 / 24, y=11) for hour in _LABELLED]
    return [*lines, *labels, canvas.words("24", x=100, y=11, anchor="end")]


def _now(now: WallClock | None) -> list[SafeString]:
    if now is None:
        return []
    x, top = _percent(_since_midnight(now.clock)), _HEAD + now.weekday * _ROW
    return [
        canvas.upright("now-halo", x=x, top=top, bottom=top + _ROW),
        canvas.upright("now", x=x, top=top, bottom=top + _ROW),
    ]


def _say(windows: Collection[Window] | None) -> str:
    if windows is None:
        return "It may run at any hour."
    return f"It may run {'; '.join(map(str, windows))}." if windows else "It may never run: there is no window."


def _describe(stretches: tuple[Stretch, ...]) -> str:
    if stretches == _WHOLE_DAY:
        return "all day"
    return ", ".join(map(_words, stretches)) or "not at all"


def _words(stretch: Stretch) -> str:
    return f"{_clock(stretch.start)}–{_clock(stretch.end)}"


def _clock(since_midnight: timedelta) -> str:
    hours, rest = divmod(since_midnight, timedelta(hours=1))
    return f"{hours:02}:{rest // timedelta(minutes=1):02}"


def _since_midnight(clock: time) -> timedelta:
    return timedelta(hours=clock.hour, minutes=clock.minute)


def _percent(part: timedelta) -> float:
    return part / _ONE_DAY * 100


def _name(day: Weekday) -> str:
    return day.name.capitalize()
