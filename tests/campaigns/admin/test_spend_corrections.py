"""The pages of spend entries: corrected and reversed, never changed or erased."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry

from campaigns.models import SpendLog
from campaigns.services import correct_spend, reverse_spend
from tests.campaigns.admin.browser import Browser
from tests.campaigns.admin.paths import SPENDS, change_page, delete_page
from tests.factories import NOON, make_brand, make_campaign, spend
from tests.readings import RUNNING, assert_totals_are_right, everything_stored, ledger, state_of


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
        ("amount", {"amount": "--5"}, "plain digits"),
        ("amount", {"amount": ""}, "required"),
        ("reason", {"amount": "5", "reason": "x" * 501}, "501 characters"),
        ("reason", {"amount": "5", "reason": "two\nlines"}, "line break"),
        ("reason", {"amount": "5", "reason": "nul\x00"}, "Null characters"),
    ],
)
def test_change_refuses_on_the_field(desk: Browser, field: str, values: dict[str, str], words: str) -> None:
    entry = spend(make_campaign(), "10.00")

    page = desk.save(desk.open(change_page(entry)), values)

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
    assert f"Reverse {entry}: 1,100.00 USD of {brand} / Search?" in asked.text
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
    assert f"{entries[0]}: 10.00 USD of {brand} / Search" in asked.text
    assert "Nothing is erased: for each a reversal is written" in asked.text
    assert ledger() == ["10.00", "11.00", "-1.00", "-11.00", "-9.00"]
    why = f"Entry {correction.pk} is itself a correction: correct the original, entry {entries[0].pk}."
    assert sorted(page.messages) == [
        f"Not reversed, 1 spend entry: {why}",
        f"Nothing was erased. Reversed 2 spend entries: {entries[1]} by {first}, {entries[0]} by {second}.",
        "Started: Search.",
    ]
    assert_totals_are_right()
