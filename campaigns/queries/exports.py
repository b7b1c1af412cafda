"""Exports: the ledger, its day totals and the history of states, as rows of text for a CSV file.

Texts that a spreadsheet would run as formulas are guarded by an apostrophe; numbers are numbers, negative ones too.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TypeVar

from django.conf import settings
from django.db.models import Count, Model, QuerySet, Sum

from campaigns.files.guard import guard
from campaigns.models import Campaign, SpendLog, StatusChange
from campaigns.rules.money import amount_in_coins

Row = tuple[str, ...]
_Model = TypeVar("_Model", bound=Model)

ENTRY_COLUMNS = (
    *("entry", "brand", "campaign", "external_id", "occurred_at", "local_day", "amount", "currency"),
    *("source", "reference", "entry_reference", "description", "corrects", "import", "recorded_at"),
)
TOTAL_COLUMNS = ("brand", "campaign", "external_id", "day", "source", "total", "currency", "entries")
STATUS_COLUMNS = (
    *("change", "brand", "campaign", "changed_at", "state", "blockers", "cause", "actor", "spent", "limit", "currency"),
)
# Rows that are in memory at a time.
_BATCH = 2_000


@dataclass(frozen=True, slots=True)
class ExportFilter:
    """What to export; None: all.

    :param first_day: of the brand's local days, for states of UTC days; `last_day` inclusive.
    """

    brand_id: int | None = None
    first_day: date | None = None
    last_day: date | None = None


def export_entries(entries: QuerySet[SpendLog]) -> Iterator[Row]:
    """Yield the header, and one row for each entry, the oldest first. `import_spend` knows the file again."""
    yield ENTRY_COLUMNS
    ordered = _for_reports(entries).order_by("pk").select_related("campaign__brand")
    for entry in ordered.iterator(chunk_size=_BATCH):
        campaign = entry.campaign
        yield (
            str(entry.pk),
            *_campaign_cells(campaign),
            _moment(entry.occurred_at),
            entry.local_day.isoformat(),
            _money(entry.amount, campaign.brand.currency),
            campaign.brand.currency,
            guard(entry.source),
            guard(entry.reference),
            # A name for each entry, so that equal ones all count where the file is imported.
            guard(entry.reference or f"entry {entry.pk}"),
            guard(entry.description),
            _number(entry.corrects_id),
            _number(entry.spend_import_id),
            _moment(entry.recorded_at),
        )


def export_totals(entries: QuerySet[SpendLog]) -> Iterator[Row]:
    """Yield the header, and one row for each campaign, local day and source, corrections included."""
    yield TOTAL_COLUMNS
    names = ("campaign__brand__name", "campaign__name", "campaign__external_id", "local_day", "source")
    sums = _for_reports(entries).order_by(*names).values_list(*names, "campaign__brand__currency")
    for brand, name, external_id, day, source, currency, total, count in sums.annotate(
        total=Sum("amount"), count=Count("pk")
    ).iterator(chunk_size=_BATCH):
        texts = (guard(brand), guard(name), guard(external_id))
        yield (*texts, day.isoformat(), guard(source), _money(total, currency), currency, str(count))


def export_status(changes: QuerySet[StatusChange]) -> Iterator[Row]:
    """Yield the header, and one row for each start and stop, the oldest first."""
    yield STATUS_COLUMNS
    ordered = _for_reports(changes).order_by("pk").select_related("campaign__brand")
    for change in ordered.iterator(chunk_size=_BATCH):
        campaign = change.campaign
        yield (
            str(change.pk),
            guard(campaign.brand.name),
            guard(campaign.name),
            _moment(change.changed_at),
            "running" if change.is_active else "stopped",
            ", ".join(change.blockers),
            change.cause,
            guard(change.actor),
            _money(change.spent, campaign.brand.currency),
            _money(change.limit, campaign.brand.currency),
            campaign.brand.currency,
        )


def filtered_entries(wanted: ExportFilter) -> QuerySet[SpendLog]:
    """Return the entries of that brand and those local days."""
    entries = SpendLog.objects.all()
    if wanted.brand_id is not None:
        entries = entries.filter(campaign__brand=wanted.brand_id)
    if wanted.first_day is not None:
        entries = entries.filter(local_day__gte=wanted.first_day)
    return entries if wanted.last_day is None else entries.filter(local_day__lte=wanted.last_day)


def filtered_changes(wanted: ExportFilter) -> QuerySet[StatusChange]:
    """Return the starts and stops of that brand on those days, by UTC."""
    changes = StatusChange.objects.all()
    if wanted.brand_id is not None:
        changes = changes.filter(campaign__brand=wanted.brand_id)
    if wanted.first_day is not None:
        changes = changes.filter(changed_at__date__gte=wanted.first_day)
    return changes if wanted.last_day is None else changes.filter(changed_at__date__lte=wanted.last_day)


def csv_lines(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the rows as lines of a CSV file."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for row in rows:
        writer.writerow(row)
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def _for_reports(rows: QuerySet[_Model]) -> QuerySet[_Model]:
    """Read from the replica, if there is one: an export may take minutes, and need not know the last second."""
    return rows.using(settings.REPORTS_DATABASE)


def _campaign_cells(campaign: Campaign) -> Row:
    return guard(campaign.brand.name), guard(campaign.name), guard(campaign.external_id)


def _money(amount: Decimal | None, currency: str) -> str:
    return "" if amount is None else f"{amount_in_coins(amount, currency):f}"


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _number(key: int | None) -> str:
    return "" if key is None else str(key)
