"""`manage.py reset_budgets`."""

from __future__ import annotations

from decimal import Decimal

import pytest

from campaigns.models import Brand, Campaign, SpendLog
from tests.campaigns.management.desk import run
from tests.factories import MINUTE, NOON, break_zone, make_brand, make_campaign, spend

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time_travel")]

LATER = NOON + MINUTE


@pytest.fixture
def search() -> Campaign:
    """A campaign that is held by its brand's daily budget."""
    campaign = make_campaign(make_brand(name="Acme", daily_budget="100.00"), name="Search")
    spend(campaign, "120.00")
    return campaign


def counters(row: Brand | Campaign) -> tuple[Decimal, Decimal]:
    row.refresh_from_db()
    return row.current_daily_spend, row.current_monthly_spend


def test_reset_budgets_daily_starts_today_anew_everywhere(search: Campaign) -> None:
    other = make_campaign(make_brand(name="Zenith"), name="Social")
    spend(other, "7.00")

    answer = run("reset_budgets", "--daily", now=LATER)

    assert (answer.code, answer.err) == (0, "")
    assert answer.lines == [
        "Today's count starts now for 2 brands and 2 campaigns. The ledger keeps everything.",
        "Started: Acme/Search",
    ]
    assert counters(search.brand) == counters(search) == (Decimal(0), Decimal("120.00"))
    assert counters(other) == (Decimal(0), Decimal("7.00"))
    assert SpendLog.objects.count() == 2


def test_reset_budgets_monthly_leaves_the_day_alone(search: Campaign) -> None:
    answer = run("reset_budgets", "--monthly", now=LATER)

    assert answer.lines == ["This month's count starts now for 1 brand and 1 campaign. The ledger keeps everything."]
    assert counters(search.brand) == (Decimal("120.00"), Decimal(0))


def test_reset_budgets_of_one_brand_leaves_others_alone(search: Campaign) -> None:
    other = make_campaign(make_brand(name="Zenith"), name="Social")
    spend(other, "7.00")

    answer = run("reset_budgets", "--brand", "Acme", "--daily", "--monthly", now=LATER)

    assert answer.lines[0] == (
        "Today's and this month's count starts now for 1 brand and 1 campaign. The ledger keeps everything."
    )
    assert counters(search) == (Decimal(0), Decimal(0))
    assert counters(other) == (Decimal("7.00"), Decimal("7.00"))


def test_reset_budgets_of_one_campaign_leaves_its_brands_count_alone(search: Campaign) -> None:
    answer = run("reset_budgets", "--campaign", "Acme/Search", "--daily", now=LATER)

    assert answer.lines == ["Today's count starts now for 1 campaign. The ledger keeps everything."]
    assert counters(search) == (Decimal(0), Decimal("120.00"))
    assert counters(search.brand) == (Decimal("120.00"), Decimal("120.00"))


def test_reset_budgets_prints_facts_as_json(search: Campaign) -> None:
    answer = run("reset_budgets", "--daily", "--json", now=LATER)

    assert answer.facts == {
        "kinds": ["day"],
        "brands": ["Acme"],
        "campaigns": 1,
        "refused": [],
        "busy": [],
        "changes": [
            {
                "brand": "Acme",
                "campaign": "Search",
                "is_active": True,
                "blockers": [],
                "spent": "0.00",
                "limit": "100.00",
            }
        ],
    }


def test_reset_budgets_goes_on_past_a_brand_whose_zone_cannot_be_read(search: Campaign) -> None:
    bad = make_brand(name="Bad")
    break_zone(bad)

    answer = run("reset_budgets", "--daily", now=LATER)

    assert answer.code == 1
    assert answer.err == ("Refused: Not reset, because their time zone cannot be read: Bad. Correct the zone first.\n")
    assert counters(search)[0] == Decimal(0)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((), 2, "say which count to start anew: --daily, --monthly or both"),
        (("--brand", "Acme"), 2, "say which count to start anew"),
        (("--daily", "--brand", "Acme", "--campaign", "Acme/Search"), 2, "not allowed with argument"),
        (("--day",), 2, "unrecognized arguments: --day"),
        (("--daily", "--brand", "Nope"), 1, "There is no brand called 'Nope'."),
        (("--daily", "--brand", ""), 1, "There is no brand called ''."),
        (("--daily", "--campaign", "Acme/Nope"), 1, "Acme has no campaign as in 'Acme/Nope'."),
    ],
)
def test_reset_budgets_refuses(search: Campaign, arguments: tuple[str, ...], code: int, words: str) -> None:
    answer = run("reset_budgets", *arguments, now=LATER)

    assert (answer.code, answer.out) == (code, "")
    assert words in answer.err
    assert answer.err.count("\n") == 1
    assert counters(search) == (Decimal("120.00"), Decimal("120.00"))
