"""`/healthz`, `/readyz` and `/metrics`: what they answer, to whom, and at what cost."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.cache import cache
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from ad_system.signs.database import PULSES_MIGRATION
from ad_system.signs.findings import Part
from campaigns.models import Campaign
from tests.ad_system.running import run_python
from tests.ad_system.signs.clockwork import set_last
from tests.campaigns.api.door import open_door
from tests.factories import HOUR, NOON, make_brand, make_campaign, spend

AWAY = "redis://127.0.0.1:1/0"
TOKEN = "a-long-random-text"


def ask(path: str = "/readyz", client: Client | None = None, **headers: str) -> tuple[int, Any]:
    """Ask anew, from another machine, and return the status and what the page says."""
    cache.clear()
    response = (client or Client()).get(path, headers=headers, REMOTE_ADDR="192.0.2.7")
    return response.status_code, json.loads(response.content)


def ill_parts(body: Any) -> list[str]:
    return [check["part"] for check in body["checks"] if check["level"] == "ill"]


def test_healthz_asks_nobody() -> None:
    # Without the fixture `db`, a question to the database fails the test.
    assert ask("/healthz") == (200, {"status": "ok"})


def test_readyz_is_well(well: None) -> None:
    status, body = ask()

    assert (status, body["status"], body["reasons"]) == (200, "ok", [])
    assert {check["part"] for check in body["checks"]} == set(Part)


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_pages_are_for_looking_and_for_no_cache(well: None, path: str) -> None:
    assert Client().post(path).status_code == 405
    assert Client().head(path).status_code == 200
    assert "no-store" in Client().get(path).headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_pages_answer_under_any_name_and_without_tls(well: None, settings: Settings, path: str) -> None:
    settings.ALLOWED_HOSTS = ["desk.example.com"]
    settings.SECURE_SSL_REDIRECT = True

    assert Client().get(path, headers={"host": "10.1.2.3:8000"}).status_code == 200
    assert Client().get("/admin/login/", headers={"host": "desk.example.com"}).status_code == 301


def test_broker_that_is_away_makes_the_page_red_while_spend_is_recorded(well: None, settings: Settings) -> None:
    settings.CELERY_BROKER_URL = AWAY
    campaign, door = make_campaign(), open_door()

    status, body = ask()

    assert (status, ill_parts(body)) == (503, ["broker"])
    assert body["checks"][0]["part"] == "broker"
    assert door.post("/spend", {"campaign": campaign.pk, "amount": "1.00"}).status == 201
    assert ask("/readyz?only=database,migrations")[0] == 200


def test_late_pass_and_silent_beat_make_the_page_red(well: None) -> None:
    set_last("enforce_budgets", finished_at=NOON - HOUR)
    set_last("beat", finished_at=NOON - HOUR)

    status, body = ask()

    assert (status, sorted(ill_parts(body))) == (503, ["beat", "passes"])
    assert [reason.split(":")[0] for reason in body["reasons"]] == ["beat", "passes"]


def test_tables_that_are_behind_make_the_page_red_and_hide_what_they_would_know(well: None) -> None:
    app, name = PULSES_MIGRATION
    MigrationRecorder(connection).migration_qs.filter(app=app, name=name).delete()

    status, body = ask()

    assert status == 503
    assert set(ill_parts(body)) == {"migrations", "beat", "passes", "ledger"}
    assert "Run manage.py migrate." in [check.get("advice") for check in body["checks"]]


def test_unknown_part_is_refused_with_those_there_are(well: None) -> None:
    status, body = ask("/readyz?only=database,moon")

    assert status == 400
    assert body["error"] == (
        "There is no part called 'moon': choose from database, migrations, broker, beat, passes, ledger."
    )


def test_drift_makes_the_page_red_in_general_words_for_strangers(bent: Campaign) -> None:
    status, body = ask()

    assert (status, ill_parts(body)) == (503, ["ledger"])
    assert body["reasons"] == ["ledger: 1 counter differs from the ledger."]
    assert "Acme" not in json.dumps(body)
    assert "details" not in json.dumps(body)


def staff(*permissions: str) -> Client:
    user = User.objects.create_user("ann", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


def test_details_are_for_the_token_and_for_staff_who_may_see_brands(bent: Campaign, settings: Settings) -> None:
    settings.METRICS_TOKEN = TOKEN

    def has_details(client: Client | None = None, **headers: str) -> bool:
        return "Acme/Search, day since" in json.dumps(ask("/readyz", client, **headers)[1])

    assert has_details(authorization=f"Bearer {TOKEN}")
    assert has_details(staff("view_brand"))
    assert not has_details(authorization=f"Bearer {TOKEN}x")
    assert not has_details(authorization=TOKEN)
    User.objects.all().delete()
    assert not has_details(staff("view_campaign"))


@pytest.mark.parametrize(("path", "most"), [("/readyz", 5), ("/metrics", 15)])
def test_looking_costs_the_same_however_much_there_is(well: None, path: str, most: int) -> None:
    def cost() -> int:
        cache.clear()
        with CaptureQueriesContext(connection) as queries:
            assert Client().get(path).status_code == 200
        return len(queries)

    empty = cost()
    for number in range(20):
        spend(make_campaign(make_brand(name=f"Brand of {number}", daily_budget=number)), "1")

    assert cost() == empty <= most


def test_looking_again_at_once_costs_nothing(well: None) -> None:
    Client().get("/readyz")
    Client().get("/metrics")

    with CaptureQueriesContext(connection) as queries:
        Client().get("/readyz")
        Client().get("/metrics")

    assert len(queries) == 0


LOOK = """
import django
django.setup()
from django.core.management import CommandError, call_command
from django.test import Client
for path in ("/healthz", "/readyz", "/metrics"):
    response = Client().get(path)
    said = response.content.decode()
    print(path, response.status_code, "The database does not answer" in said, 'part="database"} 0.0' in said)
try:
    call_command("doctor")
except CommandError as ill:
    print(ill.returncode, ill)
"""


@pytest.mark.system
@pytest.mark.skipif(sys.platform == "win32", reason="the embedded broker is files there, which always answer")
def test_database_that_is_away_leaves_the_process_alive_and_the_page_red(tmp_path: Path) -> None:
    settings = {"DATABASE_URL": "postgres://desk@127.0.0.1:1/desk", "DJANGO_SETTINGS_MODULE": "ad_system.settings"}

    done = run_python(tmp_path, "-c", LOOK, **settings)

    said = done.stdout.splitlines()
    assert said[:3] == ["/healthz 200 False False", "/readyz 503 True False", "/metrics 200 False True"], done.stderr
    assert "→ Start it, or correct DATABASE_URL." in done.stdout
    assert said[-1] == "1 not well: database, broker. The lines marked ILL say what to do."
