"""Letters that were given up, and those that nobody needs any more."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings

from campaigns.models import OutboxEvent, WebhookDelivery
from campaigns.rules.webhooks import PATIENCE

_FORGOTTEN_AT_ONCE = 1000


def resend_dead(
    *,
    now: datetime,
    delivery_ids: Collection[int] | None = None,
    endpoint_id: int | None = None,
    brand_id: int | None = None,
) -> int:
    """Have dead letters sent again from now on, in their old order and with new patience, and return how many.

    Until they have arrived or are given up anew, they hold what is newer of the same brand and endpoint.

    :param delivery_ids: only these; None: all, and likewise for the other two.
    """
    letters = WebhookDelivery.objects.dead()
    if delivery_ids is not None:
        letters = letters.filter(pk__in=delivery_ids)
    if endpoint_id is not None:
        letters = letters.filter(endpoint=endpoint_id)
    if brand_id is not None:
        letters = letters.filter(brand=brand_id)
    return letters.update(dead_at=None, next_attempt_at=now, attempts=0, expires_at=now + PATIENCE)


def forget_old_messages(*, now: datetime) -> int:
    """Delete what was delivered or given up longer ago than KEEP_MESSAGES_DAYS, and return how many deliveries.

    Until then people can look up what was told, and send dead letters again. 0 days: for ever.
    """
    if not settings.KEEP_MESSAGES_DAYS:
        return 0
    horizon = now - timedelta(days=settings.KEEP_MESSAGES_DAYS)
    done = WebhookDelivery.objects.filter(next_attempt_at=None, event__created_at__lt=horizon).order_by("pk")
    forgotten = 0
    while keys := list(done.values_list("pk", flat=True)[:_FORGOTTEN_AT_ONCE]):
        forgotten += WebhookDelivery.objects.filter(pk__in=keys, next_attempt_at=None).delete()[0]
    told = OutboxEvent.objects.filter(created_at__lt=horizon, deliveries=None).order_by("pk")
    while keys := list(told.values_list("pk", flat=True)[:_FORGOTTEN_AT_ONCE]):
        OutboxEvent.objects.filter(pk__in=keys).delete()
    return forgotten
