"""`manage.py check_ledger` and `rebuild_totals`."""

from __future__ import annotations

from decimal import Decimal

import pytest

from campaigns.models import Brand, Campaign
from tests.campaigns.management.desk import run
from tests.factories import MINUTE, NOON, break_zone, make_brand, make_campaign, spend

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time_travel")]

LATER = NOON + MINUTE
SINCE = "2026-11-20T05:00:00+00:00"


@pytest.fixture
def search() -> Campaign:
    campaign = make_campaign(make_brand(name="Acme", daily_budget="100.00"), name="Search")
    spend(campaign, "20.00")
    return campaign


def break_counter(campaign: Campaign) -> None:
    """Move a counter around the services, as only somebody in the database can."""
    Campaign.objects.filter(pk=campaign.pk).update(current_daily_spend=Decimal("999.00"))


def test_check_ledger_of_a_sound_database(search: Campaign) -> None:
    answer = run("check_ledger", now=None)

    assert (answer.code, answer.lines, answer.err) == (0, ["Every counter agrees with the ledger."], "")


def test_check_ledger_lists_each_difference(search: Campaign) -> None:
    break_counter(search)
    Brand.objects.update(current_monthly_spend=Decimal(0))

    answer = run("check_ledger", now=None)

    assert answer.code == 1
    assert sorted(answer.lines) == [
        "Acme/Search: the counter of the day since 2026-11-20T05:00:00+00:00 says 999.00, the ledger 20.00.",
        "Acme: the counter of the month since 2026-11-01T04:00:00+00:00 says 0.00, the ledger 20.00.",
    ]
    assert answer.err == "Found: 2 counters differ from the ledger: run manage.py rebuild_totals.\n"


def test_check_ledger_changes_nothing(search: Campaign) -> None:
    break_counter(search)

    run("check_ledger", now=None)

    search.refresh_from_db()
    assert search.current_daily_spend == Decimal("999.00")


def test_check_ledger_prints_facts_as_json(search: Campaign) -> None:
    sound = run("check_ledger", "--json", now=None)
    break_counter(search)

    answer = run("check_ledger", "--json", now=None)

    assert (sound.code, sound.facts) == (0, {"drifts": []})
    assert answer.code == 1
    assert answer.facts == {
        "drifts": [
            {
                "brand": "Acme",
                "campaign": "Search",
                "period": "day",
                "since": SINCE,
                "counted": "999.00",
                "in_ledger": "20.00",
            }
        ]
    }


def test_check_ledger_takes_no_moment(search: Campaign) -> None:
    answer = run("check_ledger", now=NOON)

    assert answer.code == 2
    assert "unrecognized arguments: --now" in answer.err


def test_rebuild_totals_repairs_and_says_what(search: Campaign) -> None:
    break_counter(search)

    answer = run("rebuild_totals", now=LATER)

    assert (answer.code, answer.err) == (0, "")
    assert answer.lines == [
        "Recounted 1 brand: 1 counter repaired.",
        f"Acme/Search: the counter of the day since {SINCE} says 999.00, the ledger 20.00.",
    ]
    search.refresh_from_db()
    assert search.current_daily_spend == Decimal("20.00")


def test_rebuild_totals_starts_what_a_wrong_counter_held(search: Campaign) -> None:
    Brand.objects.update(current_daily_spend=Decimal("100.00"))
    run("run_task", "enforce_budgets", now=LATER)

    answer = run("rebuild_totals", now=LATER)

    assert answer.lines[-1] == "Started: Acme/Search"


def test_rebuild_totals_of_a_sound_database_changes_nothing(search: Campaign) -> None:
    answer = run("rebuild_totals", now=LATER)

    assert answer.lines == ["Recounted 1 brand: no counters repaired."]


def test_rebuild_totals_of_one_brand_leaves_others_alone(search: Campaign) -> None:
    other = make_campaign(make_brand(name="Zenith"), name="Social")
    break_counter(other)

    answer = run("rebuild_totals", "--brand", "Acme", now=LATER)

    other.refresh_from_db()
    assert answer.code == 0
    assert other.current_daily_spend == Decimal("999.00")


def test_rebuild_totals_prints_facts_as_json(search: Campaign) -> None:
    break_counter(search)

    answer = run("rebuild_totals", "--json", now=LATER)

    drift = {"brand": "Acme", "campaign": "Search", "period": "day", "since": SINCE}
    assert answer.facts == {
        "brands": 1,
        "repaired": [{**drift, "counted": "999.00", "in_ledger": "20.00"}],
        "changes": [],
    }


def test_rebuild_totals_goes_on_past_a_brand_whose_zone_cannot_be_read(search: Campaign) -> None:
    break_zone(make_brand(name="Aaa"))
    break_counter(search)

    answer = run("rebuild_totals", now=LATER)

    search.refresh_from_db()
    assert answer.code == 1
    assert answer.err.startswith("Refused: Not recounted: ")
    assert answer.err.count("\n") == 1
    assert search.current_daily_spend == Decimal("20.00")


@pytest.mark.parametrize(("arguments", "code"), [(("--brand", "Nope"), 1), (("--brand",), 2), (("Acme",), 2)])
def test_rebuild_totals_refuses(search: Campaign, arguments: tuple[str, ...], code: int) -> None:
    answer = run("rebuild_totals", *arguments, now=LATER)

    assert (answer.code, answer.out) == (code, "")
    assert answer.err.count("\n") == 1
