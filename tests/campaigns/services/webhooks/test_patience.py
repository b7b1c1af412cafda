"""What waits, what is given up, and what is sent again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaigns.models import WebhookDelivery
from campaigns.rules.webhooks import PATIENCE
from campaigns.services.webhooks import change_endpoint, resend_dead, sending
from tests.campaigns.services.webhooks.telling import NOW, make_endpoint, received_ids, send, stored_ids, switch
from tests.factories import DAY, make_campaign
from tests.receiver import Receiver

# Sending is no work for inside of a transaction, so there is none around these tests.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("present")]


def test_message_is_given_up_after_three_days_and_those_behind_it_go_on(receiver: Receiver) -> None:
    campaign = make_campaign(now=NOW)
    make_endpoint(receiver)
    receiver.answer("/hooks", *[500] * 100)
    switch(campaign)
    now, tries = NOW, [send()]
    while tries[-1] == (0, 1, 0):
        now = WebhookDelivery.objects.get().next_attempt_at or now
        tries.append(send(now))

    assert tries[-1] == (0, 0, 1)
    assert PATIENCE - timedelta(hours=8) < now - NOW <= PATIENCE
    assert 10 < len(tries) < 25
    letter = WebhookDelivery.objects.get()
    assert (letter.state, letter.attempts, letter.dead_at) == ("dead", len(tries), letter.dead_at)

    receiver.server.answers.clear()
    switch(campaign)
    assert send(now) == (1, 0, 0)
    assert received_ids(receiver) == stored_ids()[1:]


def test_backlog_of_an_endpoint_that_is_gone_is_given_up_in_one_pass(receiver: Receiver) -> None:
    campaign = make_campaign(now=NOW)
    make_endpoint(receiver)
    receiver.answer("/hooks", *[410] * 5)
    switch(campaign, times=5)

    assert send(NOW + 4 * DAY) == (0, 0, 5)
    assert len(receiver.posts()) == 5


def test_dead_letters_that_are_sent_again_arrive_in_order_with_their_ids(receiver: Receiver) -> None:
    campaign = make_campaign(now=NOW)
    make_endpoint(receiver)
    receiver.answer("/hooks", *[500] * 3)
    switch(campaign, times=3)
    assert send(NOW + 4 * DAY) == (0, 0, 3)

    assert resend_dead(now=NOW) == 3
    switch(campaign)
    assert send() == (4, 0, 0)

    assert received_ids(receiver) == stored_ids()


def test_endpoint_that_is_off_keeps_what_waits_and_gets_nothing_new(receiver: Receiver) -> None:
    campaign = make_campaign(now=NOW)
    endpoint = make_endpoint(receiver)
    switch(campaign)
    change_endpoint(endpoint_id=endpoint.pk, is_enabled=False)
    switch(campaign)

    assert send() == (0, 0, 0)
    assert len(stored_ids()) == 1

    change_endpoint(endpoint_id=endpoint.pk, is_enabled=True)
    assert send() == (1, 0, 0)


def test_delivery_that_another_worker_has_taken_is_left_to_it(receiver: Receiver) -> None:
    campaign = make_campaign(now=NOW)
    make_endpoint(receiver)
    switch(campaign, times=2)
    [head] = sending._due_heads(NOW)
    [seen_by_another] = sending._due_heads(NOW)

    taken = sending._take(head, NOW)
    taken_again = sending._take(seen_by_another, NOW)

    assert taken is not None
    assert taken_again is None
    # The one behind it waits as well, until the lease of the worker that may be dead is over.
    assert send() == (0, 0, 0)
    assert send(taken.lease_ends_at) == (2, 0, 0)
    assert received_ids(receiver) == stored_ids()


def test_late_failure_of_a_worker_whose_lease_is_over_undoes_nothing(receiver: Receiver) -> None:
    campaign = make_campaign(now=NOW)
    make_endpoint(receiver)
    switch(campaign)
    [head] = sending._due_heads(NOW)
    slow = sending._take(head, NOW)
    assert slow is not None
    assert send(slow.lease_ends_at) == (1, 0, 0)

    sending._note_failure(slow, TimeoutError(), slow.lease_ends_at)

    assert WebhookDelivery.objects.get().state == "delivered"
