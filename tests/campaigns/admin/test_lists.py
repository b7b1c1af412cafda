"""Every list: as many queries for thirty rows as for one."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.services import correct_spend
from tests.campaigns.admin.browser import Browser
from tests.campaigns.admin.paths import BRANDS, CAMPAIGNS, HISTORY, LISTS
from tests.factories import DAY, NOON, hours, make_brand, make_campaign, spend


def make_row() -> None:
    """Make something that every list shows: a brand, a campaign with windows, a spend, its correction, a change."""
    brand = make_brand(daily_budget="100", monthly_budget="1000")
    campaign = make_campaign(brand, daily_budget="10", windows=[hours("08:00", "20:00"), hours("21:00", "22:00")])
    entry = spend(campaign, "9.00")
    correct_spend(entry_id=entry.pk, new_amount="8", now=NOON)


def queries_of(desk: Browser, path: str) -> int:
    """Return how many queries the list costs."""
    with CaptureQueriesContext(connection) as queries:
        assert desk.open(path).status == 200
    return len(queries)


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("query", ["", "?q=campaign"])
def test_list_costs_the_same_for_one_row_and_thirty(desk: Browser, path: str, query: str) -> None:
    make_row()
    for_one = queries_of(desk, path + query)
    for _ in range(29):
        make_row()

    for_thirty = queries_of(desk, path + query)

    assert for_thirty == for_one
    assert for_one < 20


@pytest.mark.parametrize("path", LISTS)
def test_list_of_nothing_opens(desk: Browser, path: str) -> None:
    page = desk.open(path)

    assert (page.status, page.messages) == (200, [])


@pytest.mark.parametrize("path", LISTS)
def test_list_can_be_sorted_by_any_column(desk: Browser, path: str) -> None:
    make_row()

    statuses = [desk.open(f"{path}?o=-{column}").status for column in range(1, 8)]

    assert statuses == [200] * 7


@pytest.mark.parametrize("path", LISTS)
def test_list_survives_any_address(desk: Browser, path: str) -> None:
    make_row()
    queries = [
        "q=\x00", "q=" + "x" * 5000, "o=9.9", "p=-1", "all=", "\x00=1", "is_enabled__exact=\x00",
        "campaign__brand__id__exact=" + "9" * 30, "brand__id__exact=abc", "is_active__exact=7",
        "local_day__year=99999", "changed_at__year=0", "id__in=" + "9" * 30,
    ]  # fmt: skip

    statuses = {query: desk.open(f"{path}?{query}").status for query in queries}

    assert set(statuses.values()) == {200}, statuses


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("key", ["77", "abc", "9" * 30, "_00", "%00"])
def test_page_of_a_row_that_is_none_says_so(desk: Browser, path: str, key: str) -> None:
    page = desk.open(f"{path}{key}/change/")

    assert page.status == 200
    assert "doesn’t exist" in page.messages[0]


@pytest.mark.parametrize("path", LISTS)
def test_empty_list_says_what_belongs_there(desk: Browser, path: str) -> None:
    page = desk.open(path)

    assert re.search(r"No [a-z ]+ yet [A-Z].+\.", page.text)
    assert (f'href="{path}add/"' in page.html.partition('class="empty"')[2]) is (path != HISTORY)


@pytest.mark.parametrize("path", LISTS)
def test_search_that_finds_nothing_leads_back(desk: Browser, path: str) -> None:
    make_row()

    page = desk.open(f"{path}?q=nobody-is-called-this")

    assert "Nothing is like that" in page.text
    assert "Show all of them" in page.text


def test_used_budgets_and_ending_flights_are_found(desk: Browser) -> None:
    brand = make_brand(name="Acme", daily_budget="100")
    spend(make_campaign(brand, name="Nearly", daily_budget="10"), "8.50")
    spend(make_campaign(brand, name="All", daily_budget="10"), "10.00")
    make_campaign(brand, name="Ending", end_date=(NOON + DAY).date())
    spend(make_campaign(make_brand(name="Zeta", monthly_budget="10")), "9.00")

    found = {
        query: {name for name in ("Nearly", "All", "Ending") if f">{name}</bdi>" in desk.open(CAMPAIGNS + query).html}
        for query in ("?used=80", "?used=100", "?flight=ends-soon", "?used=nonsense", "?flight=%00")
    }

    everything = {"Nearly", "All", "Ending"}
    assert found == {
        "?used=80": {"Nearly", "All"}, "?used=100": {"All"}, "?flight=ends-soon": {"Ending"},
        "?used=nonsense": everything, "?flight=%00": everything,
    }  # fmt: skip
    assert "Zeta" in desk.open(f"{BRANDS}?used=80").text
    assert ">Acme</bdi>" not in desk.open(f"{BRANDS}?used=80").html
