"""Course: how a brand's month has gone day by day, beside its budget, and where it is heading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from campaigns.models import Brand
from campaigns.queries.spending import BrandDays
from campaigns.queries.standing import BrandStanding
from campaigns.rules.dayparting import Window
from campaigns.rules.pacing import Pace, line_between
from campaigns.rules.periods import Period, PeriodKind, day_start, local_day, period_at

_ZERO = Decimal(0)
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class MonthDay:
    """A day of the month.

    :param spent: what the ledger has for it.
    :param counted: what counted against the month's budget at its end; today: now. None: it is yet to come, or lies
        before a reset by hand.
    :param share: how much of the month's active hours is over at its end, from 0 to 1; None: no hour is active.
    """

    day: date
    spent: Decimal
    counted: Decimal | None
    share: Decimal | None


@dataclass(frozen=True, slots=True)
class MonthCourse:
    """A brand's month so far.

    :param day: its today.
    :param passed: how many of its days are over, with the part of today that is.
    :param reset_at: the moment of a reset by hand, from which on the month counts; None: it counts from its start.
    :param used_up_on: the day on which the budget will be used up if it goes on like this; None: not this month.
    """

    period: Period
    day: Period
    passed: float
    reset_at: datetime | None
    days: tuple[MonthDay, ...]
    pace: Pace
    day_limit: Decimal | None
    used_up_on: date | None


def month_course(
    *, brand: Brand, standing: BrandStanding, spending: BrandDays, zone: ZoneInfo, now: datetime
) -> MonthCourse:
    """Return the course of the month that contains `now`.

    :param spending: of all days of that month.
    """
    month = period_at(PeriodKind.MONTH, now, zone)
    day = period_at(PeriodKind.DAY, now, zone)
    today = day.first_day
    is_reset = brand.monthly_since in month and brand.monthly_since != month.start
    since = brand.monthly_since if is_reset else month.start
    shares = _shares(month, since, standing.hours, zone)
    counted = _counted(spending, local_day(since, zone), today, standing.month.use.spent)
    days = tuple(
        MonthDay(day, spending.by_day.get(day, _ZERO), counted.get(day), shares[day]) for day in _days_of(month, zone)
    )
    return MonthCourse(
        period=month,
        day=day,
        passed=(today - month.first_day).days + (now - day.start) / (day.end - day.start),
        reset_at=since if is_reset else None,
        days=days,
        pace=standing.month,
        day_limit=standing.day.use.limit,
        used_up_on=_used_up_on(days, today, standing.month),
    )


def _days_of(month: Period, zone: ZoneInfo) -> list[date]:
    last = local_day(month.end, zone)
    return [month.first_day + number * _ONE_DAY for number in range((last - month.first_day).days)]


def _shares(
    month: Period, since: datetime, hours: frozenset[Window] | None, zone: ZoneInfo
) -> dict[date, Decimal | None]:
    return {
        day: line_between(start=since, now=day_start(day + _ONE_DAY, zone), end=month.end, hours=hours, zone=zone).share
        for day in _days_of(month, zone)
    }


def _counted(spending: BrandDays, first: date, today: date, counter: Decimal) -> dict[date, Decimal]:
    """Add the days up so that today ends at what counts now: after a reset by hand, a part of its day does not."""
    days = [first + number * _ONE_DAY for number in range((today - first).days + 1)]
    total = counter - sum((spending.by_day.get(day, _ZERO) for day in days), _ZERO)
    counted: dict[date, Decimal] = {}
    for day in days:
        total += spending.by_day.get(day, _ZERO)
        counted[day] = total
    return counted


def _used_up_on(days: Sequence[MonthDay], today: date, pace: Pace) -> date | None:
    limit, heading = pace.use.limit, pace.heading
    if not limit or heading is None or heading < limit or pace.use.is_used_up:
        return None
    coming = (day for day in days if day.day >= today and day.share is not None and heading * day.share >= limit)
    return next((day.day for day in coming), None)
