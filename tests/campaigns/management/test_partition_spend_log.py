"""`manage.py partition_spend_log`: what it says, and what it asks before it takes months away."""

from __future__ import annotations

import pytest
from django.db import connection

from campaigns.models import SpendLog
from tests.campaigns.management.desk import run
from tests.factories import NOON, at, make_brand, make_campaign, spend

LATER = at("2027-02-15 12:00")

pytestmark = pytest.mark.usefixtures("time_travel")
postgres = pytest.mark.postgres


@pytest.mark.django_db
@pytest.mark.one_table
def test_one_table_says_so() -> None:
    assert run("partition_spend_log").lines == ["The spend log is one table."]
    assert run("partition_spend_log", "--json").facts == {"partitioned": False, "prepared": False, "parts": []}


@pytest.mark.django_db
@pytest.mark.one_table
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--detach-before", "2026-13"), 2),
        (("--attach", "yesterday"), 2),
        (("--ahead", "25"), 2),
        (("--ahead", "-1"), 2),
        (("--start", "--abandon"), 2),
        (("--start", "--json"), 2),
        (("--ahead", "1"), 1),
        (("--detach-before", "2026-01"), 1),
        (("--attach", "2026-01"), 1),
    ],
)
def test_used_wrongly_or_on_one_table_it_does_nothing(arguments: tuple[str, ...], code: int) -> None:
    answer = run("partition_spend_log", *arguments)

    assert (answer.code, answer.out) == (code, "")


@pytest.mark.sqlite
@pytest.mark.django_db
def test_on_sqlite_there_is_nothing_to_switch() -> None:
    assert "Months are for PostgreSQL" in run("partition_spend_log", "--start").err


@postgres
def test_from_one_table_to_months_and_an_old_one_away_and_back(one_table: str) -> None:
    campaign = make_campaign(make_brand(name="Acme"), name="Search")
    spend(campaign, "5", reference="r")

    started = run("partition_spend_log", "--start")
    assert started.lines[0] == "References are noted from now on."
    assert "everything before 2026-12-01 is one part" in started.out
    assert "1 reference noted." in started.out
    spend(campaign, "6", now=LATER)
    assert run("partition_spend_log", "--ahead", "1", now=LATER).lines == ["1 month made."]
    said = run("partition_spend_log")
    assert [line.split(":")[0] for line in said.lines[1:]] == [
        *("until 2026-12", "2026-12", "2027-01", "2027-02", "2027-03", "rest"),
    ]

    asked = run("partition_spend_log", "--detach-before", "2027-01", now=LATER)
    assert "Would be taken out: until 2026-12" in asked.out
    assert "add --yes" in asked.out
    assert SpendLog.objects.count() == 2

    done = run("partition_spend_log", "--detach-before", "2027-01", "--yes", now=LATER)
    assert "Taken out: until 2026-12" in done.out
    assert "Taken out: 2026-12" in done.out
    assert SpendLog.objects.count() == 1
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE campaigns_spendlog_2026_12")
    said = run("partition_spend_log")
    assert "until 2026-12: about 1 entry" in said.lines[1]
    assert "no longer in this database" in said.lines[2]
    nothing = run("partition_spend_log", "--detach-before", "2027-01", "--yes", now=LATER)
    assert "There is no month before 2027-01" in nothing.out

    assert run("partition_spend_log", "--attach", "2026-11").lines == ["until 2026-12 is part of the spend log again."]
    assert SpendLog.objects.count() == 2
    refused = run("partition_spend_log", "--attach", "2026-12")
    assert (refused.code, refused.err.count("\n")) == (1, 1)
    parts = run("partition_spend_log", "--json").facts["parts"]
    assert isinstance(parts, list)
    assert [part["table"] for part in parts if part["taken_out"]] == ["campaigns_spendlog_2026_12"]


@postgres
def test_a_spend_in_the_rest_is_told(one_table: str) -> None:
    campaign = make_campaign(make_brand(name="Acme"), name="Search")
    run("partition_spend_log", "--start")

    spend(campaign, "6", now=at("2027-09-15 12:00"))

    assert "The rest has entries" in run("partition_spend_log", now=NOON).out
