"""PgBouncer in transaction mode, where there is one: Debian and others call the package pgbouncer."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from urllib.parse import quote, unquote

import psycopg
import pytest

from tests.ad_system.polling import wait_until
from tests.plugin.guard import Guarded
from tests.plugin.postgres import UNPRIVILEGED, make_directory
from tests.plugin.runs import Run
from tests.processes import Installation

PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")

pytestmark = [
    pytest.mark.system,
    pytest.mark.postgres,
    pytest.mark.skipif(PGBOUNCER is None, reason="pgbouncer is not installed here"),
]

# More clients than connections, so that a transaction seldom gets the one of the transaction before.
CLIENTS, CONNECTIONS, SPENDS = 8, 3, 25

WORK = f"""
import threading
from django.db import connection
from django.utils import timezone
from campaigns.models import SpendLog
from campaigns.queries.exports import export_entries
from campaigns.services import create_brand, create_campaign, record_spend

now = timezone.now()
campaigns = [
    create_campaign(brand_id=create_brand(name=f"Brand {{n}}", now=now).pk, name="Search", now=now).pk for n in range(3)
]
failures = []

def work(number):
    try:
        for spend in range({SPENDS}):
            record_spend(campaign_id=campaigns[spend % 3], amount="1", reference=f"{{number}}-{{spend}}", now=now)
            list(export_entries(SpendLog.objects.all()))
    except Exception as error:
        failures.append(repr(error))
    finally:
        connection.close()

threads = [threading.Thread(target=work, args=(n,)) for n in range({CLIENTS})]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(SpendLog.objects.count(), failures)
"""


@pytest.fixture
def pooled(run: Run, installation: Installation) -> Iterator[Installation]:
    """An installation whose database is behind a pooler, which gives out a connection for a transaction at a time."""
    user = UNPRIVILEGED if os.geteuid() == 0 else ""
    folder = make_directory(user)
    server, _, name = installation.database_url.removeprefix("postgres://postgres@").partition(":5432/")
    (folder / "pgbouncer.ini").write_text(
        "\n".join(
            [
                "[databases]",
                f"{name} = host={unquote(server)} port=5432 user=postgres",
                "[pgbouncer]",
                f"unix_socket_dir = {folder}",
                "listen_addr =",
                "listen_port = 6432",
                "auth_type = any",
                "pool_mode = transaction",
                f"default_pool_size = {CONNECTIONS}",
                "max_client_conn = 100",
            ]
        )
    )
    (folder / "pgbouncer.ini").chmod(0o644)
    log = run.home / "pgbouncer.log"
    guarded = Guarded([str(PGBOUNCER), str(folder / "pgbouncer.ini")], removes=folder, user=user, log=log, cwd=folder)
    url = f"postgres://postgres@{quote(str(folder), safe='')}:6432/{name}"
    try:
        wait_until(lambda: _answers(url), what=f"pgbouncer\n{log.read_text()}")
        installation.environment |= {"DATABASE_URL": url, "DATABASE_POOLER": "1"}
        yield installation
    finally:
        installation.close()
        guarded.stop()


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url.replace("postgres://", "postgresql://")).close()
    except psycopg.OperationalError:
        return False
    return True


def test_the_desk_works_behind_a_pooler_in_transaction_mode(pooled: Installation) -> None:
    said = pooled.manage("shell", "-c", WORK)

    assert said.splitlines()[-1] == f"{CLIENTS * SPENDS} []"
    assert "Every counter agrees" in pooled.manage("check_ledger")
    pooled.start("broker")
    pooled.start("worker")
    pooled.manage("shell", "-c", "from campaigns.tasks import enforce_budgets; enforce_budgets.delay()")
    pooled.wait_until(lambda: "succeeded" in pooled.log("worker"), seconds=60, what="a task")


def test_twin_that_does_not_know_of_the_pooler_is_sent_away(pooled: Installation) -> None:
    pooled.environment["DATABASE_POOLER"] = "0"

    # It asks for options at the start, which the pooler knows nothing of.
    assert "unsupported startup parameter: options" in pooled.refusal("check_ledger")
