"""Mismatches: finds, set by set, the brands in which something stored no longer agrees with the present.

It reads only, and asks the same few questions whatever the number of campaigns, brands and time zones.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from campaigns.facts import zones_in_use
from campaigns.models import Brand, Campaign
from campaigns.rules.delivery import Blocker
from campaigns.rules.periods import CLOCK_TOLERANCE, CurrentPeriods, PeriodKind, current_periods
from campaigns.services import scans
from campaigns.services.rollover import COLUMNS, is_ahead, still_counts
from campaigns.services.scans import ZoneToday


@dataclass(frozen=True, slots=True)
class _ZoneInUse:
    """A time zone that brands have, and its day and month at the moment; None where it cannot be read."""

    name: str
    today: CurrentPeriods | None


def find_brands(*, now: datetime) -> list[int]:
    """Return the keys of brands with a campaign whose stored state disagrees with its budgets or its brand's zone.

    Among them those with a state that nobody here knows, as a newer version may have left it; those with a spend in a
    period that their counters have not come to, one that was a little ahead of the clock at midnight, say; and those
    whose counters a clock that was wrong has moved into the future.
    """
    zones = list(_zones_in_use(now))
    found = set(
        scans.brands_against_budgets(
            (ZoneToday(zone.name, zone.today.day.start, zone.today.month.start) for zone in zones if zone.today),
            latest=now + CLOCK_TOLERANCE,
        )
    )
    unreadable = [zone.name for zone in zones if zone.today is None]
    if unreadable:
        campaigns = Campaign.objects.filter(brand__time_zone__in=unreadable).order_by()
        wrong = campaigns.exclude(paused_because=Blocker.ZONE_UNREADABLE)
        found.update(wrong.values_list("brand_id", flat=True).distinct())
    return sorted(found)


def find_behind(*, kind: PeriodKind, now: datetime) -> list[int]:
    """Return the keys of brands whose own counter, or a campaign's, is not of the current period of its zone.

    A campaign's counter that stands at 0 may stay in an older period: there it counts as 0, too.
    """
    since, _ = COLUMNS[kind]
    ahead = is_ahead(kind, now)
    brands, campaigns = Q(), Q()
    for zone in _zones_in_use(now):
        if zone.today is None:
            continue
        period = zone.today.day if kind is PeriodKind.DAY else zone.today.month
        brands |= Q(time_zone=zone.name) & (Q(**{f"{since}__lt": period.start}) | ahead)
        campaigns |= Q(brand__time_zone=zone.name) & (still_counts(period) | ahead)
    if not brands:
        return []
    found = set(Brand.objects.filter(brands).order_by().values_list("pk", flat=True))
    # After midnight that is all of them, and nobody is left to ask about.
    if len(found) < Brand.objects.count():
        others = Campaign.objects.filter(campaigns).exclude(brand__in=found).order_by()
        found.update(others.values_list("brand_id", flat=True).distinct())
    return sorted(found)


def _zones_in_use(now: datetime) -> Iterator[_ZoneInUse]:
    for name, zone in zones_in_use():
        yield _ZoneInUse(name, None if zone is None else current_periods(now, zone))
