"""The pages of brands."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from campaigns.models import Brand, StatusChange
from tests.campaigns.admin.browser import Browser
from tests.campaigns.admin.paths import BRANDS, change_page, delete_page
from tests.factories import NEW_YORK, break_zone, make_brand, make_campaign, spend
from tests.readings import RUNNING, everything_stored, spent, state_of


def test_add_creates_a_brand(desk: Browser) -> None:
    page = desk.open(f"{BRANDS}add/")

    desk.save(page, name="Acme", time_zone=NEW_YORK, currency="EUR", daily_budget="1000.00", monthly_budget="")

    brand = Brand.objects.get()
    assert (brand.name, brand.time_zone, brand.currency, brand.is_enabled) == ("Acme", NEW_YORK, "EUR", True)
    assert (brand.daily_budget, brand.monthly_budget) == (Decimal("1000.00"), None)


def test_add_offers_zones_by_name(desk: Browser) -> None:
    page = desk.open(f"{BRANDS}add/")

    offered = re.findall(r'<option value="(\S+)"></option>', page.html)
    assert 'list="time-zones"' in page.html
    assert {"UTC", "Asia/Kathmandu", "Europe/Berlin"} <= set(offered)
    assert offered == sorted(offered)


def test_add_starts_at_the_present_periods(desk: Browser) -> None:
    desk.save(desk.open(f"{BRANDS}add/"), name="Acme", time_zone=NEW_YORK)

    made_by_service = make_brand(name="Other")
    made_here = Brand.objects.get(name="Acme")
    assert (made_here.daily_since, made_here.monthly_since) == (
        made_by_service.daily_since,
        made_by_service.monthly_since,
    )


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "Taken", "another brand called"),
        ("name", "", "required"),
        ("name", "two\nlines", "line break"),
        ("name", "x" * 10_000, "at most 200"),
        ("name", "nul\x00", "Null characters"),
        ("time_zone", "Mars/Olympus", "not a time zone"),
        ("time_zone", "", "required"),
        ("currency", "usd", "three letters"),
        ("currency", "DOLLARS", "at most 3"),
        ("daily_budget", "1e9", "plain digits"),
        ("daily_budget", "-1", "cannot be negative"),
        ("monthly_budget", "10.001", "at most 2"),
    ],
)
def test_add_refuses_on_the_field(desk: Browser, field: str, value: str, words: str) -> None:
    make_brand(name="Taken")
    before = everything_stored()
    right: dict[str, str] = {"name": "Acme", "time_zone": NEW_YORK, "currency": "USD"}

    page = desk.save(desk.open(f"{BRANDS}add/"), right | {field: value})

    assert page.status == 200
    assert list(page.errors) == [field]
    assert words in page.errors[field][0]
    assert everything_stored() == before


def test_change_stops_and_starts_at_once(desk: Browser) -> None:
    brand = make_brand()
    campaign = make_campaign(brand)
    spend(campaign, "500.00")

    desk.save(desk.open(change_page(brand)), daily_budget="400")
    stopped = state_of(campaign)
    page = desk.save(desk.open(change_page(brand)), daily_budget="600.00")

    assert stopped == ("paused", "brand_day")
    assert state_of(campaign) == RUNNING
    assert page.messages[0] == f"{brand}: 1 of 1 campaigns run"
    assert [change.actor for change in StatusChange.objects.order_by("-pk")[:2]] == ["mia", "mia"]


def test_change_refuses_a_name_that_is_taken(desk: Browser) -> None:
    make_brand(name="Taken")
    brand = make_brand(name="Acme", daily_budget="5")

    page = desk.save(desk.open(change_page(brand)), name="Taken", daily_budget="7")

    assert page.errors == {"name": ["There is another brand called 'Taken'."]}
    brand.refresh_from_db()
    assert (brand.name, brand.daily_budget) == ("Acme", Decimal("5.00"))


def test_refused_form_can_be_corrected_and_saved(desk: Browser) -> None:
    make_brand(name="Taken")
    brand = make_brand(name="Acme", daily_budget="5")
    refused = desk.save(desk.open(change_page(brand)), name="Taken", daily_budget="7")

    desk.save(refused, name="Acme & Sons")

    brand.refresh_from_db()
    assert (brand.name, brand.daily_budget) == ("Acme & Sons", Decimal("7.00"))


def test_page_shows_spend_and_limits(desk: Browser) -> None:
    brand = make_brand(daily_budget="1000", monthly_budget="30000")
    spend(make_campaign(brand), "1234.5")

    page = desk.open(change_page(brand))

    assert "Today 1,234.50 of 1,000.00 USD 123.5 %" in page.text
    assert "This month 1,234.50 of 30,000.00 USD 4.1 %" in page.text
    assert "Today's budget used up" in page.text


def test_change_ignores_forged_columns(desk: Browser) -> None:
    brand = make_brand()
    spend(make_campaign(brand), "10")
    before = Brand.objects.values().get()

    desk.save(
        desk.open(change_page(brand)),
        current_daily_spend="0",
        current_monthly_spend="0",
        daily_since_0="2026-11-20",
        daily_since="2030-01-01",
        monthly_since="2030-01-01",
        reviewed_at="2030-01-01",
        id="77",
    )

    assert Brand.objects.values().get() == before
    assert spent(brand) == ("10.00", "10.00")


def test_page_of_a_brand_with_an_unreadable_zone_opens_and_mends_it(desk: Browser) -> None:
    brand = make_brand()
    campaign = make_campaign(brand)
    break_zone(brand)

    page = desk.open(change_page(brand))
    renamed = desk.save(page, name="Renamed")
    still_broken = state_of(campaign)
    desk.save(desk.open(change_page(brand)), time_zone="Europe/Berlin")

    assert "Time zone unreadable" in page.text
    assert "Its days cannot be told" in page.text
    assert renamed.errors == {}
    assert still_broken == ("paused", "zone_unreadable")
    assert state_of(campaign) == RUNNING


def test_delete_asks_and_deletes_a_brand_without_campaigns(desk: Browser) -> None:
    brand = make_brand(name="Acme")

    page = desk.confirm(desk.open(delete_page(brand)))

    assert not Brand.objects.exists()
    assert "Acme” was deleted" in page.messages[0]


def test_delete_refuses_a_brand_with_campaigns(desk: Browser) -> None:
    brand = make_brand(name="Acme")
    make_campaign(brand)

    page = desk.confirm(desk.open(delete_page(brand)))

    assert Brand.objects.get() == brand
    assert page.messages == ["Acme has campaigns, so it cannot be deleted: switch it off instead."]
    assert page.url == change_page(brand)


def test_list_says_state_spend_and_campaigns(desk: Browser) -> None:
    brand = make_brand(name="Acme", daily_budget="1000.00")
    spend(make_campaign(brand), "850.00")
    make_campaign(brand, is_enabled=False)
    make_brand(name="Zeta", is_enabled=False)

    page = desk.open(BRANDS)

    assert "Acme America/New_York on 1 of 2 run 850.00 USD of 1,000.00 85.0 % 850.00 USD no limit" in page.text
    assert "Zeta America/New_York switched off 0 of 0 run 0.00 USD no limit" in page.text
    assert 'class="use use-warn"' in page.html


def test_list_finds_by_name(desk: Browser) -> None:
    make_brand(name="Acme")
    make_brand(name="Zeta")

    page = desk.open(f"{BRANDS}?q=zet")

    assert ("Zeta" in page.text, "Acme" in page.text) == (True, False)
