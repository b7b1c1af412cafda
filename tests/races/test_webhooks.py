"""Two workers send at once, and an endpoint goes while a spend is about to tell it something."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from django.db import IntegrityError
from pytest_django import Settings

from campaigns.models import Campaign, OutboxEvent, WebhookDelivery, WebhookEndpoint
from campaigns.rules.webhooks import EventKind, parse_webhook_url
from campaigns.services.webhooks import SendReport, create_endpoint, delete_endpoint, send_due, sending
from tests.factories import NOON, SECOND, make_brand, make_campaign, spend
from tests.races.writers import Outcome, Point, race
from tests.readings import ledger
from tests.receiver import Receiver, receiving

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    """A receiver on this machine, which the settings allow."""
    settings.WEBHOOK_ALLOW_HTTP = settings.WEBHOOK_ALLOW_PRIVATE = True
    with receiving() as running:
        yield running


def make_endpoint(url: str = "http://127.0.0.1:9/hooks") -> tuple[Campaign, WebhookEndpoint]:
    """Make a campaign with a budget of ten, and an endpoint that is told when it stops."""
    campaign = make_campaign(make_brand(daily_budget="10"))
    target = parse_webhook_url(url, allow_http=True)
    return campaign, create_endpoint(target=target, kinds=[EventKind.PAUSED], now=NOON)


# Two workers ------------------------------------------------------------------------------------------------------


def send_twice(monkeypatch: pytest.MonkeyPatch, point: Point, receiver: Receiver) -> list[SendReport]:
    """Both workers have found the same message; the second sends it before the first one takes it."""
    campaign, _ = make_endpoint(receiver.url())
    spend(campaign, "10")
    point.hold(monkeypatch, "campaigns.services.webhooks.sending._take")
    first, second = race(lambda: send_due(now=NOON), lambda: send_due(now=NOON), point)
    return [first.answer, second.answer]


def test_message_that_two_workers_found_is_sent_by_one(
    monkeypatch: pytest.MonkeyPatch, point: Point, receiver: Receiver
) -> None:
    reports = send_twice(monkeypatch, point, receiver)

    assert reports == [SendReport(0, 0, 0), SendReport(1, 0, 0)]
    assert len(receiver.posts()) == 1


def take_without_looking(delivery: WebhookDelivery, now: datetime) -> sending._Taken:
    """Do what `sending._take` would without its condition."""
    WebhookDelivery.objects.filter(pk=delivery.pk).update(next_attempt_at=now + SECOND, delivered_at=None)
    return sending._Taken(delivery, now + SECOND)


def test_twin_that_takes_without_a_condition_sends_it_twice(
    monkeypatch: pytest.MonkeyPatch, point: Point, receiver: Receiver
) -> None:
    monkeypatch.setattr(sending, "_take", take_without_looking)

    reports = send_twice(monkeypatch, point, receiver)

    assert reports == [SendReport(1, 0, 0)] * 2
    assert [post.message_id for post in receiver.posts()] == [OutboxEvent.objects.get().message_id] * 2


# An endpoint goes -------------------------------------------------------------------------------------------------


def delete_during_a_spend(monkeypatch: pytest.MonkeyPatch, point: Point) -> tuple[Outcome[object], Outcome[None]]:
    """The spend has found the endpoint and is about to write what it will be told."""
    campaign, endpoint = make_endpoint()
    point.hold(monkeypatch, "campaigns.services.outbox._outbox_event")
    return race(lambda: spend(campaign, "10"), lambda: delete_endpoint(endpoint_id=endpoint.pk), point)


def test_endpoint_that_goes_meanwhile_waits_for_the_spend(monkeypatch: pytest.MonkeyPatch, point: Point) -> None:
    first, second = delete_during_a_spend(monkeypatch, point)

    assert (first.error, second.error, second.was_blocked) == (None, None, True)
    assert ledger() == ["10.00"]
    assert (WebhookEndpoint.objects.count(), WebhookDelivery.objects.count()) == (0, 0)


def test_twin_without_the_lock_costs_the_spend(
    monkeypatch: pytest.MonkeyPatch, point: Point, without_locks: None
) -> None:
    first, second = delete_during_a_spend(monkeypatch, point)

    assert isinstance(first.error, IntegrityError)
    assert second.error is None
    assert ledger() == []
