"""Tables: records with a header, delimited by commas, semicolons or tabs, each with the line on which it starts."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from campaigns.errors import UnreadableFile
from campaigns.files.text import read_lines

DELIMITERS = (",", ";", "\t")
_MOST_COLUMNS_SHOWN = 60
# Reports say some things about themselves above their header.
_LONGEST_PREAMBLE = 25


class _BrokenQuotes(UnreadableFile):
    """A cell that is quoted in a way that leaves open where it ends."""


class Record(NamedTuple):
    """A row of cells, without the white space around them. A tuple: there are very many, and nothing is made faster.

    :param line: the physical line of the file on which it starts, from 1.
    """

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A file that was found to be a table.

    :param header: the names of its columns.
    :param preamble: the rows above the header, each as one text.
    """

    path: Path
    delimiter: str
    header: tuple[str, ...]
    preamble: tuple[str, ...] = ()

    def records(self) -> Iterator[Record]:
        """Yield the records below the header, from the start at every call; blank ones are left out.

        :raises UnreadableFile: where the file cannot be read on: a bad byte, quotes that do not close.
        """
        yield from islice(_records(self.path, self.delimiter), len(self.preamble) + 1, None)

    def position(self, name: str) -> int:
        """Return where the column of that name stands, from 0.

        :raises UnreadableFile: if there is none, or more than one; the sentence names the columns that there are.
        """
        count = self.header.count(name.strip())
        if count == 1:
            return self.header.index(name.strip())
        problem = f"has {count} columns" if count else "has no column"
        raise UnreadableFile(f"{self.path.name} {problem} called {name!r}. Its columns: {self._columns()}.")

    def _columns(self) -> str:
        names = [name or "(no name)" for name in self.header[:_MOST_COLUMNS_SHOWN]]
        more = len(self.header) - len(names)
        return ", ".join(names) + (f" and {more} more" if more else "")


def open_table(path: Path, *, wanted: Sequence[str]) -> Table:
    """Find the file's header and delimiter: the first row that has all wanted columns, else the first row at all.

    :raises UnreadableFile: if the file cannot be read, or has no header.
    """
    tables = possible_tables(path)
    names = {name.strip() for name in wanted}
    fitting = [table for table in tables if names.issubset(table.header)]
    if fitting:
        return max(fitting, key=lambda table: (-len(table.preamble), len(table.header)))
    first = [table for table in tables if not table.preamble]
    return max(first, key=lambda table: (len(names.intersection(table.header)), len(table.header)))


def possible_tables(path: Path) -> list[Table]:
    """Return every way to read the top of the file as a table: with each delimiter, below none or some other rows.

    :raises UnreadableFile: if the file cannot be read, or has no header.
    """
    tables = [table for delimiter in DELIMITERS for table in _try(path, delimiter)]
    if not tables:
        raise UnreadableFile(f"{path.name} has no header: its first row must name the columns, in quotes that close.")
    return tables


def _try(path: Path, delimiter: str) -> list[Table]:
    tables: list[Table] = []
    preamble: tuple[str, ...] = ()
    try:
        for record in islice(_records(path, delimiter), _LONGEST_PREAMBLE):
            tables.append(Table(path, delimiter, record.cells, preamble))
            preamble += (delimiter.join(record.cells).strip(delimiter),)
    except _BrokenQuotes:
        # A quoted name that ends at a tab ends nowhere for somebody who waits for a comma.
        return tables
    return tables


def _records(path: Path, delimiter: str) -> Iterator[Record]:
    # Strict: a quote that does not close would otherwise swallow the rows after it.
    rows = csv.reader(read_lines(path), delimiter=delimiter, strict=True)
    line, strip = 1, str.strip
    try:
        for row in rows:
            cells = tuple(map(strip, row))
            if any(cells):
                yield Record(line, cells)
            line = rows.line_num + 1
    except csv.Error as error:
        raise _BrokenQuotes(f"{path.name}, line {line}: the quotes do not close as they should ({error}).") from error
