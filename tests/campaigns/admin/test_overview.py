"""The overview: the front page."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaigns.admin.overview_cells import describe_wait
from campaigns.models import Brand
from tests.campaigns.admin.browser import Browser
from tests.campaigns.admin.paths import BRANDS, CAMPAIGNS, OVERVIEW, SPENDS, change_page
from tests.factories import HOUR, MINUTE, NEXT_MIDNIGHT, break_zone, hours, make_brand, make_campaign, spend


def staff(*permissions: str) -> Browser:
    """Return somebody who may do only this."""
    user = User.objects.create_user("noor", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return Browser(client)


def test_a_brand_stands_there_with_its_numbers_in_words(desk: Browser) -> None:
    brand = make_brand(name="Acme", daily_budget="1000", monthly_budget="1300")
    campaign = make_campaign(brand, name="Search")
    make_campaign(brand, name="Social", is_enabled=False)
    spend(campaign, "850.00")

    page = desk.open(OVERVIEW)

    for words in (
        "Acme", "12:00 America/New_York", "Close to its limit", "850.00 of 1,000.00 USD", "85.0 %", "150.00 left",
        "expected 500 · ends near 1,000", "1 active", "1 inactive", "700 USD beyond today's budget",
    ):  # fmt: skip
        assert words in page.text
    assert f'href="{change_page(brand)}"' in page.html


def test_every_number_leads_to_its_rows(desk: Browser) -> None:
    brand = make_brand(name="Acme", daily_budget="10", monthly_budget="1000")
    other = make_campaign(make_brand(name="Zeta"))
    campaign = make_campaign(brand, name="Search")
    spend(campaign, "4.00")
    spend(other, "7.00")
    page = desk.open(OVERVIEW)

    of_brand = f"campaign__brand__id__exact={brand.pk}"
    today = f"{SPENDS}?{of_brand}&local_day__gte=2026-11-20&local_day__lt=2026-11-21"
    month = f"{SPENDS}?{of_brand}&local_day__gte=2026-11-01&local_day__lt=2026-11-21"
    running = f"{CAMPAIGNS}?status=active&brand__id__exact={brand.pk}"

    for address in (today, month, running):
        assert address.replace("&", "&amp;") in page.html
        assert "Search" in desk.open(address).text
        assert "Zeta" not in desk.open(address).html.partition('id="result_list"')[2].partition("</table>")[0]


def test_totals_are_per_currency(desk: Browser) -> None:
    for name, currency in (("A", "EUR"), ("B", "EUR"), ("C", "USD")):
        spend(make_campaign(make_brand(name=name, currency=currency, daily_budget="100")), "10.00")

    page = desk.open(OVERVIEW)

    assert "EUR 2 brands 20.00 of 200.00" in page.text
    assert "USD 1 brand 10.00 of 100.00" in page.text


def test_latest_changes_have_their_reasons(desk: Browser) -> None:
    campaign = make_campaign(make_brand(name="Acme", daily_budget="10"), name="Search")
    spend(campaign, "12.00")

    page = desk.open(OVERVIEW)

    assert "stopped Search Acme" in page.text
    assert "brand's daily budget by a spend · 12.00 of 10.00 USD" in page.text


def test_next_changes_are_named(desk: Browser) -> None:
    brand = make_brand(name="Acme", daily_budget="10")
    for name in ("One", "Two"):
        spend(make_campaign(brand, name=name), "6.00")
    make_campaign(make_brand(name="Zeta"), name="Evening", windows=[hours("12:30", "20:00")])

    page = desk.open(OVERVIEW)

    assert "in 30 min Evening Zeta" in page.text
    assert "its window opens" in page.text
    assert "in 12 h 2 campaigns Acme" in page.text
    assert "a new day begins for the brand's budget" in page.text


def test_day_that_nobody_counted_yet_reads_as_nothing(desk: Browser, clock: time_machine.Traveller) -> None:
    spend(make_campaign(make_brand(name="Acme", daily_budget="10")), "10.00")
    clock.move_to(NEXT_MIDNIGHT + HOUR)

    page = desk.open(OVERVIEW)

    assert "0.00 of 10.00 USD 0.0 %" in page.text
    assert "Today's budget used up" not in page.text


def test_unreadable_zone_is_shown_first(desk: Browser) -> None:
    make_brand(name="Acme", is_enabled=True)
    break_zone(make_brand(name="Zeta"))

    text = desk.open(OVERVIEW).text

    assert "Mars/Olympus Time zone unreadable" in text
    assert text.index("Mars/Olympus") < text.index("America/New_York")


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("q=ac", {"Acme"}), ("currency=EUR", {"Zeta"}), ("outlook=off", {"Zeta"}), ("outlook=look", {"Acme"}),
        ("outlook=nonsense", {"Acme", "Zeta"}), ("page=9", {"Acme", "Zeta"}), ("page=x", {"Acme", "Zeta"}),
        ("page=" + "9" * 40, {"Acme", "Zeta"}), ("currency=%00", set()), ("q=%00", set()), ("q=nobody", set()),
    ],
)  # fmt: skip
def test_filters(desk: Browser, query: str, shown: set[str]) -> None:
    make_brand(name="Acme")
    make_brand(name="Zeta", currency="EUR", is_enabled=False)

    page = desk.open(f"{OVERVIEW}?{query}")

    assert page.status == 200
    assert {name for name in ("Acme", "Zeta") if f'<bdi class="name">{name}</bdi>' in page.html} == shown
    assert ("No brand is like that" in page.text) is not bool(shown)


def test_names_are_escaped(desk: Browser) -> None:
    make_campaign(make_brand(name="<script>alert(1)</script>"), name='"><b>')

    assert "<script>alert(1)" not in desk.open(OVERVIEW).html


def test_empty_desk_says_what_to_do(desk: Browser) -> None:
    page = desk.open(OVERVIEW)

    assert "The desk is empty" in page.text
    assert f'href="{BRANDS}add/"' in page.html


def test_brand_without_a_campaign_offers_to_add_one(desk: Browser) -> None:
    brand = make_brand(name="Acme")

    page = desk.open(OVERVIEW)

    assert "No campaign yet. Add one" in page.text
    assert "Acme" in desk.open(f"{CAMPAIGNS}add/?brand={brand.pk}").html


def test_costs_the_same_for_one_brand_and_thirty(desk: Browser) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert desk.open(OVERVIEW).status == 200
        return len(captured)

    def make_one() -> None:
        spend(make_campaign(make_brand(daily_budget="10"), windows=[hours("08:00", "20:00")]), "10.00")

    make_one()
    for_one = queries()
    for _ in range(29):
        make_one()

    assert queries() == for_one
    assert for_one <= 13


def test_links_lead_only_where_somebody_may_go(db: None, clock: time_machine.Traveller) -> None:
    spend(make_campaign(make_brand(name="Acme", daily_budget="5")), "5.00")

    page = staff("view_brand").open(OVERVIEW)

    assert "Acme" in page.text
    for path in (CAMPAIGNS, SPENDS, f"{BRANDS}add/"):
        assert path not in page.html


def test_who_may_not_see_brands_is_told_what_there_is(db: None, clock: time_machine.Traveller) -> None:
    make_brand(name="Acme")
    page = staff("view_apikey").open(OVERVIEW)

    assert "Acme" not in page.text
    assert "API keys" in page.text


def test_who_may_see_nothing_is_told_whom_to_ask(db: None) -> None:
    assert "Ask an administrator" in staff().open(OVERVIEW).text


def test_menu_begins_with_the_day_s_work(desk: Browser) -> None:
    text = desk.open(BRANDS).text

    assert text.index("Campaigns") < text.index("Spend entries") < text.index("API keys") < text.index("Groups")


def test_a_refresh_leaves_messages_to_the_page_that_is_opened(desk: Browser) -> None:
    brand = make_brand(name="Acme")
    desk.client.post(change_page(brand), {"name": "Acme", "time_zone": "UTC", "currency": "USD", "is_enabled": "on"})

    refreshed = desk.client.get(OVERVIEW, headers={"Desk-Refresh": "1"}).content.decode()

    assert 'class="messagelist"' not in refreshed
    assert desk.open(OVERVIEW).messages
    assert Brand.objects.count() == 1


@pytest.mark.parametrize(
    ("wait", "words"),
    [
        (timedelta(seconds=5), "in 1 min"), (59 * MINUTE, "in 59 min"), (HOUR, "in 1 h"), (47 * HOUR, "in 47 h"),
        (48 * HOUR, "in 2 days"),
    ],
)  # fmt: skip
def test_waits_in_words(wait: timedelta, words: str) -> None:
    assert describe_wait(wait) == words
