"""API keys in the admin: made, shown once, listed without their secret, revoked."""

from __future__ import annotations

import re

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client

from campaigns.errors import KeyRefused
from campaigns.models import ApiKey, Scope
from campaigns.services import authenticate, create_api_key
from tests.campaigns.admin.browser import Browser, Page
from tests.campaigns.admin.paths import change_page, delete_page
from tests.factories import NOON, make_brand

KEYS = "/admin/campaigns/apikey/"
ADD = f"{KEYS}add/"


def secret_on(page: Page) -> str:
    found = re.search(r'<code id="api-key">([^<]+)</code>', page.html)
    assert found is not None, page.text
    return found[1]


def test_key_is_made_and_shown_once(desk: Browser) -> None:
    brand = make_brand(name="Acme")

    shown = desk.save(desk.open(ADD), name="sender", may_read=False, may_record=True, brands=[str(brand.pk)])

    secret = secret_on(shown)
    caller = authenticate(secret=secret, now=NOON)
    assert (caller.name, caller.scopes) == ("sender", frozenset({Scope.RECORD}))
    assert caller.brand_ids == frozenset({brand.pk})
    assert ApiKey.objects.get().created_by == "mia"
    part = secret.split("_", 2)[2]
    later = [desk.open(path).html for path in (KEYS, change_page(ApiKey.objects.get()), "/admin/")]
    assert not any(part in html for html in later)
    assert part not in str(LogEntry.objects.values())
    assert not any(part in str(session.get_decoded()) for session in Session.objects.all())
    assert part not in str(desk.client.cookies)


def test_page_with_the_secret_is_kept_by_no_cache(desk: Browser) -> None:
    form = {"name": "sender", "may_read": "on", "every_brand": "on", "requests_per_minute": "60"}

    response = desk.client.post(ADD, form)

    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": ""}, "name"),
        ({"may_read": False, "every_brand": True}, "may_read"),
        ({"every_brand": False}, "brands"),
        ({"every_brand": True, "requests_per_minute": "0"}, "requests_per_minute"),
        ({"every_brand": True, "expires_at_0": "2020-01-01", "expires_at_1": "00:00"}, "expires_at"),
    ],
)
def test_key_that_cannot_be_is_refused_on_its_field(desk: Browser, typed: dict[str, str | bool], field: str) -> None:
    page = desk.save(desk.open(ADD), {"name": "sender", **typed})

    assert list(page.errors) == [field]
    assert not ApiKey.objects.exists()


def test_third_key_of_a_client_is_refused(desk: Browser) -> None:
    for _ in range(2):
        create_api_key(name="sender", scopes=[Scope.READ], every_brand=True, now=NOON)

    page = desk.save(desk.open(ADD), name="sender", every_brand=True)

    assert "revoke one first" in page.errors["name"][0]


def test_keys_are_revoked(desk: Browser) -> None:
    new = create_api_key(name="sender", scopes=[Scope.READ], every_brand=True, now=NOON)

    page = desk.act(KEYS, "revoke", [new.key.pk])

    assert page.messages == [f"Revoked 1 API key: sender ({new.key.prefix}…)."]
    with pytest.raises(KeyRefused):
        authenticate(secret=new.secret, now=NOON)
    assert "revoked" in desk.open(KEYS).text


def test_list_shows_the_states(desk: Browser, clock: time_machine.Traveller) -> None:
    create_api_key(name="a", scopes=[Scope.READ], every_brand=True, now=NOON)
    create_api_key(name="b", scopes=[Scope.READ], every_brand=True, now=NOON, expires_at=NOON.replace(hour=18))
    clock.move_to(NOON.replace(hour=19))

    html = desk.open(KEYS).html

    assert re.findall(r'class="badge badge-\w+"><svg.*?</svg>(\w+)<', html) == ["valid", "expired"]


def test_key_is_never_changed_or_deleted(desk: Browser) -> None:
    new = create_api_key(name="sender", scopes=[Scope.READ], every_brand=True, now=NOON)
    before = ApiKey.objects.values().get()

    page = desk.open(change_page(new.key))
    sent = desk.send(change_page(new.key), {"name": "other", "may_manage": "on"})

    assert 'name="_save"' not in page.html
    assert new.key.secret_hash not in page.html
    assert (sent.status, desk.open(delete_page(new.key)).status) == (403, 403)
    assert ApiKey.objects.values().get() == before


def test_who_may_only_look_makes_and_revokes_none(db: None, clock: time_machine.Traveller) -> None:
    new = create_api_key(name="sender", scopes=[Scope.READ], every_brand=True, now=NOON)
    client = Client()
    client.force_login(User.objects.create_user("guest", is_staff=True))
    guest = Browser(client)

    assert guest.open(ADD).status == 403
    guest.act(KEYS, "revoke", [new.key.pk])
    assert ApiKey.objects.get().revoked_at is None
