"""Narrowing: conditions for lists that depend on each brand's own day and month, one question per time zone in use."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import BigIntegerField, F, Q
from django.db.models.functions import Cast
from django.db.models.lookups import GreaterThanOrEqual

from campaigns.facts import zones_in_use
from campaigns.rules.periods import CurrentPeriods, Period, current_periods

# A flight that ends today or within so many days ends soon.
SOON = timedelta(days=7)


class UsedShare(StrEnum):
    """How much of a budget is used."""

    NEARLY = "80"
    ALL = "100"


def used_at_least(share: UsedShare, *, now: datetime, zone_column: str) -> Q:
    """Keep rows of which one budget at least, of the day or of the month, is used to that share in its present period.

    It says what `BudgetUse` says, in SQL: a counter of an older period counts as nothing.

    :param zone_column: the way from the row to its brand's time zone.
    """

    def in_periods(today: CurrentPeriods) -> Q:
        return _is_used("daily", today.day, share) | _is_used("monthly", today.month, share)

    return _per_zone(zone_column, now, in_periods)


def flight_ends_soon(*, now: datetime) -> Q:
    """Keep campaigns whose last day is today, or within a week, where the brand is."""

    def from_today(today: CurrentPeriods) -> Q:
        first = today.day.first_day
        return Q(end_date__gte=first, end_date__lte=first + SOON)

    return _per_zone("brand__time_zone", now, from_today)


def _per_zone(column: str, now: datetime, condition: Callable[[CurrentPeriods], Q]) -> Q:
    # Nothing is known of a zone that cannot be read: without any, nothing is kept.
    kept = Q(pk__in=[])
    for name, zone in zones_in_use():
        if zone is not None:
            kept |= Q(**{column: name}) & condition(current_periods(now, zone))
    return kept


def _is_used(word: str, period: Period, share: UsedShare) -> Q:
    budget, spent = _micros(f"{word}_budget"), _micros(f"current_{word}_spend")
    # Budgets are whole cents, so that a fifth of one is whole micros; and a product could leave the column's range.
    line = budget - budget / 5 if share is UsedShare.NEARLY else budget
    counted = Q(**{f"{word}_since__gte": period.start}) & Q(GreaterThanOrEqual(spent, line))
    return Q(**{f"{word}_budget": 0}) | counted


def _micros(column: str) -> Cast:
    return Cast(F(column), BigIntegerField())
