"""Who may only look: sees everything, changes nothing."""

from __future__ import annotations

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from django.test import Client

from tests.campaigns.admin.browser import Browser
from tests.campaigns.admin.paths import BRANDS, CAMPAIGNS, LISTS, SPENDS, change_page, delete_page
from tests.factories import hours, make_brand, make_campaign, spend
from tests.readings import everything_stored


@pytest.fixture
def guest(db: None, clock: time_machine.Traveller) -> Browser:
    """Somebody who may look at everything of ours."""
    user = User.objects.create_user("guest", is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(content_type__app_label="campaigns", codename__startswith="view")
    )
    client = Client()
    client.force_login(user)
    return Browser(client)


def test_guest_sees_every_page_without_a_form(guest: Browser) -> None:
    brand = make_brand(daily_budget="5")
    campaign = make_campaign(brand, windows=[hours("08:00", "20:00")])
    entry = spend(campaign, "10.00")

    pages = [guest.open(change_page(row)) for row in (brand, campaign, campaign.schedule, entry)]

    assert [page.status for page in pages] == [200] * 4
    assert ['name="_save"' in page.html for page in pages] == [False] * 4
    assert "only every day 08:00-20:00" in pages[1].text
    assert "windows-TOTAL_FORMS" not in pages[1].html
    assert "windows-TOTAL_FORMS" not in pages[2].html
    assert [guest.open(path).status for path in LISTS] == [200] * 5


def test_guest_changes_nothing(guest: Browser) -> None:
    brand = make_brand()
    campaign = make_campaign(brand, windows=[hours("08:00", "20:00")])
    entry = spend(campaign, "10.00")
    before = everything_stored()

    statuses = [
        guest.send(path, {"name": "Renamed", "amount": "1", "hours": "never", "post": "yes"}).status
        for row in (brand, campaign, campaign.schedule, entry)
        for path in (change_page(row), delete_page(row))
    ]
    for path in (BRANDS, CAMPAIGNS, SPENDS):
        for action in ("activate", "pause", "copy_hours", "reset_day", "reset_month", "delete_selected"):
            keys = [str(key) for key in (1, brand.pk, campaign.pk, entry.pk)]
            yes = {"post": "yes", "source": str(campaign.pk), "seen": "only every day 08:00-20:00"}
            guest.send(path, {"action": action, "_selected_action": keys, "index": "0", **yes})

    assert statuses == [403] * 8
    assert everything_stored() == before


@pytest.mark.parametrize("path", [*LISTS, f"{CAMPAIGNS}choices/"])
def test_nobody_sees_anything_without_logging_in(db: None, path: str) -> None:
    page = Browser(Client()).open(path)

    assert page.url.startswith("/admin/login/")


def test_page_to_sign_in_asks_the_database_nothing(client: Client) -> None:
    # No `db`: a question would end the test.
    page = client.get("/admin/login/")

    assert page.status_code == 200
