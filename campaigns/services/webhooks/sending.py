"""Sending: brings what waits in the outbox to its endpoints, at least once and in order.

The messages of one brand to one endpoint are a lane: only its oldest one is ever sent, so that a message which fails
holds those behind it, and no other lane. Whoever sends one takes it first, by moving its due time on in one
conditional update: two workers do not send it both, and one that dies leaves it to be due again. The network is used
by threads that know no database, and never inside a transaction.
"""

from __future__ import annotations

import json
import logging
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db.models import F, Min
from standardwebhooks import Webhook

from campaigns.errors import Refusal
from campaigns.models import WebhookDelivery, WebhookEndpoint
from campaigns.rules.webhooks import next_attempt, parse_webhook_url
from campaigns.services.webhooks import transport
from campaigns.services.webhooks.transport import Limits, NotDelivered

logger = logging.getLogger(__name__)

# After so long a pass begins nothing new: the worker has other things to do, and the next pass goes on.
SENDING_SECONDS = 10.0

_THREADS = 16
# One endpoint that hangs must not take all of them.
_AT_ONCE_PER_ENDPOINT = 4
_ERROR_LENGTH = 300


@dataclass(frozen=True, slots=True)
class SendReport:
    """What a pass over the outbox did.

    :param delivered: messages that arrived.
    :param failed: messages that will be tried again.
    :param dead: messages that were given up.
    """

    delivered: int
    failed: int
    dead: int


def send_due(*, now: datetime) -> SendReport:
    """Send what is due, each lane in its order, for as long as a pass may take.

    Safe in any number of workers at once. Call it outside of transactions.
    """
    round_ = _Round(now)
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="webhook") as pool:
        queue = _due_heads(now)
        sending: dict[Future[None], _Taken] = {}
        while True:
            sending.update(_start(pool, queue, sending.values(), round_))
            if not sending:
                break
            for future in wait(sending, return_when=FIRST_COMPLETED).done:
                queue += _finish(sending.pop(future), future, round_)
    return SendReport(round_.results["delivered"], round_.results["failed"], round_.results["dead"])


@dataclass
class _Round:
    """One pass: its clock, which goes on from the moment that it was given, and its results."""

    began: datetime
    _started: float = field(default_factory=time.monotonic)
    results: Counter[str] = field(default_factory=Counter)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._started

    @property
    def now(self) -> datetime:
        return self.began + timedelta(seconds=self.seconds)


@dataclass(frozen=True, slots=True)
class _Taken:
    """A delivery that this pass may make until its lease ends."""

    delivery: WebhookDelivery
    lease_ends_at: datetime


def _due_heads(now: datetime) -> list[WebhookDelivery]:
    """Return the oldest waiting delivery of each lane, where it is due; the longest due first."""
    waiting = WebhookDelivery.objects.waiting().filter(endpoint__is_enabled=True)
    heads = waiting.order_by().values("endpoint", "brand").annotate(head=Min("pk")).values("head")
    due = WebhookDelivery.objects.filter(pk__in=heads, next_attempt_at__lte=now)
    return list(due.select_related("endpoint", "event").order_by("next_attempt_at", "pk"))


def _start(
    pool: ThreadPoolExecutor, queue: list[WebhookDelivery], sending: Iterable[_Taken], round_: _Round
) -> dict[Future[None], _Taken]:
    """Take deliveries from the queue while there is room and time, and hand them to the threads."""
    started: dict[Future[None], _Taken] = {}
    busy = Counter(taken.delivery.endpoint_id for taken in sending)
    for delivery in list(queue):
        if busy.total() >= _THREADS or round_.seconds >= SENDING_SECONDS:
            break
        if busy[delivery.endpoint_id] >= _AT_ONCE_PER_ENDPOINT:
            continue
        queue.remove(delivery)
        taken = _take(delivery, round_.now)
        if taken is not None:
            started[pool.submit(_post, delivery, round_.now)] = taken
            busy[delivery.endpoint_id] += 1
    return started


def _take(delivery: WebhookDelivery, now: datetime) -> _Taken | None:
    """Win the delivery for this pass, or return None where another worker was faster."""
    # Long enough that its end means that the sender is gone.
    lease_ends_at = now + timedelta(seconds=3 * settings.WEBHOOK_TIMEOUT)
    unchanged = WebhookDelivery.objects.filter(pk=delivery.pk, next_attempt_at=delivery.next_attempt_at)
    won = unchanged.update(next_attempt_at=lease_ends_at, attempts=F("attempts") + 1)
    return _Taken(delivery, lease_ends_at) if won else None


