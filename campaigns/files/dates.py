"""Dates: the ways in which files write a day, and which way a whole column has chosen."""

from __future__ import annotations

import re
from datetime import date, time
from enum import StrEnum

from campaigns.errors import InvalidMoment, UnreadableFile
from campaigns.files.cells import FileDate, read_date, shown


class DateOrder(StrEnum):
    """What comes first in 03/04/2026."""

    DAY_FIRST = "day-first"
    MONTH_FIRST = "month-first"


_CLOCK = (
    r"(,?[ T]+(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(:(?P<second>[0-9]{2})([.]0+)?)?"
    r"(\s?(?P<half>[AaPp])\.?[Mm]\.?)?)?"
)
_NUMERIC = re.compile(rf"(?P<a>[0-9]{{1,2}})(?P<mark>[/.-])(?P<b>[0-9]{{1,2}})(?P=mark)(?P<year>[0-9]{{4}}){_CLOCK}")
_YEAR_FIRST = re.compile(rf"(?P<year>[0-9]{{4}})/(?P<month>[0-9]{{1,2}})/(?P<day>[0-9]{{1,2}}){_CLOCK}")
_COMPACT = re.compile(r"(?P<year>(19|20)[0-9]{2})(?P<month>[0-9]{2})(?P<day>[0-9]{2})")
# How Microsoft writes an hour: 2020-03-15|7.
_BAR = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})\|(?P<hour>[0-9]{1,2})")
_MONTH_NAMED = re.compile(rf"(?P<name>[A-Za-z]{{3,9}})\.?\s+(?P<day>[0-9]{{1,2}}),?\s+(?P<year>[0-9]{{4}}){_CLOCK}")
_DAY_NAMED = re.compile(rf"(?P<day>[0-9]{{1,2}})[ -](?P<name>[A-Za-z]{{3,9}})\.?[ -](?P<year>[0-9]{{4}}){_CLOCK}")
_WITHOUT_ORDER = (_BAR, _YEAR_FIRST, _COMPACT, _MONTH_NAMED, _DAY_NAMED)
_RANGE = re.compile(r"[0-9].*(\s[-–—~]\s|\s(to|until|bis)\s|\.\.).*[0-9]", re.IGNORECASE)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def read_day(text: str, order: DateOrder | None = None) -> FileDate:
    """Read a date in any of the ways in which files write one.

    :param order: what the column has decided about 03/04/2026; None: it has no such dates.
    :raises InvalidMoment: for what is no single day, or no date at all.
    """
    if (match := _NUMERIC.fullmatch(text)) and order is not None:
        day, month = (match["a"], match["b"]) if order is DateOrder.DAY_FIRST else (match["b"], match["a"])
        return _file_date(text, match, month=int(month), day=int(day))
    for shape in _WITHOUT_ORDER:
        if match := shape.fullmatch(text):
            groups = match.groupdict()
            month_number = _month_of(groups["name"], text) if "name" in groups else int(match["month"])
            return _file_date(text, match, month=month_number, day=int(match["day"]))
    _refuse_what_is_no_single_day(text)
    return read_date(text)


class DateColumn:
    """Looks at a column's dates, one after the other, and says in which order they are written."""

    def __init__(self) -> None:
        self._orders = set(DateOrder)
        self._numeric: tuple[int, str] | None = None
        self._unclear: tuple[int, str] | None = None
        self._other: tuple[int, str] | None = None

    def see(self, text: str, line: int) -> None:
        """Take note of a date. What is none is for its row to refuse."""
        match = _NUMERIC.fullmatch(text)
        if match is None:
            if text and self._other is None and _is_day(text):
                self._other = line, text
            return
        self._numeric = self._numeric or (line, text)
        fitting = (
            {DateOrder.DAY_FIRST} if match["mark"] == "." else {order for order in DateOrder if _fits(text, order)}
        )
        if fitting:
            self._orders &= fitting
        if len(fitting) > 1 and match["a"].lstrip("0") != match["b"].lstrip("0"):
            self._unclear = self._unclear or (line, text)

    def decide(self, *, file_name: str) -> DateOrder | None:
        """Return the order; None where no date needs one.

        :raises UnreadableFile: if it could be either, or if the column mixes ways that cannot all be right.
        """
        if self._numeric is None:
            return None
        if not self._orders or self._other is not None:
            line, text = self._other or self._numeric
            raise UnreadableFile(
                f"{file_name}: the dates are written in more than one way, such as {self._numeric[1]!r} on line "
                f"{self._numeric[0]} and {text!r} on line {line}: a spreadsheet may have changed some of them. Export "
                "the file anew.",
                field="date",
            )
        if len(self._orders) > 1 and self._unclear is not None:
            line, text = self._unclear
            raise UnreadableFile(
                f"{file_name}, line {line}: {text!r} may begin with the day or with the month, and no other row "
                "tells. Say which it is: --date-format day-first or --date-format month-first.",
                field="date_format",
            )
        return DateOrder.DAY_FIRST if DateOrder.DAY_FIRST in self._orders else DateOrder.MONTH_FIRST


def _is_day(text: str) -> bool:
    try:
        read_day(text)
    except InvalidMoment:
        return False
    return True


def _fits(text: str, order: DateOrder) -> bool:
    try:
        read_day(text, order)
    except InvalidMoment:
        return False
    return True


def _file_date(text: str, match: re.Match[str], *, month: int, day: int) -> FileDate:
    try:
        return FileDate(date(int(match["year"]), month, day), _clock(match.groupdict()))
    except ValueError:
        raise InvalidMoment(f"{shown(text)} is in no calendar, or on no clock.") from None


def _clock(groups: dict[str, str | None]) -> time | None:
    if not groups.get("hour"):
        return None
    hour = int(groups["hour"] or 0)
    if half := (groups.get("half") or "").lower():
        if not 1 <= hour <= 12:
            raise ValueError(hour)
        hour = hour % 12 + (12 if half == "p" else 0)
    return time(hour, int(groups.get("minute") or 0), int(groups.get("second") or 0))


def _month_of(name: str, text: str) -> int:
    short = name[:3].casefold()
    if short not in _MONTHS:
        raise InvalidMoment(f"{shown(text)} is not a date: {name!r} is no English month.")
    return _MONTHS.index(short) + 1


def _refuse_what_is_no_single_day(text: str) -> None:
    if _RANGE.search(text):
        raise InvalidMoment(f"{shown(text)} covers several days: export the report by day.")
    if text.casefold() in _WEEKDAYS:
        raise InvalidMoment(f"{shown(text)} is a weekday of no week: export the report by day.")
