"""Whole systems: on this run's database, or on a PostgreSQL of their own, which a test may kill."""

from __future__ import annotations

import itertools
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.faults.desk import Desk
from tests.faults.journal import Journal
from tests.faults.postgres import OwnPostgres
from tests.faults.system import System, SystemWithServer
from tests.plugin.postgres import Binaries, create_database
from tests.plugin.runs import ROOT, Run

# In a server of a system's own.
DATABASE = "desk"
SECONDS_TO_MAKE_A_DESK = 120.0

MakeSystem: TypeAlias = Callable[..., SystemWithServer]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A server's data with a desk in it, to be copied, and the binaries that serve it."""

    data: Path
    desk: Desk
    binaries: Binaries


@pytest.fixture
def seed() -> int:
    """What a test's dice begin with: `FAULTS_SEED`, to roll the same again, or a new one. A failure shows it."""
    number = int(os.environ.get("FAULTS_SEED") or random.SystemRandom().randrange(1_000_000))
    sys.stdout.write(f"FAULTS_SEED={number}\n")
    return number


@pytest.fixture(scope="session")
def system_numbers() -> Iterator[int]:
    """Counts the systems of this process."""
    return itertools.count(1)


@pytest.fixture(scope="session")
def desk_template(run: Run) -> tuple[str, Desk]:
    """The name of a database with a desk, from which systems are copied, and the desk."""
    name = f"desk_{run.worker or 'main'}"
    return name, _make_desk(run.create_database(name), run.home / name)


@pytest.fixture
def system(run: Run, desk_template: tuple[str, Desk], system_numbers: Iterator[int]) -> Iterator[System]:
    """A system on this run's database. Its parts run when the test starts them."""
    template, desk = desk_template
    name = f"system_{run.worker or 'main'}_{next(system_numbers)}"
    system = System(run.home / name, database_url=run.create_database(name, template=template), desk=desk)
    yield system
    system.close()


@pytest.fixture
def journal(system: System) -> Journal:
    """The journal of the clients of `system`."""
    return Journal(system.data_dir / "journal.jsonl")


@pytest.fixture(scope="session")
def prepared(run: Run) -> Iterator[Prepared]:
    """The data of a PostgreSQL that was stopped in order, with a desk in it."""
    server = OwnPostgres()
    binaries = server.start()
    create_database(server.address, DATABASE)
    desk = _make_desk(f"{server.address}/{DATABASE}", run.home / "prepared")
    server.halt()
    yield Prepared(server.data, desk, binaries)
    server.stop()


@pytest.fixture
def make_system(run: Run, prepared: Prepared, system_numbers: Iterator[int]) -> Iterator[MakeSystem]:
    """Makes systems on a PostgreSQL of their own, with settings of its own: `make_system(max_connections="12")`."""
    made: list[SystemWithServer] = []

    def make(*, before_start: Callable[[OwnPostgres], None] | None = None, **settings: str) -> SystemWithServer:
        server = OwnPostgres(prepared.binaries, settings=settings)
        directory = run.home / f"own_{next(system_numbers)}"
        made.append(SystemWithServer(directory, server=server, database=DATABASE, desk=prepared.desk))
        if before_start:
            before_start(server)
        server.copy_data(prepared.data)
        server.start()
        return made[-1]

    yield make
    for system in made:
        system.close()


def _make_desk(database_url: str, data_dir: Path) -> Desk:
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.desk"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": database_url, "DATA_DIR": str(data_dir)},
        capture_output=True,
        text=True,
        timeout=SECONDS_TO_MAKE_A_DESK,
        check=False,
    )
    if done.returncode:
        pytest.fail(f"no desk could be made:\n{done.stdout}{done.stderr}")
    return Desk.parse(done.stdout)
