"""Refused spend is counted at every door, by its code; what is recorded costs nothing more."""

from __future__ import annotations

import logging
from datetime import UTC, timedelta
from pathlib import Path

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaigns.errors import BrandBusy, DatabaseFull, DatabaseReadOnly, InvalidAmount, ManyRefusals, NotFound
from campaigns.models import Campaign, RefusalCount, SpendLog
from campaigns.services.refused import count_refused
from tests.campaigns.admin.browser import Browser
from tests.campaigns.api.door import Door, open_door
from tests.campaigns.management.desk import run
from tests.factories import DAY, NOON, make_brand, make_campaign

pytestmark = pytest.mark.django_db

ADD = "/admin/campaigns/spendlog/add/"


@pytest.fixture
def search() -> Campaign:
    """Acme's campaign."""
    return make_campaign(make_brand(name="Acme"), name="Search")


def counted() -> dict[tuple[str, str], int]:
    return {(row.door, row.code): row.count for row in RefusalCount.objects.all()}


def test_count_grows_by_rows_and_starts_anew_each_day_in_utc() -> None:
    amount, missing = InvalidAmount("no number"), NotFound("no campaign")
    many = ManyRefusals([(0, amount), (3, missing), (4, amount)])
    late = NOON.astimezone(UTC).replace(hour=23, minute=59)

    for refusal, now in ((amount, late), (many, late), (missing, late + timedelta(minutes=2))):
        count_refused(door="api", refusal=refusal, now=now)

    rows = RefusalCount.objects.values_list("day", "code", "count").order_by("day", "code")
    assert list(rows) == [
        (late.date(), "invalid_amount", 3),
        (late.date(), "not_found", 1),
        ((late + DAY).date(), "not_found", 1),
    ]


def test_refusal_of_the_database_itself_is_not_counted_in_it() -> None:
    for refusal in (BrandBusy("held"), DatabaseFull("full"), DatabaseReadOnly("read-only")):
        count_refused(door="api", refusal=refusal, now=NOON)

    assert counted() == {}


def test_count_that_fails_is_logged_and_the_sender_gets_the_answer(
    search: Campaign, caplog: pytest.LogCaptureFixture
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE campaigns_refusalcount RENAME TO campaigns_refusalcount_away")
    door = open_door()

    with caplog.at_level(logging.ERROR):
        answer = door.post("/spend", {"campaign": search.pk, "amount": "NaN"})

    assert answer.refusal == (422, "invalid_amount", "amount")
    assert "A refusal could not be counted door=api code=invalid_amount" in caplog.messages


def test_api_counts_entries_batches_and_bad_forms(search: Campaign) -> None:
    door = open_door()

    door.post("/spend", {"campaign": search.pk, "amount": "0"})
    door.post("/spend", {"campaign": search.pk})
    door.post("/spend/batch", {"entries": [{"campaign": search.pk, "amount": bad} for bad in ("x", "1", "1e9999")]})

    assert counted() == {("api", "invalid_amount"): 3, ("api", "invalid_request"): 1}
    assert SpendLog.objects.count() == 0


def test_api_counts_no_strangers_and_nothing_but_spend(search: Campaign) -> None:
    door = open_door()

    Door(None).post("/spend", {"campaign": search.pk, "amount": "0"})
    Door("wrong").post("/spend", {"campaign": search.pk, "amount": "0"})
    door.get("/spend", limit=0)
    door.get("/campaigns/999999")
    door.patch(f"/campaigns/{search.pk}", {"daily_budget": "x"})

    assert counted() == {}


def test_recorded_spend_costs_no_statement_more(search: Campaign) -> None:
    door = open_door()
    with CaptureQueriesContext(connection) as queries:
        answer = door.post("/spend", {"campaign": search.pk, "amount": "1.00"})

    assert answer.status == 201
    assert [query["sql"] for query in queries if "refusalcount" in query["sql"] or "pulse" in query["sql"]] == []


def test_commands_count(search: Campaign) -> None:
    run("record_spend", "Acme/Search", "0", now=None)
    run("record_spend", "Acme/Search", "1.00", now=None)
    run("correct_spend", "999999", "1.00", now=None)
    run("reverse_spend", "999999", now=None)
    run("explain", "Acme/Nothing", now=None)

    assert counted() == {("command", "invalid_amount"): 1, ("command", "not_found"): 2}


def test_file_counts_its_bad_rows_unless_it_is_only_checked(search: Campaign, tmp_path: Path) -> None:
    file = tmp_path / "spend.csv"
    file.write_text("campaign,day,cost\nSearch,2026-11-20,1\nSearch,2026-11-20,x\nSearch,2026-11-20,NaN\n")
    columns = ["--campaign-column=campaign", "--date-column=day", "--amount-column=cost", "--brand=Acme"]

    run("import_spend", str(file), *columns, "--dry-run", now=None)
    assert counted() == {}
    run("import_spend", str(file), *columns, now=None)

    assert counted() == {("file", "invalid_amount"): 2}


def test_admin_counts_what_the_service_refuses(search: Campaign) -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("mia"))
    browser = Browser(client)
    with time_machine.travel(NOON, tick=False):
        answers = [
            browser.save(browser.open(ADD), campaign=str(search.pk), amount=amount, reference="one")
            for amount in ("1.00", "2.00")
        ]

    assert [bool(answer.errors) for answer in answers] == [False, True]
    assert counted() == {("admin", "reference_conflict"): 1}
