"""Imported rows: what an import is asked to do, and one reading of its file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Context, Decimal
from enum import StrEnum
from functools import lru_cache, partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from campaigns.errors import Refusal
from campaigns.files import (
    MOST_REMEMBERED,
    DateOrder,
    DecimalMark,
    FileDate,
    Layout,
    RefusedRow,
    SpendFile,
    SpendRow,
    TotalRow,
)
from campaigns.models import StatusChange
from campaigns.rules.money import CENT, round_to_micros
from campaigns.rules.texts import NAME_LENGTH
from campaigns.services.pace import Pace

# Rows that are looked up at once.
CHUNK_ROWS = 5_000
# As long as others wait for the brand, where the machine is not too slow for the smallest part.
SECONDS_OF_LOCK = 0.2
_FIRST_ROWS = 1_000
_FEWEST_ROWS = 250
_MOST_ROWS = 3_000

# Called with what is being done, how many rows are done, and of how many (None: not known yet).
Progress = Callable[[str, int, int | None], None]

_NOTHING = Decimal(0)
# Wide enough that no sum of a file's amounts is rounded: the usual 28 digits lose the end of a platform's float noise.
_EXACT = Context(prec=200)

# So many rows later, somebody who watches hears of it.
_TELL_EVERY = 1_000

_Item = TypeVar("_Item")


def _say_no_rows(rows: int) -> None:
    """Take no notice."""


class Mode(StrEnum):
    """What a file's rows are: entries that each count once, or parts of day totals that a platform restates."""

    ENTRIES = "entries"
    DAY_TOTALS = "day-totals"


@dataclass(frozen=True, slots=True)
class ImportOrder:
    """What to import, and how.

    :param layout: the columns that a person named; None: a platform's report, known by its own columns.
    :param mode: None: day totals for a platform's report, entries for a table by its columns.
    :param source: where the spend comes from. Day totals of different sources for one day add up, so it has to be the
        same for every export of a platform. None: the platform, or `file`.
    :param may_create_campaigns: create campaigns that the brand does not have, with the file's value as their name
        and external id, switched on; otherwise such rows are refused.
    :param date_order: what 03/04/2026 means, `decimal_mark` what 1,234 means; None: what the whole column tells.
    :param allows_older: import a report even if a newer one of its days was imported before.
    :param missing_is_zero: of day totals: take back what is recorded for days that the file covers and does not have.
    :param ignores_totals: import a report although its rows do not add up to its own total.
    :param import_id: the row of the history that stands for this import; None: make one.
    """

    path: Path
    layout: Layout | None
    brand_id: int
    mode: Mode | None = None
    source: str | None = None
    may_create_campaigns: bool = False
    date_order: DateOrder | None = None
    decimal_mark: DecimalMark | None = None
    allows_older: bool = False
    missing_is_zero: bool = False
    ignores_totals: bool = False
    import_id: int | None = None

    @property
    def file_name(self) -> str:
        """The file's name, without characters that no description can keep."""
        name = "".join(character if character.isprintable() else "?" for character in self.path.name)
        return name[:NAME_LENGTH]


class Draft(NamedTuple):
    """A row as the ledger would know it. A tuple: there are very many, and nothing is made faster.

    :param amount: in whole micros; zero for a row without spend.
    :param day: the brand's day, where the row has no time: any moment of that day is the same spend.
    """

    line: int
    campaign: str
    amount: Decimal
    occurred_at: datetime
    day: date | None
    reference: str


@dataclass(slots=True)
class Outcome:
    """What became of a file's rows so far, or would become of them. Day totals count campaign days, not rows.

    :param recorded: what the ledger gains, signed.
    :param gone: campaign days that are recorded, lie among the file's days and are not in it; over `gone_amount`.
    """

    new: int = 0
    duplicate: int = 0
    restated: int = 0
    recorded: Decimal = Decimal(0)
    gone: int = 0
    gone_amount: Decimal = Decimal(0)
    changes: list[StatusChange] = field(default_factory=list)

    @property
    def done(self) -> int:
        """How many rows, or campaign days, were handled."""
        return self.new + self.duplicate + self.restated


@dataclass(slots=True)
class Named:
    """A campaign or a currency as the file names it: on which line first, and on how many rows."""

    line: int
    rows: int = 0


