"""`manage.py doctor`: the same findings for people, with what to do, and with what is around the desk."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from ad_system.signs import surroundings
from ad_system.signs.findings import Level
from campaigns.models import Brand, Campaign
from campaigns.services.totals import check_ledger
from tests.ad_system.signs.clockwork import make_well, set_last, set_line
from tests.campaigns.management.desk import Answer, run
from tests.factories import DAY, break_zone, make_brand, make_campaign, spend


@pytest.fixture
def well(db: None, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A desk on which all goes well, now; its folder is there, and nobody waits for workers."""
    monkeypatch.setattr(surroundings, "WORKER_SECONDS", 0.05)
    settings.ENVIRONMENT.data_dir.mkdir(exist_ok=True)
    make_well(timezone.now())


def doctor(*arguments: str) -> Answer:
    return run("doctor", *arguments, now=None)


def checks(answer: Answer) -> dict[str, list[dict[str, Any]]]:
    """Return what `--json` printed, by part."""
    found: dict[str, list[dict[str, Any]]] = {}
    for check in json.loads(answer.out)["checks"]:
        found.setdefault(check["part"], []).append(check)
    return found


def ill(answer: Answer) -> list[str]:
    return [part for part, found in checks(answer).items() if any(one["level"] == "ill" for one in found)]


def test_doctor_finds_a_desk_well(well: None) -> None:
    answer = doctor("--json")

    assert (answer.code, ill(answer), json.loads(answer.out)["status"]) == (0, [], "ok")
    assert set(checks(answer)) >= {
        *("database", "migrations", "broker", "beat", "passes", "ledger", "worker", "folder", "secret"),
        *("clock", "schedule", "brands", "campaigns", "webhooks", "refused", "set-up"),
    }


def test_doctor_says_what_to_do_and_ends_with_1(well: None, settings: Settings) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    set_last("beat", finished_at=timezone.now() - DAY)
    campaign = make_campaign(make_brand(name="Acme [bold]"), name="Search")
    spend(campaign, "10", now=timezone.now())
    Campaign.objects.update(current_daily_spend=9)
    check_ledger(now=timezone.now())

    answer = doctor()

    assert answer.code == 1
    assert answer.err == "Found: not well: beat, ledger, broker. The lines marked ILL say what to do.\n"
    assert "→ Run manage.py rebuild_totals" in answer.out
    assert "Acme [bold]/Search, day since" in answer.out
    assert "→ Start beat" in answer.out
    assert "\x1b" not in answer.out


def test_doctor_tells_what_holds_campaigns_and_which_zone_is_bad(well: None) -> None:
    now = timezone.now()
    brand = make_brand(name="Acme", now=now)
    make_campaign(brand, now=now, daily_budget="0")
    make_campaign(brand, now=now)
    break_zone(make_brand(name="Red planet", now=now))
    run("record_spend", "Acme/Nothing", "1", now=None)

    answer = doctor("--json")

    assert (answer.code, ill(answer)) == (1, ["brands"])
    found = checks(answer)
    assert found["brands"][0]["details"] == ["Red planet: 'Mars/Olympus'"]
    assert found["campaigns"][0]["says"] == "Campaigns: 1 active, 1 paused, 0 inactive."
    assert found["campaigns"][0]["details"] == ["1 held: campaign's daily budget"]
    assert found["refused"][0]["details"] == ["1 at the door command: not_found"]
    assert Brand.objects.count() == 2


def test_doctor_warns_of_lines_that_are_missing_or_off(well: None) -> None:
    set_line("enforce_budgets", enabled=False)
    off = surroundings.look_at_schedule()
    set_line("enforce_budgets", name="Renamed")
    missing = surroundings.look_at_schedule()

    assert (off.level, off.details) == (Level.WARNING, ("Keep brands inside their budgets",))
    assert (missing.level, missing.details) == (off.level, off.details)
    assert ("switched off" in off.sentence, "missing" in missing.sentence) == (True, True)


def test_folder_that_is_missing_or_full_is_ill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert surroundings.look_at_folder(tmp_path).level in (Level.OK, Level.WARNING)
    assert surroundings.look_at_folder(tmp_path / "gone").level is Level.ILL

    monkeypatch.setattr(surroundings, "TIGHT_BELOW", 10**18)
    assert surroundings.look_at_folder(tmp_path).level is Level.WARNING
    monkeypatch.setattr(surroundings, "FULL_BELOW", 10**18)
    assert surroundings.look_at_folder(tmp_path).level is Level.ILL


@pytest.mark.skipif(os.name != "posix", reason="other systems keep permissions elsewhere")
def test_key_that_others_can_read_is_a_warning(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert surroundings.look_at_key(tmp_path).sentence == "The key comes from SECRET_KEY."
    settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update={"secret_key": ""})
    key = tmp_path / "secret_key"
    key.write_text("x")
    key.chmod(0o600)
    assert surroundings.look_at_key(tmp_path).level is Level.OK

    key.chmod(0o644)

    assert surroundings.look_at_key(tmp_path).level is Level.WARNING


@pytest.mark.postgres
@pytest.mark.django_db
def test_clocks_that_are_apart_are_ill(monkeypatch: pytest.MonkeyPatch) -> None:
    assert surroundings.look_at_clocks(now=timezone.now()).level is Level.OK

    monkeypatch.setattr(surroundings, "CLOCKS_APART", timedelta(0))

    assert surroundings.look_at_clocks(now=timezone.now()).level is Level.ILL
