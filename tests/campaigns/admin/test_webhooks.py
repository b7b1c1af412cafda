"""The pages of webhook endpoints and of their deliveries."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from campaigns.models import Brand, WebhookDelivery, WebhookEndpoint
from campaigns.rules.webhooks import EventKind, parse_webhook_url
from campaigns.services import change_campaign
from campaigns.services.webhooks import create_endpoint
from tests.campaigns.admin.browser import Browser
from tests.campaigns.admin.paths import change_page, delete_page
from tests.factories import DAY, NOON, make_brand, make_campaign

ENDPOINTS = "/admin/campaigns/webhookendpoint/"
DELIVERIES = "/admin/campaigns/webhookdelivery/"


@pytest.fixture(autouse=True)
def addresses_that_need_no_name_server(settings: Settings) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = True


def make_endpoint(brand: Brand | None = None, url: str = "https://127.0.0.1/hooks") -> WebhookEndpoint:
    target = parse_webhook_url(url, allow_http=False)
    return create_endpoint(target=target, kinds=list(EventKind), brand_id=brand.pk if brand else None, now=NOON)


def make_deliveries(count: int, *, are_dead: bool = False) -> list[WebhookDelivery]:
    campaign = make_campaign()
    make_endpoint(campaign.brand)
    for number in range(count):
        change_campaign(campaign_id=campaign.pk, is_enabled=bool(number % 2), now=NOON)
    mine = WebhookDelivery.objects.filter(brand=campaign.brand_id)
    if are_dead:
        mine.update(next_attempt_at=None, dead_at=NOON, attempts=12, last_error="answered 500")
    return list(mine.order_by("pk"))


def test_add_makes_an_endpoint_and_shows_its_secret_once(desk: Browser) -> None:
    brand = make_brand(name="Acme")

    page = desk.save(
        desk.open(f"{ENDPOINTS}add/"),
        url="https://127.0.0.1:8443/hooks?a=b",
        brand=str(brand.pk),
        kinds=["campaign.paused", "campaign.resumed"],
    )

    endpoint = WebhookEndpoint.objects.get()
    assert (endpoint.url, endpoint.brand) == ("https://127.0.0.1:8443/hooks?a=b", brand)
    assert endpoint.kinds == ["campaign.paused", "campaign.resumed"]
    assert (endpoint.created_at, endpoint.is_enabled) == (NOON, True)
    assert endpoint.secret in page.text
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", endpoint.secret)
    for path in (ENDPOINTS, change_page(endpoint), f"/admin/campaigns/webhookendpoint/{endpoint.pk}/history/"):
        assert endpoint.secret not in desk.open(path).html


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://127.0.0.1/", "has to start with https://"),
        ("https://user:secret@127.0.0.1/", "leave it out"),
        ("127.0.0.1", "not complete"),
        ("", "required"),
        ("https://127.0.0.1/" + "x" * 600, "at most 500"),
        ("https://no-such-name.invalid/", "no such name"),
    ],
)
def test_add_refuses_an_address_that_is_none(desk: Browser, url: str, words: str) -> None:
    page = desk.save(desk.open(f"{ENDPOINTS}add/"), url=url)

    assert words in " ".join(page.errors["url"])
    assert WebhookEndpoint.objects.count() == 0


def test_add_refuses_a_private_address(desk: Browser, settings: Settings) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = False

    page = desk.save(desk.open(f"{ENDPOINTS}add/"), url="https://127.0.0.1/hooks")

    assert "127.0.0.1, which is no public address" in page.errors["url"][0]
    assert WebhookEndpoint.objects.count() == 0


def test_add_without_an_event_is_refused(desk: Browser) -> None:
    page = desk.save(desk.open(f"{ENDPOINTS}add/"), url="https://127.0.0.1/hooks", kinds=[])

    assert page.errors == {"kinds": ["This field is required."]}


def test_change_moves_what_the_person_changed_and_keeps_the_secret(desk: Browser) -> None:
    endpoint = make_endpoint()
    page = desk.open(change_page(endpoint))

    desk.save(page, url="https://127.0.0.1/other", kinds=["budget.threshold"])

    changed = WebhookEndpoint.objects.get()
    assert (changed.url, changed.kinds) == ("https://127.0.0.1/other", ["budget.threshold"])
    assert changed.secret == endpoint.secret


def test_change_to_a_private_address_is_refused(desk: Browser, settings: Settings) -> None:
    page = desk.open(change_page(make_endpoint(url="https://1.1.1.1/hooks")))
    settings.WEBHOOK_ALLOW_PRIVATE = False

    page = desk.save(page, url="https://169.254.169.254/latest")

    assert "no public address" in page.errors["url"][0]
    assert WebhookEndpoint.objects.get().url == "https://1.1.1.1/hooks"


def test_switching_off_asks_no_name_server(desk: Browser) -> None:
    endpoint = make_endpoint(url="https://gone.invalid/hooks")

    page = desk.save(desk.open(change_page(endpoint)), is_enabled=False)

    assert page.errors == {}
    assert WebhookEndpoint.objects.get().is_enabled is False


def test_new_secret_is_shown_once_and_the_old_one_goes_on_for_a_day(desk: Browser) -> None:
    endpoint = make_endpoint()

    page = desk.act(ENDPOINTS, "rotate", [endpoint.pk])

    rotated = WebhookEndpoint.objects.get()
    assert rotated.secret in page.text
    assert endpoint.secret not in page.html
    assert (rotated.previous_secret, rotated.previous_secret_until) == (endpoint.secret, NOON + DAY)


def test_delete_takes_the_deliveries_along(desk: Browser) -> None:
    make_deliveries(2)
    endpoint = WebhookEndpoint.objects.get()

    desk.confirm(desk.open(delete_page(endpoint)))

    assert (WebhookEndpoint.objects.count(), WebhookDelivery.objects.count()) == (0, 0)


def test_list_counts_what_waits_and_what_is_dead(desk: Browser) -> None:
    make_deliveries(3)
    make_deliveries(2, are_dead=True)

    page = desk.open(ENDPOINTS)

    assert "campaign.paused, campaign.resumed, budget.threshold on 3 0" in page.text
    assert "campaign.paused, campaign.resumed, budget.threshold on 0 2" in page.text


def test_deliveries_say_what_became_of_each_message(desk: Browser) -> None:
    [dead] = make_deliveries(1, are_dead=True)

    in_list = desk.open(DELIVERIES)
    alone = desk.open(change_page(dead))

    assert "campaign.paused Brand 1 https://127.0.0.1/hooks dead 12 – answered 500" in in_list.text
    assert dead.event.message_id in alone.text
    assert '"type": "campaign.paused"' in alone.text


@pytest.mark.parametrize(("state", "count"), [("dead", 1), ("waiting", 2), ("delivered", 0), ("nonsense", 3)])
def test_deliveries_are_found_by_state(desk: Browser, state: str, count: int) -> None:
    make_deliveries(2)
    make_deliveries(1, are_dead=True)

    page = desk.open(f"{DELIVERIES}?state={state}")

    assert page.html.count('class="field-happened"') == count


def test_dead_letters_are_sent_again_and_others_stay(desk: Browser) -> None:
    waiting, dead = make_deliveries(1)[0], make_deliveries(1, are_dead=True)[0]

    page = desk.act(DELIVERIES, "resend", [waiting.pk, dead.pk])

    assert page.messages == [
        "1 dead letter goes out again within a minute. 1 of the selected are none, and stay as they are."
    ]
    dead.refresh_from_db()
    assert (dead.state, dead.attempts, dead.next_attempt_at) == ("waiting", 0, NOON)


def test_deliveries_are_to_read_only(desk: Browser) -> None:
    [delivery] = make_deliveries(1)

    statuses = [
        desk.open(f"{DELIVERIES}add/").status,
        desk.send(change_page(delivery), {"attempts": "0"}).status,
        desk.send(delete_page(delivery), {"post": "yes"}).status,
    ]

    assert statuses == [403] * 3


@pytest.mark.parametrize("path", [ENDPOINTS, DELIVERIES])
def test_list_asks_as_often_for_many_rows_as_for_one(desk: Browser, path: str) -> None:
    counts = []
    for more in (1, 20):
        for _ in range(more):
            make_deliveries(2)
        desk.open(path)
        with CaptureQueriesContext(connection) as queries:
            desk.open(path)
        counts.append(len(queries))

    assert counts[0] == counts[1]
