"""Imported rows: what an import is asked to do, one reading of its file, and whose campaigns the rows name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Context, Decimal
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from campaigns.errors import NotFound, Refusal
from campaigns.files import Layout, RefusedRow, SpendRow, read_spend
from campaigns.models import Brand, Campaign, StatusChange
from campaigns.rules.money import CENT, round_to_micros
from campaigns.rules.texts import NAME_LENGTH

# Rows of one transaction: large enough to be quick, small enough that others never wait long for the brand.
CHUNK_ROWS = 5_000

# Called with what is being done, how many rows are done, and of how many (None: not known yet).
Progress = Callable[[str, int, int | None], None]

# Wide enough that no sum of a file's amounts is rounded: the usual 28 digits lose the end of a platform's float noise.
_EXACT = Context(prec=200)

_Item = TypeVar("_Item")


class Mode(StrEnum):
    """What a file's rows are: entries that each count once, or parts of day totals that a platform restates."""

    ENTRIES = "entries"
    DAY_TOTALS = "day-totals"


@dataclass(frozen=True, slots=True)
class ImportOrder:
    """What to import, and how.

    :param source: where the spend comes from. Day totals of different sources for one day add up, so it has to be the
        same for every export of a platform.
    :param may_create_campaigns: create campaigns that the brand does not have, with the file's value as their name
        and external id, switched on; otherwise such rows are refused.
    """

    path: Path
    layout: Layout
    brand_id: int
    mode: Mode = Mode.ENTRIES
    source: str = "file"
    may_create_campaigns: bool = False

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
    """

    new: int = 0
    duplicate: int = 0
    restated: int = 0
    recorded: Decimal = Decimal(0)
    changes: list[StatusChange] = field(default_factory=list)

    @property
    def done(self) -> int:
        """How many rows, or campaign days, were handled."""
        return self.new + self.duplicate + self.restated


@dataclass(slots=True)
class Named:
    """A campaign as the file names it: on which line first, and on how many rows."""

    line: int
    rows: int = 0


@dataclass(slots=True)
class Reading:
    """One reading of a file: what it counts, and what it refuses, by line.

    :param now: the clock when the reading began; a row may not lie ahead of it.
    :param zero: rows without an amount, or with zero.
    """

    path: Path
    layout: Layout
    zone: ZoneInfo
    now: datetime
    rows: int = 0
    zero: int = 0
    exact_total: Decimal = Decimal(0)
    rounded_total: Decimal = Decimal(0)
    campaigns: dict[str, Named] = field(default_factory=dict)
    outcome: Outcome = field(default_factory=Outcome)
    refusals: list[tuple[int, Refusal]] = field(default_factory=list)

    def spend_rows(self) -> Iterator[SpendRow]:
        """Count the file's rows, and yield those that can be read.

        :raises UnreadableFile: if the file is no table with these columns.
        """
        for row in read_spend(self.path, self.layout):
            self.rows += 1
            if isinstance(row, RefusedRow):
                self.refuse(row.line, row.refusal)
            else:
                self.exact_total = add_exactly(self.exact_total, row.amount or Decimal(0))
                self.campaigns.setdefault(row.campaign, Named(row.line)).rows += 1
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
    """The brand's campaigns by what a file calls them: the platform's id goes before the name."""

    def __init__(self, brand: Brand) -> None:
        self.brand = brand
        self._by_external_id: dict[str, int] = {}
        self._by_name: dict[str, int] = {}
        for campaign in Campaign.objects.filter(brand=brand).only("name", "external_id"):
            self.add(campaign)

    def add(self, campaign: Campaign) -> None:
        """Enter a campaign of the brand."""
        self._by_name[campaign.name] = campaign.pk
        if campaign.external_id:
            self._by_external_id[campaign.external_id] = campaign.pk

    def find(self, value: str) -> int | None:
        """Return the campaign's key, or None if the brand has no such campaign."""
        return self._by_external_id.get(value, self._by_name.get(value))

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
