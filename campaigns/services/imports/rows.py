"""Imported rows: what an import is asked to do, one reading of its file, and whose campaigns the rows name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Context, Decimal
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from campaigns.errors import NotFound, Refusal
from campaigns.files import DateOrder, DecimalMark, Layout, RefusedRow, SpendFile, SpendRow, TotalRow
from campaigns.models import Brand, Campaign, StatusChange
from campaigns.rules.money import CENT, round_to_micros
from campaigns.rules.texts import NAME_LENGTH

# Rows of one transaction: large enough to be quick, small enough that others never wait long for the brand.
CHUNK_ROWS = 5_000

# Called with what is being done, how many rows are done, and of how many (None: not known yet).
Progress = Callable[[str, int, int | None], None]

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


@dataclass(frozen=True, slots=True)
class Draft:
    """A row as the ledger would know it.

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

    def spend_rows(self) -> Iterator[SpendRow]:
        """Count the file's rows, and yield those that can be read.

        :raises UnreadableFile: where the file cannot be read on.
        """
        for row in self.file.rows():
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
        for row in self.spend_rows():
            try:
                draft = self._draft(row)
            except Refusal as refusal:
                self.refuse(row.line, refusal)
            else:
                self.zero += not draft.amount
                yield draft

    def refuse(self, line: int, refusal: Refusal) -> None:
        """Remember why a line cannot be imported."""
        self.refusals.append((line, refusal))

    def rounded(self, amount: Decimal | None) -> Decimal:
        """Return the amount in whole micros, and add it to the total of what can be recorded."""
        whole = round_to_micros(amount or Decimal(0))
        self.rounded_total += whole
        return whole

    def _count(self, row: SpendRow) -> None:
        self.campaigns.setdefault(row.campaign, Named(row.line)).rows += 1
        if row.campaign_name:
            self.names.setdefault(row.campaign, row.campaign_name)
        if row.amount is None:
            return
        self.exact_total = add_exactly(self.exact_total, row.amount)
        self.first_day = min(self.first_day or row.date.day, row.date.day)
        self.last_day = max(self.last_day or row.date.day, row.date.day)
        if row.currency:
            self.currencies.setdefault(row.currency, Named(row.line)).rows += 1

    def _draft(self, row: SpendRow) -> Draft:
        return Draft(
            line=row.line,
            campaign=row.campaign,
            occurred_at=row.date.moment(self.zone, now=self.now),
            amount=self.rounded(row.amount),
            day=row.date.day if row.date.clock is None else None,
            reference=row.reference,
        )


class CampaignBook:
    """The brand's campaigns by what a file calls them: the platform's id goes before the name.

    :param names: what the file calls its ids, as far as it was read. A campaign of that name and without an id of its
        own is the one that is meant.
    """

    def __init__(self, brand: Brand, names: Mapping[str, str] | None = None) -> None:
        self.brand = brand
        self.names = names if names is not None else {}
        self._by_external_id: dict[str, int] = {}
        self._by_name: dict[str, int] = {}
        self._without_id: dict[str, int] = {}
        for campaign in Campaign.objects.filter(brand=brand).only("name", "external_id"):
            self.add(campaign)

    def add(self, campaign: Campaign) -> None:
        """Enter a campaign of the brand."""
        self._by_name[campaign.name] = campaign.pk
        if campaign.external_id:
            self._by_external_id[campaign.external_id] = campaign.pk
        else:
            self._without_id[campaign.name] = campaign.pk

    def find(self, value: str) -> int | None:
        """Return the campaign's key, or None if the brand has no such campaign."""
        key = self._by_external_id.get(value, self._by_name.get(value))
        return self._without_id.get(self.names.get(value, "")) if key is None else key

    def new_name(self, value: str) -> str:
        """Return a name for a campaign to create, which no other of the brand has."""
        name = self.names.get(value, value)
        return f"{name[: NAME_LENGTH - len(value) - 3]} ({value})" if name in self._by_name else name

    def key_of(self, value: str) -> int:
        """Return the campaign's key.

        :raises NotFound: if the brand has no such campaign.
        """
        key = self.find(value)
        if key is None:
            raise NotFound(f"{self.brand} has no campaign with the id or name {value!r}.", field="campaign")
        return key

    def missing(self, reading: Reading) -> dict[str, Named]:
        """Return what the file names and the brand does not have, in the order of the file."""
        return {value: named for value, named in reading.campaigns.items() if self.find(value) is None}


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
