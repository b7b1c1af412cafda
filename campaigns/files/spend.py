"""Spend files: a table read as spend, by the names of its columns. Every row is a spend or a refusal with its line."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from campaigns.errors import InvalidText, Refusal, UnreadableFile
from campaigns.files.cells import FileDate, Unit, read_amount, read_date
from campaigns.files.table import Record, Table, open_table
from campaigns.rules.texts import parse_name, parse_reference


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a spend file has what.

    :param campaign: the name of the column that says which campaign.
    :param date: of the column that says when.
    :param amount: of the column that says how much, in `unit`.
    :param reference: of the column that names each row; None: the row's content names it.
    """

    campaign: str
    date: str
    amount: str
    reference: str | None = None
    unit: Unit = Unit.UNITS


@dataclass(frozen=True, slots=True)
class SpendRow:
    """A row that can be read.

    :param line: the physical line of the file on which it starts, from 1.
    :param campaign: what the file calls the campaign: its name or the platform's id.
    :param amount: exact, in units, signed, with as many decimals as the file has; None for an empty cell.
    :param reference: the same for the same row of the same file, every time; equal rows are numbered.
    """

    line: int
    campaign: str
    date: FileDate
    amount: Decimal | None
    reference: str


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that cannot be read, and why."""

    line: int
    refusal: Refusal


def read_spend(path: Path, layout: Layout) -> Iterator[SpendRow | RefusedRow]:
    """Yield the file's rows in their order, one at a time, so that a file may be larger than the memory.

    :raises UnreadableFile: if the file is no table with these columns; perhaps after some rows, so read it whole
        before you act on it.
    """
    wanted = [layout.campaign, layout.date, layout.amount, *([layout.reference] if layout.reference else [])]
    reader = _RowReader(open_table(path, wanted=wanted), layout)
    for record in reader.table.records():
        try:
            yield reader.read(record)
        except Refusal as refusal:
            yield RefusedRow(record.line, refusal)


class _RowReader:
    """Reads one record after the other, and remembers how often it saw equal ones."""

    def __init__(self, table: Table, layout: Layout) -> None:
        self.table = table
        self._unit = layout.unit
        self._campaign = table.position(layout.campaign)
        self._date = table.position(layout.date)
        self._amount = table.position(layout.amount)
        self._reference = None if layout.reference is None else table.position(layout.reference)
        self._seen: Counter[bytes] = Counter()

    def read(self, record: Record) -> SpendRow:
        cells = self._aligned(record)
        # First, so that a row's number among equal rows does not depend on what is refused.
        reference = self._read_reference(cells)
        amount = read_amount(cells[self._amount], self._unit)
        if amount and not reference:
            raise InvalidText("The reference is empty: each row with an amount needs one.", field="reference")
        return SpendRow(
            line=record.line,
            campaign=parse_name(cells[self._campaign], field="campaign"),
            date=read_date(cells[self._date]),
            amount=amount,
            reference=reference,
        )

    def _aligned(self, record: Record) -> tuple[str, ...]:
        width = len(self.table.header)
        if len(record.cells) < width or any(record.cells[width:]):
            raise UnreadableFile(
                f"The row has {len(record.cells)} cells and the header {width}: a delimiter or a quote is missing, or "
                "one too many."
            )
        return record.cells[:width]

    def _read_reference(self, cells: tuple[str, ...]) -> str:
        """Return the row's own reference or, without such a column, one of its whole content and its ordinal."""
        if self._reference is not None:
            return parse_reference(cells[self._reference])
        # Each cell with its length, so that no two different rows read alike.
        content = hashlib.sha256("".join(f"{len(cell)}:{cell}" for cell in cells).encode())
        ordinal = self._seen[content.digest()] = self._seen[content.digest()] + 1
        content.update(f"#{ordinal}".encode())
        return f"row:{content.hexdigest()}"
