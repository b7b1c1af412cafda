"""The pages of spend entries: recorded here, corrected and reversed, never changed or erased."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.admin.models import LogEntry
from pytest_django import Settings

from campaigns.models import SpendLog, StatusChange
from campaigns.services import correct_spend, reverse_spend
from tests.campaigns.admin.browser import Browser
from tests.campaigns.admin.paths import SPENDS, change_page, delete_page
from tests.factories import NOON, break_zone, make_brand, make_campaign, spend
from tests.readings import RUNNING, assert_totals_are_right, everything_stored, ledger, spent, state_of

ADD = f"{SPENDS}add/"


def test_add_records_and_says_the_new_totals(desk: Browser) -> None:
    brand = make_brand(name="Acme", daily_budget="1000.00")
    campaign = make_campaign(brand, name="Search")

    page = desk.save(desk.open(ADD), campaign=str(campaign.pk), amount="500.00", description="by phone", reference="r1")

    entry = SpendLog.objects.get()
    assert (entry.campaign, str(entry.amount), entry.occurred_at) == (campaign, "500.00", NOON)
    assert (entry.description, entry.reference, entry.source) == ("by phone", "r1", "admin")
    assert page.messages == [
        f"Recorded 500.00 USD for Acme / Search, as {entry}. "
        "Search: 500.00 USD today, 500.00 USD this month. "
        "Acme: 500.00 USD of 1,000.00 today, 500.00 USD this month.",
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

    assert list(page.errors) == ["amount"]
    assert "amount" in page.errors["amount"][0]
    assert len(page.errors["amount"][0]) < 200
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

    page = desk.save(desk.open(ADD), **({"campaign": str(campaign.pk), "amount": "1"} | values))

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


def test_change_writes_a_correction_and_says_what_started(desk: Browser) -> None:
    brand = make_brand(name="Acme", daily_budget="1000.00")
    campaign = make_campaign(brand, name="Search")
    entry = spend(campaign, "1100.00", source="google")

    page = desk.save(desk.open(change_page(entry)), amount="900.00", reason="typing error")

    correction = SpendLog.objects.exclude(pk=entry.pk).get()
    assert ledger() == ["1100.00", "-200.00"]
    assert (correction.corrects, correction.description, correction.source) == (entry, "typing error", "google")
    assert page.messages[0].startswith(
        f"Wrote a correction of -200.00 USD, as {correction}; {entry} stays as it is. "
        "Search: 900.00 USD today, 900.00 USD this month. Acme: 900.00 USD of 1,000.00 today"
    )
    assert page.messages[1] == "Started: Search."
    assert state_of(campaign) == RUNNING
    assert page.url == change_page(entry)
    assert "counts for 900.00 USD" in page.text
    assert_totals_are_right()


def test_change_shows_what_the_entry_counts_for_after_corrections(desk: Browser) -> None:
    entry = spend(make_campaign(), "10.00")
    correct_spend(entry_id=entry.pk, new_amount="8", description="restated", now=NOON)

    page = desk.open(change_page(entry))

    assert next(form for form in page.forms if "reason" in form.values).values["amount"] == ["8.00"]
    assert f"entry {entry.pk} Fri 20 Nov 2026 12:00 America/New_York 10.00 USD" in page.text
    assert "-2.00 USD restated counts for 8.00 USD" in page.text


@pytest.mark.parametrize("amount", ["10.00", "10", "+10.000"])
def test_change_without_another_amount_writes_nothing(desk: Browser, amount: str) -> None:
    entry = spend(make_campaign(), "10.00")

    page = desk.save(desk.open(change_page(entry)), amount=amount, reason="only words")

    assert page.messages == ["Nothing was written: what the entry counts for was not changed."]
    assert ledger() == ["10.00"]


@pytest.mark.parametrize(
    ("first", "amount", "after"), [("10.00", "0", ["10.00", "-10.00"]), ("-10.00", "-4", ["-10.00", "6.00"])]
)
def test_change_takes_zero_and_credits(desk: Browser, first: str, amount: str, after: list[str]) -> None:
    entry = spend(make_campaign(), first)

    desk.save(desk.open(change_page(entry)), amount=amount)

    assert ledger() == after
    assert_totals_are_right()


@pytest.mark.parametrize(
    ("field", "values", "words"),
    [
        ("amount", {"amount": "-5"}, "needs the same sign"),
        ("amount", {"amount": "1e9"}, "plain digits"),
        ("amount", {"amount": "--5"}, "cannot be negative"),
        ("amount", {"amount": ""}, "required"),
        ("reason", {"amount": "5", "reason": "x" * 501}, "501 characters"),
        ("reason", {"amount": "5", "reason": "two\nlines"}, "line break"),
        ("reason", {"amount": "5", "reason": "nul\x00"}, "Null characters"),
    ],
)
def test_change_refuses_on_the_field(desk: Browser, field: str, values: dict[str, str], words: str) -> None:
    entry = spend(make_campaign(), "10.00")

    page = desk.save(desk.open(change_page(entry)), **values)

    assert list(page.errors) == [field]
    assert words in page.errors[field][0]
    assert ledger() == ["10.00"]


def test_change_ignores_everything_else_that_is_sent(desk: Browser) -> None:
    campaign, other = make_campaign(), make_campaign()
    entry = spend(campaign, "10.00", reference="r1")
    before = everything_stored()

    desk.save(
        desk.open(change_page(entry)),
        campaign=str(other.pk),
        occurred_at_0="2020-01-01",
        occurred_at_1="00:00",
        local_day="2020-01-01",
        description="other",
        reference="r2",
        source="x",
        corrects="1",
    )

    assert everything_stored() == before


def test_old_form_does_not_undo_a_newer_correction(desk: Browser) -> None:
    entry = spend(make_campaign(), "10.00")
    page = desk.open(change_page(entry))
    correct_spend(entry_id=entry.pk, new_amount="8", now=NOON)

    desk.save(page, reason="only words")

    assert ledger() == ["10.00", "-2.00"]


def test_correction_can_be_read_but_not_edited_or_reversed(desk: Browser) -> None:
    entry = spend(make_campaign(), "10.00")
    correction = correct_spend(entry_id=entry.pk, new_amount="8", now=NOON).entry
    before = everything_stored()

    page = desk.open(change_page(correction))
    changed = desk.send(change_page(correction), {"amount": "-1", "reason": "", "_save": "Save"})
    deleted = desk.send(delete_page(correction), {"post": "yes"})

    assert f"corrects entry {entry.pk}" in page.text
    assert "counts for 8.00 USD" in page.text
    assert "Write the correction" not in page.html
    assert "Reverse" not in page.html
    assert (page.status, changed.status, deleted.status) == (200, 403, 403)
    assert everything_stored() == before


def test_delete_asks_and_writes_a_reversal(desk: Browser) -> None:
    brand = make_brand(daily_budget="1000.00")
    campaign = make_campaign(brand, name="Search")
    entry = spend(campaign, "1100.00")

    asked = desk.open(delete_page(entry))
    page = desk.confirm(asked)

    reversal = SpendLog.objects.exclude(pk=entry.pk).get()
    assert "Nothing is erased: a reversal is written" in asked.text
    assert ledger() == ["1100.00", "-1100.00"]
    assert (reversal.corrects, reversal.description) == (entry, "reversed by mia")
    assert page.messages[0].startswith(
        f"Wrote a reversal of -1,100.00 USD, as {reversal}; {entry} stays, and counts for nothing now."
    )
    assert page.messages[1] == "Started: Search."
    assert (page.url, state_of(campaign)) == (change_page(entry), RUNNING)
    assert [log.change_message for log in LogEntry.objects.all()] == ["Reversed."]
    assert_totals_are_right()


def test_delete_of_what_is_reversed_already_is_refused(desk: Browser) -> None:
    entry = spend(make_campaign(), "10.00")
    asked = desk.open(delete_page(entry))
    reverse_spend(entry_id=entry.pk, now=NOON)

    page = desk.confirm(asked)

    assert page.messages == [f"Entry {entry.pk} was reversed already: nothing of it is left."]
    assert ledger() == ["10.00", "-10.00"]
    assert not LogEntry.objects.exists()


def test_bulk_reversal_asks_then_says_what_was_and_was_not_reversed(desk: Browser) -> None:
    brand = make_brand(daily_budget="20.00")
    campaign = make_campaign(brand, name="Search")
    entries = [spend(campaign, "10.00"), spend(campaign, "11.00")]
    correction = correct_spend(entry_id=entries[0].pk, new_amount="9", now=NOON).entry

    asked = desk.act(SPENDS, "delete_selected", [entry.pk for entry in (*entries, correction)])
    page = desk.confirm(asked)

    first, second, *_ = SpendLog.objects.filter(description="reversed by mia").order_by("pk")
    assert "Nothing is erased: for each a reversal is written" in asked.text
    assert ledger() == ["10.00", "11.00", "-1.00", "-11.00", "-9.00"]
    assert sorted(page.messages) == [
        f"Not reversed, 1 spend entry: Entry {correction.pk} is itself a correction: "
        f"correct the original, entry {entries[0].pk}.",
        f"Nothing was erased. Reversed 2 spend entries: {entries[1]} by {first}, {entries[0]} by {second}.",
        "Started: Search.",
    ]
    assert_totals_are_right()


def test_list_shows_money_moments_and_what_corrects_what(desk: Browser) -> None:
    brand = make_brand(name="Acme", currency="EUR")
    entry = spend(make_campaign(brand, name="Search"), "1234.567", source="google", reference="r1")
    correct_spend(entry_id=entry.pk, new_amount="1234", description="restated", now=NOON)

    page = desk.open(SPENDS)

    when = "Fri 20 Nov 2026 12:00 America/New_York Nov. 20, 2026"
    assert f"Search Acme -0.567 EUR {when} corrects entry {entry.pk} restated google" in page.text
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
