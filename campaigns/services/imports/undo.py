"""Undoing an import: everything that it recorded is reversed. The ledger keeps the entries and their reversals."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Exists, OuterRef

from campaigns.errors import ImportConflict, NotFound
from campaigns.models import ImportState, SpendImport, SpendLog, StatusChange
from campaigns.services import months
from campaigns.services.corrections import reverse_spends
from campaigns.services.database import writing
from campaigns.services.imports.history import is_at_work
from campaigns.services.imports.rows import CHUNK_ROWS, Mode, pace_of_parts
from campaigns.services.locks import lock_brand

_ONE_DAY = timedelta(days=1)
# States in which an import may have recorded something.
_WRITTEN = (ImportState.DONE, ImportState.FAILED, ImportState.RUNNING, ImportState.UNDONE)


@dataclass(frozen=True, slots=True)
class UndoReport:
    """What undoing did.

    :param reversals: the entries written; none for an import that was undone before.
    :param taken_back: their sum, as the ledger lost it.
    """

    spend_import: SpendImport
    reversals: int
    taken_back: Decimal
    changes: tuple[StatusChange, ...]


def undo_import(*, import_id: int, clock: Callable[[], datetime], actor: str = "") -> UndoReport:
    """Reverse what the import's entries still count for, in transactions of some thousand entries. Twice is once.

    Campaigns that the import created stay. The same file, imported again, records its spend again.

    :param clock: the present, asked once for each transaction.
    :raises NotFound: if there is no such import.
    :raises ImportConflict: if it has recorded nothing yet, or if day totals that came later build on it.
    """
    row = SpendImport.objects.select_related("brand").filter(pk=import_id).first()
    if row is None:
        raise NotFound(f"There is no import with number {import_id}.", field="import")
    if row.state not in _WRITTEN or is_at_work(row, clock()):
        raise ImportConflict(f"Import {row.pk} is {row.get_state_display()}: it cannot be undone now.")
    if row.state != ImportState.UNDONE:
        _refuse_if_out_of_reach(row)
        _refuse_if_built_upon(row)
    count, total = 0, Decimal(0)
    changes: list[StatusChange] = []
    own = SpendLog.objects.filter(spend_import=row, corrects=None).order_by("pk").values_list("pk", flat=True)
    pace = pace_of_parts(CHUNK_ROWS)
    for entry_ids in pace.parts(list(own)):
        began = time.monotonic()
        reversals, changed = reverse_spends(
            brand_id=row.brand_id, entry_ids=entry_ids, now=clock(), description=f"{row} undone", actor=actor
        )
        pace.learn(len(entry_ids), time.monotonic() - began)
        count += len(reversals)
        total -= sum((entry.amount for entry in reversals), Decimal(0))
        changes += changed
    with writing():
        lock_brand(row.brand_id)
        SpendImport.objects.filter(pk=row.pk).exclude(state=ImportState.UNDONE).update(
            state=ImportState.UNDONE, undone_at=clock(), undone_by=actor
        )
    row.refresh_from_db()
    return UndoReport(row, count, total, tuple(changes))


def _refuse_if_out_of_reach(row: SpendImport) -> None:
    """Refuse where some of its days are in months that were taken out of the ledger: the rest would be a half."""
    if row.first_day is None or row.last_day is None:
        return
    # The days of the file, and those of the brand, may be a day apart.
    first, last = row.first_day - _ONE_DAY, row.last_day + _ONE_DAY
    away = months.days_away([first + _ONE_DAY * days for days in range((last - first).days + 1)])
    if away:
        raise ImportConflict(
            f"{row} has days whose month was taken out of the ledger ({min(away):%Y-%m}): an administrator has to put "
            f"it back first (manage.py partition_spend_log --attach {min(away):%Y-%m})."
        )


def _refuse_if_built_upon(row: SpendImport) -> None:
    """Refuse to take the ground away under day totals that came later: each is a difference to what was before."""
    if row.mode != Mode.DAY_TOTALS:
        return
    later = (
        SpendLog.objects.filter(
            campaign=OuterRef("campaign"),
            local_day=OuterRef("local_day"),
            source=OuterRef("source"),
            pk__gt=OuterRef("pk"),
            corrects=None,
        )
        .exclude(spend_import=row)
        .exclude(spend_import__state=ImportState.UNDONE)
    )
    below = SpendLog.objects.filter(spend_import=row, corrects=None).filter(Exists(later)).first()
    if below is None:
        return
    above = (
        SpendLog.objects.filter(
            campaign=below.campaign_id, local_day=below.local_day, source=below.source, pk__gt=below.pk, corrects=None
        )
        .exclude(spend_import=row)
        .exclude(spend_import__state=ImportState.UNDONE)
        .latest("pk")
    )
    what = f"import {above.spend_import_id}" if above.spend_import_id else str(above)
    raise ImportConflict(
        f"Later day totals build on {row}: {what} restated {below.local_day}. Undo that first, or import the newest "
        "report again, which puts every day right."
    )
