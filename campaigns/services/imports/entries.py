"""Imported entries: each row of the file is one entry of the ledger, known again by its reference."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from campaigns.errors import ManyRefusals, ReferenceConflict
from campaigns.models import ImportState, SpendLog
from campaigns.rules.money import format_money
from campaigns.services import scans
from campaigns.services.database import writing
from campaigns.services.imports.rows import CHUNK_ROWS, CampaignBook, Draft, ImportOrder, Reading, cut
from campaigns.services.locks import lock_brand
from campaigns.services.spend import NewSpend, record_spends

# What a spend is known by: the campaign (its key, or the value that names it if it is not created yet), a reference.
_Key = tuple[int | str, str]


def check_entries(reading: Reading, book: CampaignBook, order: ImportOrder) -> Iterator[int]:
    """Count what importing would do, reading only; what is refused is in `reading`. Yields the rows done."""
    del order  # the rows say it all, whatever else was asked for
    outcome = reading.outcome
    seen: dict[_Key, Draft] = {}
    for drafts in cut(_spent(reading), CHUNK_ROWS):
        recorded = _Recorded(drafts, book).entries
        for draft in drafts:
            key = _key_of(draft, book)
            entry = recorded.get(key)
            # References that come from the rows' content are different by themselves.
            first = seen.setdefault(key, draft) if reading.file.layout.reference else draft
            if (entry and not _is_same_entry(entry, draft)) or not _is_same_draft(first, draft):
                reading.refuse(draft.line, _conflict(draft, entry or first, book.brand.currency))
            elif entry or first is not draft:
                outcome.duplicate += 1
            else:
                outcome.new += 1
                outcome.recorded += draft.amount
        yield reading.rows


def write_entries(
    reading: Reading, book: CampaignBook, order: ImportOrder, *, clock: Callable[[], datetime], actor: str
) -> Iterator[int]:
    """Record the rows, a transaction for each chunk, and count what became of them. Yields the rows done.

    :raises ManyRefusals: with the lines that were refused after all; their chunk is not written.
    """
    counted: set[int] = set()
    for drafts in cut(_spent(reading), CHUNK_ROWS):
        if reading.refusals:
            raise ManyRefusals(reading.refusals, row_word="line")
        _write(drafts, reading, book, order, counted, now=clock(), actor=actor)
        yield reading.rows


def _spent(reading: Reading) -> Iterator[Draft]:
    return (draft for draft in reading.drafts() if draft.amount)


def _write(
    drafts: Sequence[Draft],
    reading: Reading,
    book: CampaignBook,
    order: ImportOrder,
    counted: set[int],
    *,
    now: datetime,
    actor: str,
) -> None:
    with writing():
        # Before looking for what is recorded, so that the same file imported twice at once counts once.
        lock_brand(book.brand.pk)
        recorded = _Recorded(drafts, book)
        spends = [_spend(draft, recorded, book, order) for draft in drafts]
        try:
            receipts = record_spends(spends=spends, now=now, actor=actor)
        except ManyRefusals as many:
            by_line = [(drafts[index].line, refusal) for index, refusal in many.refusals]
            raise ManyRefusals(by_line, row_word="line") from many
    outcome = reading.outcome
    outcome.changes += receipts[0].changes
    for receipt in receipts:
        is_own = order.import_id is not None and receipt.entry.spend_import_id == order.import_id
        is_counted = receipt.entry.pk in counted
        counted.add(receipt.entry.pk)
        # What an earlier attempt of the same import has recorded is no duplicate.
        if receipt.is_replay and (is_counted or not is_own):
            outcome.duplicate += 1
        else:
            outcome.new += 1
            outcome.recorded += receipt.entry.amount


def _spend(draft: Draft, recorded: _Recorded, book: CampaignBook, order: ImportOrder) -> NewSpend:
    key = _key_of(draft, book)
    entry = recorded.entries.get(key)
    is_same_day = entry is not None and entry.local_day == draft.day
    return NewSpend(
        campaign_id=book.key_of(draft.campaign),
        amount=draft.amount,
        # A row without a time, imported again later that day, or on the next, is the spend that it was.
        occurred_at=entry.occurred_at if entry and is_same_day else draft.occurred_at,
        reference=recorded.references.get(key, draft.reference),
        description=f"{order.file_name}, line {draft.line}",
        source=order.source or "",
        import_id=order.import_id,
    )


def _key_of(draft: Draft, book: CampaignBook) -> _Key:
    campaign_id = book.find(draft.campaign)
    return draft.campaign if campaign_id is None else campaign_id, draft.reference


class _Recorded:
    """What the ledger has under the drafts' references.

    The entry of an import that was undone keeps its reference. The same row, imported again, gets another one, made
    from its own, so that it counts again, once.

    :ivar entries: by the draft's own reference, the entry that stands for it.
    :ivar references: by the same, the reference under which it stands, or will stand.
    """

    def __init__(self, drafts: Iterable[Draft], book: CampaignBook) -> None:
        self.entries: dict[_Key, SpendLog] = {}
        self.references: dict[_Key, str] = {}
        wanted = {key: key[1] for draft in drafts if isinstance((key := _key_of(draft, book))[0], int)}
        turn = 1
        while wanted:
            turn += 1
            undone = self._look_up(wanted)
            wanted = {key: _reference_again(key[1], turn) for key in undone}

    def _look_up(self, wanted: dict[_Key, str]) -> list[_Key]:
        """Note what is recorded under these references, and return the keys under which it was undone."""
        self.references |= wanted
        keys = scans.entries_with_references(
            {(key[0], reference) for key, reference in wanted.items() if isinstance(key[0], int)}
        )
        found = SpendLog.objects.select_related("spend_import").filter(pk__in=keys) if keys else []
        entries: dict[_Key, SpendLog] = {(entry.campaign_id, entry.reference): entry for entry in found}
        undone: list[_Key] = []
        for key, reference in wanted.items():
            entry = entries.get((key[0], reference))
            if entry is not None and entry.spend_import and entry.spend_import.state == ImportState.UNDONE:
                undone.append(key)
            elif entry is not None:
                self.entries[key] = entry
        return undone


def _reference_again(reference: str, turn: int) -> str:
    return f"again:{hashlib.sha256(f'{turn}:{reference}'.encode()).hexdigest()}"


def _is_same_entry(entry: SpendLog, draft: Draft) -> bool:
    is_same_time = draft.day == entry.local_day if draft.day else draft.occurred_at == entry.occurred_at
    return is_same_time and draft.amount == entry.amount


def _is_same_draft(first: Draft, draft: Draft) -> bool:
    return (first.amount, first.occurred_at) == (draft.amount, draft.occurred_at)


def _conflict(draft: Draft, other: SpendLog | Draft, currency: str) -> ReferenceConflict:
    amount, others = (format_money(one.amount, currency) for one in (draft, other))
    where = f"line {other.line}" if isinstance(other, Draft) else f"entry {other.pk}"
    return ReferenceConflict(
        f"Reference {draft.reference!r} already stands for another spend: {others} at "
        f"{other.occurred_at.isoformat()} ({where}); this row says {amount} at {draft.occurred_at.isoformat()}."
    )
