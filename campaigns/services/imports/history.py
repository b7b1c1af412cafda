"""The history of imports: one row for each, from the moment on at which it begins to write."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db.models import Count, Sum

from campaigns.errors import ManyRefusals, Refusal, UnreadableFile
from campaigns.models import UNFINISHED, ImportState, SpendImport, SpendLog
from campaigns.services.imports.report import ImportReport
from campaigns.services.imports.rows import ImportOrder, tidy

# Enough to see what is wrong with a file; the rest is counted.
MOST_PROBLEMS_KEPT = 200
# Who works on an import says so every few seconds.
STALE_AFTER = timedelta(seconds=60)
_LONGEST_TOTAL = 200


def begin(order: ImportOrder, *, now: datetime, actor: str) -> SpendImport:
    """Enter an import that is about to write."""
    size, sha256 = fingerprint(order.path)
    return SpendImport.objects.create(
        brand_id=order.brand_id,
        created_at=now,
        actor=actor,
        file_name=order.file_name,
        sha256=sha256,
        size=size,
        state=ImportState.RUNNING,
        mode=order.mode or "",
        source=order.source or "",
        alive_at=now,
    )


def keep_alive(import_id: int | None, rows: int, expected: int | None, *, now: datetime) -> None:
    """Enter how far an import has come, and that somebody works on it."""
    SpendImport.objects.filter(pk=import_id or 0).update(rows_done=rows, rows_expected=expected, alive_at=now)


def is_at_work(row: SpendImport, now: datetime) -> bool:
    """Tell whether somebody works on the import, or did a moment ago."""
    return row.state in UNFINISHED and row.alive_at is not None and now - row.alive_at < STALE_AFTER


def finish(import_id: int | None, report: ImportReport, *, now: datetime) -> None:
    """Enter what the import did. What it recorded is what the ledger has of it, in however many attempts."""
    entries = SpendLog.objects.filter(spend_import=import_id or 0, corrects=None)
    sums = entries.aggregate(total=Sum("amount"), count=Count("pk"))
    facts = _facts(report)
    if sums["count"] > report.new + report.restated:
        # An earlier attempt did a part, which this one only met again: the counts of the check hold for both.
        for name in ("new", "duplicate", "restated"):
            del facts[name]
    SpendImport.objects.filter(pk=import_id or 0).update(
        **facts, state=ImportState.DONE, finished_at=now, recorded=sums["total"] or Decimal(0)
    )


def keep_check(import_id: int, report: ImportReport) -> None:
    """Enter what the import would do."""
    SpendImport.objects.filter(pk=import_id).update(
        **_facts(report), state=ImportState.CHECKED, recorded=report.recorded, alive_at=None
    )


def fail(import_id: int | None, refusal: Refusal, *, now: datetime, state: ImportState = ImportState.FAILED) -> None:
    """Enter why the import stopped, or was refused."""
    problems = (
        [[line, str(one)] for line, one in refusal.refusals[:MOST_PROBLEMS_KEPT]]
        if isinstance(refusal, ManyRefusals)
        else [[0, str(refusal)]]
    )
    count = len(refusal.refusals) if isinstance(refusal, ManyRefusals) else 1
    SpendImport.objects.filter(pk=import_id or 0).update(state=state, problems=problems, refused=count, finished_at=now)


def fingerprint(path: Path) -> tuple[int, str]:
    """Return the file's size and its SHA-256.

    :raises UnreadableFile: if it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UnreadableFile(f"{path.name} cannot be read: {error.strerror}.") from error


def _facts(report: ImportReport) -> dict[str, Any]:
    """Return the report as columns of the history."""
    return {
        "format": report.format,
        "read_as": report.read_as,
        "mode": report.mode,
        "source": report.source,
        "rows": report.rows,
        "zero": report.zero,
        "new": report.new,
        "duplicate": report.duplicate,
        "restated": report.restated,
        "gone": report.gone,
        "refused": 0,
        "problems": [],
        "exact_total": f"{tidy(report.exact_total):f}"[:_LONGEST_TOTAL],
        "rounded_total": report.rounded_total,
        "first_day": report.first_day,
        "last_day": report.last_day,
        "made_at": report.made_at,
        "rows_done": report.rows,
        "rows_expected": report.rows,
    }
