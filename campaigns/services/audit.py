"""Audit: notes what a person or a program decided, in the transaction in which they did."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from decimal import Decimal

from campaigns.models import Act, AuditEntry, Brand, Campaign, describe_hours
from campaigns.rules.money import format_amount

# What a schedule says stands in the history as one fact, whichever part of it was changed.
HOURS = "hours"
_OF_SCHEDULES = frozenset({"windows", "is_schedule_enabled"})

Value = str | bool | None


def facts_now(row: Brand | Campaign, names: Collection[str]) -> dict[str, Value]:
    """Return what the row says about these facts, as the history keeps it.

    :param names: as services call them; of a campaign also those of its schedule.
    """
    currency = (row.brand if isinstance(row, Campaign) else row).currency
    facts = {name: _as_kept(getattr(row, name), currency) for name in names if name not in _OF_SCHEDULES}
    if isinstance(row, Campaign) and not _OF_SCHEDULES.isdisjoint(names):
        facts[HOURS] = describe_hours(getattr(row, "schedule", None))
    return facts


def note(
    *,
    row: Brand | Campaign,
    act: Act,
    after: Mapping[str, Value],
    now: datetime,
    actor: str,
    before: Mapping[str, Value] | None = None,
) -> None:
    """Write an entry about the row; of a change, only if anything is another than it was.

    The caller holds the brand's lock.

    :param before: the same facts as they were; None for a row that is new.
    """
    was = before or {}
    facts = [(name, was.get(name), value) for name, value in after.items()]
    if act is Act.CREATED:
        facts = [fact for fact in facts if fact[2] is not None]
    elif act is Act.CHANGED:
        facts = [fact for fact in facts if fact[1] != fact[2]]
        if not facts:
            return
    brand, campaign = (row.brand, row) if isinstance(row, Campaign) else (row, None)
    AuditEntry.objects.create(
        brand=brand,
        campaign=campaign,
        subject=f"{brand} / {campaign}" if campaign else str(brand),
        acted_at=now,
        actor=actor,
        act=act,
        facts=facts,
    )


def _as_kept(value: object, currency: str) -> Value:
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, Decimal):
        return format_amount(value, currency)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{value!r} has no place in the history")
