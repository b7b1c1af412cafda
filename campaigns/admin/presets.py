"""Presets: the hours that people ask for most, filled into the table of windows with one button, without a script."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

from django.http import QueryDict

from campaigns.rules.dayparting import EVERY_DAY, Weekday, Window

# The buttons that are no preset: a line more, and the table emptied.
ANOTHER_LINE, EMPTY = "line", "empty"

_WEEKEND = frozenset({Weekday.SATURDAY, Weekday.SUNDAY})
_MIDNIGHT = time(0)


@dataclass(frozen=True, slots=True)
class Preset:
    """A window with a name."""

    key: str
    name: str
    window: Window

    @property
    def hours(self) -> str:
        """The window in words."""
        return (
            "all day" if self.window.start == self.window.end else f"{self.window.start:%H:%M}–{self.window.end:%H:%M}"
        )


PRESETS = (
    Preset("business", "Business hours, Mon–Fri", Window(EVERY_DAY - _WEEKEND, time(9), time(17))),
    Preset("evenings", "Evenings", Window(EVERY_DAY, time(18), time(23))),
    Preset("weekends", "Weekends", Window(_WEEKEND, _MIDNIGHT, _MIDNIGHT)),
    Preset("every-day", "Every day", Window(EVERY_DAY, time(8), time(20))),
    Preset("overnight", "Overnight", Window(EVERY_DAY, time(22), time(6))),
)

_WINDOWS = {preset.key: preset.window for preset in PRESETS}
_LONGEST_NUMBER = 3


def fill_in(sent: QueryDict, *, wanted: str, prefix: str, most: int) -> QueryDict:
    """Return what was sent with the preset in the first empty line of the table, or in a new one.

    :param wanted: the preset's key, or one of the two other buttons; anything else changes nothing.
    :param most: how many lines the table may have.
    """
    filled = sent.copy()
    count = sent.get(f"{prefix}-TOTAL_FORMS", "")
    if not (count.isascii() and count.isdecimal() and len(count) <= _LONGEST_NUMBER):
        return filled
    lines = int(count)
    if wanted == EMPTY:
        _empty(filled, prefix, lines)
    elif wanted == ANOTHER_LINE:
        filled[f"{prefix}-TOTAL_FORMS"] = str(min(lines + 1, max(lines, most)))
    elif wanted in _WINDOWS:
        free = (number for number in range(lines) if _is_empty(sent, f"{prefix}-{number}"))
        number = next(free, lines)
        if number < most:
            _put(filled, f"{prefix}-{number}", _WINDOWS[wanted])
            filled[f"{prefix}-TOTAL_FORMS"] = str(max(lines, number + 1))
    return filled


def _put(filled: QueryDict, line: str, window: Window) -> None:
    filled.setlist(f"{line}-weekdays", [str(day.value) for day in sorted(window.weekdays)])
    filled[f"{line}-start"] = f"{window.start:%H:%M}"
    filled[f"{line}-end"] = f"{window.end:%H:%M}"


def _empty(filled: QueryDict, prefix: str, lines: int) -> None:
    """Tick what is stored for deletion, and clear what was only typed."""
    for number in range(lines):
        line = f"{prefix}-{number}"
        if _is_stored(filled, prefix, number):
            filled[f"{line}-DELETE"] = "on"
        else:
            for name in ("weekdays", "start", "end"):
                filled.pop(f"{line}-{name}", None)


def _is_stored(filled: QueryDict, prefix: str, number: int) -> bool:
    stored = filled.get(f"{prefix}-INITIAL_FORMS", "")
    return stored.isascii() and stored.isdecimal() and len(stored) <= _LONGEST_NUMBER and number < int(stored)


def _is_empty(sent: QueryDict, line: str) -> bool:
    return not any(sent.get(f"{line}-{name}") for name in ("weekdays", "start", "end"))
