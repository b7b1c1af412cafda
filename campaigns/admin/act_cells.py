"""What people and programs decided about a row, the last of it, as its page shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils.safestring import SafeString

from campaigns.admin import cells
from campaigns.models import AuditEntry

SHOWN_ACTS = 6


@dataclass(frozen=True, slots=True)
class ActCells:
    """One act: when, who, what about, and each fact before and after."""

    when: SafeString | str
    who: str
    subject: str
    act: str
    sentences: Sequence[str]


def last_acts(audit: QuerySet[AuditEntry], zone: ZoneInfo | None) -> list[ActCells]:
    """Return the newest acts, as the brand's clocks show them; one query.

    :param audit: the newest first.
    """
    return [
        ActCells(
            when=cells.moment(entry.acted_at, zone, year=False),
            who=entry.actor or "the system",
            subject=entry.subject,
            act=entry.get_act_display(),
            sentences=entry.sentences,
        )
        for entry in audit[:SHOWN_ACTS]
    ]
