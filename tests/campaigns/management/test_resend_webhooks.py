"""`manage.py resend_webhooks`: dead letters, sent again."""

from __future__ import annotations

import pytest

from campaigns.models import Brand, Campaign, WebhookDelivery
from campaigns.rules.webhooks import EventKind, parse_webhook_url
from campaigns.services import change_campaign
from campaigns.services.webhooks import create_endpoint
from tests.campaigns.management.desk import run
from tests.factories import DAY, MINUTE, NOON, make_brand, make_campaign

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time_travel")]

LATER = NOON + 5 * DAY


@pytest.fixture
def endpoints() -> list[int]:
    """Two endpoints, and four dead letters: one of each brand to each."""
    campaigns = [make_campaign(make_brand(name=name)) for name in ("Acme", "Globex")]
    target = parse_webhook_url("https://example.com/hooks", allow_http=False)
    endpoints = [create_endpoint(target=target, kinds=list(EventKind), now=NOON).pk for _ in range(2)]
    for campaign in campaigns:
        change_campaign(campaign_id=campaign.pk, is_enabled=False, now=NOON)
    WebhookDelivery.objects.update(next_attempt_at=None, dead_at=NOON + 3 * DAY, attempts=14)
    assert (Brand.objects.count(), Campaign.objects.count(), WebhookDelivery.objects.count()) == (2, 2, 4)
    return endpoints


def resent() -> set[tuple[int, str]]:
    """Return which deliveries wait: their endpoint, and their brand."""
    waiting = WebhookDelivery.objects.filter(next_attempt_at=LATER, attempts=0, expires_at=LATER + 3 * DAY)
    return set(waiting.values_list("endpoint", "brand__name"))


def test_all_dead_letters_go_out_again(endpoints: list[int]) -> None:
    answer = run("resend_webhooks", "--all", now=LATER)
    again = run("resend_webhooks", "--all", "--json", now=LATER + MINUTE)

    assert answer.lines == ["4 dead letters go out again within a minute."]
    assert again.facts == {"resent": 0}
    assert len(resent()) == 4


def test_those_of_a_brand_to_an_endpoint_go_out_again(endpoints: list[int]) -> None:
    answer = run("resend_webhooks", "--brand", "Acme", "--endpoint", str(endpoints[1]), now=LATER)

    assert answer.lines == ["1 dead letter goes out again within a minute."]
    assert resent() == {(endpoints[1], "Acme")}


@pytest.mark.parametrize("arguments", [[], ["--all", "--brand", "Acme"], ["--all", "--endpoint", "1"]])
def test_without_a_clear_choice_nothing_goes_out(endpoints: list[int], arguments: list[str]) -> None:
    answer = run("resend_webhooks", *arguments, now=LATER)

    assert (answer.code, answer.out) == (2, "")
    assert resent() == set()


def test_unknown_brand_is_said(endpoints: list[int]) -> None:
    answer = run("resend_webhooks", "--brand", "Nobody", now=LATER)

    assert answer.code == 1
    assert "Nobody" in answer.err
