"""What a whole file has to be right about, apart from its rows: currency, its own totals, its count, its age."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from campaigns.errors import CurrencyMismatch, ImportConflict, OlderExport, Refusal, UnreadableFile
from campaigns.models import Brand, ImportState, SpendImport, SpendLog
from campaigns.rules.periods import local_day
from campaigns.services.imports.rows import ImportOrder, Mode, Reading, tidy


def foreign_currencies(reading: Reading, brand: Brand) -> Iterator[tuple[int, Refusal]]:
    """Yield one refusal for each currency that is not the brand's, with the first line that has it."""
    for currency, named in reading.currencies.items():
        if currency.upper() != brand.currency:
            rows = "1 row has" if named.rows == 1 else f"{named.rows:,} rows have"
            mixed = f" The file mixes {', '.join(sorted(reading.currencies))}." if len(reading.currencies) > 1 else ""
            sentence = f"{rows} amounts in {currency[:20]}, and {brand}'s spend is kept in {brand.currency}.{mixed}"
            yield named.line, CurrencyMismatch(f"{sentence} Nothing is converted: export it in {brand.currency}.")


def check_own_numbers(reading: Reading, order: ImportOrder) -> None:
    """Compare the file with what it says about itself: how many rows it has, and what they add up to.

    :raises UnreadableFile: if it is not the whole file that it says it is.
    """
    file, stated = reading.file, reading.file.about.rows
    if stated is not None and stated != reading.rows:
        problem = "it was cut off" if stated > reading.rows else "something was added to it"
        raise UnreadableFile(
            f"{file.path.name} says that it has {stated:,} rows, and has {reading.rows:,}: {problem}. Export it anew."
        )
    totals = [row for row in reading.totals if row.amount is not None]
    if not totals or order.ignores_totals:
        return
    if not any(_agrees(row.amount, reading.exact_total) for row in totals):
        row = totals[0]
        says = f"{row.label!r} says {tidy(row.amount or Decimal(0)):,f}"
        raise UnreadableFile(
            f"{file.path.name}, line {row.line}: {says}, and the rows add up to {tidy(reading.exact_total):,f}: rows "
            "are missing, or the report shows only a part. Export it anew, or import it with --ignore-totals if you "
            "know why."
        )


def last_day_of(reading: Reading) -> date | None:
    """Return the last day that the file knows about: the end of its period, where that is over, or its last row's."""
    stated = reading.file.about.last_day
    is_over = stated is not None and stated < local_day(reading.now, reading.zone)
    return stated if is_over else reading.last_day


def check_age(reading: Reading, order: ImportOrder) -> None:
    """Compare a report of day totals with those of the same days and source that were imported before.

    A report is older if it was made earlier, where both say when they were made; otherwise if it ends earlier.

    :raises OlderExport: if it is older than one of them.
    """
    last_day = last_day_of(reading)
    if order.mode is not Mode.DAY_TOTALS or order.allows_older or last_day is None or reading.first_day is None:
        return
    before = SpendImport.objects.filter(
        brand=order.brand_id, source=order.source or "", mode=Mode.DAY_TOTALS, state=ImportState.DONE
    ).filter(first_day__lte=last_day, last_day__gte=reading.first_day)
    made_at = reading.file.about.made_at
    for done in before.exclude(pk=order.import_id or 0).order_by("-id"):
        if made_at is not None and done.made_at is not None:
            is_older, ends = made_at < done.made_at, f"was made at {done.made_at:%Y-%m-%d %H:%M} UTC"
        else:
            is_older, ends = done.last_day is not None and last_day < done.last_day, f"goes to {done.last_day}"
        if is_older:
            raise OlderExport(
                f"{order.file_name} is older than {done} ({done.file_name}), which {ends}: it would undo what was "
                "restated since. Import the newest export, or add --allow-older if this one is right."
            )


def check_origin(reading: Reading, order: ImportOrder) -> None:
    """Refuse our own export of entries where these entries are, because they would count twice, or of many brands.

    :raises ImportConflict: if this database wrote the file.
    :raises UnreadableFile: if it has entries of more than one brand.
    """
    known, table = reading.file.format, reading.file.table
    first = next(table.records(), None)
    if known is None or known.is_total_by_day or first is None:
        return
    brand = table.position("brand")
    if any(record.cells[brand] != first.cells[brand] for record in table.records()):
        raise UnreadableFile(
            f"{order.file_name} has entries of several brands: export each one by itself, with --brand."
        )
    number, recorded_at = (first.cells[table.position(name)] for name in ("entry", "recorded_at"))
    if not number.isascii() or not number.isdecimal() or len(number) > 18:
        return
    moment = _moment(recorded_at)
    if moment is not None and SpendLog.objects.filter(pk=number, recorded_at=moment).exists():
        raise ImportConflict(
            f"{order.file_name} was exported from this database, where entry {number} is already: nothing to import."
        )


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _agrees(stated: Decimal | None, total: Decimal) -> bool:
    """Tell whether a total is the rows' sum, to the last decimal that it has."""
    if stated is None:
        return False
    exponent = stated.as_tuple().exponent
    decimals = max(2, -exponent) if isinstance(exponent, int) else 2
    step = Decimal(1).scaleb(-decimals)
    return abs(total - stated) <= step / 2
