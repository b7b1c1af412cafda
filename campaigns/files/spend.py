"""Spend files: a table read as spend. Every row is a spend, a total of others, or a refusal with its line."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache, partial
from pathlib import Path
from typing import NamedTuple

from campaigns.errors import InvalidMoment, InvalidText, Refusal, UnreadableFile
from campaigns.files.about import About
from campaigns.files.cells import FileDate, read_amount, shown
from campaigns.files.dates import DateOrder, read_day
from campaigns.files.formats import MISSING, Format, currency_in_name
from campaigns.files.guard import unguard
from campaigns.files.layout import Layout
from campaigns.files.numbers import DecimalMark
from campaigns.files.table import Record, Table
from campaigns.rules.texts import parse_name, parse_reference

# Days, campaigns and amounts repeat: so many of each are kept in mind. What is refused is read again.
MOST_REMEMBERED = 16_384


class SpendRow(NamedTuple):
    """A row that can be read. A tuple: there are very many, and nothing is made faster.

    :param line: the physical line of the file on which it starts, from 1.
    :param campaign: what the file calls the campaign: its name or the platform's id.
    :param amount: exact, in units, signed, with as many decimals as the file has; None where there is none.
    :param reference: the same for the same row of the same file, every time; equal rows are numbered.
    :param campaign_name: its name, where the file has that beside the id.
    :param currency: of the amount, where the file says it.
    """

    line: int
    campaign: str
    date: FileDate
    amount: Decimal | None
    reference: str
    campaign_name: str = ""
    currency: str = ""


@dataclass(frozen=True, slots=True)
class TotalRow:
    """A row that sums up others, such as `Total: Campaigns`: no spend, but a check. None where it has no amount."""

    line: int
    label: str
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that cannot be read, and why."""

    line: int
    refusal: Refusal


AnyRow = SpendRow | TotalRow | RefusedRow


@dataclass(frozen=True, slots=True)
class SpendFile:
    """A file that was found to hold spend, and how to read it.

    :param format: the platform's report that it is; None for a table whose columns a person named.
    :param order: what 03/04/2026 means in it; None if it has no such dates.
    :param mark: what stands before decimals in it.
    """

    table: Table
    layout: Layout
    format: Format | None
    about: About
    order: DateOrder | None
    mark: DecimalMark

    @property
    def path(self) -> Path:
        """Where the file is."""
        return self.table.path

    @property
    def header_currency(self) -> str:
        """The currency in the name of the amount's column; empty where none is."""
        return currency_in_name(self.layout.amount) or ""

    def rows(self, *, names_by_content: bool = True) -> Iterator[AnyRow]:
        """Yield the file's rows in their order, one at a time, so that a file may be larger than the memory.

        :param names_by_content: False: where no column names the rows, leave their references empty.
        :raises UnreadableFile: where the file cannot be read on; perhaps after some rows, so read it whole before you
            act on it.
        """
        reader = _RowReader(self, names_by_content=names_by_content)
        for record in self.table.records():
            row: AnyRow | None
            try:
                row = reader.read(record)
            except Refusal as refusal:
                row = RefusedRow(record.line, refusal)
            if row is not None:
                yield row


