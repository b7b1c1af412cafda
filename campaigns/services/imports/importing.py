"""Importing: a whole file, checked, then recorded.

The file is read twice. The first reading checks every row and writes nothing: one bad row refuses the whole file. The
second records, in transactions of some thousand rows each, so that nobody waits long for the brand. A transaction is
all or nothing, the file as a whole is not: if one fails in spite of the check (the database goes away, say), what came
before stays. Importing the file again adds the rest, because nothing counts twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from campaigns.errors import InvalidText, ManyRefusals, NotFound, Refusal, UnreadableFile
from campaigns.files import SpendFile, describe, open_spend
from campaigns.models import Brand
from campaigns.rules.texts import parse_source
from campaigns.services.campaigns import create_campaign
from campaigns.services.database import writing
from campaigns.services.imports import checks, history
from campaigns.services.imports.book import CampaignBook
from campaigns.services.imports.entries import check_entries, write_entries
from campaigns.services.imports.report import ImportReport
from campaigns.services.imports.rows import SECONDS_OF_LOCK, ImportOrder, Mode, Named, Progress, Reading, tidy
from campaigns.services.imports.totals import check_totals, write_totals
from campaigns.services.locks import no_brand
from campaigns.services.pace import Pace

_FIRST_CAMPAIGNS = 10
_MOST_CAMPAIGNS = 500


def _say_nothing(step: str, done: int, total: int | None) -> None:
    """Take no notice of progress."""


def check_file(*, order: ImportOrder, now: datetime, on_progress: Progress = _say_nothing) -> ImportReport:
    """Check the file and say what importing it would do. It writes nothing.

    :raises UnreadableFile: if the file is no table with these columns, or not the whole report that it says it is.
    :raises ManyRefusals: with every refused row by its line in the file.
    :raises Refusal: NotFound, InvalidTimeZone or InvalidText, for the brand and the source; OlderExport.
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

    The import goes into the history, which also says if it stopped on the way.

    :param clock: the present. It is asked once for each transaction: a long import must not act on an old moment.
    :raises Refusal: as `check_file`; nothing is written. Later, only if something changed since the check: the
        sentence then says how far it came.
    """
    ticking = _Clock(clock)
    checked = _check(order, ticking(), on_progress)
    if checked.order.import_id is None:
        row = history.begin(checked.order, now=ticking.last, actor=actor)
        checked = replace(checked, order=replace(checked.order, import_id=row.pk))
    import_id = checked.order.import_id
    try:
        _create_campaigns(checked, clock=ticking, actor=actor)
        done = _write(checked, clock=ticking, actor=actor, on_progress=on_progress)
    except Refusal as refusal:
        history.fail(import_id, refusal, now=ticking.last)
        raise
    report = _report(checked, done, is_dry_run=False)
    history.finish(import_id, report, now=ticking.last)
    return report


class _Clock:
    """The caller's clock, which remembers what it said last: the history needs no other moment."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self.last = datetime.max.replace(tzinfo=UTC)

    def __call__(self) -> datetime:
        self.last = self._clock()
        return self.last


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
        raise no_brand(order.brand_id)
    zone, stamp = brand.zone, _stamp(order)
    file = open_spend(order.path, order.layout, order=order.date_order, mark=order.decimal_mark)
    order = _settled(order, file)
    reading = Reading(file, zone, now, on_rows=lambda rows: on_progress("checking", rows, None))
    book = CampaignBook(brand, reading.names)
    check = check_entries if order.mode is Mode.ENTRIES else check_totals
    on_progress("checking", 0, None)
    for rows in check(reading, book, order):
        on_progress("checking", rows, None)
    missing = book.missing(reading)
    refusals = [
        *reading.refusals,
        *checks.foreign_currencies(reading, brand),
        *(() if order.may_create_campaigns else _unknown(brand, missing)),
    ]
    if refusals:
        raise ManyRefusals(sorted(refusals, key=lambda refusal: refusal[0]), row_word="line")
    checks.check_own_numbers(reading, order)
    checks.check_origin(reading, order)
    checks.check_age(reading, order)
    return _Checked(order, reading, book, stamp, tuple(missing))


