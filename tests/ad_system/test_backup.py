"""Backups: restored as docs/operations.md says, they hold what was there, and nothing that was not done."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from ad_system.backup import back_up
from ad_system.errors import CannotStart
from campaigns.models import SpendLog
from campaigns.queries.exports import export_totals
from tests.factories import make_brand, make_campaign, spend
from tests.plugin.postgres import find_binaries
from tests.plugin.runs import Run
from tests.processes import Installation


@pytest.fixture
def client_programs(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's own programs of the server's version come first."""
    if run.vendor == "postgres":
        monkeypatch.setenv("PATH", f"{find_binaries('', tmp_path).folder}{os.pathsep}{os.environ['PATH']}")


def make_agency() -> None:
    campaign = make_campaign(make_brand(daily_budget="50"), name="Search", daily_budget="10")
    for number in range(20):
        spend(campaign, "0.700001", reference=f"r{number}")


def restore(run: Run, backup: Path, name: str) -> Installation:
    """Do what the page says: a new database, and the backup in it."""
    if run.vendor == "sqlite":
        shutil.copy(backup, run.home / f"{name}.sqlite3")
    else:
        run.create_database(name)
        command = ["pg_restore", "--no-owner", "--exit-on-error", f"--dbname={run.address}/{name}", str(backup)]
        subprocess.run([part.replace("postgres://", "postgresql://") for part in command], check=True)
    return Installation(run.home / name, database_url=run.database_url(name))


@pytest.fixture
def restored_name(run: Run) -> Iterator[str]:
    name = f"restored_{run.worker or 'main'}"
    yield name
    if run.vendor == "postgres":
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.mark.system
@pytest.mark.usefixtures("client_programs")
@pytest.mark.django_db(transaction=True)
def test_a_lost_database_comes_back_from_its_backup(run: Run, tmp_path: Path, restored_name: str) -> None:
    make_agency()
    before = list(export_totals(SpendLog.objects.all()))

    call_command("backup", tmp_path / "desk.backup", verbosity=0)
    installation = restore(run, tmp_path / "desk.backup", restored_name)

    exported = installation.manage("export_totals").splitlines()
    assert exported == [",".join(row) for row in before]
    assert "Every counter agrees" in installation.manage("check_ledger")
    assert stat.S_IMODE((tmp_path / "desk.backup").stat().st_mode) == 0o600
    # Nothing is missing that the program needs.
    assert installation.manage("migrate", "--check") == ""


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_a_backup_in_the_middle_of_a_transaction_is_as_of_before(tmp_path: Path) -> None:
    make_agency()
    campaign = SpendLog.objects.select_related("campaign").latest("pk").campaign

    with transaction.atomic():
        spend(campaign, "5", reference="not committed yet")
        back_up(connection.settings_dict, tmp_path / "desk.sqlite3")
        transaction.set_rollback(True)

    copy = sqlite3.connect(tmp_path / "desk.sqlite3")
    entries = copy.execute("SELECT COUNT(*), SUM(amount_micros) FROM campaigns_spendlog").fetchone()
    counter = copy.execute("SELECT current_daily_spend_micros FROM campaigns_campaign").fetchone()
    copy.close()
    assert entries == (20, 14_000_020)
    assert counter == (14_000_020,)


@pytest.mark.django_db
def test_a_backup_overwrites_nothing_and_leaves_nothing_half_done(tmp_path: Path) -> None:
    (tmp_path / "there").write_text("the one before")

    with pytest.raises(CommandError, match="is there already"):
        call_command("backup", tmp_path / "there")
    with pytest.raises(CommandError, match="cannot be written: No such file or directory"):
        call_command("backup", tmp_path / "no such folder" / "file")

    assert (tmp_path / "there").read_text() == "the one before"
    assert [path.name for path in tmp_path.iterdir()] == ["there"]


def test_a_damaged_database_is_not_called_a_backup(tmp_path: Path) -> None:
    damaged = tmp_path / "desk.sqlite3"
    database = sqlite3.connect(damaged)
    database.executescript("CREATE TABLE t (a); CREATE INDEX i ON t (a); INSERT INTO t VALUES (1), (2), (3);")
    database.executescript("PRAGMA writable_schema=ON; UPDATE sqlite_master SET rootpage=2 WHERE name='i';")
    database.close()

    with pytest.raises(CannotStart, match="The database is damaged"):
        back_up({"ENGINE": "django.db.backends.sqlite3", "NAME": damaged}, tmp_path / "backup")

    assert not (tmp_path / "backup").exists()


@pytest.mark.parametrize("problem", ["missing", "failing"])
def test_a_dump_that_fails_says_why_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, problem: str
) -> None:
    if problem == "failing":
        (tmp_path / "bin").mkdir()
        (tmp_path / "bin" / "pg_dump").write_text("#!/bin/sh\necho server version mismatch >&2\nexit 1\n")
        (tmp_path / "bin" / "pg_dump").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    database = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "desk",
        "USER": "desk",
        "HOST": "db",
        "PORT": 5432,
        "PASSWORD": "s3cr3t",
    }

    with pytest.raises(CannotStart) as refused:
        back_up(database, tmp_path / "backup")

    assert str(refused.value).startswith(
        {"missing": "pg_dump is not on the PATH", "failing": "pg_dump failed: server version mismatch"}[problem]
    )
    assert not list(tmp_path.glob("backup*"))
