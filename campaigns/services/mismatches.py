"""Mismatches: finds, set by set, the brands in which something stored no longer agrees with the present.

It reads only, and asks the database one question per time zone in use, whatever the number of campaigns.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, Value, When
from django.db.models.expressions import Combinable

from campaigns.facts import zones_in_use
from campaigns.models import Brand, Campaign, SpendLog
from campaigns.rules.delivery import BUDGET_BLOCKERS, Blocker
from campaigns.rules.periods import CLOCK_TOLERANCE, CurrentPeriods, Period, PeriodKind, current_periods


@dataclass(frozen=True, slots=True)
class _ZoneInUse:
    """A time zone that brands have, and its day and month at the moment; None where it cannot be read."""

    name: str
    today: CurrentPeriods | None


def find_brands(*, now: datetime) -> list[int]:
    """Return the keys of brands with a campaign whose stored state disagrees with its budgets or its brand's zone.

    Among them those with a state that nobody here knows, as a newer version may have left it.

    Among them those with a spend in a period that their counters have not come to, one that was a little ahead of the
    clock at midnight, say; and those whose counters a clock that was wrong has moved into the future.
    """
    found: set[int] = set()
    for zone in _zones_in_use(now):
        campaigns = Campaign.objects.filter(brand__time_zone=zone.name).order_by()
        if zone.today is None:
            wrong = campaigns.exclude(paused_because=Blocker.ZONE_UNREADABLE)
        else:
            expected = campaigns.annotate(expected=_expected_blocker(zone.today))
            wrong = expected.filter(
                _DISAGREES
                | _is_uncounted("daily", zone.today.day)
                | _is_uncounted("monthly", zone.today.month)
                | _is_ahead(now)
            )
        found.update(wrong.values_list("brand_id", flat=True))
    return sorted(found)


def find_behind(*, kind: PeriodKind, now: datetime) -> list[int]:
    """Return the keys of brands whose own counter, or a campaign's, is not of the current period of its zone."""
    column = "daily_since" if kind is PeriodKind.DAY else "monthly_since"
    found: set[int] = set()
    for zone in _zones_in_use(now):
        if zone.today is None:
            continue
        period = zone.today.day if kind is PeriodKind.DAY else zone.today.month
        off = {f"{column}__lt": period.start}, {f"{column}__gt": now + CLOCK_TOLERANCE}
        is_off = Q(**off[0]) | Q(**off[1])
        found.update(Brand.objects.filter(is_off, time_zone=zone.name).order_by().values_list("pk", flat=True))
        campaigns = Campaign.objects.filter(is_off, brand__time_zone=zone.name).order_by()
        found.update(campaigns.values_list("brand_id", flat=True))
    return sorted(found)


def _zones_in_use(now: datetime) -> Iterator[_ZoneInUse]:
    for name, zone in zones_in_use():
        yield _ZoneInUse(name, None if zone is None else current_periods(now, zone))


def _expected_blocker(today: CurrentPeriods) -> Case:
    """Return the first budget blocker that holds, or '', as the rules would say it."""
    return Case(
        When(_is_used_up("brand__", "monthly", today.month.start), then=Value(Blocker.BRAND_MONTH.value)),
        When(_is_used_up("brand__", "daily", today.day.start), then=Value(Blocker.BRAND_DAY.value)),
        When(_is_used_up("", "monthly", today.month.start), then=Value(Blocker.CAMPAIGN_MONTH.value)),
        When(_is_used_up("", "daily", today.day.start), then=Value(Blocker.CAMPAIGN_DAY.value)),
        default=Value(""),
        output_field=CharField(),
    )


def _is_used_up(owner: str, word: str, period_start: datetime) -> Q:
    """Return `BudgetUse.is_used_up` for a counter that counts as 0 where it is of an older period."""
    budget, counter, since = f"{owner}{word}_budget", f"{owner}current_{word}_spend", f"{owner}{word}_since"
    limit: Combinable = F(budget)
    spent = Q(**{f"{since}__gte": period_start, f"{counter}__gte": limit})
    return Q(**{budget: 0}) | spent


def _is_uncounted(word: str, period: Period) -> Q:
    """Tell whether the campaign has spent in the period, while its counter, or its brand's, is of an older one."""
    entries = SpendLog.objects.order_by().filter(campaign=OuterRef("pk"), occurred_at__gte=period.start)
    is_behind = Q(**{f"{word}_since__lt": period.start}) | Q(**{f"brand__{word}_since__lt": period.start})
    return is_behind & Q(Exists(entries))


def _is_ahead(now: datetime) -> Q:
    """Tell whether a counter of the campaign, or of its brand, is of a period that has not begun."""
    latest, is_ahead = now + CLOCK_TOLERANCE, Q()
    for column in ("daily_since", "monthly_since", "brand__daily_since", "brand__monthly_since"):
        is_ahead |= Q(**{f"{column}__gt": latest})
    return is_ahead


_KNOWN_CODES = ["", *(blocker.value for blocker in Blocker)]
_BUDGET_CODES = [blocker.value for blocker in BUDGET_BLOCKERS]

# A state disagrees with the budgets if it runs though one is used up, or is held by another one than the first that
# is used up. What is shown before the budgets (switches, flight) stays the headline whatever they say.
_DISAGREES = (
    (Q(is_active=True) & ~Q(expected=""))
    | (Q(paused_because__in=_BUDGET_CODES) & ~Q(paused_because=F("expected")))
    | (Q(paused_because=Blocker.OUTSIDE_WINDOWS) & ~Q(expected=""))
    | Q(paused_because=Blocker.ZONE_UNREADABLE)
    | ~Q(paused_because__in=_KNOWN_CODES)
)
