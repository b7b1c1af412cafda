"""Spend files for tests, and what is asked to be done with them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from campaigns.errors import ManyRefusals, Refusal
from campaigns.files import Layout
from campaigns.models import Brand, Campaign, SpendLog
from campaigns.services.imports import ImportOrder, ImportReport, Mode, check_file, import_file
from tests.factories import NOON
from tests.readings import everything_stored

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


def refused_lines(order: ImportOrder, now: datetime = NOON) -> list[tuple[int, type[Refusal]]]:
    """Try to import, and return what was refused by its line; nothing may have been written."""
    before = everything_stored()
    with pytest.raises(ManyRefusals) as refused:
        import_at(order, now)
    assert everything_stored() == before
    # The check alone says the same.
    with pytest.raises(ManyRefusals) as checked:
        check_file(order=order, now=now)
    assert [line for line, _ in checked.value.refusals] == [line for line, _ in refused.value.refusals]
    assert refused.value.row_word == "line"
    return [(line, type(refusal)) for line, refusal in refused.value.refusals]