def _post(delivery: WebhookDelivery, now: datetime) -> None:
    """Sign and post a delivery that was loaded with its endpoint and event. It runs in a thread without a database.

    :raises Exception: `NotDelivered`, or `InvalidWebhook` where the settings no longer allow its address.
    """
    endpoint, event = delivery.endpoint, delivery.event
    # The same bytes at every attempt, whatever order of keys the database prefers.
    body = json.dumps(event.payload, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "ad_system webhooks",
        "webhook-id": event.message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": _signatures(endpoint, event.message_id, body, now),
    }
    limits = Limits(seconds=settings.WEBHOOK_TIMEOUT, allow_private=settings.WEBHOOK_ALLOW_PRIVATE)
    url = parse_webhook_url(endpoint.url, allow_http=settings.WEBHOOK_ALLOW_HTTP)
    transport.post(url=url, body=body.encode(), headers=headers, limits=limits)


def _signatures(endpoint: WebhookEndpoint, message_id: str, body: str, now: datetime) -> str:
    secrets = [endpoint.secret]
    if endpoint.previous_secret_until is not None and now < endpoint.previous_secret_until:
        secrets.append(endpoint.previous_secret)
    # The library takes the moment's wall clock for UTC.
    timestamp = now.astimezone(UTC)
    return " ".join(Webhook(secret).sign(message_id, timestamp, body) for secret in secrets)


def _finish(taken: _Taken, future: Future[None], round_: _Round) -> list[WebhookDelivery]:
    """Note how it went, and return what may go next in its lane: one delivery, or none."""
    error, now = future.exception(), round_.now
    result = _note_success(taken.delivery, now) if error is None else _note_failure(taken, error, now)
    round_.results[result] += 1
    return [] if result == "failed" else _next_in_lane(taken.delivery, round_.now)


def _note_success(delivery: WebhookDelivery, now: datetime) -> str:
    # Also if the lease is over: it has arrived, whoever else is about to send it again.
    undelivered = WebhookDelivery.objects.filter(pk=delivery.pk, delivered_at=None)
    undelivered.update(next_attempt_at=None, dead_at=None, delivered_at=now, last_error="")
    return "delivered"


def _note_failure(taken: _Taken, error: BaseException, now: datetime) -> str:
    """Have it tried again later, or give it up, unless its lease is over and another worker has it."""
    delivery, why = taken.delivery, _why(taken.delivery, error)
    attempts = delivery.attempts + 1
    due_at = next_attempt(attempts=attempts, now=now, expires_at=delivery.expires_at)
    facts = {"next_attempt_at": due_at, "dead_at": None if due_at else now, "last_error": why[:_ERROR_LENGTH]}
    WebhookDelivery.objects.filter(pk=delivery.pk, next_attempt_at=taken.lease_ends_at).update(**facts)
    logger.log(
        logging.WARNING if due_at else logging.ERROR,
        "%s message=%s endpoint=%s brand=%s attempts=%s reason=%s",
        "A webhook failed, and is tried again" if due_at else "A webhook was given up, and is a dead letter",
        delivery.event.message_id,
        delivery.endpoint_id,
        delivery.brand_id,
        attempts,
        why,
    )
    return "failed" if due_at else "dead"


def _why(delivery: WebhookDelivery, error: BaseException) -> str:
    if isinstance(error, NotDelivered | Refusal):
        return str(error)
    # Ours, not the receiver's: loudly, and without holding up the other lanes.
    logger.error("A webhook could not be sent message=%s", delivery.event.message_id, exc_info=error)
    return f"it could not be sent: {type(error).__name__}; the log says more"


def _next_in_lane(delivery: WebhookDelivery, now: datetime) -> list[WebhookDelivery]:
    lane = WebhookDelivery.objects.waiting().filter(endpoint=delivery.endpoint_id, brand=delivery.brand_id)
    head = lane.filter(endpoint__is_enabled=True).select_related("endpoint", "event").order_by("pk").first()
    return [head] if head is not None and head.next_attempt_at is not None and head.next_attempt_at <= now else []
