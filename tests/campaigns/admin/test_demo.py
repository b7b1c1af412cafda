"""The demo agency on the desk: loaded with one button, removed with one button, by who may do everything."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from campaigns.demo import load_agency
from campaigns.models import Brand
from tests.campaigns.admin.browser import Browser
from tests.campaigns.admin.paths import OVERVIEW
from tests.factories import NOON, make_brand

LOAD, REMOVE = "/admin/demo/load/", "/admin/demo/remove/"


def test_empty_desk_loads_the_demo_with_one_button(desk: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    # Two weeks are tested where the demo is; here one day is enough.
    monkeypatch.setattr("campaigns.admin.demo.DAYS", 0)
    page = desk.open(OVERVIEW)
    assert f'action="{LOAD}"' in page.html

    loaded = desk.send(LOAD, {})

    assert loaded.url == OVERVIEW
    assert loaded.messages[0].startswith("Loaded the demo agency: 8 brands, 21 campaigns (")
    assert "8 brands are the demo agency's: play money." in loaded.text
    assert Brand.objects.count() == 8


def test_demo_is_not_loaded_over_a_brand(desk: Browser) -> None:
    make_brand(name="Acme")

    page = desk.send(LOAD, {})

    assert page.messages == ["There are brands already, so the demo agency was not loaded."]
    assert LOAD not in page.html


def test_demo_is_removed_after_a_question(desk: Browser) -> None:
    load_agency(now=NOON, days=0)
    make_brand(name="Acme")
    overview = desk.open(OVERVIEW)

    asked = desk.open(REMOVE)
    brands = Brand.objects.count()
    done = desk.send(REMOVE, asked.form_with("brand").filled({}))
    again = desk.send(REMOVE, asked.form_with("brand").filled({}))

    assert f'href="{REMOVE}"' in overview.html
    assert "Yes, remove 8 brands" in asked.text
    assert brands == 9
    assert done.messages[0].startswith("Removed the demo agency: 8 brands, 21 campaigns and ")
    assert REMOVE not in done.html
    assert "nothing of the demo agency" in again.messages[0]
    assert Brand.objects.get().name == "Acme"


@pytest.mark.parametrize("key", ["", "abc", "9" * 30, "0"])
def test_forged_keys_remove_nothing(desk: Browser, key: str) -> None:
    load_agency(now=NOON, days=0)

    desk.send(REMOVE, {"brand": key})

    assert Brand.objects.count() == 8


def test_loading_answers_to_post_only(desk: Browser) -> None:
    assert desk.client.get(LOAD).status_code == 405


def test_only_who_may_do_everything_decides_about_the_demo(db: None) -> None:
    user = User.objects.create_user("noor", is_staff=True)
    user.user_permissions.set(Permission.objects.all())
    client = Client()
    client.force_login(user)
    load_agency(now=NOON, days=0)

    statuses = [client.post(LOAD).status_code, client.get(REMOVE).status_code, client.post(REMOVE).status_code]

    assert statuses == [403] * 3
    assert REMOVE not in client.get(OVERVIEW).content.decode()
    assert Brand.objects.count() == 8
