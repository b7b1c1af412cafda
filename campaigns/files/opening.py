"""Opening: finds out what a spend file is, and how its dates and amounts are written. Nothing is guessed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from campaigns.errors import UnreadableFile
from campaigns.files.about import About, read_about
from campaigns.files.cells import Unit
from campaigns.files.dates import DateColumn, DateOrder
from campaigns.files.formats import FORMATS, Format, is_currency_column, why_not
from campaigns.files.layout import Layout
from campaigns.files.numbers import DecimalMark, NumberColumn
from campaigns.files.spend import MOST_REMEMBERED, AnyRow, SpendFile
from campaigns.files.table import Table, open_table, possible_tables

_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs"}
_ORDERS = {None: "", DateOrder.DAY_FIRST: ", day first", DateOrder.MONTH_FIRST: ", month first"}


def open_spend(
    path: Path, layout: Layout | None = None, *, order: DateOrder | None = None, mark: DecimalMark | None = None
) -> SpendFile:
    """Find out how to read the file.

    :param layout: the columns that a person named; None: it has to be a report that is known by its own columns.
    :param order: what 03/04/2026 means, and `mark` what stands before decimals, where a person says so; None: what the
        whole column tells.
    :raises UnreadableFile: if the file is no table with these columns, or if its dates or amounts are ambiguous.
    """
    if layout is None:
        table, layout, known = _recognise(path)
        about = read_about(table.preamble)
    else:
        table, known, about = open_table(path, wanted=layout.wanted), None, About()
        layout = _with_currency(layout, table)
    for column in layout.wanted:
        table.position(column)
    dates, numbers = _look_at_columns(table, layout)
    name = path.name
    return SpendFile(
        table=table,
        layout=layout,
        format=known,
        about=about,
        order=order or dates.decide(file_name=name),
        mark=mark or numbers.decide(delimiter=table.delimiter, file_name=name),
    )


def read_spend(path: Path, layout: Layout) -> Iterator[AnyRow]:
    """Yield the rows of a table whose columns are named. See `SpendFile.rows`.

    :raises UnreadableFile: as `open_spend`.
    """
    yield from open_spend(path, layout).rows()


def describe(file: SpendFile, *, is_total_by_day: bool) -> str:
    """Say how the file is read, for a person who knows what it should be."""
    layout = file.layout
    what = file.format.title if file.format else "a table by its columns"
    currency = file.header_currency or (f"currency by {layout.currency}" if layout.currency else "currency not said")
    amounts = f"{layout.amount} in micros" if layout.unit is Unit.MICROS else layout.amount
    parts = [
        what,
        "day totals" if is_total_by_day else "entries",
        f"{_DELIMITERS[file.table.delimiter]} between the cells",
        f"campaigns by {layout.campaign}",
        f"days by {layout.date}{_ORDERS[file.order]}",
        f"amounts by {amounts}{', decimal comma' if file.mark is DecimalMark.COMMA else ''} ({currency})",
    ]
    if file.format and file.format.remark:
        parts.append(file.format.remark)
    return ", ".join(parts)


def _recognise(path: Path) -> tuple[Table, Layout, Format]:
    tables = sorted(possible_tables(path), key=lambda table: len(table.preamble))
    for table in tables:
        for known in FORMATS:
            if layout := known.layout(table.header):
                return table, layout, known
    reasons = [reason for table in tables if (reason := why_not(table.header))]
    header = max((table for table in tables if not table.preamble), key=lambda table: len(table.header)).header
    raise UnreadableFile(
        reasons[0]
        if reasons
        else f"{path.name} is no report that is known by its columns ({', '.join(header)[:300]}). Name the columns: "
        "--campaign-column, --date-column and --amount-column."
    )


def _with_currency(layout: Layout, table: Table) -> Layout:
    """Take a column that is called Currency for what it says: it only serves to refuse."""
    named = [name for name in table.header if is_currency_column(name)]
    return replace(layout, currency=named[0]) if layout.currency is None and len(named) == 1 else layout


def _look_at_columns(table: Table, layout: Layout) -> tuple[DateColumn, NumberColumn]:
    dates, numbers = DateColumn(), NumberColumn()
    date, amount = table.position(layout.date), table.position(layout.amount)
    longest = max(date, amount)
    # The same day again tells nothing new.
    days: set[str] = set()
    try:
        for line, cells in table.records():
            if len(cells) <= longest:
                continue
            if cells[date] not in days:
                dates.see(cells[date], line)
                days.add(cells[date])
                if len(days) > MOST_REMEMBERED:
                    days.clear()
            if not numbers.is_decided:
                numbers.see(cells[amount], line)
    except UnreadableFile:
        # Whoever reads the rows comes to the same place, and hears why.
        pass
    return dates, numbers
