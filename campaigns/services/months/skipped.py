"""Why an entry was not taken: its reference, or its day, belongs to a month that was taken out of the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TypeAlias

from campaigns.errors import InvalidMoment, ReferenceConflict, Refusal
from campaigns.models import SpendLog
from campaigns.services.months.catalog import LEDGER, REFERENCES, is_partitioned, parts_away, rows_of

# An entry's campaign, reference and local day.
Wanted: TypeAlias = tuple[int, str, date]

_TAKEN = (
    f"SELECT wanted.place, noted.local_day FROM unnest(%s::bigint[], %s::text[]) WITH ORDINALITY "
    f"AS wanted (campaign, reference, place) JOIN {REFERENCES} AS noted ON noted.campaign_id = wanted.campaign "
    f"AND noted.reference = wanted.reference WHERE NOT EXISTS (SELECT 1 FROM {LEDGER} AS entry "
    f"WHERE entry.campaign_id = wanted.campaign AND entry.reference = wanted.reference "
    "AND NOT (entry.reference = ''))"
)


def why_skipped(wanted: Sequence[Wanted], *, day_field: str = "occurred_at") -> dict[int, Refusal]:
    """Return the refusals of those entries that the ledger does not take for the sake of a month that is out of it.

    :param day_field: what the day was given as.
    :returns: by the entry's place, from 0. Nothing, where the ledger is one table.
    """
    if not is_partitioned():
        return {}
    refusals: dict[int, Refusal] = {}
    for place, day in rows_of(_TAKEN, [[campaign for campaign, _, _ in wanted], [name for _, name, _ in wanted]]):
        reference = wanted[place - 1][1]
        refusals[place - 1] = ReferenceConflict(
            f"Reference {reference!r} already stands for a spend of {day}, whose month was taken out of the ledger. "
            f"If this is another spend, use a new reference; to see that one, {_way_back(day)}"
        )
    away = days_away([day for _, _, day in wanted])
    for place, (_, _, day) in enumerate(wanted):
        if day in away:
            refusals[place] = InvalidMoment(
                f"The month of {day} was taken out of the ledger, and takes no spend: {_way_back(day)}", field=day_field
            )
    return refusals


def wanted_of(entries: Iterable[SpendLog]) -> list[Wanted]:
    """Return what `why_skipped` asks about, of entries that were to be written."""
    return [(entry.campaign_id, entry.reference, entry.local_day) for entry in entries]


def days_away(days: Sequence[date]) -> frozenset[date]:
    """Return those of the days that lie in a month that was taken out of the ledger."""
    if not is_partitioned():
        return frozenset()
    spans = [(part.since or date.min, part.until or date.min) for part in parts_away()]
    return frozenset(day for day in set(days) if any(since <= day < until for since, until in spans))


def _way_back(day: date) -> str:
    return f"an administrator has to put it back first (manage.py partition_spend_log --attach {day:%Y-%m})."
