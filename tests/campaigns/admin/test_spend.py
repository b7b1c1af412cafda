"""The pages of spend entries: a new spend, and the list."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pytest_django import Settings

from campaigns.errors import InvalidAmount
from campaigns.models import SpendLog, StatusChange
from campaigns.rules.money import parse_amount
from campaigns.services import correct_spend
from tests.campaigns.admin.browser import Browser
from tests.campaigns.admin.paths import SPENDS
from tests.factories import NOON, break_zone, make_brand, make_campaign, spend
from tests.readings import everything_stored, ledger, spent, state_of

ADD = f"{SPENDS}add/"


def test_add_records_and_says_the_new_totals(desk: Browser) -> None:
    brand = make_brand(name="Acme", daily_budget="1000.00")
    campaign = make_campaign(brand, name="Search")

    page = desk.save(desk.open(ADD), campaign=str(campaign.pk), amount="500.00", description="by phone", reference="r1")

    entry = SpendLog.objects.get()
    assert (entry.campaign, str(entry.amount), entry.occurred_at) == (campaign, "500.00", NOON)
    assert (entry.description, entry.reference, entry.source) == ("by phone", "r1", "admin")
    totals = (
        "Search: 500.00 USD today, 500.00 USD this month. Acme: 500.00 USD of 1,000.00 today, 500.00 USD this month."
    )
    assert page.messages == [
        f"Recorded 500.00 USD for Acme / Search, as {entry}. {totals}",
        "Nothing stopped or started.",
    ]
    assert spent(brand) == spent(campaign) == ("500.00", "500.00")


def test_add_says_what_stopped_and_by_what(desk: Browser) -> None:
    brand = make_brand(daily_budget="1000.00")
    campaign = make_campaign(brand, name="Search")

    page = desk.save(desk.open(ADD), campaign=str(campaign.pk), amount="1000.00")

    assert page.messages[1] == "Stopped: Search (brand's daily budget)."
    assert state_of(campaign) == ("paused", "brand_day")
    assert StatusChange.objects.order_by("-pk")[0].actor == "mia"


def test_add_says_that_the_campaign_was_not_running(desk: Browser) -> None:
    campaign = make_campaign(is_enabled=False)

    page = desk.save(desk.open(ADD), campaign=str(campaign.pk), amount="1")

    assert "It was not running when this came in; the spend counts all the same." in page.messages[0]
    assert spent(campaign) == ("1.00", "1.00")


def test_add_twice_with_one_reference_counts_once(desk: Browser) -> None:
    campaign = make_campaign()
    page = desk.open(ADD)

    desk.save(page, campaign=str(campaign.pk), amount="5", reference="r1")
    again = desk.save(page, campaign=str(campaign.pk), amount="5", reference="r1")

    assert "recorded before" in again.messages[0]
    assert ledger() == ["5.00"]


def test_add_refuses_a_reference_of_another_spend_on_its_field(desk: Browser) -> None:
    campaign = make_campaign()
    spend(campaign, "5", reference="r1")

    page = desk.save(desk.open(ADD), campaign=str(campaign.pk), amount="6", reference="r1")

    assert "already stands for another spend" in page.errors["reference"][0]
    assert ledger() == ["5.00"]


def test_add_another_leads_to_the_next_spend(desk: Browser) -> None:
    campaign = make_campaign()

    page = desk.save(desk.open(ADD), button="_addanother", campaign=str(campaign.pk), amount="5")

    assert page.url == ADD
    assert ledger() == ["5.00"]


def test_moment_is_read_in_the_desks_zone_which_the_page_names(desk: Browser, settings: Settings) -> None:
    settings.TIME_ZONE = "Asia/Kathmandu"
    campaign = make_campaign()

    page = desk.open(ADD)
    desk.save(page, campaign=str(campaign.pk), amount="5", occurred_at_0="2026-11-20", occurred_at_1="12:00:00")

    assert "In the desk's time zone, Asia/Kathmandu (now UTC+05:45). Empty: now." in page.text
    assert SpendLog.objects.get().occurred_at == datetime(2026, 11, 20, 6, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    "amount",
    [
        "0",
        "1e9",
        "NaN",
        "Infinity",
        "１２",
        "1_000",
        "1,000.00",
        "0.1234567",
        "12\x00",
        "9" * 10_000,
        "--1",
        "+",
        "1 2",
    ],
)
def test_add_refuses_an_amount_that_is_none(desk: Browser, amount: str) -> None:
    campaign = make_campaign()
    before = everything_stored()

    page = desk.save(desk.open(ADD), campaign=str(campaign.pk), amount=amount)

    with pytest.raises(InvalidAmount) as refused:
        parse_amount(amount)
    assert page.errors == {"amount": [str(refused.value)]}
    assert len(str(refused.value)) < 200
    assert everything_stored() == before


@pytest.mark.parametrize(
    ("field", "values", "words"),
    [
        ("amount", {"amount": ""}, "required"),
        ("amount", {"amount": "9999999999999"}, "too large"),
        ("campaign", {"campaign": ""}, "required"),
        ("campaign", {"campaign": "77"}, "not one of the available"),
        ("campaign", {"campaign": "abc"}, "not one of the available"),
        ("campaign", {"campaign": "9" * 40}, "not one of the available"),
        ("campaign", {"campaign": "1\x00"}, "Null characters"),
        ("occurred_at", {"occurred_at_0": "0001-01-01", "occurred_at_1": "00:00"}, "year 1 cannot"),
        ("occurred_at", {"occurred_at_0": "9999-12-31", "occurred_at_1": "23:59"}, "year 9999 cannot"),
        ("occurred_at", {"occurred_at_0": "2026-11-20", "occurred_at_1": "17:06"}, "lies in the future"),
        ("occurred_at", {"occurred_at_0": "2026-11-20"}, "valid time"),
        ("occurred_at", {"occurred_at_0": "soon", "occurred_at_1": "soon"}, "valid date"),
        ("description", {"description": "x" * 10_000}, "at most 500"),
        ("description", {"description": "nul\x00"}, "Null characters"),
        ("description", {"description": "two\nlines"}, "line break"),
        ("reference", {"reference": "x" * 10_000}, "at most 200"),
    ],
)
def test_add_refuses_on_the_field(desk: Browser, field: str, values: dict[str, str], words: str) -> None:
    campaign = make_campaign()
    before = everything_stored()

    page = desk.save(desk.open(ADD), {"campaign": str(campaign.pk), "amount": "1"} | values)

    assert page.status == 200
    assert list(page.errors) == [field]
    assert words in page.errors[field][0]
    assert everything_stored() == before


@pytest.mark.parametrize(("day", "clock"), [("2026-03-29", "02:30"), ("2026-10-25", "02:30")])
def test_add_refuses_a_wall_time_that_the_desk_skips_or_has_twice(
    desk: Browser, settings: Settings, day: str, clock: str
) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    campaign = make_campaign()

    page = desk.save(desk.open(ADD), campaign=str(campaign.pk), amount="1", occurred_at_0=day, occurred_at_1=clock)

    assert "couldn’t be interpreted in time zone Europe/Berlin" in page.errors["occurred_at"][0]


def test_add_to_a_brand_with_an_unreadable_zone_is_refused(desk: Browser) -> None:
    brand = make_brand()
    campaign = make_campaign(brand)
    break_zone(brand)

    page = desk.save(desk.open(ADD), campaign=str(campaign.pk), amount="1")

    assert "correct the zone first" in page.errors["__all__"][0]
    assert ledger() == []


def test_address_fills_in_the_form(desk: Browser) -> None:
    campaign = make_campaign()

    page = desk.open(f"{ADD}?campaign={campaign.pk}&amount=12.5&reference=r1")
    desk.save(page)

    assert ledger() == ["12.50"]


@pytest.mark.parametrize("query", ["occurred_at=abc", "campaign=abc", "campaign=" + "9" * 30, "amount=NaN", "%00=%00"])
def test_address_that_makes_no_sense_fills_in_nothing(desk: Browser, query: str) -> None:
    assert desk.open(f"{ADD}?{query}").status == 200


def test_list_shows_money_moments_and_what_corrects_what(desk: Browser) -> None:
    brand = make_brand(name="Acme", currency="EUR")
    entry = spend(make_campaign(brand, name="Search"), "1234.567", source="google", reference="r1")
    correct_spend(entry_id=entry.pk, new_amount="1234", description="restated", now=NOON)

    page = desk.open(SPENDS)

    when = "Fri 20 Nov 2026 12:00 America/New_York 20 Nov 2026"
    assert f"Search Acme -0.567 EUR {when} corrects entry {entry.pk} : restated google" in page.text
    assert f"Search Acme 1,234.567 EUR {when} spend google · r1" in page.text


@pytest.mark.parametrize(
    ("query", "amounts"),
    [
        ("kind=spend", ["10.00"]),
        ("kind=correction", ["-2.00"]),
        ("kind=nonsense", ["10.00", "-2.00"]),
        ("kind=%00", ["10.00", "-2.00"]),
        ("q=restated", ["-2.00"]),
        ("q=nothing", []),
        ("campaign__brand__id__exact=abc", ["10.00", "-2.00"]),
        ("local_day__gte=nonsense", ["10.00", "-2.00"]),
        ("p=99999", ["10.00", "-2.00"]),
    ],
)
def test_list_filters(desk: Browser, query: str, amounts: list[str]) -> None:
    entry = spend(make_campaign(), "10.00")
    correct_spend(entry_id=entry.pk, new_amount="8", description="restated", now=NOON)

    page = desk.open(f"{SPENDS}?{query}")

    assert [amount for amount in ("10.00", "-2.00") if f">{amount} USD<" in page.html] == amounts
