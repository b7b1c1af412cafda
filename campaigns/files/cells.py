"""Cells: what an amount and a date may look like in a file, and what they mean for a brand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Context, Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from campaigns.errors import InvalidAmount, InvalidMoment
from campaigns.files.numbers import DecimalMark, plain_number
from campaigns.rules.money import LARGEST_AMOUNT, MICRO
from campaigns.rules.periods import (
    EARLIEST_MOMENT,
    PeriodKind,
    check_day,
    check_moment,
    local_day,
    period_of_day,
    wall_moment,
)

_LONGEST_SHOWN = 40
_LONGEST_NUMBER = 80
_EXACT = Context(prec=2 * _LONGEST_NUMBER)
_TICK = timedelta(microseconds=1)

# A negative exponent is how programs print small floats; a positive one is how spreadsheets lose digits.
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE]-[0-9]{1,2})?", re.ASCII)
# How platforms hide small numbers.
_BOUND = re.compile(r"[<>≤≥~≈].*")
_DATE = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"([T ](?P<clock>[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?)"
    r"\s?(?P<offset>Z|UTC|[+-][0-9]{2}:?[0-9]{2})?)?",
    re.ASCII,
)


class Unit(StrEnum):
    """What a file's amounts count: units of the currency, or millionths of one, as ad platforms bill."""

    UNITS = "units"
    MICROS = "micros"


def read_amount(text: str, unit: Unit, mark: DecimalMark | None = None) -> Decimal | None:
    """Read an amount exactly, in units, with as many decimals as it has; None for an empty cell.

    :param mark: what the whole column has before its decimals, thousands set apart or not; None: plain numbers only.
    :raises InvalidAmount: for currency signs, bounds, words, and what is too large for any budget.
    """
    if not text:
        return None
    if mark is not None and len(text) <= _LONGEST_NUMBER:
        text = plain_number(text, mark) or text
    if _BOUND.fullmatch(text):
        raise InvalidAmount(f"{shown(text)} is not a plain amount but a bound: export the exact numbers.")
    if len(text) > _LONGEST_NUMBER or _NUMBER.fullmatch(text) is None:
        raise InvalidAmount(
            f"{shown(text)} is not a plain amount: write digits and a point, such as 1234.50, without thousands "
            "separators, currency signs or words."
        )
    number = Decimal(text)
    amount = number.scaleb(MICRO.adjusted(), _EXACT) if unit is Unit.MICROS else number
    if abs(amount) > LARGEST_AMOUNT:
        raise InvalidAmount(f"{shown(text)} is too large for a spend: if the amounts are micros, say so.")
    return amount


@dataclass(frozen=True, slots=True)
class FileDate:
    """A date as a file has it: a day, perhaps with a clock time, perhaps with an offset.

    Without an offset it is the brand's local time.
    """

    day: date
    clock: time | None = None
    offset: timezone | None = None

    def moment(self, zone: ZoneInfo, *, now: datetime) -> datetime:
        """Return the moment in UTC; for a day without a time the day's last instant that is not after `now`.

        :raises InvalidMoment: if it lies before 1998 or in the future, or if the brand's clocks skip it.
        """
        self._check_year(now)
        if self.clock is not None:
            wall = datetime.combine(self.day, self.clock)
            given = wall.replace(tzinfo=self.offset) if self.offset else wall_moment(wall, zone)
            return check_moment(given, now=now)
        period = period_of_day(PeriodKind.DAY, check_day(self.day, zone), zone)
        if period.start > now:
            raise InvalidMoment(f"{self.day} has not begun in {zone.key}.")
        return check_moment(min(now.astimezone(UTC), period.end - _TICK), now=now)

    def local_day(self, zone: ZoneInfo, *, now: datetime) -> date:
        """Return the brand's day. A time without an offset stands on its date, even if clocks skip that time.

        :raises InvalidMoment: if it lies before 1998 or in the future, or if clocks skip the whole day.
        """
        if self.offset is not None:
            return local_day(self.moment(zone, now=now), zone)
        self._check_year(now)
        if self.day > local_day(now, zone):
            raise InvalidMoment(f"{self.day} has not begun in {zone.key}: it cannot have a total.")
        return check_day(self.day, zone)

    def _check_year(self, now: datetime) -> None:
        if not EARLIEST_MOMENT.year <= self.day.year <= now.year + 1:
            raise InvalidMoment(f"The year {self.day.year:04} cannot be right for a spend.")


def read_date(text: str) -> FileDate:
    """Read `2026-11-20`, `2026-11-20 14:00`, `2026-11-20T14:00:00.000`, with or without Z or +02:00.

    :raises InvalidMoment: for anything else, and for a day or a time that no calendar or clock has.
    """
    match = _DATE.fullmatch(text)
    if match is None:
        raise InvalidMoment(
            f"{shown(text)} is not a date: write it as 2026-11-20, 2026-11-20 14:00 or 2026-11-20T14:00+02:00."
        )
    try:
        clock = time.fromisoformat(match["clock"]) if match["clock"] else None
        return FileDate(date.fromisoformat(match["day"]), clock, _read_offset(match["offset"]))
    except ValueError:
        raise InvalidMoment(f"{shown(text)} is in no calendar, or on no clock.") from None


def shown(text: str) -> str:
    """Write a cell for a sentence: quoted, and cut where it is long."""
    return repr(text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…")


def _read_offset(text: str | None) -> timezone | None:
    if not text:
        return None
    if text in {"Z", "UTC"}:
        return UTC
    hours, minutes = int(text[1:3]), int(text[-2:])
    if minutes > 59:
        raise ValueError(text)
    return timezone(timedelta(hours=hours, minutes=minutes) * (-1 if text[0] == "-" else 1))
