"""Days and months as a brand sees them, and which clock to believe.

A period is half-open: [start, end). Moments are in UTC; calendar questions are asked in the zone passed in.
A local day is [its first instant, the next day's first instant): 23, 24 or 25 hours, and no time at all where a
zone skipped the date (Apia, 30 December 2011). Rules for clocks: RFC 9557 and the IANA time zone database.
"""

from __future__ import annotations

import zoneinfo
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from campaigns.errors import InvalidMoment, InvalidTimeZone

# Clocks of machines differ by seconds, and a slow worker acts on the moment at which it began. Up to this far, a
# spend may lie ahead of the clock, and an older `now` is a late one; beyond it, the clock itself was set back.
CLOCK_TOLERANCE = timedelta(minutes=5)

# No ad platform bills for earlier days (the first, GoTo.com, started in 1998).
EARLIEST_MOMENT = datetime(1998, 1, 1, tzinfo=UTC)

# Flights outside of these cannot be meant, and calendars end at 9999.
EARLIEST_DAY = EARLIEST_MOMENT.date()
LATEST_DAY = date(2199, 12, 31)

# Names in the database that mean another zone on each machine, or none at all.
_NO_PLACES = frozenset({"localtime", "posixrules", "Factory"})

_MIDNIGHT = time(0)
_ONE_DAY = timedelta(days=1)


class PeriodKind(StrEnum):
    """The two periods for which there are budgets."""

    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Period:
    """A local day or month: from `start` up to, not including, `end`, both in UTC.

    :param first_day: the local date on which it begins.
    """

    kind: PeriodKind
    first_day: date
    start: datetime
    end: datetime

    def __contains__(self, moment: datetime) -> bool:
        return self.start <= moment < self.end


@dataclass(frozen=True, slots=True)
class CurrentPeriods:
    """The local day and the local month that contain one moment."""

    day: Period
    month: Period


def find_zone(name: str) -> ZoneInfo:
    """Look up a time zone by its IANA name.

    :raises InvalidTimeZone: if there is none of that name.
    """
    if name not in _known_zones():
        raise InvalidTimeZone(f"{name[:60]!r} is not a time zone: use an IANA name, such as Europe/Berlin.")
    return ZoneInfo(name)


# A pass asks it again and again, for the same moment in a few zones.
@lru_cache(maxsize=1024)
def current_periods(now: datetime, zone: ZoneInfo) -> CurrentPeriods:
    """Return the local day and the local month that contain `now`."""
    today = local_day(now, zone)
    return CurrentPeriods(
        day=period_of_day(PeriodKind.DAY, today, zone), month=period_of_day(PeriodKind.MONTH, today, zone)
    )


def period_at(kind: PeriodKind, moment: datetime, zone: ZoneInfo) -> Period:
    """Return the local period of that kind that contains the moment."""
    day = local_day(moment, zone)
    return period_of_day(kind, day, zone)


@lru_cache(maxsize=4096)
def period_of_day(kind: PeriodKind, day: date, zone: ZoneInfo) -> Period:
    """Return the local day `day`, or the local month that it belongs to."""
    if kind is PeriodKind.DAY:
        return Period(kind, day, day_start(day, zone), day_start(day + _ONE_DAY, zone))
    first = day.replace(day=1)
    return Period(kind, first, day_start(first, zone), day_start(_first_of_next_month(first), zone))


def check_day(day: date, zone: ZoneInfo, *, field: str = "occurred_at") -> date:
    """Return the day if the zone's calendar has it.

    :param field: what it is given as, for the refusal.
    :raises InvalidMoment: if the zone's clocks skipped it, as Apia's did with 30 December 2011.
    """
    if day_start(day, zone) == day_start(day + _ONE_DAY, zone):
        raise InvalidMoment(f"{day} does not exist in {zone.key}: clocks skip that day.", field=field)
    return day


@lru_cache(maxsize=4096)
def period_from(kind: PeriodKind, since: datetime, zone: ZoneInfo) -> Period:
    """Return the same period as `period_at`: for moments since which something counts, which are few."""
    return period_at(kind, since, zone)


