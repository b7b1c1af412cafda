"""Pacing: what should be spent by now, and where the spend is heading, on a straight line over the active hours.

Active hours are those in which the budget may be spent at all: outside of them the line is flat. It is a first measure:
it knows nothing of busy and quiet hours.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from campaigns.rules.budgets import BudgetUse
from campaigns.rules.dayparting import Weekday, Window
from campaigns.rules.periods import PeriodKind, local_day

_ZERO = Decimal(0)
_CENT = Decimal("0.01")
_MICROSECOND = timedelta(microseconds=1)
_ONE_DAY = timedelta(days=1)
# Before this part of the active hours is over, a few early spends would foretell anything.
_ENOUGH = Decimal("0.05")
# A plan that is missed by less than this share of its budget is kept.
_SLACK = Decimal("0.05")

_Stretch = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Line:
    """How much of the active hours of a period has passed, and how much there is."""

    elapsed: timedelta
    total: timedelta

    @property
    def share(self) -> Decimal | None:
        """The part that has passed, from 0 to 1; None where no hour is active."""
        if not self.total:
            return None
        return Decimal(self.elapsed // _MICROSECOND) / Decimal(self.total // _MICROSECOND)


@dataclass(frozen=True, slots=True)
class Pace:
    """A budget's use beside the straight line.

    :param expected: what of the limit should be spent by now; None without a limit or an active hour.
    :param heading: what would be spent by the period's end if nothing stopped it; None: too early to say.
    """

    use: BudgetUse
    expected: Decimal | None
    heading: Decimal | None

    @property
    def projected(self) -> Decimal | None:
        """What will be spent by the period's end, as the limit stops it; None: too early to say."""
        if self.heading is None or self.use.limit is None:
            return self.heading
        return min(self.heading, max(self.use.limit, self.use.spent))


class RiskKind(StrEnum):
    """In which way money is at risk."""

    BEYOND = "beyond"
    UNSPENT = "unspent"


@dataclass(frozen=True, slots=True)
class Risk:
    """Money that will not be spent as planned, if it goes on like this.

    :param amount: what is wanted beyond the budget, or will be left of it, in units of the brand's currency.
    :param share: the same as a part of the budget: amounts of two currencies cannot be compared, shares can.
    """

    kind: RiskKind
    period: PeriodKind
    amount: Decimal
    share: Decimal


def line_between(
    *, start: datetime, now: datetime, end: datetime, hours: Collection[Window] | None, zone: ZoneInfo
) -> Line:
    """Return how much of the active hours of [start, end) has passed at `now`.

    :param hours: the windows, as wall clock of the zone; several add up. None: every hour. Empty: no hour.
    """
    now = min(max(now, start), end)
    if hours is None:
        return Line(now - start, end - start)
    stretches = _stretches(frozenset(hours), local_day(start, zone), local_day(end, zone), zone)
    return Line(_within(stretches, start, now), _within(stretches, start, end))


def pace_of(use: BudgetUse, line: Line) -> Pace:
    """Return the budget's use beside the line."""
    share = line.share
    if share is None:
        # Nothing may be spent any more: it stays where it is.
        return Pace(use, expected=None, heading=use.spent)
    expected = None if use.limit is None else _to_cents(use.limit * share)
    return Pace(use, expected, _heading(use.spent, share))


def find_risk(*, day: Pace, month: Pace) -> Risk | None:
    """Return where the largest share of a budget is at risk; None: all goes as planned.

    A day's budget is a ceiling: only what is wanted beyond it counts. A month's is a plan, missed on either side.
    """
    beyond = [_beyond(day, PeriodKind.DAY), _beyond(month, PeriodKind.MONTH)]
    risks = [risk for risk in (*beyond, _unspent(month)) if risk is not None and risk.share >= _SLACK]
    return max(risks, key=lambda risk: risk.share, default=None)


def _heading(spent: Decimal, share: Decimal) -> Decimal | None:
    if share < _ENOUGH:
        return None
    return _to_cents(spent / share) if spent > 0 else spent


def _beyond(pace: Pace, period: PeriodKind) -> Risk | None:
    limit, heading = pace.use.limit, pace.heading
    if not limit or heading is None or heading <= limit:
        return None
    return Risk(RiskKind.BEYOND, period, heading - limit, (heading - limit) / limit)


def _unspent(month: Pace) -> Risk | None:
    limit, heading = month.use.limit, month.heading
    if not limit or heading is None or heading >= limit:
        return None
    left = limit - max(heading, _ZERO)
    return Risk(RiskKind.UNSPENT, PeriodKind.MONTH, left, left / limit)


def _to_cents(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, rounding=ROUND_HALF_UP)


def _within(stretches: tuple[_Stretch, ...], start: datetime, end: datetime) -> timedelta:
    clipped = ((max(begins, start), min(ends, end)) for begins, ends in stretches)
    return sum((ends - begins for begins, ends in clipped if begins < ends), timedelta())


@lru_cache(maxsize=4096)
def _stretches(windows: frozenset[Window], first_day: date, last_day: date, zone: ZoneInfo) -> tuple[_Stretch, ...]:
    """Return the stretches of time that the windows cover on those days, in order and without overlaps."""
    merged: list[_Stretch] = []
    for begins, ends in sorted(_pieces(windows, first_day, last_day, zone)):
        if merged and begins <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], ends))
        else:
            merged.append((begins, ends))
    return tuple(merged)


def _pieces(windows: frozenset[Window], first_day: date, last_day: date, zone: ZoneInfo) -> Iterator[_Stretch]:
    # A window of the day before may run into the first one.
    day = first_day - _ONE_DAY
    while day <= last_day:
        for window in windows:
            if Weekday(day.weekday()) in window.weekdays:
                last = day + _ONE_DAY if window.runs_overnight else day
                begins = datetime.combine(day, window.start, tzinfo=zone).astimezone(UTC)
                ends = datetime.combine(last, window.end, tzinfo=zone).astimezone(UTC)
                if begins < ends:
                    yield begins, ends
        day += _ONE_DAY
