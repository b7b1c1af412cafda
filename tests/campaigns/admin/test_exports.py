"""Exports from the lists of the admin: what the list shows, streamed as CSV."""

from __future__ import annotations

import csv
import io

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.campaigns.admin.browser import Browser
from tests.campaigns.admin.paths import SPENDS
from tests.factories import make_brand, make_campaign, spend

CHANGES = "/admin/campaigns/statuschange/"


def download(desk: Browser, path: str) -> list[dict[str, str]]:
    answer = desk.client.get(path)
    assert answer.streaming
    assert answer["Content-Disposition"].startswith("attachment")
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode(), newline="")))


@pytest.fixture
def two_brands(db: None) -> None:
    spend(make_campaign(make_brand(name="Acme", daily_budget="5"), name="=Search"), "5.00", source="google")
    spend(make_campaign(make_brand(name="Other"), name="Video"), "-7.00")


@pytest.mark.usefixtures("two_brands")
def test_entries_are_exported_as_the_list_is_filtered(desk: Browser) -> None:
    everything = download(desk, f"{SPENDS}entries.csv")
    found = download(desk, f"{SPENDS}entries.csv?q=google")

    assert [(row["campaign"], row["amount"]) for row in everything] == [("'=Search", "5.00"), ("Video", "-7.00")]
    assert [row["campaign"] for row in found] == ["'=Search"]


@pytest.mark.usefixtures("two_brands")
def test_day_totals_are_exported(desk: Browser) -> None:
    assert [row["total"] for row in download(desk, f"{SPENDS}day-totals.csv")] == ["5.00", "-7.00"]


@pytest.mark.usefixtures("two_brands")
def test_status_changes_are_exported(desk: Browser) -> None:
    rows = download(desk, f"{CHANGES}status-changes.csv?is_active__exact=0")

    assert [(row["campaign"], row["state"], row["blockers"]) for row in rows] == [("'=Search", "stopped", "brand_day")]


@pytest.mark.usefixtures("two_brands")
def test_lists_link_to_their_exports_with_their_filters(desk: Browser) -> None:
    assert 'href="entries.csv?q=google"' in desk.open(f"{SPENDS}?q=google").html
    assert 'href="status-changes.csv"' in desk.open(CHANGES).html


@pytest.mark.parametrize("query", ["nonsense=1", "q=%00"])
def test_a_filter_that_makes_no_sense_exports_nothing(desk: Browser, query: str) -> None:
    answer = desk.client.get(f"{SPENDS}entries.csv?{query}")

    assert (answer.status_code, answer["Location"]) == (302, "./?e=1")


def test_who_may_not_look_exports_nothing(db: None) -> None:
    client = Client()
    client.force_login(User.objects.create_user("leo", is_staff=True))

    assert client.get(f"{SPENDS}entries.csv").status_code == 403
