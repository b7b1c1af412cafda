"""Spending: what was spent by local day and by hour, added up in the database however many entries there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Case, IntegerField, Sum, Value, When

from campaigns.models import SpendLog
from campaigns.rules.periods import Period

_ZERO = Decimal(0)
_ONE_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class BrandDays:
    """What a brand has spent in a stretch of local days; a day or campaign without an entry is missing."""

    by_day: dict[date, Decimal]
    by_campaign: dict[int, Decimal]

    @property
    def total(self) -> Decimal:
        """All of it."""
        return sum(self.by_day.values(), _ZERO)


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour of a local day, counted from its first instant; on a day that clocks change, the last may be shorter."""

    start: datetime
    end: datetime
    spent: Decimal


def brand_days(*, campaign_ids: Collection[int], first_day: date, last_day: date) -> BrandDays:
    """Return what a brand has spent on those local days, by day and by campaign; one query.

    :param campaign_ids: of all its campaigns: to look the brand of each entry up takes longer than to add it.
    """
    by_day: defaultdict[date, Decimal] = defaultdict(Decimal)
    by_campaign: defaultdict[int, Decimal] = defaultdict(Decimal)
    entries = SpendLog.objects.filter(campaign__in=campaign_ids, local_day__gte=first_day, local_day__lte=last_day)
    totals = entries.order_by().values_list("campaign_id", "local_day").annotate(total=Sum("amount"))
    for campaign_id, day, total in totals:
        by_day[day] += total
        by_campaign[campaign_id] += total
    return BrandDays(dict(by_day), dict(by_campaign))


def campaign_days(*, campaign_id: int, first_day: date, last_day: date) -> dict[date, Decimal]:
    """Return what the campaign has spent on those local days; one query, and a day without an entry is missing."""
    entries = SpendLog.objects.filter(campaign=campaign_id, local_day__gte=first_day, local_day__lte=last_day)
    return dict(entries.order_by().values_list("local_day").annotate(total=Sum("amount")))


def hours_of(*, campaign_ids: Collection[int], day: Period) -> tuple[Hour, ...]:
    """Return what campaigns have spent together in each hour of a local day, 23, 24 or 25 of them; one query."""
    starts = _starts(day)
    entries = SpendLog.objects.filter(
        campaign__in=campaign_ids, occurred_at__gte=day.start, occurred_at__lt=day.end
    ).order_by()
    # Comparing moments means the same on every database; cutting hours out of them does not.
    numbers = Case(
        *(When(occurred_at__lt=start + _ONE_HOUR, then=Value(number)) for number, start in enumerate(starts)),
        output_field=IntegerField(),
    )
    totals = dict(entries.annotate(hour=numbers).values_list("hour").annotate(total=Sum("amount")))
    return tuple(
        Hour(start, min(start + _ONE_HOUR, day.end), totals.get(number, _ZERO)) for number, start in enumerate(starts)
    )


def _starts(day: Period) -> list[datetime]:
    count = -(-(day.end - day.start) // _ONE_HOUR)
    return [day.start + number * _ONE_HOUR for number in range(count)]
