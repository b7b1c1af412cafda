"""Journals: lists of what only grows go so far, say so, and find older rows by filters."""

from __future__ import annotations

import re

import pytest

from campaigns.admin import journals
from campaigns.models import Campaign, SpendLog
from tests.campaigns.admin.agency import make_agency
from tests.campaigns.admin.browser import Browser
from tests.campaigns.admin.paths import HISTORY, SPENDS
from tests.factories import DAY, NOON, make_brand, make_campaign, spend

AUDIT, DELIVERIES = "/admin/campaigns/auditentry/", "/admin/campaigns/webhookdelivery/"


@pytest.fixture
def five(monkeypatch: pytest.MonkeyPatch) -> Campaign:
    """Make five entries, the cheapest one the oldest; lists go no further than four, and sift three."""
    monkeypatch.setattr(journals, "MOST_ROWS", 4)
    monkeypatch.setattr(journals, "SIFTED_ROWS", 3)
    monkeypatch.setattr("campaigns.admin.spend.SpendAdmin.list_per_page", 2)
    campaign = make_campaign(make_brand(name="Acme"), name="Search")
    for number in range(5):
        spend(campaign, f"{number + 1}.00", reference=f"ref-{number}", occurred_at=NOON - DAY * (4 - number))
    return campaign


def amounts(html: str) -> list[str]:
    """Return the amounts that a list shows."""
    return re.findall(r'<span class="money">([\d.]+) USD', html)


def test_list_ends_and_says_so(desk: Browser, five: Campaign) -> None:
    first, last, behind = (desk.open(f"{SPENDS}?p={page}") for page in (1, 2, 3))

    assert (amounts(first.html), amounts(last.html)) == (["5.00", "4.00"], ["3.00", "2.00"])
    assert "There are more than 4 spend entries: these are the first of them. Filter to see the others." in first.text
    assert "e=1" in behind.url or amounts(behind.html) == ["5.00", "4.00"]


def test_list_of_all_its_rows_says_how_many(desk: Browser, five: Campaign) -> None:
    day = (NOON - DAY * 4).date()

    page = desk.open(f"{SPENDS}?local_day__gte={day}&local_day__lt={(NOON - DAY * 3).date()}")

    assert amounts(page.html) == ["1.00"]
    assert "1 spend entry" in page.text
    assert "more than" not in page.text


def test_only_the_newest_are_sorted_without_an_index(desk: Browser, five: Campaign) -> None:
    by_amount, by_moment = (desk.open(f"{SPENDS}?o={column}") for column in (3, 4))

    assert amounts(by_amount.html) == ["3.00", "4.00"]
    assert "Only the newest 3 spend entries are sorted" in by_amount.text
    assert amounts(by_moment.html) == ["1.00", "2.00"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("ref-4", ["5.00"]),
        ("REF", ["5.00", "4.00"]),
        # Older than what is sifted: as a whole, and as it is written.
        ("ref-0", ["1.00"]),
        ("ef-0", []),
        ("acme", ["5.00", "4.00"]),
        ("acme search", ["5.00", "4.00"]),
        ("acme ef-3", ["4.00"]),
        ('"search acme"', []),
        ("nobody", []),
        ("  ", ["5.00", "4.00"]),
    ],
)
def test_search_finds_names_references_and_new_texts(
    desk: Browser, five: Campaign, words: str, found: list[str]
) -> None:
    page = desk.open(f"{SPENDS}?q={words}")

    assert amounts(page.html) == found


def test_search_of_a_filtered_list_reads_its_own_newest(desk: Browser, five: Campaign) -> None:
    day = (NOON - DAY * 4).date()

    page = desk.open(f"{SPENDS}?q=ef-0&local_day__gte={day}&local_day__lt={(NOON - DAY * 3).date()}")

    assert amounts(page.html) == ["1.00"]


def test_reference_leads_to_all_that_fits(desk: Browser, five: Campaign) -> None:
    spend(five, "6.00", reference="in the place of ref-0")

    page = desk.open(f"{SPENDS}?q=ref-0")

    assert amounts(page.html) == ["6.00", "1.00"]


def test_export_is_of_everything(desk: Browser, five: Campaign) -> None:
    sorted_ones, searched = (desk.client.get(f"{SPENDS}entries.csv?{query}") for query in ("o=3", "q=ef-"))

    # Each with its line of heads.
    assert [len(answer.getvalue().splitlines()) for answer in (sorted_ones, searched)] == [6, 6]


def test_nothing_is_done_to_more_rows_than_the_list_shows(desk: Browser, five: Campaign) -> None:
    key = str(SpendLog.objects.latest("pk").pk)
    cut, whole = (desk.open(f"{SPENDS}?{query}") for query in ("", f"local_day__gte={(NOON - DAY * 3).date()}"))

    page = desk.send(
        SPENDS, {"action": "delete_selected", "_selected_action": [key], "index": "0", "select_across": "1"}
    )

    assert page.messages == ["The list has more than 4 rows: narrow it first, by day, campaign or brand."]
    assert SpendLog.objects.count() == 5
    assert ["Select all 4 spend entries" in shown.text for shown in (cut, whole)] == [False, True]


@pytest.mark.parametrize("path", [AUDIT, DELIVERIES])
def test_journals_of_few_rows_are_sorted_by_any_column(desk: Browser, path: str) -> None:
    make_agency()

    pages = [desk.open(f"{path}?o={sign}{column}") for column in range(1, 8) for sign in ("", "-")]

    assert {page.status for page in pages} == {200}
    assert len({page.html.count("<tr>") for page in pages}) == 1


@pytest.mark.parametrize("path", [SPENDS, HISTORY, AUDIT])
def test_all_can_be_shown_where_there_are_few(desk: Browser, five: Campaign, path: str) -> None:
    assert desk.open(f"{path}?all=").status == 200
