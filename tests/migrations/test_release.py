"""An upgrade without stopping: the first release goes on recording while its tables become those of this version."""

from __future__ import annotations

import psycopg
import pytest

from tests.depth import IS_LONG
from tests.migrations.old_version import FIRST_RELEASE, Load, fill
from tests.plugin.runs import Run
from tests.processes import Installation

# Longer than any of them waited on a busy machine with two cores and a million entries, and less than a client waits.
LONGEST_WAIT_SECONDS = 20.0

ENTRIES = 1_000_000 if IS_LONG else 5_000


@pytest.mark.system
@pytest.mark.postgres
def test_the_first_release_records_on_while_its_tables_are_migrated(run: Run) -> None:
    name = f"release_{run.worker or 'main'}"
    installation = Installation(run.home / name, database_url=run.create_database(name))
    address = f"{run.address}/{name}"
    installation.manage("migrate", "campaigns", FIRST_RELEASE, "--verbosity=0")
    fill(address, entries=ENTRIES)

    with Load(address) as load:
        installation.manage("migrate", "--verbosity=0")
        written_before_the_end = load.written
        # It goes on on the new tables, too.
        installation.wait_until(
            lambda: load.written > written_before_the_end + 20 or load.failures, seconds=30, what="more spend"
        )

    assert load.failures == []
    assert "Every counter agrees" in installation.manage("check_ledger")
    with psycopg.connect(address) as connection:
        (count,) = connection.execute("SELECT COUNT(*) FROM campaigns_spendlog").fetchone() or (0,)
        (unplaced,) = connection.execute(
            "SELECT COUNT(*) FROM campaigns_statuschange WHERE position IS NULL"
        ).fetchone() or (-1,)
    assert count == ENTRIES + load.written
    assert unplaced == 0
    assert load.longest_wait < LONGEST_WAIT_SECONDS
    print(f"{ENTRIES:,} entries, {load.written:,} recorded meanwhile, longest wait {load.longest_wait:.2f} s")  # noqa: T201
