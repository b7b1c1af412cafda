"""`manage.py status`."""

from __future__ import annotations

import pytest

from tests.campaigns.management.desk import run
from tests.factories import break_zone, hours, make_brand, make_campaign, spend

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time_travel")]


def row(out: str, name: str) -> list[str]:
    """Return the cells of the line that begins with that name."""
    line = next(line for line in out.splitlines() if line.strip().startswith(name))
    return [cell for cell in line.split("  ") if cell.strip()]


def cells(out: str, name: str) -> list[str]:
    return [cell.strip() for cell in row(out, name)]


def test_status_shows_spent_limit_state_blockers_and_next_change() -> None:
    brand = make_brand(name="Acme", daily_budget="1000.00", monthly_budget="30000.00")
    search = make_campaign(brand, name="Search", windows=[hours("08:00", "20:00")])
    make_campaign(brand, name="Night", windows=[hours("20:00", "08:00")], daily_budget="0")
    make_campaign(brand, name="Old", is_enabled=False)
    spend(search, "850.00")

    answer = run("status")

    assert (answer.code, answer.err) == (0, "")
    assert cells(answer.out, "Acme (USD)") == [
        *("Acme (USD)", "on", "850.00 of 1,000.00", "85.0 %", "850.00 of 30,000.00", "2.8 %"),
        *("1 of 3 running", "America/New_York"),
    ]
    assert cells(answer.out, "Search") == ["Search", "active", "850.00", "850.00", "Fri 20 Nov 20:00"]
    assert cells(answer.out, "Night") == [
        *("Night", "paused", "0.00 of 0.00", "0.00"),
        "campaign's daily budget, outside its windows",
    ]
    assert cells(answer.out, "Old") == ["Old", "inactive", "0.00", "0.00", "campaign switched off"]


def test_status_tells_moments_in_the_brands_own_time() -> None:
    brand = make_brand(name="Himal", time_zone="Asia/Kathmandu", daily_budget="1.00")
    spend(make_campaign(brand, name="Treks"), "2.00")

    answer = run("status")

    # Noon in New York is 22:45 in Kathmandu, so its midnight is the next change.
    assert cells(answer.out, "Treks")[-2:] == ["brand's daily budget", "Sat 21 Nov 00:00"]


def test_status_shows_one_brand_only() -> None:
    make_brand(name="Acme")
    make_brand(name="Zenith")

    answer = run("status", "--brand", "Zenith")

    assert "Zenith (USD)" in answer.out
    assert "Acme" not in answer.out


def test_status_shows_a_brand_without_a_readable_zone() -> None:
    brand = make_brand(name="Acme")
    make_campaign(brand, name="Search")
    break_zone(brand)

    answer = run("status")

    assert answer.code == 0
    assert cells(answer.out, "Search") == ["Search", "active", "0.00", "0.00", "brand's time zone unreadable"]


def test_status_leaves_names_as_they_are() -> None:
    make_campaign(make_brand(name="[bold]Acme[/bold] :smile:"), name="[red]x")

    answer = run("status")

    assert "[bold]Acme[/bold] :smile: (USD)" in answer.out
    assert "[red]x" in answer.out


def test_status_of_an_empty_database_says_what_to_do() -> None:
    answer = run("status")

    assert answer.lines == ["There is no brand yet: add one in the admin, or run manage.py load_demo."]


def test_status_prints_facts_as_json() -> None:
    brand = make_brand(name="Acme", daily_budget="1000.00")
    spend(make_campaign(brand, name="Search", windows=[hours("08:00", "20:00")]), "0.000001")

    answer = run("status", "--json")

    unlimited = {"spent": "0.000001", "limit": None, "remaining": None, "used_percent": None}
    today = {"spent": "0.000001", "limit": "1000.00", "remaining": "999.999999", "used_percent": "0.0"}
    assert answer.facts == {
        "now": "2026-11-20T17:00:00+00:00",
        "brands": [
            {
                "name": "Acme",
                "currency": "USD",
                "time_zone": "America/New_York",
                "is_enabled": True,
                "running": 1,
                "today": today,
                "this_month": unlimited,
                "campaigns": [
                    {
                        "name": "Search",
                        "status": "active",
                        "blockers": [],
                        "next_change": {"at": "2026-11-21T01:00:00+00:00", "blocker": "outside_windows"},
                        "today": unlimited,
                        "this_month": unlimited,
                    }
                ],
            }
        ],
    }


def test_status_as_json_of_an_empty_database_has_no_brands() -> None:
    assert run("status", "--json").facts["brands"] == []


def test_status_refuses_an_unknown_brand() -> None:
    make_brand(name="Acme")

    answer = run("status", "--brand", "Nope")

    assert (answer.code, answer.out) == (1, "")
    assert answer.err == "Refused: There is no brand called 'Nope'. There are: Acme.\n"


@pytest.mark.parametrize("arguments", [("Acme",), ("--brand",), ("--jsn",)])
def test_status_used_wrongly_says_so(arguments: tuple[str, ...]) -> None:
    answer = run("status", *arguments)

    assert answer.code == 2
    assert answer.err.startswith("Usage: ")
