"""The pages of campaigns."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.models import Campaign, DaypartingSchedule, StatusChange
from tests.campaigns.admin.browser import Browser
from tests.campaigns.admin.paths import CAMPAIGNS, change_page, delete_page
from tests.factories import break_zone, hours, make_brand, make_campaign, spend
from tests.readings import RUNNING, everything_stored, spent, state_of


def test_add_creates_a_campaign_that_runs_at_once(desk: Browser) -> None:
    brand = make_brand(name="Acme")

    page = desk.save(
        desk.open(f"{CAMPAIGNS}add/"),
        brand=str(brand.pk),
        name="Search",
        external_id="g-1",
        daily_budget="10.5",
        start_date="2026-11-01",
        end_date="2026-11-30",
    )

    campaign = Campaign.objects.get()
    assert (campaign.brand, campaign.name, campaign.external_id) == (brand, "Search", "g-1")
    assert (campaign.daily_budget, campaign.monthly_budget) == (Decimal("10.50"), None)
    assert (campaign.start_date, campaign.end_date) == (date(2026, 11, 1), date(2026, 11, 30))
    assert not DaypartingSchedule.objects.exists()
    assert state_of(campaign) == RUNNING
    assert page.messages[0] == "Search runs: nothing holds it."


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("brand", "", "required"),
        ("brand", "99", "not one of the available"),
        ("brand", "abc", "not one of the available"),
        ("brand", "9" * 30, "not one of the available"),
        ("name", "Taken", "another campaign called"),
        ("external_id", "taken-id", "external id"),
        ("external_id", "x" * 10_000, "at most 200"),
        ("daily_budget", "NaN", "plain digits"),
        ("monthly_budget", "１２", "plain digits"),
        ("start_date", "0000-01-01", "valid date"),
        ("end_date", "10000-01-01", "valid date"),
        ("end_date", "yesterday", "valid date"),
        ("end_date", "2026-02-01", "before it starts"),
        ("hours", "sometimes", "valid choice"),
    ],
)
def test_add_refuses_on_the_field(desk: Browser, field: str, value: str, words: str) -> None:
    brand = make_brand()
    make_campaign(brand, name="Taken", external_id="taken-id")
    before = everything_stored()
    right = {"brand": str(brand.pk), "name": "New", "start_date": "2026-11-01"}

    page = desk.save(desk.open(f"{CAMPAIGNS}add/"), right | {field: value})

    assert page.status == 200
    assert list(page.errors) == [field]
    assert words in page.errors[field][0]
    assert everything_stored() == before


def test_dates_at_the_ends_of_the_calendar_are_refused(desk: Browser) -> None:
    campaign = make_campaign()

    page = desk.save(desk.open(change_page(campaign)), start_date="0001-01-01", end_date="2026-12-24")

    assert list(page.errors) == ["start_date"]
    assert "use 1998 to 2199" in page.errors["start_date"][0]
    assert Campaign.objects.get(pk=campaign.pk).end_date is None


def test_dates_at_the_ends_of_the_calendar_that_are_stored_already_do_no_harm(desk: Browser) -> None:
    campaign = make_campaign(make_brand(time_zone="Asia/Tokyo"))
    Campaign.objects.filter(pk=campaign.pk).update(start_date=date.min, end_date=date.max)

    saved = desk.save(desk.open(change_page(campaign)), name="Renamed")

    campaign.refresh_from_db()
    assert saved.errors == {}
    assert (campaign.name, campaign.start_date, campaign.end_date) == ("Renamed", date.min, date.max)
    assert state_of(campaign) == RUNNING


def test_add_to_a_brand_with_an_unreadable_zone_is_refused(desk: Browser) -> None:
    brand = make_brand()
    break_zone(brand)

    page = desk.save(desk.open(f"{CAMPAIGNS}add/"), brand=str(brand.pk), name="New")

    assert "Mars/Olympus" in page.errors["__all__"][0]
    assert not Campaign.objects.exists()


def test_brand_can_be_chosen_in_the_address(desk: Browser) -> None:
    brand = make_brand(name="Acme")

    page = desk.open(f"{CAMPAIGNS}add/?brand={brand.pk}")

    desk.save(page, name="Search")
    assert Campaign.objects.get().brand == brand


@pytest.mark.parametrize("key", ["abc", "9" * 40, "-1", "%00", "１"])
def test_wrong_brand_in_the_address_chooses_nothing(desk: Browser, key: str) -> None:
    page = desk.open(f"{CAMPAIGNS}add/?brand={key}")

    assert page.status == 200


def test_change_stops_by_its_own_switch_and_says_so(desk: Browser) -> None:
    campaign = make_campaign(name="Search")

    page = desk.save(desk.open(change_page(campaign)), is_enabled=False)

    assert state_of(campaign) == ("inactive", "campaign_off")
    assert page.messages[0].startswith("Search is held: campaign switched off")
    assert StatusChange.objects.order_by("-pk")[0].actor == "mia"


def test_switched_on_while_a_budget_holds_stays_paused_and_says_by_what(desk: Browser) -> None:
    brand = make_brand(daily_budget="10")
    campaign = make_campaign(brand, name="Search", is_enabled=False)
    spend(campaign, "11.00")

    page = desk.save(desk.open(change_page(campaign)), is_enabled=True)

    assert state_of(campaign) == ("paused", "brand_day")
    assert page.messages[0].startswith("Search is held: brand's daily budget, 11.00 of 10.00 USD spent")


def test_change_cannot_move_a_campaign_to_another_brand(desk: Browser) -> None:
    brand, other = make_brand(), make_brand()
    campaign = make_campaign(brand)

    desk.save(desk.open(change_page(campaign)), brand=str(other.pk))

    campaign.refresh_from_db()
    assert campaign.brand == brand


def test_change_ignores_forged_columns(desk: Browser) -> None:
    campaign = make_campaign(is_enabled=False)
    spend(campaign, "10")
    before = Campaign.objects.values().get()

    desk.save(
        desk.open(change_page(campaign)),
        is_active="on",
        paused_because="",
        current_daily_spend="0",
        current_monthly_spend="0",
        daily_since="2030-01-01",
        monthly_since="2030-01-01",
        review_at="2030-01-01",
        status_now="active",
    )

    assert Campaign.objects.values().get() == before
    assert spent(campaign) == ("10.00", "10.00")


def test_page_says_every_blocker_and_what_changes_next(desk: Browser) -> None:
    brand = make_brand(daily_budget="100")
    campaign = make_campaign(brand, name="Search", daily_budget="50", windows=[hours("18:00", "20:00")])
    spend(campaign, "120.00")

    page = desk.open(change_page(campaign))

    assert "paused Search is held: brand's daily budget" in page.text
    assert "brand's daily budget, 120.00 of 100.00 USD spent, until Sat 21 Nov 2026 00:00" in page.text
    assert "campaign's daily budget, 120.00 of 50.00 USD spent, until Sat 21 Nov 2026 00:00" in page.text
    assert "outside its windows, until Fri 20 Nov 2026 18:00" in page.text
    assert "a new day begins for the brand's budget" in page.text
    assert "Sat 21 Nov 00:00 America/New_York Sat 21 Nov 05:00 UTC" in page.text
    assert "Day counted since Fri 20 Nov 00:00 America/New_York" in page.text
    assert "campaign today 120.00 USD of 50.00 240.0 %" in page.text
    assert "brand today 120.00 USD of 100.00 120.0 %" in page.text


def test_page_of_a_row_made_around_the_services_says_that_a_pass_will_settle_it(desk: Browser) -> None:
    campaign = Campaign.objects.create(brand=make_brand(), name="Plain")

    page = desk.open(change_page(campaign))

    assert "The next pass brings it in line" in page.text
    assert "due now" in desk.open(CAMPAIGNS).text


def test_delete_deletes_a_campaign_that_never_spent(desk: Browser) -> None:
    campaign = make_campaign(windows=[hours("18:00", "20:00")])

    desk.confirm(desk.open(delete_page(campaign)))

    assert not Campaign.objects.exists()


def test_delete_refuses_a_campaign_with_spend(desk: Browser) -> None:
    campaign = make_campaign(name="Search")
    spend(campaign, "1")

    page = desk.confirm(desk.open(delete_page(campaign)))

    assert page.messages == ["Search has spend in the ledger, so it cannot be deleted: switch it off instead."]
    assert Campaign.objects.get() == campaign


def test_list_says_state_reason_spend_and_next_review(desk: Browser) -> None:
    brand = make_brand(name="Acme", daily_budget="100")
    spend(make_campaign(brand, name="Search", daily_budget="150"), "120.00")
    make_campaign(name="Free")

    page = desk.open(CAMPAIGNS)

    assert (
        "Search Acme paused brand's daily budget 120.00 USD of 150.00 80.0 % 120.00 USD no limit "
        "Sat 21 Nov 00:00 America/New_York"
    ) in page.text
    assert "active 0.00 USD no limit 0.00 USD no limit –" in page.text


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("status=active", ["Running"]),
        ("status=paused", ["Held"]),
        ("status=inactive", ["Off"]),
        ("status=nonsense", ["Held", "Off", "Running"]),
        ("paused_because__exact=flight_ended", ["Held"]),
        ("q=ext-7", ["Off"]),
        ("q=brand+one", ["Held", "Off", "Running"]),
        ("e=1", ["Held", "Off", "Running"]),
        ("status=%00", ["Held", "Off", "Running"]),
        ("q=%00", ["Held", "Off", "Running"]),
        ("nonsense=1", ["Held", "Off", "Running"]),
    ],
)
def test_list_filters(desk: Browser, query: str, shown: list[str]) -> None:
    brand = make_brand(name="Brand one")
    make_campaign(brand, name="Running")
    make_campaign(brand, name="Held", end_date=date(2026, 11, 1))
    make_campaign(brand, name="Off", is_enabled=False, external_id="ext-7")

    page = desk.open(f"{CAMPAIGNS}?{query}")

    assert [name for name in ("Held", "Off", "Running") if f">{name}</bdi>" in page.html] == shown


def test_choices_name_the_brand(desk: Browser) -> None:
    for name in ("Acme", "Zeta"):
        make_campaign(make_brand(name=name), name="Search")

    found = desk.client.get(
        f"{CAMPAIGNS}choices/",
        {"app_label": "campaigns", "model_name": "spendlog", "field_name": "campaign", "term": "zet"},
    ).json()

    assert [choice["text"] for choice in found["results"]] == ["Zeta / Search"]


def test_choices_cost_the_same_for_one_campaign_and_twenty(desk: Browser) -> None:
    asked = {"app_label": "campaigns", "model_name": "spendlog", "field_name": "campaign", "term": ""}
    make_campaign()
    with CaptureQueriesContext(connection) as for_one:
        desk.client.get(f"{CAMPAIGNS}choices/", asked)
    for _ in range(19):
        make_campaign()

    with CaptureQueriesContext(connection) as for_twenty:
        found = desk.client.get(f"{CAMPAIGNS}choices/", asked).json()

    assert len(found["results"]) == 20
    assert len(for_twenty) == len(for_one)


@pytest.mark.parametrize("term", ["\x00", "%", "x" * 10_000, "'"])
def test_choices_survive_any_search(desk: Browser, term: str) -> None:
    found = desk.client.get(
        f"{CAMPAIGNS}choices/",
        {"app_label": "campaigns", "model_name": "spendlog", "field_name": "campaign", "term": term},
    ).json()

    assert found["results"] == []


def test_list_and_page_open_with_a_state_that_only_a_newer_version_knew(desk: Browser) -> None:
    campaign = make_campaign(make_brand(name="Acme"), name="Search")
    Campaign.objects.update(is_active=False, paused_because="fraud_guard")

    listed, page = desk.open(CAMPAIGNS), desk.open(change_page(campaign))

    assert (listed.status, page.status) == (200, 200)


@pytest.mark.parametrize("typed", ["10/11/2026", "12/24/26", "Nov 20 2026", "20261120"])
def test_day_is_read_as_the_page_writes_it_and_in_no_other_way(desk: Browser, typed: str) -> None:
    campaign = make_campaign(start_date=date(2026, 11, 1))

    page = desk.save(desk.open(change_page(campaign)), start_date=typed)

    assert page.errors == {"start_date": ["Enter a valid date."]}
    assert Campaign.objects.get(pk=campaign.pk).start_date == date(2026, 11, 1)
