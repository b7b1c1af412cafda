"""Endpoints: what people may save, and what goes with them."""

from __future__ import annotations

import pytest

from campaigns.errors import InvalidWebhook, NotFound
from campaigns.models import WebhookDelivery, WebhookEndpoint
from campaigns.rules.webhooks import EventKind, WebhookUrl, parse_webhook_url
from campaigns.services import set_windows
from campaigns.services.webhooks import (
    change_endpoint,
    check_target,
    create_endpoint,
    delete_endpoint,
    forget_old_messages,
    rotate_secret,
)
from tests.factories import DAY, NOON, SECOND, make_campaign, make_campaigns

pytestmark = pytest.mark.django_db

TARGET = parse_webhook_url("https://example.com/hooks", allow_http=False)


def make_endpoint(brand_id: int | None = None) -> WebhookEndpoint:
    return create_endpoint(target=TARGET, kinds=list(EventKind), brand_id=brand_id, now=NOON)


def test_check_target_takes_a_public_address() -> None:
    assert check_target(url="https://1.1.1.1/hooks") == WebhookUrl(
        "https://1.1.1.1/hooks", True, "1.1.1.1", 443, "/hooks"
    )


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "10.0.0.1", "169.254.169.254", "[fd00::1]", "0"])
def test_check_target_refuses_a_private_one(host: str) -> None:
    with pytest.raises(InvalidWebhook, match="no public address"):
        check_target(url=f"https://{host}/hooks")


def test_check_target_refuses_a_name_that_nobody_has() -> None:
    with pytest.raises(InvalidWebhook, match="no such name"):
        check_target(url="https://nobody.invalid/hooks")


def test_every_endpoint_has_a_secret_of_its_own() -> None:
    assert make_endpoint().secret != make_endpoint().secret


def test_endpoint_of_nobody_is_refused() -> None:
    with pytest.raises(NotFound, match="no brand with number 4711"):
        make_endpoint(4711)


def test_endpoint_without_events_is_refused() -> None:
    with pytest.raises(InvalidWebhook, match="Choose one event or more"):
        create_endpoint(target=TARGET, kinds=[], now=NOON)


def test_change_leaves_what_is_not_given() -> None:
    endpoint = make_endpoint()

    change_endpoint(endpoint_id=endpoint.pk, is_enabled=False)

    stored = WebhookEndpoint.objects.get()
    assert (stored.url, stored.kinds, stored.is_enabled) == (endpoint.url, endpoint.kinds, False)
    assert stored.secret == endpoint.secret


def test_what_is_not_there_is_said() -> None:
    for refused in (
        lambda: change_endpoint(endpoint_id=4711, is_enabled=False),
        lambda: rotate_secret(endpoint_id=4711, now=NOON),
        lambda: delete_endpoint(endpoint_id=4711),
    ):
        with pytest.raises(NotFound, match="no webhook endpoint with number 4711"):
            refused()


@pytest.mark.parametrize("is_agencys", [True, False])
def test_delete_takes_along_what_waits_for_it_and_nothing_else(*, is_agencys: bool) -> None:
    campaign = make_campaign()
    gone, stays = make_endpoint(None if is_agencys else campaign.brand_id), make_endpoint()
    set_windows(campaign_id=campaign.pk, windows=[], now=NOON)

    delete_endpoint(endpoint_id=gone.pk)

    assert [delivery.endpoint_id for delivery in WebhookDelivery.objects.all()] == [stays.pk]


def test_old_messages_are_forgotten_once_they_are_done() -> None:
    delivered, dead, waiting, young = make_campaigns(4)
    make_endpoint()
    for campaign in (delivered, dead, waiting):
        set_windows(campaign_id=campaign.pk, windows=[], now=NOON)
    set_windows(campaign_id=young.pk, windows=[], now=NOON + DAY)
    first, second, _, fourth = WebhookDelivery.objects.order_by("pk")
    now = NOON + 30 * DAY
    for delivery in (first, fourth):
        WebhookDelivery.objects.filter(pk=delivery.pk).update(next_attempt_at=None, delivered_at=NOON)
    WebhookDelivery.objects.filter(pk=second.pk).update(next_attempt_at=None, dead_at=NOON)

    assert forget_old_messages(now=now) == 0
    assert forget_old_messages(now=now + SECOND) == 2

    left = WebhookDelivery.objects.order_by("pk").select_related("event")
    assert [one.event.payload["data"]["campaign"]["id"] for one in left] == [waiting.pk, young.pk]
    assert {one.event_id for one in left} == set(type(left[0].event).objects.values_list("pk", flat=True))
