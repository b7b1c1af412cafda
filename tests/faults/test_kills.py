"""Parts that are killed under load: what was acknowledged is there, and what is sent again counts once."""

from __future__ import annotations

import random

import pytest

from tests.faults.conftest import MakeSystem
from tests.faults.journal import Journal
from tests.faults.load import under_load, wait_for_progress
from tests.faults.system import System, SystemWithServer
from tests.processes import PARTS, Part

pytestmark = pytest.mark.system

# None is the database.
VICTIMS: tuple[Part | None, ...] = (*PARTS, None)


def kill_and_start(system: SystemWithServer, victim: Part | None) -> None:
    if victim is None:
        system.server.kill()
        system.server.start()
    else:
        system.kill(victim)
        system.start(victim)


@pytest.mark.postgres
def test_killing_each_part_under_load_loses_and_doubles_nothing(make_system: MakeSystem, seed: int) -> None:
    system = make_system()
    journal = Journal(system.data_dir / "journal.jsonl")
    system.start(*PARTS)

    with under_load(system, journal, seed=seed):
        wait_for_progress(system, journal)
        for victim in random.Random(seed).sample(VICTIMS, len(VICTIMS)):
            kill_and_start(system, victim)
            wait_for_progress(system, journal)

    journal.settle(system, system.client())
    assert system.manage("check_ledger")


@pytest.mark.sqlite
def test_killing_the_web_server_on_sqlite_loses_and_doubles_nothing(
    system: System, journal: Journal, seed: int
) -> None:
    system.start("web")

    with under_load(system, journal, seed=seed):
        for _ in range(2):
            wait_for_progress(system, journal)
            system.kill("web")
            system.start("web")
            wait_for_progress(system, journal)

    journal.settle(system, system.client())
