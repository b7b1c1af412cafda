"""Webhooks: what is told, where to, and how often it is tried."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from campaigns.errors import InvalidWebhook

URL_LENGTH = 500
SECRET_BYTES = 32

_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)

# What is waited after the first failure, the second, and so on; then the last one again and again.
_WAITS = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    2 * _MINUTE,
    10 * _MINUTE,
    30 * _MINUTE,
    _HOUR,
    2 * _HOUR,
    4 * _HOUR,
    8 * _HOUR,
)

# For so long after it happened an event is worth telling by itself; from then on a person decides.
PATIENCE = timedelta(days=3)


class EventKind(StrEnum):
    """What an endpoint can be told."""

    PAUSED = "campaign.paused"
    RESUMED = "campaign.resumed"
    THRESHOLD = "budget.threshold"

    @property
    def label(self) -> str:
        """What people read."""
        return _LABELS[self]


_LABELS = {
    EventKind.PAUSED: "a campaign stopped",
    EventKind.RESUMED: "a campaign started",
    EventKind.THRESHOLD: "a budget is used to a threshold",
}


@dataclass(frozen=True, slots=True)
class WebhookUrl:
    """An address that messages are posted to, taken apart.

    :param host: as it is resolved and as the certificate names it: ASCII, without brackets.
    :param path: with the query, at least `/`.
    """

    text: str
    is_secure: bool
    host: str
    port: int
    path: str


def parse_webhook_url(text: str, *, allow_http: bool) -> WebhookUrl:
    """Read the address of an endpoint.

    :raises InvalidWebhook: if it is no complete https address, or carries a password.
    """
    text = text.strip()
    if not text.isascii() or any(character <= " " or character in '\x7f"<>\\^`{|}' for character in text):
        raise InvalidWebhook("The address has characters that no address can have: write it as a browser copies it.")
    if len(text) > URL_LENGTH:
        raise InvalidWebhook(f"The address is too long: {URL_LENGTH} characters at most.")
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise InvalidWebhook("The address cannot be read: write it as https://example.com/hooks.") from error
    if parts.scheme not in ("https", "http") or not host or port == 0:
        raise InvalidWebhook("The address is not complete: write it as https://example.com/hooks.")
    if parts.scheme == "http" and not allow_http:
        raise InvalidWebhook("The address is not safe from readers: it has to start with https://.")
    if parts.username is not None or parts.password is not None:
        raise InvalidWebhook("The address carries a name or password: messages are signed, so leave it out.")
    if "#" in text:
        raise InvalidWebhook("The address has a part after #, which is never sent: leave it out.")
    is_secure = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return WebhookUrl(text, is_secure, host, port or (443 if is_secure else 80), path)


def parse_event_kinds(kinds: object) -> list[str]:
    """Read which events an endpoint is told, in the order of `EventKind`.

    :raises InvalidWebhook: if there is none, or one that does not exist.
    """
    wanted = {str(kind) for kind in kinds} if isinstance(kinds, list | tuple | set | frozenset) else set()
    unknown = wanted.difference(EventKind)
    if unknown or not wanted:
        raise InvalidWebhook(f"Choose one event or more of: {', '.join(EventKind)}.", field="kinds")
    return [kind.value for kind in EventKind if kind in wanted]


def write_secret(key: bytes) -> str:
    """Write a key as the Standard Webhooks scheme does: `whsec_` and the bytes in base64."""
    return f"whsec_{base64.b64encode(key).decode('ascii')}"


def next_attempt(*, attempts: int, now: datetime, expires_at: datetime) -> datetime | None:
    """Return when a message that has failed `attempts` times is tried again, or None if it is given up."""
    due_at = now + _WAITS[min(attempts, len(_WAITS)) - 1]
    return due_at if due_at <= expires_at else None
