"""Connections that run out: a sentence instead of a traceback, and all is well as soon as there are some again."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager

import psycopg
import pytest

from tests.faults.checks import assert_all_is_well
from tests.faults.conftest import MakeSystem
from tests.faults.journal import Journal, Spend
from tests.faults.system import System

pytestmark = [pytest.mark.system, pytest.mark.postgres]

CONNECTIONS = 12


@contextmanager
def all_connections_taken(system: System) -> Iterator[None]:
    """Take every connection that is left."""
    with ExitStack() as stack:
        with pytest.raises(psycopg.OperationalError, match="too many clients"):
            take_connections(system, stack)
        yield


def take_connections(system: System, stack: ExitStack) -> None:
    while True:
        stack.enter_context(closing(psycopg.connect(system.database_url)))


def page_of(system: System, path: str) -> tuple[int, str]:
    """Return what a browser is shown."""
    try:
        with urllib.request.urlopen(f"{system.web_address.url}{path}", timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read().decode()


def test_no_connection_left_is_said_so_and_nothing_is_lost(make_system: MakeSystem) -> None:
    system = make_system(max_connections=str(CONNECTIONS), superuser_reserved_connections="0")
    journal = Journal(system.data_dir / "journal.jsonl")
    # It has no connection yet: one is opened by its first request.
    system.start("web")
    client, campaign = system.client(), system.desk.campaigns["Acme/Search"]

    with all_connections_taken(system):
        refused = journal.send(client, Spend("first", campaign, "1.50"))
        status, page = page_of(system, "admin/login/?next=/admin/")
        command = system.refusal("record_spend", "Acme/Search", "2.50")
    recorded = [journal.send(client, Spend(name, campaign, "1.50")) for name in ("first", "second")]

    assert refused is not None
    assert (refused.status, refused.code, refused.retry_after) == (503, "database_away", "5")
    assert "send the same again" in str(refused.body["error"])
    # The form itself needs no database.
    assert status == 200 or (status == 503 and "The database does not answer" in page)
    assert "The database cannot be reached: " in command
    assert "too many clients" in command
    assert "Traceback" not in system.log("web")
    assert [answer and answer.status for answer in recorded] == [201, 201]
    journal.settle(system, client)
    assert_all_is_well(system)