def _settled(order: ImportOrder, file: SpendFile) -> ImportOrder:
    """Return the order with what the file decides where nobody said otherwise."""
    is_total_by_day = file.format is not None and file.format.is_total_by_day
    mode = order.mode or (Mode.DAY_TOTALS if is_total_by_day else Mode.ENTRIES)
    default = file.format.source if file.format else "file"
    source = parse_source(default if order.source is None else order.source)
    if mode is Mode.DAY_TOTALS and not source:
        raise InvalidText("Day totals need a source: name the platform that reports them.", field="source")
    return replace(order, mode=mode, source=source)


def _unknown(brand: Brand, missing: Mapping[str, Named]) -> Iterator[tuple[int, Refusal]]:
    """Yield one refusal for each campaign that the brand does not have, with the first line that names it."""
    for value, named in missing.items():
        rows = "1 row names" if named.rows == 1 else f"{named.rows:,} rows name"
        sentence = f"{brand} has no campaign with the id or name {value!r}, which {rows}."
        yield named.line, NotFound(sentence, field="campaign")


def _create_campaigns(checked: _Checked, *, clock: _Clock, actor: str) -> None:
    """Create what is missing, a few in each transaction: one of them takes as long as a hundred rows."""
    pace = Pace(seconds=SECONDS_OF_LOCK, first=_FIRST_CAMPAIGNS, most=_MOST_CAMPAIGNS)
    for values in pace.parts(checked.missing):
        now, began = clock(), time.monotonic()
        with writing():
            for value in values:
                campaign = create_campaign(
                    brand_id=checked.book.brand.pk,
                    name=checked.book.new_name(value),
                    external_id=value,
                    is_enabled=True,
                    now=now,
                    actor=actor,
                )
                checked.book.add(campaign)
        pace.learn(len(values), time.monotonic() - began)


def _write(checked: _Checked, *, clock: _Clock, actor: str, on_progress: Progress) -> Reading:
    order, first = checked.order, checked.reading
    write = write_entries if order.mode is Mode.ENTRIES else write_totals
    # The rows keep the moment of the check, so that both readings date them alike.
    reading = Reading(first.file, first.zone, first.now)
    _refuse_if_changed(checked)
    on_progress("recording", 0, first.rows)
    try:
        for rows in write(reading, checked.book, order, clock=clock, actor=actor):
            on_progress("recording", rows, first.rows)
            history.keep_alive(order.import_id, rows, first.rows, now=clock.last)
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
    book, order, outcome = checked.book, checked.order, reading.outcome
    file, mode = reading.file, order.mode or Mode.ENTRIES
    return ImportReport(
        import_id=None if is_dry_run else order.import_id,
        brand=book.brand.name,
        currency=book.brand.currency,
        mode=mode,
        source=order.source or "",
        format=file.format.code if file.format else "columns",
        read_as=describe(file, is_total_by_day=mode is Mode.DAY_TOTALS),
        is_dry_run=is_dry_run,
        rows=reading.rows,
        zero=reading.zero,
        new=outcome.new,
        duplicate=outcome.duplicate,
        restated=outcome.restated,
        gone=outcome.gone,
        gone_amount=tidy(outcome.gone_amount),
        missing_is_zero=order.missing_is_zero,
        exact_total=tidy(reading.exact_total),
        rounded_total=tidy(reading.rounded_total),
        recorded=tidy(outcome.recorded),
        campaigns=len(reading.campaigns),
        created_campaigns=checked.missing,
        changes=tuple(outcome.changes),
        first_day=reading.first_day,
        last_day=checks.last_day_of(reading),
        made_at=file.about.made_at,
    )
