"""Changes that are told to a receiver: what tests of sending have in common."""

from __future__ import annotations

from datetime import datetime

from campaigns.models import Brand, Campaign, OutboxEvent, WebhookEndpoint
from campaigns.rules.webhooks import EventKind, parse_webhook_url
from campaigns.services import change_campaign
from campaigns.services.webhooks import create_endpoint, send_due
from tests.factories import NOON
from tests.receiver import Receiver

NOW = NOON


def make_endpoint(receiver: Receiver, brand: Brand | None = None, *, path: str = "/hooks") -> WebhookEndpoint:
    target = parse_webhook_url(receiver.url(path), allow_http=True)
    return create_endpoint(target=target, kinds=list(EventKind), brand_id=brand.pk if brand else None, now=NOW)


def switch(campaign: Campaign, times: int = 1) -> None:
    """Stop and start the campaign in turn: a change each time."""
    for _ in range(times):
        campaign = change_campaign(
            campaign_id=campaign.pk, is_enabled=not Campaign.objects.get(pk=campaign.pk).is_enabled, now=NOW
        )


def send(now: datetime = NOW) -> tuple[int, int, int]:
    report = send_due(now=now)
    return report.delivered, report.failed, report.dead


def stored_ids(brand: Brand | None = None) -> list[str]:
    events = OutboxEvent.objects.order_by("pk")
    return [event.message_id for event in (events.filter(brand=brand) if brand else events)]


def received_ids(receiver: Receiver, path: str = "/hooks") -> list[str]:
    return [post.message_id for post in receiver.messages(path)]
