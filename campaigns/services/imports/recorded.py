"""What the ledger has under references: the entries that rows of a file stand for already."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple, TypeAlias

from campaigns.models import ImportState, SpendLog
from campaigns.services import scans

# What a spend is known by: its campaign's key, and a reference.
Name: TypeAlias = tuple[int, str]


_COLUMNS = (
    *("campaign_id", "reference", "spend_import__state"),
    *("pk", "amount", "occurred_at", "local_day", "spend_import_id"),
)


class RecordedEntry(NamedTuple):
    """An entry of the ledger, as far as a row of a file is compared with it."""

    key: int
    amount: Decimal
    occurred_at: datetime
    local_day: date
    import_id: int | None


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the ledger has of some names.

    The entry of an import that was undone keeps its reference. The same row, imported again, gets another one, made
    from its own, so that it counts again, once.

    :param entries: by the row's own name, the entry that stands for it.
    :param references: by the same, the reference that it gets, where that is not its own.
    """

    entries: dict[Name, RecordedEntry] = field(default_factory=dict)
    references: dict[Name, str] = field(default_factory=dict)


def look_up(names: Iterable[Name]) -> Recorded:
    """Return what the ledger has under these names, or under those that they have since imports were undone."""
    recorded = Recorded()
    wanted = {name: name for name in names}
    turn = 1
    while wanted:
        turn += 1
        undone = _note(recorded, wanted)
        wanted = {name: (name[0], _reference_again(name[1], turn)) for name in undone}
        recorded.references.update({name: reference for name, (_, reference) in wanted.items()})
    return recorded


def _note(recorded: Recorded, wanted: Mapping[Name, Name]) -> list[Name]:
    """Note the entries that stand under what the names have become, and return the names whose entries were undone."""
    keys = scans.entries_with_references(wanted.values())
    if not keys:
        return []
    names = {now: first for first, now in wanted.items()}
    undone: list[Name] = []
    rows = SpendLog.objects.filter(pk__in=keys).order_by().values_list(*_COLUMNS)
    for campaign_id, reference, state, *entry in rows:
        name = names[campaign_id, reference]
        if state == ImportState.UNDONE:
            undone.append(name)
        else:
            recorded.entries[name] = RecordedEntry(*entry)
    return undone


def _reference_again(reference: str, turn: int) -> str:
    return f"again:{hashlib.sha256(f'{turn}:{reference}'.encode()).hexdigest()}"
