"""`manage.py simulate_spend`."""

from __future__ import annotations

import pytest

from campaigns.models import SpendLog
from tests.campaigns.management.desk import run
from tests.factories import make_brand, make_campaign, make_campaigns

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time_travel")]


def test_simulate_spend_makes_each_running_campaign_spend_once_a_minute() -> None:
    brand = make_brand(name="Acme", daily_budget="1000.00")
    first, second = make_campaigns(2, brand)
    make_campaign(brand, name="Off", is_enabled=False)

    answer = run("simulate_spend", "--minutes", "3", "--seed", "7")

    assert (answer.code, answer.lines, answer.err) == (0, ["Simulated 6 entries."], "")
    assert sorted(SpendLog.objects.values_list("campaign", flat=True)) == [first.pk] * 3 + [second.pk] * 3
    assert set(SpendLog.objects.values_list("source", flat=True)) == {"simulation"}


def test_simulate_spend_says_what_stopped() -> None:
    make_campaign(make_brand(name="Acme", daily_budget="0.01"), name="Search")

    answer = run("simulate_spend")

    assert answer.lines == [
        "Simulated 1 entry.",
        "Stopped: Acme/Search, by brand's daily budget (0.01 of 0.01 USD spent)",
    ]


def test_simulate_spend_with_the_same_seed_makes_the_same_amounts() -> None:
    make_campaigns(2, make_brand(name="Acme"))
    run("simulate_spend", "--seed", "7")
    first = list(SpendLog.objects.order_by("pk").values_list("amount", flat=True))

    run("simulate_spend", "--seed", "7")

    amounts = list(SpendLog.objects.order_by("pk").values_list("amount", flat=True))
    assert amounts == first * 2


def test_simulate_spend_without_a_running_campaign_spends_nothing() -> None:
    answer = run("simulate_spend", "--json")

    assert (answer.code, answer.facts) == (0, {"entries": 0, "changes": []})


@pytest.mark.parametrize("minutes", ["0", "-1", "1441", "x", "1.5"])
def test_simulate_spend_refuses_minutes_out_of_range(minutes: str) -> None:
    make_campaign(make_brand())

    answer = run("simulate_spend", f"--minutes={minutes}")

    assert answer.code == 2
    assert "argument --minutes: " in answer.err
    assert not SpendLog.objects.exists()


def test_simulate_spend_refuses_a_seed_that_is_no_number() -> None:
    assert run("simulate_spend", "--seed", "x").code == 2
