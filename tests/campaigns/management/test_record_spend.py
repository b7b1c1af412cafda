"""`manage.py record_spend`: what a person types, and what comes back."""

from __future__ import annotations

from decimal import Decimal

import pytest

from campaigns.models import Brand, Campaign, SpendLog, StatusChange
from tests.campaigns.management.desk import run
from tests.factories import DAY, NOON, SECOND, break_zone, make_brand, make_campaign, make_campaigns, spend

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time_travel")]


@pytest.fixture
def acme() -> Brand:
    return make_brand(name="Acme", daily_budget="1000.00", monthly_budget="30000.00")


@pytest.fixture
def search(acme: Brand) -> Campaign:
    return make_campaign(acme, name="Search")


def test_record_spend_says_entry_and_new_totals(search: Campaign) -> None:
    answer = run("record_spend", "Acme/Search", "500.00")

    entry = SpendLog.objects.get()
    assert (answer.code, answer.err) == (0, "")
    assert answer.lines == [
        f"Entry {entry.pk}: 500.00 USD for Acme/Search, Fri 20 Nov 2026 12:00 (America/New_York).",
        "brand today: 500.00 of 1,000.00 USD spent (50.0 %)",
        "brand this month: 500.00 of 30,000.00 USD spent (1.7 %)",
        "campaign today: 500.00 USD spent, no limit",
        "campaign this month: 500.00 USD spent, no limit",
        "Search runs: nothing holds it.",
    ]


def test_record_spend_writes_what_was_given(search: Campaign) -> None:
    run(
        *("record_spend", "Acme/Search", "12.345678", "--at", "2026-11-19T20:00:00-05:00"),
        *("--reference", "invoice-4711", "--description", "late invoice"),
    )

    entry = SpendLog.objects.get()
    assert (entry.campaign, entry.amount, entry.occurred_at) == (
        search,
        Decimal("12.345678"),
        NOON - 16 * 3600 * SECOND,
    )
    assert (entry.reference, entry.description, entry.source) == ("invoice-4711", "late invoice", "command")
    assert entry.recorded_at == NOON


def test_record_spend_says_which_campaigns_stopped_and_by_what(acme: Brand) -> None:
    make_campaign(acme, name="Search")
    make_campaign(acme, name="Social")

    answer = run("record_spend", "Acme/Search", "1100")

    assert answer.lines[-2:] == [
        "Stopped: Acme/Search, by brand's daily budget (1,100.00 of 1,000.00 USD spent)",
        "Stopped: Acme/Social, by brand's daily budget (1,100.00 of 1,000.00 USD spent)",
    ]
    assert list(Campaign.objects.values_list("is_active", flat=True)) == [False, False]
    assert set(StatusChange.objects.filter(is_active=False).values_list("actor", flat=True)) == {"manage.py"}


@pytest.mark.parametrize(("text", "amount"), [("-60.00", "-60.00"), ("-.5", "-0.50"), ("-7", "-7.00"), ("+3", "3.00")])
def test_record_spend_takes_signed_amounts(search: Campaign, text: str, amount: str) -> None:
    answer = run("record_spend", "Acme/Search", text)

    assert answer.code == 0
    assert SpendLog.objects.get().amount == Decimal(amount)


def test_record_spend_says_that_a_credit_started_campaigns(search: Campaign) -> None:
    spend(search, "1000.00")

    answer = run("record_spend", "Acme/Search", "-60.00")

    assert answer.lines[-1] == "Started: Acme/Search"
    assert not any("was not running" in line for line in answer.lines)


def test_record_spend_says_that_the_campaign_was_paused(search: Campaign) -> None:
    spend(search, "1000.00")

    answer = run("record_spend", "Acme/Search", "5")

    assert "Search was not running when this came in: it counts all the same." in answer.lines


def test_record_spend_says_on_which_day_an_old_spend_counts(search: Campaign) -> None:
    answer = run("record_spend", "Acme/Search", "5", "--at", (NOON - DAY).isoformat())

    assert "It counts on 2026-11-19, its own day in America/New_York." in answer.lines
    assert "brand today: 0.00 of 1,000.00 USD spent (0.0 %)" in answer.lines


def test_record_spend_counts_a_reference_once(search: Campaign) -> None:
    command = ("record_spend", "Acme/Search", "5", "--reference", "r1")
    run(*command)

    answer = run(*command)

    entry = SpendLog.objects.get()
    assert answer.code == 0
    assert answer.lines[0] == (
        f"Entry {entry.pk} says that already (5.00 USD, Fri 20 Nov 2026 12:00 (America/New_York)): nothing was added."
    )


def test_record_spend_prints_facts_as_json(search: Campaign) -> None:
    answer = run("record_spend", "Acme/Search", "1000.5", "--json")

    entry, change = SpendLog.objects.get(), StatusChange.objects.get(is_active=False)
    used = {"spent": "1000.50", "remaining": "0.00", "limit": "1000.00", "used_percent": "100.1"}
    month = {"spent": "1000.50", "remaining": "28999.50", "limit": "30000.00", "used_percent": "3.3"}
    unlimited = {"spent": "1000.50", "remaining": None, "limit": None, "used_percent": None}
    assert answer.facts == {
        "entry": {
            "number": entry.pk,
            "amount": "1000.50",
            "occurred_at": "2026-11-20T17:00:00+00:00",
            "local_day": "2026-11-20",
            "reference": "",
            "corrects": None,
        },
        "is_replay": False,
        "was_paused": False,
        "brand": {"name": "Acme", "currency": "USD", "today": used, "this_month": month},
        "campaign": {
            "name": "Search",
            "status": "paused",
            "headline": "brand_day",
            "today": unlimited,
            "this_month": unlimited,
        },
        "changes": [
            {
                "brand": "Acme",
                "campaign": "Search",
                "is_active": False,
                "blockers": ["brand_day"],
                "spent": "1000.50",
                "limit": "1000.00",
            }
        ],
    }
    assert change.campaign.name == "Search"


