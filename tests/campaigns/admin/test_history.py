"""The pages of status changes: to read, and for nothing else."""

from __future__ import annotations

import pytest

from campaigns.models import StatusChange
from tests.campaigns.admin.browser import Browser
from tests.campaigns.admin.paths import HISTORY, change_page, delete_page
from tests.factories import make_brand, make_campaign, spend


def test_list_says_when_what_and_why(desk: Browser) -> None:
    brand = make_brand(name="Acme", daily_budget="100.00")
    spend(make_campaign(brand, name="Search"), "120.00")

    page = desk.open(HISTORY)

    when = "Fri 20 Nov 2026 12:00 America/New_York Search Acme"
    assert f"{when} stopped brand's daily budget a spend – 120.00 of 100.00 USD" in page.text
    assert f"{when} started – a person – –" in page.text


def test_page_of_one_opens(desk: Browser) -> None:
    make_campaign()

    page = desk.open(change_page(StatusChange.objects.get()))

    assert "started" in page.text


def test_nothing_can_be_added_changed_or_deleted(desk: Browser) -> None:
    make_campaign()
    change = StatusChange.objects.get()
    before = StatusChange.objects.values().get()

    statuses = [
        desk.open(f"{HISTORY}add/").status,
        desk.send(f"{HISTORY}add/", {"cause": "person"}).status,
        desk.send(change_page(change), {"cause": "spend"}).status,
        desk.open(delete_page(change)).status,
        desk.send(delete_page(change), {"post": "yes"}).status,
    ]
    desk.act(HISTORY, "delete_selected", [change.pk])

    assert statuses == [403] * 5
    assert StatusChange.objects.values().get() == before


@pytest.mark.parametrize(
    ("query", "count"),
    [("is_active__exact=0", 1), ("cause__exact=spend", 1), ("cause__exact=reset", 0), ("q=acme", 2), ("q=nobody", 0)],
)
def test_list_filters(desk: Browser, query: str, count: int) -> None:
    spend(make_campaign(make_brand(name="Acme", daily_budget="1")), "1")

    page = desk.open(f"{HISTORY}?{query}")

    assert page.text.count("started") + page.text.count("stopped") == count
