"""Numbers of the whole desk, for metrics: a handful of queries, none of which grows with the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Count, F, Q, Sum

from campaigns.errors import InvalidTimeZone
from campaigns.models import Brand, Campaign, RefusalCount, SpendLog, WebhookDelivery
from campaigns.models.campaign import Status
from campaigns.rules.delivery import Blocker
from campaigns.rules.periods import find_zone

# What counts as lately, and how many of the newest entries are looked at for it at most.
LATELY = timedelta(minutes=10)
MOST_ENTRIES = 50_000
# A spend is late for a metric where so much time lay between it and its entry, whichever day it counts in.
LATE_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class RecentSpend:
    """The ledger's growth in the last ten minutes, in one currency.

    :param entries: all of them; `late` and `corrections` are among them.
    :param late: recorded more than an hour after they were spent.
    """

    currency: str
    entries: int
    late: int
    corrections: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class DeskNumbers:
    """How much there is of everything.

    :param brands: by whether they are switched on.
    :param campaigns: by state.
    :param held: switched-on campaigns that do not run, by what holds them.
    :param newest_entry: the number of the newest entry of the ledger; numbers grow, with gaps.
    :param refused: refused spends, ever, by door and code.
    """

    brands: Mapping[bool, int]
    campaigns: Mapping[Status, int]
    held: Mapping[str, int]
    newest_entry: int
    recent: tuple[RecentSpend, ...]
    refused: Mapping[tuple[str, str], int]
    webhooks_waiting: int
    webhooks_dead: int


def count_desk(*, now: datetime) -> DeskNumbers:
    """Return the numbers of this moment."""
    campaigns, held = _count_campaigns()
    newest = SpendLog.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    brands = Brand.objects.order_by().values_list("is_enabled").annotate(count=Count("pk"))
    refused = RefusalCount.objects.order_by().values_list("door", "code").annotate(total=Sum("count"))
    return DeskNumbers(
        brands={True: 0, False: 0, **dict(brands)},
        campaigns=campaigns,
        held=held,
        newest_entry=newest,
        recent=_count_recent(newest, now),
        refused={(door, code): total for door, code, total in refused},
        webhooks_waiting=WebhookDelivery.objects.waiting().count(),
        webhooks_dead=WebhookDelivery.objects.dead().count(),
    )


def count_refused_since(*, since: datetime) -> Mapping[tuple[str, str], int]:
    """Return refused spends by door and code since the start of the day, in UTC, of that moment."""
    rows = RefusalCount.objects.filter(day__gte=since.date()).order_by()
    totals = rows.values_list("door", "code").annotate(total=Sum("count"))
    return {(door, code): total for door, code, total in totals}


def unreadable_zones() -> list[tuple[str, str]]:
    """Return the brands whose time zone cannot be read, each with what stands there."""
    zones = Brand.objects.order_by().values_list("time_zone", flat=True).distinct()
    bad = [zone for zone in zones if not _is_readable(zone)]
    return list(Brand.objects.filter(time_zone__in=bad).order_by("name").values_list("name", "time_zone"))


def _is_readable(zone: str) -> bool:
    try:
        find_zone(zone)
    except InvalidTimeZone:
        return False
    return True


def _count_campaigns() -> tuple[Mapping[Status, int], Mapping[str, int]]:
    """Count campaigns by state, and those that are held by what holds them, in one query."""
    states, held = dict.fromkeys(Status, 0), dict.fromkeys((blocker.value for blocker in Blocker), 0)
    rows = Campaign.objects.order_by().values_list("is_active", "is_enabled", "paused_because")
    for is_active, is_enabled, reason, count in rows.annotate(count=Count("pk")):
        status = Campaign(is_active=is_active, is_enabled=is_enabled).status
        states[status] += count
        if status is Status.PAUSED:
            held[reason] = held.get(reason, 0) + count
    return states, held


def _count_recent(newest: int, now: datetime) -> tuple[RecentSpend, ...]:
    entries = SpendLog.objects.order_by().filter(
        pk__gt=newest - MOST_ENTRIES, recorded_at__gt=now - LATELY, recorded_at__lte=now
    )
    rows = entries.values_list("campaign__brand__currency").annotate(
        entries=Count("pk"),
        late=Count("pk", filter=Q(occurred_at__lt=F("recorded_at") - LATE_AFTER)),
        corrected=Count("pk", filter=Q(corrects__isnull=False)),
        total=Sum("amount"),
    )
    return tuple(RecentSpend(*row) for row in sorted(rows))
