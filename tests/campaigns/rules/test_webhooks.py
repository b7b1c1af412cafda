"""The addresses of endpoints, what they are told of, and how often it is tried."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest

from campaigns.errors import InvalidWebhook
from campaigns.rules.webhooks import (
    PATIENCE,
    EventKind,
    WebhookUrl,
    next_attempt,
    parse_event_kinds,
    parse_webhook_url,
    write_secret,
)
from tests.factories import NOON


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://example.com", (True, "example.com", 443, "/")),
        ("https://Example.COM:8443/a/b?c=d&e", (True, "example.com", 8443, "/a/b?c=d&e")),
        (" https://example.com/hooks ", (True, "example.com", 443, "/hooks")),
        ("https://[2606:4700::1111]/x", (True, "2606:4700::1111", 443, "/x")),
        ("https://xn--kln-sna.example/", (True, "xn--kln-sna.example", 443, "/")),
    ],
)
def test_url_is_taken_apart(text: str, expected: tuple[bool, str, int, str]) -> None:
    url = parse_webhook_url(text, allow_http=False)

    assert url == WebhookUrl(text.strip(), *expected)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not complete"),
        ("example.com/hooks", "not complete"),
        ("https://", "not complete"),
        ("https:///hooks", "not complete"),
        ("ftp://example.com", "not complete"),
        ("file:///etc/passwd", "not complete"),
        ("https://example.com:0/", "not complete"),
        ("https://example.com:99999/", "cannot be read"),
        ("https://example.com:port/", "cannot be read"),
        ("https://[::1/", "cannot be read"),
        ("http://example.com/", "https://"),
        ("https://user:secret@example.com/", "leave it out"),
        ("https://user@example.com/", "leave it out"),
        ("https://example.com/#part", "never sent"),
        ("https://example.com/a b", "characters"),
        ("https://example.com/\r\nHost: other", "characters"),
        ("https://example.com/\x00", "characters"),
        ("https://köln.example/", "characters"),
        ("https://example.com\\@other.example/", "characters"),
        ("https://example.com/" + "x" * 500, "500 characters"),
    ],
)
def test_url_that_is_none_is_refused(text: str, words: str) -> None:
    with pytest.raises(InvalidWebhook, match=words):
        parse_webhook_url(text, allow_http=False)


def test_url_without_tls_is_for_trials() -> None:
    assert parse_webhook_url("http://example.com", allow_http=True).port == 80


@pytest.mark.parametrize("kinds", [[], ["campaign.started"], ["campaign.paused", ""], None, "campaign.paused"])
def test_event_kinds_that_are_none_are_refused(kinds: object) -> None:
    with pytest.raises(InvalidWebhook, match=r"campaign\.paused, campaign\.resumed, budget\.threshold"):
        parse_event_kinds(kinds)


def test_event_kinds_come_in_their_order() -> None:
    assert parse_event_kinds(["budget.threshold", "campaign.paused"]) == ["campaign.paused", "budget.threshold"]
    assert all(kind.label for kind in EventKind)


def test_secret_is_the_prefix_and_base64() -> None:
    secret = write_secret(b"\xff" * 32)

    assert secret.startswith("whsec_")
    assert base64.b64decode(secret[6:], validate=True) == b"\xff" * 32


def test_attempts_come_at_growing_distances_for_three_days() -> None:
    now = NOON
    distances: list[timedelta] = []
    while (due_at := next_attempt(attempts=len(distances) + 1, now=now, expires_at=NOON + PATIENCE)) is not None:
        distances.append(due_at - now)
        now = due_at

    assert [distance.total_seconds() for distance in distances[:4]] == [5, 30, 120, 600]
    assert distances == sorted(distances)
    assert distances[-1] == timedelta(hours=8)
    assert timedelta(days=2, hours=16) < now - NOON <= timedelta(days=3)
