"""`manage.py correct_spend` and `reverse_spend`."""

from __future__ import annotations

from decimal import Decimal

import pytest

from campaigns.models import Campaign, SpendLog
from tests.campaigns.management.desk import run
from tests.factories import DAY, NOON, make_brand, make_campaign, spend

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time_travel")]


@pytest.fixture
def search() -> Campaign:
    return make_campaign(make_brand(name="Acme", daily_budget="1000.00"), name="Search")


def test_correct_spend_writes_the_difference_and_says_what_follows(search: Campaign) -> None:
    entry = spend(search, "1200.00")

    answer = run("correct_spend", str(entry.pk), "900.00", "--description", "misread")

    correction = SpendLog.objects.get(corrects=entry)
    assert (correction.amount, correction.description) == (Decimal("-300.00"), "misread")
    assert answer.code == 0
    assert answer.lines[0] == (
        f"Entry {correction.pk} corrects entry {entry.pk} by -300.00 USD: "
        "Acme/Search, Fri 20 Nov 2026 12:00 (America/New_York)."
    )
    assert answer.lines[1] == "brand today: 900.00 of 1,000.00 USD spent (90.0 %)"
    assert answer.lines[-1] == "Started: Acme/Search"


def test_correct_spend_to_what_it_is_adds_nothing(search: Campaign) -> None:
    entry = spend(search, "5.00")

    answer = run("correct_spend", str(entry.pk), "5")

    assert answer.code == 0
    assert answer.lines[0].startswith(f"Entry {entry.pk} says that already")
    assert SpendLog.objects.count() == 1


def test_correct_spend_takes_a_credit(search: Campaign) -> None:
    entry = spend(search, "-5.00")

    answer = run("correct_spend", str(entry.pk), "-7.50")

    assert answer.code == 0
    assert SpendLog.objects.get(corrects=entry).amount == Decimal("-2.50")


def test_correct_spend_of_an_older_day_counts_there(search: Campaign) -> None:
    entry = spend(search, "5.00", occurred_at=NOON - DAY)

    answer = run("correct_spend", str(entry.pk), "0")

    assert "It counts on 2026-11-19, its own day in America/New_York." in answer.lines


@pytest.mark.parametrize("amount", ["x", "-5", "1.0000001", "1e3"])
def test_correct_spend_refuses_the_amount(search: Campaign, amount: str) -> None:
    entry = spend(search, "5.00")

    answer = run("correct_spend", str(entry.pk), amount)

    assert (answer.code, answer.out) == (1, "")
    assert answer.err.startswith("Refused: ")
    assert answer.err.count("\n") == 1
    assert SpendLog.objects.count() == 1


def test_correct_spend_refuses_a_correction(search: Campaign) -> None:
    entry = spend(search, "5.00")
    run("correct_spend", str(entry.pk), "4")
    correction = SpendLog.objects.get(corrects=entry)

    answer = run("correct_spend", str(correction.pk), "1")

    assert answer.code == 1
    assert answer.err == (
        f"Refused: Entry {correction.pk} is itself a correction: correct the original, entry {entry.pk}.\n"
    )


def test_reverse_spend_takes_back_what_is_left(search: Campaign) -> None:
    entry = spend(search, "5.00")
    run("correct_spend", str(entry.pk), "3")

    answer = run("reverse_spend", str(entry.pk), "--description", "recorded twice")

    reversal = SpendLog.objects.latest("pk")
    assert answer.code == 0
    assert (reversal.corrects, reversal.amount, reversal.description) == (entry, Decimal("-3.00"), "recorded twice")


def test_reverse_spend_twice_is_refused(search: Campaign) -> None:
    entry = spend(search, "5.00")
    run("reverse_spend", str(entry.pk))

    answer = run("reverse_spend", str(entry.pk))

    assert (answer.code, answer.err) == (
        1,
        f"Refused: Entry {entry.pk} was reversed already: nothing of it is left.\n",
    )


@pytest.mark.parametrize("command", [("reverse_spend",), ("correct_spend", "5")])
def test_corrections_print_facts_as_json(search: Campaign, command: tuple[str, ...]) -> None:
    entry = spend(search, "7.00")

    answer = run(command[0], str(entry.pk), *command[1:], "--json")

    assert answer.code == 0
    written = answer.facts["entry"]
    assert isinstance(written, dict)
    assert written["corrects"] == entry.pk


@pytest.mark.parametrize("command", [("reverse_spend",), ("correct_spend", "5")])
@pytest.mark.parametrize(
    ("entry", "code", "words"),
    [
        ("4711", 1, "There is no spend entry with number 4711."),
        ("9" * 18, 1, "There is no spend entry with number"),
        ("9" * 19, 2, "is not a whole number"),
        ("-1", 2, "is not a whole number"),
        ("1_0", 2, "is not a whole number"),
        ("١", 2, "is not a whole number"),
        ("one", 2, "is not a whole number"),
    ],
)
def test_corrections_refuse_what_is_no_entry(command: tuple[str, ...], entry: str, code: int, words: str) -> None:
    answer = run(command[0], entry, *command[1:])

    assert (answer.code, answer.out) == (code, "")
    assert words in answer.err
    assert answer.err.count("\n") == 1


@pytest.mark.parametrize("command", [("reverse_spend",), ("correct_spend",), ("correct_spend", "1")])
def test_corrections_used_wrongly_say_so(command: tuple[str, ...]) -> None:
    answer = run(*command)

    assert answer.code == 2
    assert "the following arguments are required" in answer.err
