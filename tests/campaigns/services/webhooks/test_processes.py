"""Real workers: two at once, and one that is killed while it sends."""

from __future__ import annotations

import json

import pytest

from tests.processes import Installation
from tests.receiver import Receiver, hang

pytestmark = pytest.mark.system

SET_UP = """
from django.utils import timezone
from campaigns.rules.webhooks import EventKind
from campaigns.services import create_brand, create_campaign, webhooks
now = timezone.now()
for name in ("First", "Second"):
    create_campaign(brand_id=create_brand(name=name, now=now).pk, name="Search", now=now)
target = webhooks.check_target(url={url!r})
print(webhooks.create_endpoint(target=target, kinds=list(EventKind), now=now).secret)
"""

CHANGE = """
from django.utils import timezone
from campaigns.models import Campaign
from campaigns.services import change_campaign
for number in range({times}):
    for campaign in Campaign.objects.order_by("pk"):
        change_campaign(campaign_id=campaign.pk, is_enabled=bool(number % 2), now=timezone.now())
"""

SEND = """
from campaigns.tasks import deliver_webhooks
for _ in range({times}):
    deliver_webhooks.delay()
"""

STATES = """
import json
from campaigns.models import WebhookDelivery
rows = WebhookDelivery.objects.order_by("pk").select_related("event", "brand")
print(json.dumps([[row.brand.name, row.event.message_id, row.state] for row in rows]))
"""


class Desk:
    """An installation with two brands, and an endpoint that is told of both."""

    def __init__(self, installation: Installation, receiver: Receiver, *, timeout: int) -> None:
        self.installation = installation
        self.receiver = receiver
        installation.environment.update(WEBHOOK_ALLOW_HTTP="1", WEBHOOK_ALLOW_PRIVATE="1", WEBHOOK_TIMEOUT=str(timeout))
        installation.start("broker")
        installation.start("worker")
        self.secret = self.shell(SET_UP.format(url=receiver.url())).splitlines()[-1]

    def shell(self, code: str) -> str:
        """Run Python in a process of its own."""
        return self.installation.manage("shell", "--no-imports", "--command", code)

    def stored(self, brand: str) -> list[str]:
        """The ids of the brand's messages, in the order of its changes."""
        return [message_id for owner, message_id, _ in self.rows() if owner == brand]

    def received(self, brand: str) -> list[str]:
        """The ids that were accepted of the brand's messages, in the order of their arrival, each once."""
        messages = self.receiver.messages()
        return [post.message_id for post in messages if post.content["data"]["brand"]["name"] == brand]

    def send_until_all_is_delivered(self) -> None:
        """Start the task as beat does, if more often, until nothing waits."""
        self.installation.wait_until(self._has_sent_all, seconds=60, what="the delivery of all messages")

    def rows(self) -> list[list[str]]:
        """Brand, message id and state of every delivery, in the order of the changes."""
        rows = json.loads(self.shell(STATES).splitlines()[-1])
        assert isinstance(rows, list)
        return rows

    def _has_sent_all(self) -> bool:
        self.shell(SEND.format(times=2))
        return all(state == "delivered" for _, _, state in self.rows())


def test_each_change_arrives_once_per_id_and_in_order_although_the_worker_is_killed(
    installation: Installation, receiver: Receiver
) -> None:
    # A lease is three times as long, and somebody waits here for its end.
    desk = Desk(installation, receiver, timeout=2)
    desk.shell(CHANGE.format(times=4))
    # The third and fourth posts never get their answer: while the worker waits for it, it is killed.
    desk.receiver.answer("/hooks", 204, 204, hang, hang)
    desk.shell(SEND.format(times=1))
    desk.receiver.wait_for(3)
    desk.installation.kill("worker")
    desk.shell(CHANGE.format(times=2))
    desk.installation.start("worker")

    desk.send_until_all_is_delivered()

    for brand in ("First", "Second"):
        assert len(desk.stored(brand)) == 6
        assert desk.received(brand) == desk.stored(brand)
    repeated = len(desk.receiver.posts()) - len(desk.receiver.messages())
    assert 1 <= repeated <= 4


def test_many_passes_at_once_deliver_each_change_once(installation: Installation, receiver: Receiver) -> None:
    desk = Desk(installation, receiver, timeout=20)
    desk.shell(CHANGE.format(times=20))
    desk.shell(SEND.format(times=8))

    desk.send_until_all_is_delivered()

    for brand in ("First", "Second"):
        assert desk.received(brand) == desk.stored(brand)
    assert len(desk.receiver.posts()) == 40
    assert all(post.is_signed_by(desk.secret) for post in desk.receiver.posts())
