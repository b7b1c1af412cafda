"""A replica of the database, which PostgreSQL itself keeps: exports read there, everything else in the database."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import psycopg
import pytest

from tests.ad_system.polling import wait_until
from tests.depth import LONG
from tests.plugin.guard import Guarded
from tests.plugin.postgres import SETTINGS, UNPRIVILEGED, find_binaries, make_directory
from tests.plugin.runs import Run
from tests.processes import Installation

# A second PostgreSQL takes its time.
pytestmark = [pytest.mark.system, pytest.mark.postgres, LONG]

RECORD = """
from django.utils import timezone
from campaigns.services import create_brand, create_campaign, record_spend
now = timezone.now()
campaign = create_campaign(brand_id=create_brand(name="Acme", now=now).pk, name="Search", now=now)
record_spend(campaign_id=campaign.pk, amount="5", reference="r", now=now)
"""


@pytest.fixture
def replica(run: Run) -> Iterator[Path]:
    """The folder of a standby's socket, which follows the run's server."""
    user = UNPRIVILEGED if os.geteuid() == 0 else ""
    folder = make_directory(user)
    binaries = find_binaries(user, folder).folder
    socket = unquote(run.address.removeprefix("postgres://postgres@").partition(":")[0])
    copy = [str(binaries / "pg_basebackup"), "-h", socket, "-U", "postgres", "-D", str(folder / "data")]
    copy += ["--write-recovery-conf", "--checkpoint=fast", "--no-sync", "--wal-method=stream"]
    settings = {**SETTINGS, "hot_standby_feedback": "on"}
    serve = [str(binaries / "postgres"), "-D", str(folder / "data"), "-k", str(folder)]
    serve += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    server = Guarded(
        ["/bin/sh", "-c", f"{shlex.join(copy)} && exec {shlex.join(serve)}"],
        removes=folder,
        user=user,
        log=run.home / "replica.log",
        cwd=folder,
    )
    try:
        wait_until(lambda: _answers(folder), what="the replica's answer: see replica.log")
        yield folder
    finally:
        server.stop()


def _answers(folder: Path) -> bool:
    try:
        psycopg.connect(host=str(folder), user="postgres", dbname="postgres").close()
    except psycopg.OperationalError:
        return False
    return True


def test_exports_read_from_the_replica_and_nothing_else_does(installation: Installation, replica: Path) -> None:
    name = installation.database_url.rpartition("/")[2]
    installation.environment["DATABASE_REPLICA_URL"] = f"postgres://postgres@{str(replica).replace('/', '%2F')}/{name}"
    installation.manage("shell", "-c", RECORD)
    wait_until(lambda: "Acme,Search" in installation.manage("export_totals"), what="the entry on the replica")

    # It stands still: what comes from now on is known to the database alone.
    with psycopg.connect(host=str(replica), user="postgres", dbname="postgres", autocommit=True) as connection:
        connection.execute("SELECT pg_wal_replay_pause()")
    installation.manage("record_spend", "Acme/Search", "7")

    assert "12.00" in installation.manage("status")
    assert ",5.00," in installation.manage("export_totals")
    assert "Every counter agrees" in installation.manage("check_ledger")
