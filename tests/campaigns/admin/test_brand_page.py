"""A brand's page above its form."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaigns.models import Brand
from tests.campaigns.admin.browser import Browser, Page
from tests.campaigns.admin.paths import CAMPAIGNS, change_page
from tests.factories import DAY, HOUR, NOON, hours, make_brand, make_campaign, spend
from tests.readings import everything_stored, state_of


def pictures(page: Page) -> dict[str, ET.Element]:
    """Return the pictures of a page by their titles; each is well-formed."""
    parts = page.html.split('<svg class="picture ')[1:]
    found = [ET.fromstring('<svg class="picture ' + _whole(part)) for part in parts]
    return {picture.findtext("title", ""): picture for picture in found}


def _whole(part: str) -> str:
    """Cut a picture off where it ends: pictures lie in pictures."""
    depth, end = 1, 0
    while depth:
        opens, closes = part.find("<svg", end), part.find("</svg>", end)
        is_inner = 0 <= opens < closes
        depth += 1 if is_inner else -1
        end = (opens + 4) if is_inner else (closes + 6)
    return part[:end]


def staff(*permissions: str) -> Browser:
    """Return somebody who may do only this."""
    user = User.objects.create_user("noor", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return Browser(client)


def test_month_and_today_are_pictures_with_words_and_tables(desk: Browser) -> None:
    brand = make_brand(monthly_budget="1000", now=NOON - 30 * DAY)
    campaign = make_campaign(brand, name="Search")
    spend(campaign, "10.00", occurred_at=NOON - DAY)
    spend(campaign, "25.00")

    page = desk.open(change_page(brand))

    drawn = pictures(page)
    assert set(drawn) == {"Spend in November 2026", "Spend today by hour"}
    assert drawn["Spend in November 2026"].findtext("desc", "nothing") in page.text
    assert (
        "35.00 USD of 1,000.00 so far. An even plan, over the hours that are set now, would be at 650 USD. "
        "If it goes on like this, the month ends near 53.81 USD."
    ) in page.text
    assert "Thu 19 Nov 2026 10.00 10.00 Fri 20 Nov 2026 25.00 35.00" in page.text
    assert "25.00 USD today. Most of it from 12:00 on: 25.00 USD." in page.text


def test_campaigns_stand_with_state_next_change_and_share(desk: Browser) -> None:
    brand = make_brand(name="Acme")
    spend(make_campaign(brand, name="Search"), "75.00")
    held = make_campaign(brand, name="Evenings", windows=[hours("18:00", "20:00")])
    spend(held, "25.00")

    page = desk.open(change_page(brand))

    assert "Search active –" in page.text
    assert (
        "Evenings paused outside its windows Fri 20 Nov 18:00 America/New_York its window opens, in 6 h "
        "today 25.00 USD no limit this month 25.00 USD no limit share 25.0 %"
    ) in page.text
    assert f'href="{change_page(held)}"' in page.html


def test_brand_without_campaigns_says_what_to_do(desk: Browser) -> None:
    brand = make_brand()

    page = desk.open(change_page(brand))

    assert "No campaign yet" in page.text
    assert f'href="{CAMPAIGNS}add/?brand={brand.pk}"' in page.html
    assert pictures(page) == {}


def test_reset_by_hand_is_said(desk: Browser) -> None:
    brand = make_brand(now=NOON - DAY)
    make_campaign(brand)

    before = desk.open(change_page(brand)).text
    desk.do("/admin/campaigns/brand/", "reset_month", [brand.pk])
    after = desk.open(change_page(brand)).text

    assert "Month counted since" not in before
    assert "Month counted since Fri 20 Nov 12:00 America/New_York" in after


def test_switch_asks_first_and_comes_back_to_the_page(desk: Browser) -> None:
    brand = make_brand(name="Acme")
    campaign = make_campaign(brand)
    page = desk.open(change_page(brand))
    switch = page.form_with("back_to_page")

    asked = desk.send("/admin/campaigns/brand/", switch.filled({}))
    still = state_of(campaign)
    done = desk.confirm(asked)

    assert "1 stop" in asked.text
    assert still == ("active", "")
    assert state_of(campaign) == ("paused", "brand_off")
    assert done.url == change_page(brand)
    assert "Switch on…" in done.text


@pytest.mark.parametrize(
    ("typed", "sentences"),
    [
        (
            {"daily_budget": "200"},
            ["Raises the daily budget from 100.00 to 200.00 USD.", "of 3 campaigns 2 would start at once."],
        ),
        ({"daily_budget": ""}, ["Takes the daily budget away (it was 100.00 USD)", "2 would start at once."]),
        ({"daily_budget": "200", "monthly_budget": "120"}, ["Sets the monthly budget to 120.00 USD", "no campaign"]),
        (
            {"time_zone": "Europe/Berlin", "name": "New", "currency": "EUR"},
            ["Moves its days to Europe/Berlin", "Calls it New.", "Calls its money EUR: no amount is converted."],
        ),
        (
            {"time_zone": "Europe/Berlin"},
            [
                "Moves its days to Europe/Berlin, where it is Fri 20 Nov 2026 18:00 now.",
                "it began Thu 19 Nov 18:00 and ends Fri 20 Nov 18:00 by the clocks of America/New_York.",
                "What counts as spent today becomes 120.00 USD (it is 120.00), counted since Fri 20 Nov 00:00",
                "no campaign would start or stop",
            ],
        ),
        (
            {"time_zone": "Asia/Tokyo"},
            [
                "Its day is 21 Nov 2026 then: it began Fri 20 Nov 10:00 and ends Sat 21 Nov 10:00",
                "Its month is November 2026 then: it began Sat 31 Oct 11:00 and ends Mon 30 Nov 10:00",
                "What counts as spent today becomes 0.00 USD (it is 120.00). ",
                "of 3 campaigns 2 would start at once.",
            ],
        ),
        ({"time_zone": "Mars/Olympus"}, ["It would not be saved. 'Mars/Olympus' is not a time zone"]),
        ({"is_enabled": False}, ["Switches the brand off.", "no campaign would start or stop"]),
        ({}, ["Nothing is changed yet"]),
    ],
)
def test_preview_says_what_a_change_would_do_and_writes_nothing(
    desk: Browser, typed: dict[str, str | bool], sentences: list[str]
) -> None:
    brand = make_brand(name="Acme", daily_budget="100")
    spend(make_campaign(brand, name="Search"), "120.00", occurred_at=NOON - 3 * HOUR)
    make_campaign(brand, name="Social")
    make_campaign(brand, name="Off", is_enabled=False)
    before = everything_stored()

    page = desk.save(desk.open(change_page(brand)), typed, button="_preview")

    assert "Nothing is saved yet." in page.text
    for sentence in sentences:
        assert sentence in page.text
    assert page.errors == {}
    assert everything_stored() == before


def test_preview_is_what_saving_does(desk: Browser) -> None:
    brand = make_brand(daily_budget="100")
    campaign = make_campaign(brand, name="Search")
    spend(campaign, "120.00")

    previewed = desk.save(desk.open(change_page(brand)), daily_budget="200", button="_preview")
    held = state_of(campaign)
    desk.save(previewed)

    assert "Search paused starts" in previewed.text
    assert held == ("paused", "brand_day")
    assert state_of(campaign) == ("active", "")
    assert str(Brand.objects.get().daily_budget) == "200.00"


def test_previewed_form_still_undoes_nobodys_newer_edit(desk: Browser) -> None:
    brand = make_brand(daily_budget="100", monthly_budget="500")
    previewed = desk.save(desk.open(change_page(brand)), daily_budget="200", button="_preview")
    desk.save(desk.open(change_page(brand)), monthly_budget="900")

    desk.save(previewed)

    stored = Brand.objects.get()
    assert (str(stored.daily_budget), str(stored.monthly_budget)) == ("200.00", "900.00")


def test_preview_of_what_cannot_be_saved_shows_the_errors(desk: Browser) -> None:
    brand = make_brand()

    page = desk.save(desk.open(change_page(brand)), daily_budget="1e9", button="_preview")

    assert list(page.errors) == ["daily_budget"]
    assert "If this was saved now" not in page.text


def test_who_may_only_look_sees_the_numbers_and_no_way_to_change_them(desk: Browser) -> None:
    brand = make_brand(name="Acme", daily_budget="100")
    campaign = make_campaign(brand, name="Search")
    spend(campaign, "40.00")

    page = staff("view_brand").open(change_page(brand))

    assert "Today 40.00 of 100.00 USD 40.0 %" in page.text
    assert "Search" in page.text
    for absent in (change_page(campaign), "back_to_page", "_preview", "/add/", "statuschange"):
        assert absent not in page.html


def test_who_may_only_look_cannot_preview(desk: Browser) -> None:
    brand = make_brand()

    page = staff("view_brand").send(change_page(brand), {"_preview": "1", "daily_budget": "1"})

    assert page.status == 403


def test_page_costs_the_same_for_one_campaign_and_twenty(desk: Browser) -> None:
    brand = make_brand()
    make_campaign(brand, windows=[hours("18:00", "20:00")])
    desk.open(change_page(brand))
    with CaptureQueriesContext(connection) as for_one:
        desk.open(change_page(brand))
    for _ in range(19):
        make_campaign(brand, windows=[hours("18:00", "20:00")])

    with CaptureQueriesContext(connection) as for_twenty:
        desk.open(change_page(brand))

    assert len(for_twenty) == len(for_one)


def test_what_people_changed_stands_with_old_and_new_value(desk: Browser) -> None:
    brand = make_brand(name="Acme", daily_budget="100")
    desk.save(desk.open(change_page(brand)), daily_budget="250")

    page = desk.open(change_page(brand))

    assert "mia Acme changed Fri 20 Nov 12:00 America/New_York daily budget: 100.00 → 250.00" in page.text, page.text
