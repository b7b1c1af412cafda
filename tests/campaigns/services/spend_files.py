"""Spend files for tests, and what is asked to be done with them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path

from campaigns.files import Layout
from campaigns.models import Brand, Campaign, SpendLog
from campaigns.services.imports import ImportOrder, ImportReport, Mode, import_file
from tests.factories import NOON

LAYOUT = Layout(campaign="campaign", date="day", amount="cost")
WITH_REFERENCE = Layout(campaign="campaign", date="day", amount="cost", reference="id")


def write_file(folder: Path, *rows: str, header: str = "campaign,day,cost", name: str = "spend.csv") -> Path:
    """Write a file with these rows, and return where it is."""
    path = folder / name
    path.write_text("\n".join([header, *rows, ""]))
    return path


def order_of(
    path: Path,
    brand: Brand,
    *,
    layout: Layout = LAYOUT,
    mode: Mode = Mode.ENTRIES,
    source: str = "file",
    creates: bool = False,
) -> ImportOrder:
    """Return the order to import the file into the brand."""
    return ImportOrder(path, layout, brand.pk, mode, source, may_create_campaigns=creates)


def import_at(order: ImportOrder, now: datetime = NOON) -> ImportReport:
    """Import at a clock that stands still."""
    return import_file(order=order, clock=lambda: now)


def counts(report: ImportReport) -> tuple[int, int, int, int, int]:
    """Return how many rows there were, how many of them without spend; what was new, duplicate and restated."""
    return report.rows, report.zero, report.new, report.duplicate, report.restated


def amounts(campaign: Campaign | None = None) -> list[Decimal]:
    """Return what the ledger has, of one campaign or all, in the order in which it was recorded."""
    entries = SpendLog.objects.order_by("pk")
    return [entry.amount for entry in (entries.filter(campaign=campaign) if campaign else entries)]


def counters(row: Brand | Campaign) -> tuple[Decimal, Decimal]:
    """Return what the row counts now: of the day, of the month."""
    row.refresh_from_db()
    return row.current_daily_spend, row.current_monthly_spend
