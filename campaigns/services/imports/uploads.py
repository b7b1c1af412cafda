"""Uploads: files that came through the browser. They are checked, wait for a yes, and are imported.

The file is kept in the database until then, so that a worker on another machine can take it up, and so that another
worker can go on where one died: what is recorded already counts once.
"""

from __future__ import annotations

import gzip
import hashlib
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import Q

from campaigns.errors import ImportConflict, NotFound, Refusal, UnreadableFile
from campaigns.files import DateOrder, DecimalMark, Layout, Unit
from campaigns.models import UNFINISHED, Brand, ImportState, SpendImport, SpendUpload
from campaigns.rules.texts import NAME_LENGTH
from campaigns.services.database import writing
from campaigns.services.imports import history
from campaigns.services.imports.importing import check_file, import_file
from campaigns.services.imports.rows import ImportOrder, Mode, Progress
from campaigns.services.locks import no_brand
from campaigns.services.refused import count_refused

# Refused rows of files are counted under this name, however the file came.
DOOR = "file"
# A file of more lines is for a worker: a person would wait too long for the page.
LINES_AT_ONCE = 5_000
# Each time is a transaction of its own; nobody looks more often.
_SAID_EVERY = timedelta(seconds=1)
# Somebody who has not said yes by then will not say it any more.
_KEPT_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class UploadOptions:
    """What a person said about the file. See `ImportOrder` and `Layout`; empty texts say nothing.

    :param campaign_column: with `date_column` and `amount_column`, the columns of a table; all empty: a known report.
    """

    campaign_column: str = ""
    date_column: str = ""
    amount_column: str = ""
    reference_column: str = ""
    unit: str = Unit.UNITS
    mode: str = ""
    source: str = ""
    date_order: str = ""
    decimal_mark: str = ""
    may_create_campaigns: bool = False
    allows_older: bool = False
    missing_is_zero: bool = False
    ignores_totals: bool = False

    def layout(self) -> Layout | None:
        """Return the layout that the columns describe, or None."""
        if not (self.campaign_column and self.date_column and self.amount_column):
            return None
        return Layout(
            campaign=self.campaign_column,
            date=self.date_column,
            amount=self.amount_column,
            reference=self.reference_column or None,
            unit=Unit(self.unit or Unit.UNITS),
        )


def keep_upload(
    *, brand_id: int, file_name: str, content: bytes, options: UploadOptions, now: datetime, actor: str = ""
) -> SpendImport:
    """Keep a file, to be checked next. Files that nobody said yes to for a week are thrown away.

    :raises UnreadableFile: if it is larger than the setting IMPORT_MAX_MEGABYTES.
    :raises NotFound: if there is no such brand.
    """
    if len(content) > settings.IMPORT_MAX_MEGABYTES * 1_000_000:
        raise UnreadableFile(
            f"{file_name[:NAME_LENGTH]} has {len(content) / 1_000_000:,.1f} MB, and at most "
            f"{settings.IMPORT_MAX_MEGABYTES} are taken here (IMPORT_MAX_MEGABYTES): split it, or use import_spend."
        )
    if not Brand.objects.filter(pk=brand_id).exists():
        raise no_brand(brand_id)
    throw_away_old_ones(now=now)
    with writing():
        row = SpendImport.objects.create(
            brand_id=brand_id,
            created_at=now,
            actor=actor,
            file_name=_safe_name(file_name),
            sha256=hashlib.sha256(content).hexdigest(),
            size=len(content),
            options={name: getattr(options, name) for name in UploadOptions.__slots__},
            state=ImportState.CHECKING,
        )
        SpendUpload.objects.create(spend_import=row, content=gzip.compress(content, compresslevel=6))
    return row


def is_small(content: bytes) -> bool:
    """Tell whether a file can be worked on while its person waits."""
    return max(content.count(b"\n"), content.count(b"\r")) <= LINES_AT_ONCE


def confirm(*, import_id: int) -> SpendImport:
    """Say yes to a checked upload, or let a stopped one go on: it is to be imported next.

    :raises ImportConflict: if it waits for no yes.
    """
    waiting = SpendImport.objects.filter(pk=import_id, state__in=[ImportState.CHECKED, ImportState.FAILED])
    with_file = waiting.filter(upload__isnull=False).values_list("pk", flat=True)
    is_taken = bool(with_file) and waiting.update(state=ImportState.RUNNING, alive_at=None, finished_at=None)
    row = _row(import_id)
    if not is_taken:
        raise ImportConflict(f"Import {row.pk} is {row.get_state_display()}: there is nothing to confirm.")
    return row


def discard(*, import_id: int) -> SpendImport:
    """Throw an upload away that was not imported; the history keeps that it was there.

    :raises ImportConflict: if it was imported, in part even, or is being.
    """
    waiting = [ImportState.CHECKING, ImportState.CHECKED, ImportState.REFUSED]
    if not SpendImport.objects.filter(pk=import_id, state__in=waiting).update(
        state=ImportState.REFUSED, problems=[[0, "Nobody said yes: the file was thrown away."]]
    ):
        row = _row(import_id)
        raise ImportConflict(f"Import {row.pk} is {row.get_state_display()}: undo it instead.")
    SpendUpload.objects.filter(spend_import=import_id).delete()
    return _row(import_id)