def local_day(moment: datetime, zone: ZoneInfo) -> date:
    """Return the local date on whose [first instant, next day's first instant) the moment falls."""
    day = moment.astimezone(zone).date()
    # Where clocks go back over midnight, the wall shows the old date again: the new day has begun all the same.
    return day + _ONE_DAY if moment >= day_start(day + _ONE_DAY, zone) else day


@lru_cache(maxsize=4096)
def day_start(day: date, zone: ZoneInfo) -> datetime:
    """Return the first instant, in UTC, at which the zone's date is `day` (or later, if it skipped that date)."""
    midnight = datetime.combine(day, _MIDNIGHT, tzinfo=zone)
    # In a gap, fold=1 reads the wall with the offset after it, which gives an instant before the gap; fold=0 one
    # after it. Elsewhere fold=0 is the only, or the first, instant at which the wall shows midnight.
    early, late = midnight.replace(fold=1).astimezone(UTC), midnight.astimezone(UTC)
    return offset_change(early, late, zone) if early < late else late


def offset_change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant in (before, after] at which the zone's offset becomes the one that holds at `after`."""
    final = after.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == final:
            after = middle
        else:
            before = middle
    return after


def check_moment(moment: datetime, *, now: datetime) -> datetime:
    """Return the moment in UTC if a spend may have occurred then.

    :raises InvalidMoment: if it has no offset, lies before 1998 or more than 5 minutes ahead of `now`.
    """
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise InvalidMoment(f"{moment.isoformat()} has no offset: write it as {moment.isoformat()}+00:00, or with Z.")
    _check_year(moment.year, latest=now.year + 1)
    in_utc = moment.astimezone(UTC)
    _check_year(in_utc.year, latest=now.year + 1)
    if in_utc > now + CLOCK_TOLERANCE:
        raise InvalidMoment(
            f"{in_utc.isoformat()} lies in the future: a spend may be at most 5 minutes ahead of the clock "
            f"({now.astimezone(UTC).isoformat(timespec='seconds')})."
        )
    return in_utc


def parse_moment(text: str) -> datetime:
    """Read a moment in ISO 8601, with or without an offset.

    :raises InvalidMoment: if it is none.
    """
    try:
        # Python's own parser overlooks a NUL and whatever stands behind it.
        return datetime.fromisoformat(text.replace("\x00", "?"))
    except ValueError:
        sentence = f"{text[:40]!a} is not a moment: write it as 2026-11-20T14:30:00+01:00."
        raise InvalidMoment(sentence) from None


def check_flight_day(day: date | None, *, field: str) -> date | None:
    """Return the first or last day of a flight if it can be meant; None where there is none.

    :param field: which of them it is, for the refusal.
    :raises InvalidMoment: if it lies before 1998 or after 2199.
    """
    if day is None or EARLIEST_DAY <= day <= LATEST_DAY:
        return day
    years = f"{EARLIEST_DAY.year} to {LATEST_DAY.year}"
    raise InvalidMoment(f"The year {day.year:04} cannot be right for a flight: use {years}.", field=field)


def wall_moment(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant at which the zone's clocks first show `wall`, a moment without an offset.

    :raises InvalidMoment: if the clocks skip it, or the year cannot be right.
    """
    _check_year(wall.year, latest=date.max.year - 1)
    first = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) != wall:
        raise InvalidMoment(f"{wall.isoformat(sep=' ')} does not exist in {zone.key}: clocks skip it that day.")
    return first


def believed_now(now: datetime, newest: datetime | None) -> datetime:
    """Return the moment to decide at, where `newest` is the latest moment at which anything was decided before.

    A `now` that is a little older comes from a slow worker and must not undo what was decided since. One that is
    much older means that the clock was wrong then and was set back.
    """
    if newest is not None and now < newest <= now + CLOCK_TOLERANCE:
        return newest
    return now


@cache
def _known_zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones()) - _NO_PLACES


def _check_year(year: int, *, latest: int) -> None:
    if not EARLIEST_MOMENT.year <= year <= latest:
        raise InvalidMoment(f"The year {year} cannot be right for a spend.")


def _first_of_next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)
