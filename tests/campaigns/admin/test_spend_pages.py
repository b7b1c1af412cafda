"""What the pages of spend entries show around an entry: its chain, its day, its import, what a list is narrowed to."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from campaigns.models import SpendLog
from campaigns.queries.day_totals import DayTotal, day_totals
from campaigns.services import correct_spend
from tests.campaigns.admin.browser import Browser
from tests.campaigns.admin.paths import HISTORY, SPENDS, change_page, delete_page
from tests.factories import DAY, NOON, make_brand, make_campaign, spend


def test_day_totals_are_by_source_with_their_corrections(desk: Browser) -> None:
    campaign = make_campaign(make_brand(name="Acme"), name="Search")
    entry = spend(campaign, "10", source="google_ads")
    spend(campaign, "5", source="google_ads")
    spend(campaign, "7")
    spend(campaign, "99", occurred_at=NOON - DAY)
    spend(make_campaign(campaign.brand), "50")
    correct_spend(entry_id=entry.pk, new_amount="8", now=NOON)

    totals = day_totals(campaign_id=campaign.pk, day=entry.local_day)
    page = desk.open(change_page(entry))

    assert [(total.source, total.entries, str(total.amount)) for total in totals] == [
        ("", 1, "7.00"),
        ("google_ads", 3, "13.00"),
    ]
    assert isinstance(totals[0], DayTotal)
    assert "google_ads 3 entries 13.00 USD Search, 20 Nov 2026 20.00 USD" in page.text


def test_day_leads_to_its_entries(desk: Browser) -> None:
    campaign = make_campaign(name="Search")
    entry = spend(campaign, "10.00")
    spend(campaign, "99.00", occurred_at=NOON - DAY)
    address = f"{SPENDS}?campaign__id__exact={campaign.pk}&local_day__gte=2026-11-20&local_day__lt=2026-11-21"

    assert address.replace("&", "&amp;") in desk.open(change_page(entry)).html
    assert "10.00 USD" in desk.open(address).text
    assert "99.00 USD" not in desk.open(address).text


def test_chain_names_each_entry_with_its_reason(desk: Browser) -> None:
    entry = spend(make_campaign(), "10")
    correct_spend(entry_id=entry.pk, new_amount="8", description="restated", now=NOON)
    correct_spend(entry_id=entry.pk, new_amount="3", description="again", now=NOON)

    text = desk.open(change_page(entry)).text

    assert "-2.00 USD restated" in text
    assert "-5.00 USD again counts for 3.00 USD" in text


def test_reversal_keeps_the_reason_that_was_given(desk: Browser) -> None:
    entry = spend(make_campaign(), "10")
    asked = desk.open(delete_page(entry))

    desk.send(asked.url, asked.form_with("post").filled({"reason": "recorded twice"}))

    assert SpendLog.objects.order_by("-pk")[0].description == "recorded twice"


@pytest.mark.parametrize("path", [SPENDS, HISTORY])
def test_list_of_one_campaign_says_so_and_leads_back(desk: Browser, path: str) -> None:
    campaign = make_campaign(make_brand(daily_budget="1"), name="Search")
    spend(campaign, "5")

    narrowed, all_of_them = desk.open(f"{path}?campaign__id__exact={campaign.pk}"), desk.open(path)

    assert "Campaign Search All Search" in narrowed.text
    assert "Clear filters" in narrowed.text
    assert "Clear filters" not in all_of_them.text


@pytest.mark.parametrize("key", ["", "abc", "999", "9" * 30, "%00"])
def test_list_of_no_campaign_opens(desk: Browser, key: str) -> None:
    spend(make_campaign(), "5")

    assert desk.open(f"{SPENDS}?campaign__id__exact={key}").status == 200
    assert desk.open(f"{SPENDS}?spend_import__id__exact={key}").status == 200


def test_who_may_only_look_sees_chain_and_day(db: None) -> None:
    user = User.objects.create_user("noor", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_spendlog"))
    client = Client()
    client.force_login(user)
    entry = spend(make_campaign(name="Search"), "10")

    text = Browser(client).open(change_page(entry)).text

    assert "counts for 10.00 USD" in text
    assert "Search, 20 Nov 2026 10.00 USD" in text
