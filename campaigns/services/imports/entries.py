"""Imported entries: each row of the file is one entry of the ledger, known again by its reference."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache, partial
from zoneinfo import ZoneInfo

from campaigns.errors import InvalidTimeZone, ManyRefusals, ReferenceConflict, Refusal
from campaigns.files import MOST_REMEMBERED
from campaigns.models import Brand, Campaign, SpendLog, StatusChange
from campaigns.rules.money import format_money
from campaigns.rules.periods import local_day
from campaigns.services import months
from campaigns.services.database import writing
from campaigns.services.driver import make_model
from campaigns.services.imports.book import CampaignBook
from campaigns.services.imports.recorded import Name, Recorded, RecordedEntry, look_up
from campaigns.services.imports.rows import CHUNK_ROWS, Draft, ImportOrder, Reading, cut, pace_of_parts
from campaigns.services.locks import lock_brands_of_campaigns, no_campaign
from campaigns.services.pace import Pace
from campaigns.services.posting import post, prepare
from campaigns.services.statements import ReferenceTaken

_NOTHING_RECORDED = Recorded()


def check_entries(reading: Reading, book: CampaignBook, order: ImportOrder) -> Iterator[int]:
    """Count what importing would do, reading only; what is refused is in `reading`. Yields the rows done."""
    del order  # the rows say it all, whatever else was asked for
    outcome = reading.outcome
    # References that come from the rows' content are different by themselves. A campaign that is not created yet is
    # known by what the file calls it.
    seen: dict[tuple[int | str, str], Draft] | None = {} if reading.file.layout.reference else None
    for drafts in cut(_spent(reading), CHUNK_ROWS):
        found = [book.find(draft.campaign) for draft in drafts]
        recorded = look_up((key, draft.reference) for key, draft in zip(found, drafts, strict=True) if key is not None)
        skipped = _skipped(found, drafts, recorded, reading.zone)
        for key, draft in zip(found, drafts, strict=True):
            if draft.line in skipped:
                reading.refuse(draft.line, skipped[draft.line])
                continue
            entry = None if key is None else recorded.entries.get((key, draft.reference))
            first = draft
            if seen is not None:
                first = seen.setdefault((draft.campaign if key is None else key, draft.reference), draft)
            if (entry and not _is_same_entry(entry, draft)) or not _is_same_draft(first, draft):
                reading.refuse(draft.line, _conflict(draft, entry or first, book.brand.currency))
            elif entry or first is not draft:
                outcome.duplicate += 1
            else:
                outcome.new += 1
                outcome.recorded += draft.amount
        yield reading.rows


def _skipped(
    found: Sequence[int | None], drafts: Sequence[Draft], recorded: Recorded, zone: ZoneInfo
) -> dict[int, Refusal]:
    """Return, by their lines, what the ledger would not take of what it does not have: of a month gone by."""
    wanted = [
        (key, draft)
        for key, draft in zip(found, drafts, strict=True)
        if key is not None and (key, draft.reference) not in recorded.entries
    ]
    names = [(key, recorded.references.get((key, draft.reference), draft.reference)) for key, draft in wanted]
    refusals = months.why_skipped(
        [(*name, local_day(draft.occurred_at, zone)) for name, (_, draft) in zip(names, wanted, strict=True)]
    )
    return {wanted[place][1].line: refusal for place, refusal in refusals.items()}


def write_entries(
    reading: Reading, book: CampaignBook, order: ImportOrder, *, clock: Callable[[], datetime], actor: str
) -> Iterator[int]:
    """Record the rows, a transaction for each part, and count what became of them. Yields the rows done.

    :raises ManyRefusals: with the lines that were refused after all; their part is not written.
    """
    pace = pace_of_parts(CHUNK_ROWS)
    writer = _Writer(reading, book, order, pace, actor)
    for drafts in pace.parts(_spent(reading)):
        if reading.refusals:
            raise ManyRefusals(reading.refusals, row_word="line")
        writer.write(drafts, now=clock())
        yield reading.rows


def _spent(reading: Reading) -> Iterator[Draft]:
    return (draft for draft in reading.drafts() if draft.amount)


@dataclass(slots=True)
class _Part:
    """What becomes of the rows of one transaction.

    :param new: rows that become entries, by their name.
    :param repeated: how many rows of the part have the name of a new one.
    :param met: entries that were there, each as often as a row stands for it.
    """

    new: dict[Name, Draft] = field(default_factory=dict)
    repeated: int = 0
    met: list[RecordedEntry] = field(default_factory=list)


class _Writer:
    """Writes one part of the file after the other.

    :ivar looks_first: for references that the ledger has. Nearly all are new: it does once it has met one.
    :ivar counted: entries that stand for a row of the file already, where several rows may have one reference.
    """

    def __init__(self, reading: Reading, book: CampaignBook, order: ImportOrder, pace: Pace, actor: str) -> None:
        self._reading = reading
        self._book = book
        self._order = order
        self._pace = pace
        self._actor = actor
        self._looks_first = False
        self._counted: set[int] | None = set() if reading.file.layout.reference else None

    def write(self, drafts: Sequence[Draft], *, now: datetime) -> None:
        """Record what is new of the rows, all or none, and count what became of them."""
        try:
            self._record(drafts, now)
        except ReferenceTaken:
            self._looks_first = True
            self._record(drafts, now)

    def _record(self, drafts: Sequence[Draft], now: datetime) -> None:
        names = [(self._book.key_of(draft.campaign), draft.reference) for draft in drafts]
        with writing():
            locked = lock_brands_of_campaigns({campaign_id for campaign_id, _ in names})
            began = time.monotonic()
            _refuse_where_missing(names, drafts, locked.campaigns)
            brand = locked.brands[self._book.brand.pk]
            changes = _prepare(brand, locked.campaigns, drafts, now)
            recorded = look_up(names) if self._looks_first else _NOTHING_RECORDED
            part = _sort(names, drafts, recorded, brand.currency)
            entries = self._entries(part, recorded, brand.zone, now)
            if entries:
                try:
                    changes += post(
                        brand=brand, campaigns=locked.campaigns, entries=entries, now=now, actor=self._actor
                    )
                except ReferenceTaken:
                    if self._looks_first:
                        _refuse_what_was_skipped(part, entries)
                    raise
        self._pace.learn(len(drafts), time.monotonic() - began)
        self._reading.outcome.changes += changes
        self._count(part, entries)

    def _entries(self, part: _Part, recorded: Recorded, zone: ZoneInfo, now: datetime) -> list[SpendLog]:
        # Days repeat.
        day_of: Callable[[datetime], date] = lru_cache(MOST_REMEMBERED)(partial(local_day, zone=zone))
        order = self._order
        beginning, source = f"{order.file_name}, line ", order.source or ""
        return [
            make_model(
                SpendLog,
                {
                    "id": None,
                    "campaign_id": name[0],
                    "amount": draft.amount,
                    "occurred_at": draft.occurred_at,
                    "recorded_at": now,
                    "local_day": day_of(draft.occurred_at),
                    "description": f"{beginning}{draft.line}",
                    "source": source,
                    "reference": recorded.references.get(name, name[1]),
                    "corrects_id": None,
                    "spend_import_id": order.import_id,
                },
            )
            for name, draft in part.new.items()
        ]

    def _count(self, part: _Part, entries: Sequence[SpendLog]) -> None:
        outcome = self._reading.outcome
        outcome.new += len(entries)
        outcome.duplicate += part.repeated
        outcome.recorded += sum((entry.amount for entry in entries), Decimal(0))
        if self._counted is not None:
            self._counted.update(entry.pk for entry in entries)
        for entry in part.met:
            # What an earlier attempt of the same import has recorded is no duplicate.
            if entry.import_id is None or entry.import_id != self._order.import_id or self._was_counted(entry):
                outcome.duplicate += 1
            else:
                outcome.new += 1
                outcome.recorded += entry.amount

    def _was_counted(self, entry: RecordedEntry) -> bool:
        if self._counted is None or entry.key in self._counted:
            return self._counted is not None
        self._counted.add(entry.key)
        return False


def _refuse_where_missing(names: Sequence[Name], drafts: Sequence[Draft], campaigns: Mapping[int, Campaign]) -> None:
    missing = [
        (draft.line, no_campaign(campaign_id))
        for (campaign_id, _), draft in zip(names, drafts, strict=True)
        if campaign_id not in campaigns
    ]
    if missing:
        raise ManyRefusals(missing, row_word="line")


def _refuse_what_was_skipped(part: _Part, entries: Sequence[SpendLog]) -> None:
    """Refuse what the ledger does not take although it has none of the references: what belongs to a month gone by."""
    lines = [draft.line for draft in part.new.values()]
    refusals = months.why_skipped(months.wanted_of(entries))
    if refusals:
        raise ManyRefusals([(lines[place], refusals[place]) for place in sorted(refusals)], row_word="line")


def _prepare(
    brand: Brand, campaigns: Mapping[int, Campaign], drafts: Sequence[Draft], now: datetime
) -> tuple[StatusChange, ...]:
    try:
        return prepare(brand=brand, campaigns=list(campaigns.values()), now=now)
    except InvalidTimeZone as refusal:
        raise ManyRefusals([(draft.line, refusal) for draft in drafts], row_word="line") from None


def _sort(names: Sequence[Name], drafts: Sequence[Draft], recorded: Recorded, currency: str) -> _Part:
    """Tell the rows that are new from those that are not.

    :raises ManyRefusals: with those whose reference stands for another spend.
    """
    part = _Part()
    refusals: list[tuple[int, Refusal]] = []
    for name, draft in zip(names, drafts, strict=True):
        entry = recorded.entries.get(name)
        first = part.new.setdefault(name, draft) if entry is None else draft
        if (entry and not _is_same_entry(entry, draft)) or not _is_same_draft(first, draft):
            refusals.append((draft.line, _conflict(draft, entry or first, currency)))
        elif entry:
            part.met.append(entry)
        elif first is not draft:
            part.repeated += 1
    if refusals:
        raise ManyRefusals(refusals, row_word="line")
    return part


def _is_same_entry(entry: RecordedEntry, draft: Draft) -> bool:
    is_same_time = draft.day == entry.local_day if draft.day else draft.occurred_at == entry.occurred_at
    return is_same_time and draft.amount == entry.amount


def _is_same_draft(first: Draft, draft: Draft) -> bool:
    return first is draft or (first.amount, first.occurred_at) == (draft.amount, draft.occurred_at)


def _conflict(draft: Draft, other: RecordedEntry | Draft, currency: str) -> ReferenceConflict:
    amount, others = (format_money(one.amount, currency) for one in (draft, other))
    where = f"line {other.line}" if isinstance(other, Draft) else f"entry {other.key}"
    return ReferenceConflict(
        f"Reference {draft.reference!r} already stands for another spend: {others} at "
        f"{other.occurred_at.isoformat()} ({where}); this row says {amount} at {draft.occurred_at.isoformat()}."
    )