class _RowReader:
    """Reads one record after the other, and remembers what repeats, and how often it saw equal records."""

    def __init__(self, file: SpendFile, *, names_by_content: bool) -> None:
        layout, table = file.layout, file.table
        self._file = file
        self._header_currency = file.header_currency
        self._width = len(table.header)
        self._campaign = table.position(layout.campaign)
        self._date = table.position(layout.date)
        self._amount = table.position(layout.amount)
        self._reference = self._optional(layout.reference)
        self._campaign_name = self._optional(layout.campaign_name)
        self._currency = self._optional(layout.currency)
        self._last_day = self._optional(layout.last_day)
        self._is_plain = file.format is None
        self._is_guarded = file.format is not None and file.format.has_guarded_cells
        self._names_a_day: Callable[[str], bool] = lru_cache(MOST_REMEMBERED)(_may_name_a_day)
        self._day_of: Callable[[str], FileDate] = lru_cache(MOST_REMEMBERED)(partial(read_day, order=file.order))
        self._amount_of: Callable[[str], Decimal | None] = lru_cache(MOST_REMEMBERED)(
            partial(read_amount, unit=layout.unit, mark=file.mark)
        )
        self._name_of: Callable[[str], str] = lru_cache(MOST_REMEMBERED)(partial(parse_name, field="campaign"))
        self._names_by_content = names_by_content
        self._seen: dict[bytes, int] = {}

    def read(self, record: Record) -> SpendRow | TotalRow | None:
        """Return what the record is; None for a footer."""
        cells = record.cells
        if not self._is_usual(cells):
            if self._is_footer(record):
                return None
            cells = self._aligned(record)
            if not self._is_plain and (label := self._total_label(cells)):
                return TotalRow(record.line, label, self._read_amount(cells))
        # First, so that a row's number among equal rows does not depend on what is refused.
        reference = self._read_reference(cells)
        amount = self._read_amount(cells)
        if amount and not reference and self._reference is not None:
            raise InvalidText("The reference is empty: each row with an amount needs one.", field="reference")
        currency = "" if self._currency is None else cells[self._currency]
        return SpendRow(
            record.line,
            self._name_of(self._campaign_of(cells)),
            self._read_date(cells),
            amount,
            reference,
            "" if self._campaign_name is None else cells[self._campaign_name],
            currency or self._header_currency,
        )

    def _optional(self, column: str | None) -> int | None:
        return None if column is None else self._file.table.position(column)

    def _is_usual(self, cells: tuple[str, ...]) -> bool:
        """Tell quickly of nearly all rows that they have the header's width, and are neither a footer nor a total."""
        if len(cells) != self._width or self._is_guarded:
            return False
        return self._is_plain or (bool(cells[self._campaign]) and self._names_a_day(cells[self._date]))

    def _is_footer(self, record: Record) -> bool:
        """Tell a line below the table, such as Microsoft's copyright, from a row."""
        if self._is_plain:
            return False
        said = [cell for cell in record.cells if cell]
        return len(said) == 1 and said[0][:1] in {"©", "@", "Â"}

    def _aligned(self, record: Record) -> tuple[str, ...]:
        if len(record.cells) < self._width and self._file.format is not None and _says_total(record.cells[0]):
            # Some reports end a total where its numbers end.
            return record.cells + ("",) * (self._width - len(record.cells))
        if len(record.cells) < self._width or any(record.cells[self._width :]):
            raise UnreadableFile(
                f"The row has {len(record.cells)} cells and the header {self._width}: a delimiter or a quote is "
                "missing, or one too many."
            )
        cells = record.cells[: self._width]
        return tuple(unguard(cell) for cell in cells) if self._is_guarded else cells

    def _total_label(self, cells: tuple[str, ...]) -> str:
        """Return what a row of totals calls itself; empty for any other row. A campaign may be called Total, too."""
        if self._names_a_day(cells[self._date]):
            return ""
        label = next((cell for cell in cells if _says_total(cell)), "")
        names_nothing = not cells[self._campaign] and not cells[self._date]
        return label or ("row without campaign and day" if names_nothing else "")

    def _campaign_of(self, cells: tuple[str, ...]) -> str:
        value = cells[self._campaign]
        if self._campaign_name is None or (value and value not in MISSING):
            return value
        return cells[self._campaign_name]

    def _read_amount(self, cells: tuple[str, ...]) -> Decimal | None:
        text = cells[self._amount]
        is_missing = not self._is_plain and text in MISSING
        return None if is_missing else self._amount_of(text)

    def _read_date(self, cells: tuple[str, ...]) -> FileDate:
        day = self._day_of(cells[self._date])
        last = "" if self._last_day is None else cells[self._last_day]
        if last and self._day_of(last).day != day.day:
            raise InvalidMoment(
                f"The row covers several days, {shown(cells[self._date])} to {shown(last)}: export by day."
            )
        return day

    def _read_reference(self, cells: tuple[str, ...]) -> str:
        """Return the row's own reference or, without such a column, one of its whole content and its ordinal."""
        if self._reference is not None:
            return parse_reference(cells[self._reference])
        if not self._names_by_content:
            return ""
        # Each cell with its length, so that no two different rows read alike.
        content = hashlib.sha256("".join([f"{len(cell)}:{cell}" for cell in cells]).encode())
        digest = content.digest()
        ordinal = self._seen[digest] = self._seen.get(digest, 0) + 1
        content.update(f"#{ordinal}".encode())
        return f"row:{content.hexdigest()}"


def _may_name_a_day(text: str) -> bool:
    return bool(text) and text not in MISSING and not _says_total(text)


def _says_total(text: str) -> bool:
    return text.casefold().startswith(("total", "grand total", "gesamt", "summary"))
