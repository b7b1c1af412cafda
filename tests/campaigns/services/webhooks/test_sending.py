"""What an endpoint receives: signed, each change once per id, in the order of its brand, whatever goes wrong."""

from __future__ import annotations

import time

import pytest
from django.db import connection
from pytest_django import Settings

from campaigns.models import OutboxEvent, WebhookDelivery
from campaigns.services.webhooks import rotate_secret, sending
from tests.campaigns.services.webhooks.telling import NOW, make_endpoint, received_ids, send, stored_ids, switch
from tests.factories import DAY, MINUTE, SECOND, make_brand, make_campaign
from tests.receiver import Answer, Receiver, hang, hang_up

# Sending is no work for inside of a transaction, so there is none around these tests.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("present")]


def test_message_says_what_happened_and_is_signed(receiver: Receiver) -> None:
    brand = make_brand(name="Acme", now=NOW)
    campaign = make_campaign(brand, name="Search – Köln", now=NOW)
    endpoint = make_endpoint(receiver)
    switch(campaign)

    assert send() == (1, 0, 0)

    [post] = receiver.posts()
    assert post.is_signed_by(endpoint.secret)
    assert not post.is_signed_by("whsec_" + "A" * 44)
    assert post.headers["content-type"] == "application/json; charset=utf-8"
    assert post.headers["webhook-id"] == OutboxEvent.objects.get().message_id
    assert post.content["type"] == "campaign.paused"
    assert post.content["data"]["campaign"] == {"id": campaign.pk, "name": "Search – Köln", "external_id": ""}
    assert post.content["data"]["blockers"] == ["campaign_off"]


def test_messages_of_a_brand_arrive_in_order_and_once(receiver: Receiver) -> None:
    campaign = make_campaign(now=NOW)
    make_endpoint(receiver)
    switch(campaign, times=20)

    assert send() == (20, 0, 0)
    assert send() == (0, 0, 0)

    assert received_ids(receiver) == stored_ids()
    assert len(receiver.posts()) == 20


def test_failing_message_holds_those_behind_it_and_no_other_brand(receiver: Receiver) -> None:
    first, second = (make_campaign(make_brand(now=NOW), now=NOW) for _ in range(2))
    make_endpoint(receiver, first.brand, path="/first")
    make_endpoint(receiver, second.brand, path="/second")
    receiver.answer("/first", 503)
    for campaign in (first, second):
        switch(campaign, times=3)

    assert send() == (3, 1, 0)
    assert received_ids(receiver, "/first") == []
    assert received_ids(receiver, "/second") == stored_ids(second.brand)

    assert send(NOW + 6 * SECOND) == (3, 0, 0)
    assert received_ids(receiver, "/first") == stored_ids(first.brand)


def test_failing_message_of_one_brand_holds_no_other_brand_at_the_same_endpoint(receiver: Receiver) -> None:
    first, second = (make_campaign(make_brand(now=NOW), now=NOW) for _ in range(2))
    make_endpoint(receiver)
    receiver.answer("/hooks", 503)
    switch(first, times=2)

    assert send() == (0, 1, 0)
    switch(second, times=2)
    assert send() == (2, 0, 0)
    assert received_ids(receiver) == stored_ids(second.brand)

    assert send(NOW + 6 * SECOND) == (2, 0, 0)
    assert received_ids(receiver) == stored_ids(second.brand) + stored_ids(first.brand)


