"""Importing: a whole file, checked, then recorded.

The file is read twice. The first reading checks every row and writes nothing: one bad row refuses the whole file. The
second records, in transactions of some thousand rows each, so that nobody waits long for the brand. A transaction is
all or nothing, the file as a whole is not: if one fails in spite of the check (the database goes away, say), what came
before stays. Importing the file again adds the rest, because nothing counts twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from campaigns.errors import InvalidText, ManyRefusals, NotFound, Refusal, UnreadableFile
from campaigns.models import Brand, StatusChange
from campaigns.rules.texts import parse_source
from campaigns.services.campaigns import create_campaign
from campaigns.services.imports.entries import check_entries, write_entries
from campaigns.services.imports.rows import CampaignBook, ImportOrder, Mode, Named, Progress, Reading, tidy
from campaigns.services.imports.totals import check_totals, write_totals


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or what it would do.

    :param rows: rows of the file; the header and blank lines are none.
    :param zero: rows without an amount, or with zero: they are no spend.
    :param new: entries recorded; in `DAY_TOTALS` campaign days that had no spend from this source before.
    :param duplicate: rows (campaign days) whose spend was recorded before, as it is.
    :param restated: campaign days whose total had changed.
    :param exact_total: the sum of all rows, to the last decimal.
    :param rounded_total: the same in whole micros, as it is kept; the difference is a platform's float noise.
    :param recorded: what the ledger gained, signed.
    :param campaigns: how many campaigns the file names.
    :param created_campaigns: those among them that the brand did not have.
    :param changes: the starts and stops that followed.
    """

    brand: str
    currency: str
    mode: Mode
    is_dry_run: bool
    rows: int
    zero: int
    new: int
    duplicate: int
    restated: int
    exact_total: Decimal
    rounded_total: Decimal
    recorded: Decimal
    campaigns: int
    created_campaigns: tuple[str, ...]
    changes: tuple[StatusChange, ...]


def _say_nothing(step: str, done: int, total: int | None) -> None:
    """Take no notice of progress."""


def check_file(*, order: ImportOrder, now: datetime, on_progress: Progress = _say_nothing) -> ImportReport:
    """Check the file and say what importing it would do. It writes nothing.

    :raises UnreadableFile: if the file is no table with these columns.
    :raises ManyRefusals: with every refused row by its line in the file.
    :raises Refusal: NotFound, InvalidTimeZone or InvalidText, for the brand and the source.
    """
    checked = _check(order, now, on_progress)
    return _report(checked, checked.reading, is_dry_run=True)


def import_file(
    *,
    order: ImportOrder,
    clock: Callable[[], datetime],
    actor: str = "",
    on_progress: Progress = _say_nothing,
) -> ImportReport:
    """Check the whole file, then record it. The same file twice adds nothing the second time.

    :param clock: the present. It is asked once for each transaction: a long import must not act on an old moment.
    :raises Refusal: as `check_file`; nothing is written. Later, only if something changed since the check: the
        sentence then says how far it came.
    """
    checked = _check(order, clock(), on_progress)
    _create_campaigns(checked, now=clock(), actor=actor)
    done = _write(checked, clock=clock, actor=actor, on_progress=on_progress)
    return _report(checked, done, is_dry_run=False)


@dataclass(frozen=True, slots=True)
class _Checked:
    """A file in which every row is good.

    :param stamp: tells whether the file was changed since.
    :param missing: the campaigns to create.
    """

    order: ImportOrder
    reading: Reading
    book: CampaignBook
    stamp: tuple[int, int]
    missing: tuple[str, ...]