@pytest.mark.parametrize(
    ("amount", "sentence"),
    [
        ("0", "The amount is zero: a spend has an amount, such as 12.50."),
        ("abc", "'abc' is not an amount of money: write plain digits and a point, such as 1234.50."),
        ("-1,000.00", "'-1,000.00' is not an amount of money: write plain digits and a point, such as 1234.50."),
        ("1e9", "'1e9' is not an amount of money: write plain digits and a point, such as 1234.50."),
        ("１２", "'\\uff11\\uff12' is not an amount of money: write plain digits and a point, such as 1234.50."),
        ("NaN", "'NaN' is not an amount of money: write plain digits and a point, such as 1234.50."),
        ("0.0000001", "1E-7 has more than 6 decimals, "),
    ],
)
def test_record_spend_refuses_what_is_no_amount(search: Campaign, amount: str, sentence: str) -> None:
    answer = run("record_spend", "Acme/Search", amount)

    assert (answer.code, answer.out) == (1, "")
    assert answer.err.startswith(f"Refused: {sentence}")
    assert answer.err.count("\n") == 1
    assert not SpendLog.objects.exists()


@pytest.mark.parametrize(
    ("at", "code", "words"),
    [
        ("2026-11-20T10:00:00", 1, "has no offset"),
        ("2026-11-21T10:00:00Z", 1, "lies in the future"),
        ("0001-01-01T00:00:00+14:00", 1, "The year 1 cannot be right"),
        ("yesterday", 2, "'yesterday' is not a moment: write it as 2026-11-20T14:30:00+01:00"),
        ("2026-13-01T00:00:00Z", 2, "is not a moment"),
    ],
)
def test_record_spend_refuses_a_moment(search: Campaign, at: str, code: int, words: str) -> None:
    answer = run("record_spend", "Acme/Search", "5", "--at", at)

    assert answer.code == code
    assert words in answer.err
    assert answer.err.count("\n") == 1
    assert not SpendLog.objects.exists()


@pytest.mark.parametrize(
    ("path", "code", "words"),
    [
        ("Acme/Nope", 1, "Acme has no campaign as in 'Acme/Nope'. It has: Search."),
        ("Nope/Search", 1, "There is no brand for 'Nope/Search'. There are: Acme."),
        ("Acme", 1, "'Acme' names no campaign: write BRAND/CAMPAIGN"),
        ("", 1, "'' names no campaign"),
        ("/", 1, "There is no brand for '/'"),
        ("Acme/\udcff", 2, "has characters that no name can have"),
        ("Acme/\x00", 2, "has characters that no name can have"),
    ],
)
def test_record_spend_refuses_what_names_no_campaign(search: Campaign, path: str, code: int, words: str) -> None:
    answer = run("record_spend", path, "5")

    assert answer.code == code
    assert words in answer.err
    assert answer.err.count("\n") == 1


def test_record_spend_refuses_other_facts_under_a_reference(search: Campaign) -> None:
    run("record_spend", "Acme/Search", "5", "--reference", "r1")

    answer = run("record_spend", "Acme/Search", "6", "--reference", "r1")

    assert answer.code == 1
    assert "Reference 'r1' already stands for another spend" in answer.err
    assert SpendLog.objects.count() == 1


@pytest.mark.parametrize(("option", "length"), [("--reference", 201), ("--description", 501)])
def test_record_spend_refuses_a_text_that_is_too_long(search: Campaign, option: str, length: int) -> None:
    answer = run("record_spend", "Acme/Search", "5", option, "x" * length)

    assert (answer.code, answer.out) == (1, "")
    assert f"has {length} characters" in answer.err


def test_record_spend_refuses_a_brand_without_a_readable_zone(acme: Brand, search: Campaign) -> None:
    break_zone(acme)

    answer = run("record_spend", "Acme/Search", "5")

    assert answer.code == 1
    assert answer.err == (
        "Refused: The time zone of Acme cannot be read, so its spend has no day: correct the zone first.\n"
    )


@pytest.mark.parametrize("arguments", [(), ("Acme/Search",), ("Acme/Search", "5", "6"), ("Acme/Search", "5", "--ref")])
def test_record_spend_used_wrongly_says_so_in_one_line(search: Campaign, arguments: tuple[str, ...]) -> None:
    answer = run("record_spend", *arguments)

    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith("Usage: ")
    assert answer.err.endswith("record_spend --help)\n")
    assert answer.err.count("\n") == 1


def test_record_spend_finds_a_campaign_with_a_slash_in_its_name(acme: Brand) -> None:
    make_campaign(acme, name="Search/Brand")

    answer = run("record_spend", "Acme/Search/Brand", "5")

    assert answer.code == 0


def test_record_spend_leaves_other_campaigns_alone(acme: Brand) -> None:
    first, second = make_campaigns(2, acme)

    run("record_spend", f"Acme/{first.name}", "5")

    second.refresh_from_db()
    assert second.current_daily_spend == Decimal(0)