def test_two_endpoints_are_told_independently(receiver: Receiver) -> None:
    campaign = make_campaign(now=NOW)
    make_endpoint(receiver, path="/broken")
    make_endpoint(receiver, path="/well")
    receiver.answer("/broken", *[500] * 10)
    switch(campaign, times=4)

    assert send() == (4, 1, 0)

    assert received_ids(receiver, "/well") == stored_ids()
    assert len(receiver.posts("/broken")) == 1


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        pytest.param(500, "answered 500 not [31m today", id="fails"),
        pytest.param(302, "answered 302: redirects are not followed", id="redirects"),
        pytest.param(hang_up, "the connection failed: RemoteDisconnected", id="hangs up"),
    ],
)
def test_refused_message_is_tried_again_with_the_same_id(receiver: Receiver, answer: Answer, error: str) -> None:
    campaign = make_campaign(now=NOW)
    endpoint = make_endpoint(receiver)
    receiver.answer("/hooks", answer)
    switch(campaign)

    assert send() == (0, 1, 0)
    waiting = WebhookDelivery.objects.get()
    assert waiting.state == "waiting"
    assert waiting.last_error.startswith(error)
    assert send() == (0, 0, 0)
    assert send(NOW + 6 * SECOND) == (1, 0, 0)

    first, second = receiver.posts()
    assert first.message_id == second.message_id
    assert first.body == second.body
    assert second.is_signed_by(endpoint.secret)
    assert receiver.posts("/elsewhere") == []
    delivered = WebhookDelivery.objects.get()
    assert (delivered.state, delivered.attempts, delivered.last_error) == ("delivered", 2, "")


def test_endpoint_that_hangs_holds_no_other_one(receiver: Receiver, settings: Settings) -> None:
    settings.WEBHOOK_TIMEOUT = 1.0
    campaigns = [make_campaign(make_brand(now=NOW), now=NOW) for _ in range(8)]
    make_endpoint(receiver, path="/hangs")
    make_endpoint(receiver, path="/well")
    receiver.answer("/hangs", *[hang] * 8)
    for campaign in campaigns:
        switch(campaign)

    began = time.monotonic()
    assert send() == (8, 8, 0)

    assert len(receiver.messages("/well")) == 8
    # Eight of them, four at a time, a second each.
    assert time.monotonic() - began < 8
    assert {delivery.last_error for delivery in WebhookDelivery.objects.waiting()} == {"no answer within 1 s"}


def test_pass_ends_in_time_and_the_next_one_goes_on(
    receiver: Receiver, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "SENDING_SECONDS", 0.5)
    settings.WEBHOOK_TIMEOUT = 0.6
    campaigns = [make_campaign(make_brand(now=NOW), now=NOW) for _ in range(8)]
    make_endpoint(receiver)
    receiver.answer("/hooks", *[hang] * 4)
    for campaign in campaigns:
        switch(campaign)

    assert send() == (0, 4, 0)
    assert send() == (4, 0, 0)


def test_new_secret_signs_along_with_the_old_one_for_a_day(receiver: Receiver) -> None:
    campaign = make_campaign(now=NOW)
    endpoint = make_endpoint(receiver)
    rotated = rotate_secret(endpoint_id=endpoint.pk, now=NOW - DAY + MINUTE)
    switch(campaign)
    send()
    switch(campaign)
    send(NOW + 2 * MINUTE)

    [during, after] = receiver.posts()
    assert rotated.secret != endpoint.secret
    assert [during.is_signed_by(rotated.secret), during.is_signed_by(endpoint.secret)] == [True, True]
    assert [after.is_signed_by(rotated.secret), after.is_signed_by(endpoint.secret)] == [True, False]


def test_address_that_the_settings_no_longer_allow_is_not_posted_to(receiver: Receiver, settings: Settings) -> None:
    campaign = make_campaign(now=NOW)
    make_endpoint(receiver)
    switch(campaign)
    settings.WEBHOOK_ALLOW_PRIVATE = False

    assert send() == (0, 1, 0)

    assert receiver.posts() == []
    assert "127.0.0.1, which is no public address" in WebhookDelivery.objects.get().last_error


def test_nothing_is_posted_inside_a_transaction(receiver: Receiver) -> None:
    campaign = make_campaign(now=NOW)
    make_endpoint(receiver)
    switch(campaign)
    was_taken: list[bool] = []

    def look(handler: object) -> None:
        try:
            was_taken.append(WebhookDelivery.objects.filter(attempts=1).exists())
        finally:
            connection.close()

    receiver.answer("/hooks", look)
    send()

    # Another connection sees that it was taken: that was committed before the post.
    assert was_taken == [True]
    assert not connection.in_atomic_block
