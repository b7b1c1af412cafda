"""What tests read back from the database, and what has to hold there after every step."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from campaigns.models import Brand, Campaign, SpendLog, StatusChange
from campaigns.rules.periods import PeriodKind
from campaigns.services import find_drift

RUNNING = ("active", "")


def state_of(campaign: Campaign) -> tuple[str, str]:
    """Return the stored state and headline: `("active", "")`, `("paused", "brand_day")`."""
    stored = Campaign.objects.get(pk=campaign.pk)
    return stored.status.value, stored.paused_because


def states_of(*campaigns: Campaign) -> list[tuple[str, str]]:
    """Return the stored states of several campaigns, in their order."""
    return [state_of(campaign) for campaign in campaigns]


def review_of(campaign: Campaign) -> datetime | None:
    """Return the stored moment of the next review."""
    return Campaign.objects.get(pk=campaign.pk).review_at


def spent(row: Brand | Campaign) -> tuple[str, str]:
    """Return the stored counters, of the day and of the month, as exact texts: `("5.00", "12.345678")`."""
    stored = type(row)._default_manager.get(pk=row.pk)
    return str(stored.current_daily_spend), str(stored.current_monthly_spend)


def since(row: Brand | Campaign) -> tuple[datetime, datetime]:
    """Return from when the stored counters count: of the day, of the month."""
    stored = type(row)._default_manager.get(pk=row.pk)
    return stored.daily_since, stored.monthly_since


def ledger(campaign: Campaign | None = None) -> list[str]:
    """Return the amounts in the ledger, of one campaign or all, in the order in which they were written, as texts."""
    entries = SpendLog.objects.order_by("pk")
    return [str(entry.amount) for entry in (entries.filter(campaign=campaign) if campaign else entries)]


def history(campaign: Campaign) -> list[tuple[bool, list[str], str]]:
    """Return the campaign's starts and stops, oldest first: to what, held by what, caused by what."""
    changes = StatusChange.objects.filter(campaign=campaign).order_by("pk")
    return [(change.is_active, change.blockers, change.cause) for change in changes]


def everything_stored() -> list[object]:
    """Return every row that the services write, to show that something changed none."""
    tables = (Brand, Campaign, SpendLog, StatusChange)
    return [list(table._default_manager.order_by("pk").values()) for table in tables]


def assert_totals_are_right() -> None:
    """Check every counter against a plain sum over all entries, and against the system's own comparison."""
    for brand in Brand.objects.all():
        for row in (brand, *brand.campaigns.all()):
            for kind in PeriodKind:
                assert (row.pk, kind, row.counter(kind)) == (row.pk, kind, _plain_sum(row, brand, kind))
    assert find_drift() == []


def _plain_sum(row: Brand | Campaign, brand: Brand, kind: PeriodKind) -> Decimal:
    """Add up what a person would: entries from the counter's start on whose date, on the wall, is in its period."""
    zone, start = ZoneInfo(brand.time_zone), row.since(kind)
    counted = [
        entry.amount
        for entry in _entries(row)
        if entry.occurred_at >= start and _label(entry.occurred_at, zone, kind) == _label(start, zone, kind)
    ]
    return sum(counted, Decimal(0))


def _entries(row: Brand | Campaign) -> Iterator[SpendLog]:
    for entry in SpendLog.objects.select_related("campaign"):
        if row.pk == (entry.campaign_id if isinstance(row, Campaign) else entry.campaign.brand_id):
            yield entry


def _label(moment: datetime, zone: ZoneInfo, kind: PeriodKind) -> str:
    return f"{moment.astimezone(zone):{'%Y-%m-%d' if kind is PeriodKind.DAY else '%Y-%m'}}"
