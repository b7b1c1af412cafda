"""Imported entries: each row of the file is one entry of the ledger, known again by its reference."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from django.db import transaction

from campaigns.errors import ManyRefusals, ReferenceConflict
from campaigns.models import SpendLog
from campaigns.services.imports.rows import CHUNK_ROWS, CampaignBook, Draft, ImportOrder, Reading, cut
from campaigns.services.locks import lock_brand
from campaigns.services.spend import NewSpend, record_spends

# What a spend is known by: the campaign (its key, or the value that names it if it is not created yet), a reference.
_Key = tuple[int | str, str]


def check_entries(reading: Reading, book: CampaignBook, order: ImportOrder) -> Iterator[int]:
    """Count what importing would do, reading only; what is refused is in `reading`. Yields the rows done."""
    outcome = reading.outcome
    seen: dict[_Key, Draft] = {}
    for drafts in cut(_spent(reading), CHUNK_ROWS):
        recorded = _recorded_before(drafts, book)
        for draft in drafts:
            key = _key_of(draft, book)
            entry = recorded.get(key)
            # References that come from the rows' content are different by themselves.
            first = seen.setdefault(key, draft) if order.layout.reference else draft
            if (entry and not _is_same_entry(entry, draft)) or not _is_same_draft(first, draft):
                reading.refuse(draft.line, _conflict(draft, entry or first))
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
    for drafts in cut(_spent(reading), CHUNK_ROWS):
        if reading.refusals:
            raise ManyRefusals(reading.refusals, row_word="line")
        _write(drafts, reading, book, order, now=clock(), actor=actor)
        yield reading.rows


def _spent(reading: Reading) -> Iterator[Draft]:
    return (draft for draft in reading.drafts() if draft.amount)


def _write(
    drafts: Sequence[Draft], reading: Reading, book: CampaignBook, order: ImportOrder, *, now: datetime, actor: str
) -> None:
    with transaction.atomic():
        # Before looking for what is recorded, so that the same file imported twice at once counts once.
        lock_brand(book.brand.pk)
        recorded = _recorded_before([draft for draft in drafts if draft.day], book)
        spends = [_spend(draft, recorded.get(_key_of(draft, book)), book, order) for draft in drafts]
        try:
            receipts = record_spends(spends=spends, now=now, actor=actor)
        except ManyRefusals as many:
            by_line = [(drafts[index].line, refusal) for index, refusal in many.refusals]
            raise ManyRefusals(by_line, row_word="line") from many
    outcome = reading.outcome
    outcome.changes += receipts[0].changes
    for receipt in receipts:
        if receipt.is_replay:
            outcome.duplicate += 1
        else:
            outcome.new += 1
            outcome.recorded += receipt.entry.amount


def _spend(draft: Draft, entry: SpendLog | None, book: CampaignBook, order: ImportOrder) -> NewSpend:
    is_same_day = entry is not None and entry.local_day == draft.day
    return NewSpend(
        campaign_id=book.key_of(draft.campaign),
        amount=draft.amount,
        # A row without a time, imported again later that day, or on the next, is the spend that it was.
        occurred_at=entry.occurred_at if entry and is_same_day else draft.occurred_at,
        reference=draft.reference,
        description=f"{order.file_name}, line {draft.line}",
        source=order.source,
    )


def _key_of(draft: Draft, book: CampaignBook) -> _Key:
    campaign_id = book.find(draft.campaign)
    return draft.campaign if campaign_id is None else campaign_id, draft.reference


def _recorded_before(drafts: Iterable[Draft], book: CampaignBook) -> dict[_Key, SpendLog]:
    """Return the entries that the ledger has under the drafts' references."""
    wanted = {key for draft in drafts if isinstance((key := _key_of(draft, book))[0], int)}
    if not wanted:
        return {}
    entries = SpendLog.objects.filter(
        campaign__in={campaign_id for campaign_id, _ in wanted}, reference__in={reference for _, reference in wanted}
    )
    return {(entry.campaign_id, entry.reference): entry for entry in entries}


def _is_same_entry(entry: SpendLog, draft: Draft) -> bool:
    is_same_time = draft.day == entry.local_day if draft.day else draft.occurred_at == entry.occurred_at
    return is_same_time and draft.amount == entry.amount


def _is_same_draft(first: Draft, draft: Draft) -> bool:
    return (first.amount, first.occurred_at) == (draft.amount, draft.occurred_at)


def _conflict(draft: Draft, other: SpendLog | Draft) -> ReferenceConflict:
    where = f"line {other.line}" if isinstance(other, Draft) else f"entry {other.pk}"
    return ReferenceConflict(
        f"Reference {draft.reference!r} already stands for another spend: {other.amount} at "
        f"{other.occurred_at.isoformat()} ({where}); this row says {draft.amount} at {draft.occurred_at.isoformat()}."
    )
