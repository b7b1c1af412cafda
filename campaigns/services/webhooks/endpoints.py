"""Endpoints: made, changed, given new secrets and deleted by people."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TypedDict, Unpack

from django.conf import settings

from campaigns.errors import NotFound
from campaigns.models import Brand, WebhookEndpoint
from campaigns.rules.webhooks import SECRET_BYTES, WebhookUrl, parse_event_kinds, parse_webhook_url, write_secret
from campaigns.services.database import writing
from campaigns.services.locks import lock_brand, lock_brands, no_brand
from campaigns.services.webhooks import transport

# A person who saves an endpoint waits so long for the name server.
_SECONDS_TO_RESOLVE = 5.0

# For so long messages are signed with the old secret as well, so that a receiver has time to take the new one.
_OLD_SECRET_LASTS = timedelta(days=1)


class EndpointFacts(TypedDict, total=False):
    """What a person decides about an endpoint; what is left out stays as it is.

    :param target: from `check_target`.
    :param kinds: codes of `EventKind`, one or more.
    """

    target: WebhookUrl
    kinds: Collection[str]
    is_enabled: bool


def check_target(*, url: str) -> WebhookUrl:
    """Read the address of an endpoint, and ask the name server whether it is one that may be used.

    It goes to the network, so call it outside of a transaction.

    :raises InvalidWebhook: if it is no complete https address, has no name, or leads into a private network.
    """
    target = parse_webhook_url(url, allow_http=settings.WEBHOOK_ALLOW_HTTP)
    limits = transport.Limits(seconds=_SECONDS_TO_RESOLVE, allow_private=settings.WEBHOOK_ALLOW_PRIVATE)
    transport.resolve(url=target, limits=limits)
    return target


def create_endpoint(
    *, target: WebhookUrl, kinds: Collection[str], now: datetime, brand_id: int | None = None, is_enabled: bool = True
) -> WebhookEndpoint:
    """Create an endpoint, which is told of what happens from now on. Its secret is new: show it once.

    :param brand_id: whose changes it is told of; None: every brand's.
    :raises Refusal: InvalidWebhook or NotFound; nothing is written.
    """
    if brand_id is not None and not Brand.objects.filter(pk=brand_id).exists():
        raise no_brand(brand_id)
    return WebhookEndpoint.objects.create(
        url=target.text,
        brand_id=brand_id,
        kinds=parse_event_kinds(list(kinds)),
        is_enabled=is_enabled,
        secret=_new_secret(),
        created_at=now,
    )


def change_endpoint(*, endpoint_id: int, **changes: Unpack[EndpointFacts]) -> WebhookEndpoint:
    """Change what is given, and nothing else. What waits is sent to the new address.

    :raises Refusal: InvalidWebhook or NotFound; nothing is written.
    """
    with writing():
        endpoint = _lock(endpoint_id)
        if "target" in changes:
            endpoint.url = changes["target"].text
        if "kinds" in changes:
            endpoint.kinds = parse_event_kinds(list(changes["kinds"]))
        if "is_enabled" in changes:
            endpoint.is_enabled = changes["is_enabled"]
        endpoint.save(update_fields=["url", "kinds", "is_enabled"])
    return endpoint


def rotate_secret(*, endpoint_id: int, now: datetime) -> WebhookEndpoint:
    """Give the endpoint a new secret: show it once. For a day messages carry both signatures.

    :raises NotFound: if there is no such endpoint.
    """
    with writing():
        endpoint = _lock(endpoint_id)
        endpoint.previous_secret, endpoint.previous_secret_until = endpoint.secret, now + _OLD_SECRET_LASTS
        endpoint.secret = _new_secret()
        endpoint.save(update_fields=["secret", "previous_secret", "previous_secret_until"])
    return endpoint


def delete_endpoint(*, endpoint_id: int) -> None:
    """Delete an endpoint with everything that waits for it.

    :raises NotFound: if there is no such endpoint.
    """
    with writing():
        endpoint = _find(endpoint_id)
        # Whoever writes something for it to be told holds the brand's lock: without this, that spend could fail.
        if endpoint.brand_id is not None:
            lock_brand(endpoint.brand_id)
        else:
            lock_brands(Brand.objects.order_by("pk").values_list("pk", flat=True))
        endpoint.delete()


def _find(endpoint_id: int) -> WebhookEndpoint:
    endpoint = WebhookEndpoint.objects.filter(pk=endpoint_id).first()
    if endpoint is None:
        raise NotFound(f"There is no webhook endpoint with number {endpoint_id}.", field="endpoint")
    return endpoint


def _lock(endpoint_id: int) -> WebhookEndpoint:
    endpoint = WebhookEndpoint.objects.select_for_update(of=("self",)).filter(pk=endpoint_id).first()
    if endpoint is None:
        raise NotFound(f"There is no webhook endpoint with number {endpoint_id}.", field="endpoint")
    return endpoint


def _new_secret() -> str:
    return write_secret(secrets.token_bytes(SECRET_BYTES))