@dataclass(slots=True)
class Reading:
    """One reading of a file: what it counts, and what it refuses, by line.

    :param now: the clock when the reading began; a row may not lie ahead of it.
    :param zero: rows without an amount, or with zero.
    :param names: the names of campaigns by their ids, where the file has both.
    :param totals: rows that sum up others.
    :param on_rows: called now and then with how many rows were read.
    """

    file: SpendFile
    zone: ZoneInfo
    now: datetime
    on_rows: Callable[[int], None] = _say_no_rows
    rows: int = 0
    zero: int = 0
    exact_total: Decimal = Decimal(0)
    rounded_total: Decimal = Decimal(0)
    campaigns: dict[str, Named] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    currencies: dict[str, Named] = field(default_factory=dict)
    totals: list[TotalRow] = field(default_factory=list)
    first_day: date | None = None
    last_day: date | None = None
    outcome: Outcome = field(default_factory=Outcome)
    refusals: list[tuple[int, Refusal]] = field(default_factory=list)
    _moment_of: Callable[[FileDate], datetime] = field(init=False, repr=False)
    _whole: Callable[[Decimal], Decimal] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # Days and amounts repeat.
        self._moment_of = lru_cache(MOST_REMEMBERED)(partial(_moment, zone=self.zone, now=self.now))
        self._whole = lru_cache(MOST_REMEMBERED)(round_to_micros)

    def spend_rows(self, *, names_by_content: bool = True) -> Iterator[SpendRow]:
        """Count the file's rows, and yield those that can be read. See `SpendFile.rows`.

        :raises UnreadableFile: where the file cannot be read on.
        """
        for row in self.file.rows(names_by_content=names_by_content):
            if isinstance(row, TotalRow):
                self.totals.append(row)
                continue
            self.rows += 1
            if self.rows % _TELL_EVERY == 0:
                self.on_rows(self.rows)
            if isinstance(row, RefusedRow):
                self.refuse(row.line, row.refusal)
            else:
                self._count(row)
                yield row

    def drafts(self) -> Iterator[Draft]:
        """Yield the rows that can be recorded, each by itself, and those without spend; count, and refuse the others.

        :raises UnreadableFile: if the file is no table with these columns.
        """
        for line, campaign, when, amount, reference, _, _ in self.spend_rows():
            try:
                moment = self._moment_of(when)
                whole = self.rounded(amount)
            except Refusal as refusal:
                self.refuse(line, refusal)
                continue
            if not whole:
                self.zero += 1
            yield Draft(line, campaign, whole, moment, when.day if when.clock is None else None, reference)

    def refuse(self, line: int, refusal: Refusal) -> None:
        """Remember why a line cannot be imported."""
        self.refusals.append((line, refusal))

    def rounded(self, amount: Decimal | None) -> Decimal:
        """Return the amount in whole micros, and add it to the total of what can be recorded."""
        whole = self._whole(amount or _NOTHING)
        self.rounded_total += whole
        return whole

    def _count(self, row: SpendRow) -> None:
        line, campaign, date, amount, _, name, currency = row
        day = date.day
        named = self.campaigns.get(campaign)
        if named is None:
            named = self.campaigns[campaign] = Named(line)
        named.rows += 1
        if name and campaign not in self.names:
            self.names[campaign] = name
        if amount is None:
            return
        self.exact_total = add_exactly(self.exact_total, amount)
        if self.first_day is None or day < self.first_day:
            self.first_day = day
        if self.last_day is None or day > self.last_day:
            self.last_day = day
        if currency:
            self.currencies.setdefault(currency, Named(line)).rows += 1


def _moment(date: FileDate, *, zone: ZoneInfo, now: datetime) -> datetime:
    return date.moment(zone, now=now)


def add_exactly(total: Decimal, amount: Decimal) -> Decimal:
    """Return the sum to its last decimal."""
    return _EXACT.add(total, amount)


def tidy(total: Decimal) -> Decimal:
    """Return the same sum with 2 decimals, or as many more as it needs."""
    plain = total.normalize(_EXACT)
    return plain if plain != plain.quantize(CENT, context=_EXACT) else plain.quantize(CENT, context=_EXACT)


def cut(items: Iterable[_Item], size: int) -> Iterator[list[_Item]]:
    """Yield the items in lists of at most `size`."""
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk


def pace_of_parts(most: int) -> Pace:
    """Return the pace at which parts of a file are recorded, each in a transaction of at most so many rows."""
    return Pace(seconds=SECONDS_OF_LOCK, first=_FIRST_ROWS, least=_FEWEST_ROWS, most=min(_MOST_ROWS, most))
