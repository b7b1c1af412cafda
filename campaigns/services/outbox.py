"""The outbox: what webhooks will tell, written in the transaction in which it happens, where there is somebody to tell.

It sends nothing. The caller holds the brand's lock, so that keys grow in the order of the brand's commits.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TypeAlias

from django.conf import settings

from campaigns.models import Brand, Campaign, OutboxEvent, StatusChange, WebhookDelivery, WebhookEndpoint
from campaigns.rules.budgets import BudgetUse, BudgetUses, crossed_thresholds
from campaigns.rules.webhooks import PATIENCE, EventKind

Json: TypeAlias = "bool | int | str | list[Json] | dict[str, Json] | None"


@dataclass(frozen=True, slots=True)
class CountedMove:
    """How spends moved the counters of a brand or campaign: the use of its budgets before and after."""

    row: Brand | Campaign
    before: BudgetUses
    after: BudgetUses

    @property
    def crosses_a_budget(self) -> bool:
        """True if a budget is used up now and was not before, or the other way round."""
        return (self.before.day.is_used_up, self.before.month.is_used_up) != (
            self.after.day.is_used_up,
            self.after.month.is_used_up,
        )


def tell_changes(*, changes: Sequence[tuple[Brand, Sequence[StatusChange]]], now: datetime) -> None:
    """Write an event for every start and stop, by brand, that an endpoint wants to be told of."""
    if changes:
        _write([(brand, [_change_event(brand, change) for change in own]) for brand, own in changes], now)


def tell_thresholds(*, brand: Brand, moves: Sequence[CountedMove], now: datetime) -> None:
    """Write an event for every threshold of a budget that spends of the brand have crossed upward."""
    events = [event for move in moves for event in _threshold_events(brand, move, now)]
    if events:
        _write([(brand, events)], now)


@dataclass(frozen=True, slots=True)
class _Event:
    """What a message tells, and of which moment: a slow worker's clock may be behind the change that it made."""

    kind: EventKind
    happened_at: datetime
    facts: dict[str, Json]


def _change_event(brand: Brand, change: StatusChange) -> _Event:
    return _Event(
        EventKind.RESUMED if change.is_active else EventKind.PAUSED,
        change.changed_at,
        {
            "change": change.pk,
            "brand": _brand_facts(brand),
            "campaign": _campaign_facts(change.campaign),
            "is_active": change.is_active,
            "blockers": list(change.blockers),
            "cause": str(change.cause),
            "changed_at": _moment(change.changed_at),
            "spent": _amount(change.spent),
            "limit": _amount(change.limit),
            "currency": brand.currency,
        },
    )


def _threshold_events(brand: Brand, move: CountedMove, now: datetime) -> list[_Event]:
    return [
        _Event(EventKind.THRESHOLD, now, _threshold_facts(brand, move.row, period, percent, after))
        for period, before, after in (
            ("day", move.before.day, move.after.day),
            ("month", move.before.month, move.after.month),
        )
        for percent in crossed_thresholds(before, after, settings.BUDGET_THRESHOLDS)
    ]


def _threshold_facts(brand: Brand, row: Brand | Campaign, period: str, percent: int, use: BudgetUse) -> dict[str, Json]:
    return {
        "brand": _brand_facts(brand),
        # None: the budget is the brand's own, over all its campaigns.
        "campaign": _campaign_facts(row) if isinstance(row, Campaign) else None,
        "period": period,
        "threshold": percent,
        "spent": _amount(use.spent),
        "limit": _amount(use.limit),
        "currency": brand.currency,
    }


def _write(told: Sequence[tuple[Brand, Sequence[_Event]]], now: datetime) -> None:
    endpoints = list(WebhookEndpoint.objects.told_of([brand for brand, _ in told]).order_by("pk"))
    if not endpoints:
        return
    wanted = [
        (brand, event)
        for brand, events in told
        for event in events
        if any(endpoint.hears(brand, event.kind) for endpoint in endpoints)
    ]
    stored = OutboxEvent.objects.bulk_create(_outbox_event(brand, event, now) for brand, event in wanted)
    WebhookDelivery.objects.bulk_create(
        WebhookDelivery(endpoint=endpoint, event=row, brand=brand, next_attempt_at=now, expires_at=now + PATIENCE)
        for row, (brand, event) in zip(stored, wanted, strict=True)
        for endpoint in endpoints
        if endpoint.hears(brand, event.kind)
    )


def _outbox_event(brand: Brand, event: _Event, now: datetime) -> OutboxEvent:
    return OutboxEvent(
        brand=brand,
        message_id=f"msg_{uuid.uuid4().hex}",
        kind=event.kind.value,
        payload={"type": event.kind.value, "timestamp": _moment(event.happened_at), "data": event.facts},
        created_at=now,
    )


def _brand_facts(brand: Brand) -> dict[str, Json]:
    return {"id": brand.pk, "name": brand.name}


def _campaign_facts(campaign: Campaign) -> dict[str, Json]:
    return {"id": campaign.pk, "name": campaign.name, "external_id": campaign.external_id}


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _amount(amount: Decimal | None) -> str | None:
    """Write money as text: a number would reach most receivers as a float."""
    return None if amount is None else f"{amount:f}"
