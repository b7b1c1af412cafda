"""The ledger in months beside the rest of the upkeep: migrations of indexes, dumps and restores."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from campaigns.models import SpendLog
from campaigns.services import months
from campaigns.services.months.catalog import REFERENCES, rows_of
from campaigns.services.months.catalog import run as run_sql
from tests.factories import NOON, at, make_brand, make_campaign, spend
from tests.ledgers import SWITCHED_AT
from tests.plugin.postgres import find_binaries
from tests.plugin.runs import Run

pytestmark = [pytest.mark.postgres, pytest.mark.usefixtures("in_months")]

MOMENT = "spend_moment_idx"


def migrate(to: str) -> None:
    call_command("migrate", "campaigns", *([to] if to else []), verbosity=0)


def covered() -> set[str]:
    """Return the tables with a valid part of the index on moments, and the ledger if it has a valid whole."""
    found = rows_of(
        "SELECT indrelid::regclass::text FROM pg_index WHERE indisvalid "
        "AND pg_get_indexdef(indexrelid) LIKE '%USING btree (occurred_at)'"
    )
    return {table for (table,) in found}


def tables() -> set[str]:
    return {"campaigns_spendlog", *(part.table for part in months.survey().parts)}


def test_migrations_change_indexes_of_every_month_and_back() -> None:
    migrate("0008")
    assert covered() == set()

    migrate("")

    assert covered() == tables()
    assert rows_of("SELECT count(*) FROM pg_index WHERE NOT indisvalid") == [(0,)]
    months.tend(now=at("2027-01-10 12:00"))
    assert covered() == tables()


def test_a_run_that_was_broken_off_between_two_months_is_run_again() -> None:
    migrate("0008")
    run_sql(f"CREATE INDEX {MOMENT}_2026_11 ON campaigns_spendlog_2026_11 (recorded_at)")

    migrate("")

    assert covered() == tables()


def test_a_dump_of_everything_comes_back_as_it_was(
    in_months: str, run: Run, tmp_path: Path, programs: Callable[..., None]
) -> None:
    campaign = make_campaign(make_brand(now=SWITCHED_AT), now=SWITCHED_AT)
    first = spend(campaign, "5", now=SWITCHED_AT, reference="old")
    spend(campaign, "6", now=NOON, reference="new")
    dump = tmp_path / "desk.dump"
    programs("pg_dump", "--format=custom", f"--file={dump}", connection.settings_dict["NAME"])
    restored = f"{in_months}_restored"
    run.create_database(restored)
    programs("pg_restore", "--exit-on-error", "--no-owner", f"--dbname={restored}", str(dump))
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = restored
    try:
        assert [part.name for part in months.survey().parts] == [
            "until 2026-11",
            "2026-11",
            "2026-12",
            "2027-01",
            "rest",
        ]
        assert SpendLog.objects.count() == 2
        assert spend(campaign, "5", now=NOON, reference="old") == first
        assert spend(campaign, "7", now=NOON, reference="newest").pk > first.pk + 1
        assert rows_of(f"SELECT count(*) FROM {REFERENCES}") == [(3,)]
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def test_a_month_is_dumped_dropped_restored_and_put_back(tmp_path: Path, programs: Callable[..., None]) -> None:
    campaign = make_campaign(make_brand(now=SWITCHED_AT), now=SWITCHED_AT)
    entry = spend(campaign, "5", now=SWITCHED_AT, reference="old")
    later = at("2026-12-15 12:00")
    spend(campaign, "6", now=later)
    [part] = months.detach_before(month=date(2026, 11, 1), now=later)
    name = str(connection.settings_dict["NAME"])
    dump = tmp_path / "month.dump"
    programs("pg_dump", "--format=custom", f"--table={part.table}", f"--file={dump}", name)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {part.table}")

    programs("pg_restore", "--exit-on-error", "--no-owner", f"--dbname={name}", str(dump))
    months.attach(month=date(2026, 10, 1))

    assert SpendLog.objects.get(pk=entry.pk).reference == "old"
    assert SpendLog.objects.count() == 2


@pytest.fixture
def programs(tmp_path: Path) -> Callable[..., None]:
    """Runs a client program of PostgreSQL, of the server's version, on this run's server."""
    folder, facts = find_binaries("", tmp_path).folder, connection.settings_dict
    where = {"PGHOST": str(facts["HOST"]), "PGPORT": str(facts["PORT"]), "PGUSER": str(facts["USER"])}

    def program(name: str, *arguments: str) -> None:
        if not (folder / name).exists():
            pytest.skip(f"{name} is not beside the server")
        connection.close()
        command = [str(folder / name), *arguments]
        done = subprocess.run(command, env={**os.environ, **where}, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    return program