def _check(order: ImportOrder, now: datetime, on_progress: Progress) -> _Checked:
    brand = Brand.objects.filter(pk=order.brand_id).first()
    if brand is None:
        raise NotFound(f"There is no brand with number {order.brand_id}.", field="brand")
    order = replace(order, source=parse_source(order.source))
    if order.mode is Mode.DAY_TOTALS and not order.source:
        raise InvalidText("Day totals need a source: name the platform that reports them.", field="source")
    reading, book = Reading(order.path, order.layout, brand.zone, now), CampaignBook(brand)
    stamp = _stamp(order)
    check = check_entries if order.mode is Mode.ENTRIES else check_totals
    on_progress("checking", 0, None)
    for rows in check(reading, book, order):
        on_progress("checking", rows, None)
    missing = book.missing(reading)
    refusals = [*reading.refusals, *(() if order.may_create_campaigns else _unknown(brand, missing))]
    if refusals:
        raise ManyRefusals(sorted(refusals, key=lambda refusal: refusal[0]), row_word="line")
    return _Checked(order, reading, book, stamp, tuple(missing))


def _unknown(brand: Brand, missing: Mapping[str, Named]) -> Iterator[tuple[int, Refusal]]:
    """Yield one refusal for each campaign that the brand does not have, with the first line that names it."""
    for value, named in missing.items():
        rows = "1 row names" if named.rows == 1 else f"{named.rows:,} rows name"
        sentence = f"{brand} has no campaign with the id or name {value!r}, which {rows}."
        yield named.line, NotFound(sentence, field="campaign")


def _create_campaigns(checked: _Checked, *, now: datetime, actor: str) -> None:
    with transaction.atomic():
        for value in checked.missing:
            campaign = create_campaign(
                brand_id=checked.book.brand.pk, name=value, external_id=value, is_enabled=True, now=now, actor=actor
            )
            checked.book.add(campaign)


def _write(checked: _Checked, *, clock: Callable[[], datetime], actor: str, on_progress: Progress) -> Reading:
    order, first = checked.order, checked.reading
    write = write_entries if order.mode is Mode.ENTRIES else write_totals
    # The rows keep the moment of the check, so that both readings date them alike.
    reading = Reading(order.path, order.layout, first.zone, first.now)
    _refuse_if_changed(checked)
    on_progress("recording", 0, first.rows)
    try:
        for rows in write(reading, checked.book, order, clock=clock, actor=actor):
            on_progress("recording", rows, first.rows)
            _refuse_if_changed(checked)
    except Refusal as refusal:
        if not reading.outcome.done and not checked.missing:
            raise
        raise _stopped(order, reading, refusal) from refusal
    return reading


def _stopped(order: ImportOrder, reading: Reading, refusal: Refusal) -> Refusal:
    what = "rows" if order.mode is Mode.ENTRIES else "day totals"
    return Refusal(
        f"The import stopped after {reading.outcome.done:,} {what}, which stay recorded: {refusal} Import the file "
        "again to add the rest: nothing counts twice."
    )


def _refuse_if_changed(checked: _Checked) -> None:
    order = checked.order
    if _stamp(order) != checked.stamp:
        raise UnreadableFile(f"{order.path.name} was changed while it was being imported.")


def _stamp(order: ImportOrder) -> tuple[int, int]:
    try:
        state = order.path.stat()
    except (OSError, ValueError):
        # What is wrong with it, reading it will say.
        return 0, 0
    return state.st_size, state.st_mtime_ns


def _report(checked: _Checked, reading: Reading, *, is_dry_run: bool) -> ImportReport:
    book, outcome = checked.book, reading.outcome
    return ImportReport(
        brand=book.brand.name,
        currency=book.brand.currency,
        mode=checked.order.mode,
        is_dry_run=is_dry_run,
        rows=reading.rows,
        zero=reading.zero,
        new=outcome.new,
        duplicate=outcome.duplicate,
        restated=outcome.restated,
        exact_total=tidy(reading.exact_total),
        rounded_total=tidy(reading.rounded_total),
        recorded=tidy(outcome.recorded),
        campaigns=len(reading.campaigns),
        created_campaigns=checked.missing,
        changes=tuple(outcome.changes),
    )
