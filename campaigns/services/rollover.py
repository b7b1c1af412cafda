"""Rollover: brings brands into their current day or month, many at once, with those of their campaigns that spent.

A counter of an older period counts as nothing, so a campaign whose counter stands at 0 already is left as it is. A
brand enters a period once, and every campaign that has entries in it by then comes along: later ones bring their
campaign forward themselves. So where the brand is in the present, no entry of the present is missing from a counter.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum

from campaigns.facts import readable_zone
from campaigns.models import Brand, Campaign, SpendLog
from campaigns.rules.periods import CLOCK_TOLERANCE, Period, PeriodKind, believed_now, period_at

logger = logging.getLogger(__name__)

COLUMNS = {
    PeriodKind.DAY: ("daily_since", "current_daily_spend"),
    PeriodKind.MONTH: ("monthly_since", "current_monthly_spend"),
}
_NOTHING = Decimal(0)


def enter_periods(*, brands: Iterable[Brand], kinds: Iterable[PeriodKind], now: datetime) -> tuple[set[int], set[int]]:
    """Bring the brands that are not in the present there, and land them on the ledger's sums. Locks are held.

    Campaigns are moved in the database only: load them afterwards. A brand whose zone cannot be read stays.

    :returns: the keys of the brands that moved, and of those among them in which more changed than time alone
        changes: something was spent in the new period before it began, or a wrong clock was set back.
    """
    kinds = tuple(kinds)
    off: defaultdict[tuple[Period, datetime], list[Brand]] = defaultdict(list)
    for brand in brands:
        zone, believed = readable_zone(brand), believed_now(now, brand.reviewed_at)
        if zone is None:
            logger.error("The time zone of brand=%s cannot be read: none of its campaigns may run", brand.name)
            continue
        for kind in kinds:
            period = period_at(kind, believed, zone)
            if is_off(brand, kind, period, believed):
                off[period, believed].append(brand)
    moved: set[int] = set()
    changed: set[int] = set()
    for (period, believed), group in off.items():
        moved.update(brand.pk for brand in group)
        changed.update(brand.pk for brand in group if brand.since(period.kind) > believed)
        changed |= _enter(group, period, believed)
    return moved, changed


def is_off(row: Brand | Campaign, kind: PeriodKind, period: Period, now: datetime) -> bool:
    """Tell whether the row's counter is of an older period, or of one that only a wrong clock has seen."""
    since = row.since(kind)
    return since < period.start or since > now + CLOCK_TOLERANCE


def still_counts(period: Period) -> Q:
    """Tell of rows whose counter is of an older period and not at 0 already, where it may stay."""
    since, counter = COLUMNS[period.kind]
    return Q(**{f"{since}__lt": period.start}) & ~Q(**{counter: _NOTHING})


def is_ahead(kind: PeriodKind, now: datetime) -> Q:
    """Tell of rows whose counter is of a period that only a wrong clock has seen."""
    since, _ = COLUMNS[kind]
    return Q(**{f"{since}__gt": now + CLOCK_TOLERANCE})


def _enter(brands: Sequence[Brand], period: Period, now: datetime) -> set[int]:
    """Bring brands into one period, and return the keys of those that have spent in it."""
    spent = _spent(brands, period)
    by_brand: defaultdict[int, Decimal] = defaultdict(Decimal)
    for (brand_id, _), total in spent.items():
        by_brand[brand_id] += total
    for brand in brands:
        brand.set_counter(period.kind, since=period.start, spent=by_brand[brand.pk])
        # So that nobody who comes late, with a moment of the old period, leads a campaign astray.
        brand.reviewed_at = now
    rows = Brand.objects.filter(pk__in=[brand.pk for brand in brands])
    _put(rows, period, {key: total for key, total in by_brand.items() if total}, reviewed_at=now)
    since, _ = COLUMNS[period.kind]
    ahead = is_ahead(period.kind, now)
    campaigns = Campaign.objects.filter(brand__in=[brand.pk for brand in brands])
    keys = [campaign_id for _, campaign_id in spent]
    behind = campaigns.filter(still_counts(period) | ahead)
    _put(behind.exclude(pk__in=keys) if keys else behind, period, {})
    if keys:
        off = campaigns.filter(Q(**{f"{since}__lt": period.start}) | ahead, pk__in=keys)
        _put(off, period, {campaign_id: total for (_, campaign_id), total in spent.items()})
    return {brand_id for brand_id, _ in spent}


def _spent(brands: Sequence[Brand], period: Period) -> dict[tuple[int, int], Decimal]:
    """Return what was spent in the period, by brand and campaign."""
    entries = SpendLog.objects.filter(
        campaign__brand__in=[brand.pk for brand in brands],
        occurred_at__gte=period.start,
        occurred_at__lt=period.end,
    )
    sums = entries.order_by().values_list("campaign__brand_id", "campaign_id").annotate(total=Sum("amount"))
    return {(brand_id, campaign_id): total for brand_id, campaign_id, total in sums}


def _put(
    rows: QuerySet[Brand] | QuerySet[Campaign], period: Period, sums: dict[int, Decimal], **others: datetime
) -> None:
    """Start the rows' counters with the period: at 0, and the few that have spent in it at their sums."""
    since, counter = COLUMNS[period.kind]
    # One by one, and first: afterwards they are no longer off.
    for key, total in sums.items():
        rows.filter(pk=key).update(**{since: period.start, counter: total}, **others)
    rest = rows.exclude(pk__in=sums) if sums else rows
    rest.update(**{since: period.start, counter: _NOTHING}, **others)