def throw_away_old_ones(*, now: datetime) -> int:
    """Throw files away that nobody said yes to for a week, and return how many. The history keeps their rows."""
    waiting = [ImportState.CHECKING, ImportState.CHECKED, ImportState.REFUSED]
    old = SpendUpload.objects.filter(spend_import__created_at__lt=now - _KEPT_FOR, spend_import__state__in=waiting)
    deleted, _ = old.delete()
    return deleted


def waiting() -> list[int]:
    """Return the keys of the uploads that are to be checked or imported, and that nobody has taken up yet.

    One that somebody took up and left is not among them: what killed a worker once may kill the next one, so that a
    person decides.
    """
    untouched = SpendImport.objects.filter(state__in=UNFINISHED, alive_at=None, upload__isnull=False)
    return list(untouched.order_by("pk").values_list("pk", flat=True))


def work_on(*, import_id: int, clock: Callable[[], datetime]) -> SpendImport | None:
    """Check the upload, or import it, whichever it waits for. What is refused is in the row, and raised nowhere.

    :returns: the row as it is then; None if somebody else works on it, or if it waits for nothing.
    """
    now = clock()
    # One conditional update decides who does it, however many are asked.
    is_mine = (
        SpendImport.objects.filter(pk=import_id, state__in=UNFINISHED)
        .filter(Q(alive_at=None) | Q(alive_at__lt=now - history.STALE_AFTER))
        .update(alive_at=now)
    )
    row = SpendImport.objects.select_related("upload").filter(pk=import_id, upload__isnull=False).first()
    if not is_mine or row is None:
        return None
    with _file_of(row) as path:
        if row.state == ImportState.CHECKING:
            _check(row, path, clock)
        else:
            _import(row, path, clock)
    row.refresh_from_db()
    return row


def _check(row: SpendImport, path: Path, clock: Callable[[], datetime]) -> None:
    try:
        report = check_file(order=_order(row, path), now=clock(), on_progress=_progress(row, clock))
    except Refusal as refusal:
        history.fail(row.pk, refusal, now=clock(), state=ImportState.REFUSED)
        count_refused(door=DOOR, refusal=refusal, now=clock())
        SpendUpload.objects.filter(spend_import=row).delete()
    else:
        history.keep_check(row.pk, report)


def _import(row: SpendImport, path: Path, clock: Callable[[], datetime]) -> None:
    order = _order(row, path)
    try:
        import_file(order=order, clock=clock, actor=row.actor, on_progress=_progress(row, clock))
    except Refusal as refusal:
        # Whatever was refused now was good when it was checked: a person looks at it, and may let it go on.
        history.fail(row.pk, refusal, now=clock())
        count_refused(door=DOOR, refusal=refusal, now=clock())
    else:
        SpendUpload.objects.filter(spend_import=row).delete()


def _progress(row: SpendImport, clock: Callable[[], datetime]) -> Progress:
    said_at: datetime | None = None

    def keep_alive(step: str, done: int, total: int | None) -> None:
        nonlocal said_at
        del step  # the state says it
        now = clock()
        if said_at is None or abs(now - said_at) >= _SAID_EVERY:
            history.keep_alive(row.pk, done, total, now=now)
            said_at = now

    return keep_alive


def _order(row: SpendImport, path: Path) -> ImportOrder:
    options = UploadOptions(**row.options)
    return ImportOrder(
        path=path,
        layout=options.layout(),
        brand_id=row.brand_id,
        mode=Mode(options.mode) if options.mode else None,
        source=options.source or None,
        may_create_campaigns=options.may_create_campaigns,
        date_order=DateOrder(options.date_order) if options.date_order else None,
        decimal_mark=DecimalMark(options.decimal_mark) if options.decimal_mark else None,
        allows_older=options.allows_older,
        missing_is_zero=options.missing_is_zero,
        ignores_totals=options.ignores_totals,
        import_id=row.pk,
    )


@contextmanager
def _file_of(row: SpendImport) -> Iterator[Path]:
    """Put the upload where it can be read, under its own name."""
    with tempfile.TemporaryDirectory(prefix="ad_system-import-") as folder:
        path = Path(folder) / row.file_name
        path.write_bytes(gzip.decompress(bytes(row.upload.content)))
        yield path


def _row(import_id: int) -> SpendImport:
    row = SpendImport.objects.filter(pk=import_id).first()
    if row is None:
        raise NotFound(f"There is no import with number {import_id}.", field="import")
    return row


def _safe_name(file_name: str) -> str:
    """Return a name that any file system takes, and that leads nowhere else."""
    last = file_name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(character if character.isprintable() and character != ":" else "_" for character in last)
    # A name has 255 bytes at most, and a letter up to four of them.
    return kept.encode()[:180].decode(errors="ignore").strip(". ") or "upload"
