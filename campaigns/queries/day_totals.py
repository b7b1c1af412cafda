"""Day totals: what a campaign has spent on one local day, by source."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Sum

from campaigns.models import SpendLog


@dataclass(frozen=True, slots=True)
class DayTotal:
    """What one source has recorded for a campaign and a day, corrections included."""

    source: str
    entries: int
    amount: Decimal


def day_totals(*, campaign_id: int, day: date) -> list[DayTotal]:
    """Return the day's totals, by the name of their source; one query."""
    entries = SpendLog.objects.filter(campaign=campaign_id, local_day=day).order_by("source")
    counted = entries.values_list("source").annotate(count=Count("pk"), total=Sum("amount"))
    return [DayTotal(source, count, total) for source, count, total in counted]
