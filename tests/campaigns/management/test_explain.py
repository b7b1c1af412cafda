"""`manage.py explain`."""

from __future__ import annotations

import pytest

from campaigns.models import Campaign
from tests.campaigns.management.desk import run
from tests.factories import break_zone, hours, make_brand, make_campaign, spend

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time_travel")]


def test_explain_a_running_campaign() -> None:
    make_campaign(make_brand(name="Acme"), name="Search")

    answer = run("explain", "Acme/Search")

    assert (answer.code, answer.err) == (0, "")
    assert answer.lines == [
        "Acme/Search: active",
        "Search runs: nothing holds it.",
        "Budgets:",
        "brand today: 0.00 USD spent, no limit",
        "brand this month: 0.00 USD spent, no limit",
        "campaign today: 0.00 USD spent, no limit",
        "campaign this month: 0.00 USD spent, no limit",
        "Next: time alone changes nothing.",
    ]


def test_explain_names_everything_that_holds_the_campaign() -> None:
    brand = make_brand(name="Acme", daily_budget="10.00")
    spend(make_campaign(brand, name="Search", windows=[hours("08:00", "10:00")]), "12.00")

    answer = run("explain", "Acme/Search")

    until = "until Sat 21 Nov 2026"
    assert answer.lines[:5] == [
        "Acme/Search: paused",
        f"Search is held: brand's daily budget, 12.00 of 10.00 USD spent, {until} 00:00 (America/New_York).",
        "Everything that holds it:",
        f"brand's daily budget, 12.00 of 10.00 USD spent, {until} 00:00 (America/New_York).",
        f"outside its windows, {until} 08:00 (America/New_York).",
    ]
    assert answer.lines[-1] == (
        "Next: Sat 21 Nov 2026 00:00 (America/New_York): a new day begins for the brand's budget."
    )


def test_explain_says_that_the_next_pass_is_still_to_come() -> None:
    campaign = make_campaign(make_brand(name="Acme"), name="Search")
    Campaign.objects.filter(pk=campaign.pk).update(is_active=False)

    answer = run("explain", "Acme/Search")

    assert answer.lines[-1] == "As stored it does not run yet: the next pass, within a minute, brings it in line."


def test_explain_a_brand_without_a_readable_zone() -> None:
    brand = make_brand(name="Acme")
    make_campaign(brand, name="Search")
    break_zone(brand)

    answer = run("explain", "Acme/Search")

    assert answer.code == 0
    assert answer.lines[1] == (
        "Search is held: brand's time zone unreadable, until somebody corrects the brand's time zone."
    )


def test_explain_prints_facts_as_json() -> None:
    make_campaign(make_brand(name="Acme", daily_budget="0"), name="Search", windows=[])

    answer = run("explain", "Acme/Search", "--json")

    facts = answer.facts
    assert (facts["brand"], facts["campaign"], facts["status"]) == ("Acme", "Search", "paused")
    assert (facts["is_running"], facts["is_settled"]) == (False, True)
    assert facts["blockers"] == ["brand_day", "outside_windows"]
    assert (facts["next_change"], facts["next_change_at"]) == (None, None)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("Acme/Nope",), 1, "Refused: Acme has no campaign as in 'Acme/Nope'."),
        ((), 2, "Usage: the following arguments are required: BRAND/CAMPAIGN"),
    ],
)
def test_explain_refuses(arguments: tuple[str, ...], code: int, words: str) -> None:
    make_brand(name="Acme")

    answer = run("explain", *arguments)

    assert (answer.code, answer.out) == (code, "")
    assert answer.err.startswith(words)


def test_explain_refuses_a_path_that_can_be_read_twice() -> None:
    make_campaign(make_brand(name="A"), name="B/C")
    make_campaign(make_brand(name="A/B"), name="C")

    answer = run("explain", "A/B/C")

    assert answer.code == 1
    assert answer.err == "Refused: 'A/B/C' can be read as 2 campaigns: rename one of them.\n"
