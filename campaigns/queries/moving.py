"""Moving: what a brand's move to another time zone would make of its day, its month and its counters.

It writes nothing, and follows `change_brand` step by step: what the old zone's midnight began stays begun, no period's
start moves back, and everything is counted anew from the ledger. A test moves brands, and compares.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import Q, Sum

from campaigns.facts import readable_zone
from campaigns.models import Brand, Campaign, SpendLog
from campaigns.rules.periods import CLOCK_TOLERANCE, PeriodKind, believed_now, period_at

_Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Move:
    """A brand and its campaigns as they would be in another zone, in memory only.

    :param campaigns: each with that brand.
    """

    brand: Brand
    campaigns: tuple[Campaign, ...]


def foresee_move(*, brand: Brand, campaigns: Sequence[Campaign], zone: ZoneInfo, now: datetime) -> Move:
    """Return the brand and its campaigns as the move would leave them, before anything starts or stops; two queries.

    :param campaigns: all of the brand's, loaded with what a verdict needs; they stay as they are.
    """
    moved_brand, moved = copy(brand), [copy(campaign) for campaign in campaigns]
    moved_brand.time_zone = zone.key
    for kind in (PeriodKind.DAY, PeriodKind.MONTH):
        spans = {campaign.pk: _span(campaign, brand, kind, zone, now) for campaign in campaigns}
        own = _span(brand, brand, kind, zone, now)
        spent = _spent(brand, {*spans.values(), own})
        in_all = sum((total for (span, _), total in spent.items() if span == own), Decimal(0))
        moved_brand.set_counter(kind, since=own[0], spent=in_all)
        for campaign in moved:
            span = spans[campaign.pk]
            campaign.set_counter(kind, since=span[0], spent=spent.get((span, campaign.pk), Decimal(0)))
    for campaign in moved:
        campaign.brand = moved_brand
    return Move(moved_brand, tuple(moved))


def _span(row: Brand | Campaign, brand: Brand, kind: PeriodKind, zone: ZoneInfo, now: datetime) -> _Span:
    """Return from when to when the row's counter would count."""
    since = row.since(kind)
    if (old_zone := readable_zone(brand)) is not None:
        present = believed_now(now, brand.reviewed_at)
        begun = period_at(kind, present, old_zone).start
        since = begun if since < begun or since > present + CLOCK_TOLERANCE else since
    since = max(since, period_at(kind, now, zone).start)
    return since, period_at(kind, since, zone).end


def _spent(brand: Brand, spans: set[_Span]) -> dict[tuple[_Span, int], Decimal]:
    """Return what each campaign of the brand has spent in each of the spans: one query, for there are few of them."""
    found: defaultdict[tuple[_Span, int], Decimal] = defaultdict(Decimal)
    numbered = dict(enumerate(sorted(spans)))
    sums = {
        f"in_{number}": Sum("amount", filter=Q(occurred_at__gte=start, occurred_at__lt=end))
        for number, (start, end) in numbered.items()
    }
    first, last = min(start for start, _ in spans), max(end for _, end in spans)
    entries = SpendLog.objects.filter(campaign__brand=brand, occurred_at__gte=first, occurred_at__lt=last).order_by()
    for campaign_id, *totals in entries.values_list("campaign_id").annotate(**sums):
        for number, total in enumerate(totals):
            found[numbered[number], campaign_id] = total or Decimal(0)
    return found
