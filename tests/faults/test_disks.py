"""A disk that is full, or can only be read: a clear refusal, nothing half-written, and all goes on afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from tests.depth import LONG, report
from tests.faults.checks import assert_all_is_well
from tests.faults.conftest import DATABASE, MakeSystem
from tests.faults.desk import Desk
from tests.faults.disk import SmallDisk, small_disk
from tests.faults.journal import Journal, Spend
from tests.faults.postgres import OwnPostgres
from tests.faults.system import Answer, System
from tests.plugin.runs import Run

pytestmark = pytest.mark.system

DISK_IS_FULL = (507, "database_full", "5")
IS_AWAY = (503, "database_away", "5")


@pytest.fixture
def disk(run: Run) -> Iterator[SmallDisk]:
    """A disk on which a desk fits, and not much more."""
    with small_disk(run.home / "small_disk", megabytes=16) as disk:
        yield disk


@pytest.fixture
def small_system(
    run: Run, disk: SmallDisk, desk_template: tuple[str, Desk], system_numbers: Iterator[int]
) -> Iterator[System]:
    """A system whose SQLite lies on the small disk, and nothing else of it."""
    template, desk = desk_template
    copy = disk.path / "desk.sqlite3"
    copy.write_bytes((run.home / f"{template}.sqlite3").read_bytes())
    directory = run.home / f"small_system_{next(system_numbers)}"
    system = System(directory, database_url=f"sqlite:///{copy}", desk=desk)
    yield system
    system.close()


class Sender:
    """A program that sends spend of one campaign, and keeps its journal."""

    def __init__(self, system: System) -> None:
        self.journal = Journal(system.data_dir / "journal.jsonl")
        self.client = system.client()
        self._campaign = system.desk.campaigns["Acme/Search"]
        self._number = 0

    def send(self) -> Answer:
        """Send one more."""
        self._number += 1
        answer = self.journal.send(self.client, Spend(f"spend-{self._number}", self._campaign, "0.25"))
        assert answer is not None
        return answer

    def send_until_refused(self) -> Answer:
        """Send until one is not recorded, and return that answer."""
        for _ in range(2000):
            answer = self.send()
            if answer.status != 201:
                return answer
        pytest.fail("2000 spends were recorded on a disk that is full")


def told(answer: Answer) -> tuple[int, str, str]:
    assert answer.status == 201 or answer.body["error"]
    return answer.status, answer.code, answer.retry_after


def assert_readers_still_read(system: System) -> None:
    answer = system.client().get(f"/campaigns/{system.desk.campaigns['Acme/Search']}")
    assert answer.status == 200, answer


@pytest.mark.sqlite
def test_full_disk_below_sqlite_is_refused_and_nothing_is_half_written(small_system: System, disk: SmallDisk) -> None:
    system = small_system
    system.start("web")
    sender = Sender(system)
    assert sender.send().status == 201

    disk.fill()
    full = told(sender.send_until_refused())
    command = system.refusal("record_spend", "Acme/Search", "1")
    assert_readers_still_read(system)
    disk.free()

    assert full == DISK_IS_FULL
    assert "The disk of the database is full: nothing was written." in command
    assert sender.send().status == 201
    sender.journal.settle(system, sender.client)
    report(f"answers: {dict(sender.journal.answers)}")
    assert_all_is_well(system)


@pytest.mark.sqlite
def test_read_only_disk_below_sqlite_is_refused(small_system: System, disk: SmallDisk) -> None:
    system = small_system
    sender = Sender(system)

    disk.remount("ro")
    # Not even to be read: SQLite's journal beside it cannot be made.
    command = system.refusal("record_spend", "Acme/Search", "1")
    system.start("web")
    refused = told(sender.send())
    system.stop("web")
    disk.remount("rw")
    system.start("web")

    assert command == "Refused: The database cannot be reached: unable to open database file"
    assert refused == IS_AWAY
    assert sender.send().status == 201
    sender.journal.settle(system, sender.client)


def move_to(disk: Path, system: System) -> None:
    """Put the desk's tables on the disk; what PostgreSQL keeps beside them stays where it is."""
    with psycopg.connect(system.database_url.replace(f"/{DATABASE}", "/postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE TABLESPACE small LOCATION '{disk}'".encode())
        connection.execute(f"ALTER DATABASE {DATABASE} SET TABLESPACE small".encode())


@pytest.mark.postgres
def test_full_disk_below_postgres_is_refused_and_nothing_is_half_written(make_system: MakeSystem) -> None:
    system = make_system()
    with small_disk(system.server.directory / "small_disk", megabytes=24) as disk:
        tables = disk.path / "tables"
        system.server.own(disk.path)
        tables.mkdir()
        system.server.own(tables)
        move_to(tables, system)
        system.start("web")
        sender = Sender(system)
        assert sender.send().status == 201

        disk.fill()
        full = told(sender.send_until_refused())
        assert_readers_still_read(system)
        disk.free()

        assert full == DISK_IS_FULL
        assert sender.send().status == 201
        sender.journal.settle(system, sender.client)
        report(f"answers: {dict(sender.journal.answers)}")
        assert_all_is_well(system)
        system.close()


def write_on_and_on(system: System) -> None:
    """Have the server's own log (WAL) grow, as the work of others on it does."""
    with psycopg.connect(system.database_url, autocommit=True) as connection:
        for _ in range(1000):
            connection.execute("SELECT pg_logical_emit_message(true, 'tests', repeat('x', 1000000))")


@LONG
@pytest.mark.postgres
def test_full_disk_below_all_of_postgres_stops_it_and_nothing_acknowledged_is_lost(make_system: MakeSystem) -> None:
    with ExitStack() as stack:
        disks: list[SmallDisk] = []

        def put_on_a_disk(server: OwnPostgres) -> None:
            disks.append(stack.enter_context(small_disk(server.data, megabytes=200)))

        system = make_system(before_start=put_on_a_disk)
        stack.callback(system.close)
        system.start("web")
        sender = Sender(system)
        recorded = [sender.send().status for _ in range(20)]

        disks[0].fill()
        with pytest.raises(psycopg.OperationalError):
            write_on_and_on(system)
        gone = told(sender.send_until_refused())
        disks[0].free()
        system.server.halt()
        system.server.start()

        assert (recorded, gone) == ([201] * 20, IS_AWAY)
        assert sender.send().status == 201
        sender.journal.settle(system, sender.client)
        report(f"answers: {dict(sender.journal.answers)}")
        assert_all_is_well(system)
