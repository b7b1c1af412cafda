"""Parts that are killed under load: what was acknowledged is there, and what is sent again counts once."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence

import pytest

from tests.depth import LONG, report
from tests.faults.checks import assert_all_is_well
from tests.faults.conftest import MakeSystem
from tests.faults.journal import Journal
from tests.faults.load import under_load, wait_for_progress
from tests.faults.system import System, SystemWithServer
from tests.processes import PARTS

pytestmark = pytest.mark.system

# The database dies in two ways: its first process alone, and all of them at once without writing anything any more.
DATABASE_DIES = ("postmaster", "crash")
VICTIMS = (*PARTS, *DATABASE_DIES)


def kill_and_start(system: System, victim: str) -> None:
    """End a part at once, and start it again."""
    if victim in DATABASE_DIES:
        assert isinstance(system, SystemWithServer)
        if victim == "crash":
            system.server.crash()
        else:
            system.server.kill()
        system.server.start()
    for part in PARTS:
        if part == victim:
            system.kill(part)
            system.start(part)


def kill_under_load(system: System, victims: Sequence[str], *, seed: int) -> Journal:
    """Kill each of the victims while clients send spend, and wait each time until spend is acknowledged again."""
    journal = Journal(system.data_dir / "journal.jsonl")
    with under_load(system, journal, seed=seed):
        wait_for_progress(system, journal)
        for victim in victims:
            began = time.monotonic()
            kill_and_start(system, victim)
            wait_for_progress(system, journal)
            report(f"killed {victim}: spend is acknowledged again after {time.monotonic() - began:.1f} s")
    report(f"answers: {dict(journal.answers)}")
    return journal


@pytest.mark.postgres
def test_each_part_killed_under_load_loses_and_doubles_nothing(make_system: MakeSystem, seed: int) -> None:
    system = make_system()
    system.start(*PARTS)

    journal = kill_under_load(system, random.Random(seed).sample(VICTIMS, len(VICTIMS)), seed=seed)

    journal.settle(system, system.client())
    assert_all_is_well(system)
    # Nobody had to start those again that were not killed.
    assert [part for part in PARTS if not system.is_running(part)] == []
    assert " 0 counters differ" in system.run("check_ledger").replace("'", " ")


@pytest.mark.sqlite
def test_web_server_killed_under_load_loses_and_doubles_nothing(system: System, seed: int) -> None:
    system.start("web")

    journal = kill_under_load(system, ["web", "web"], seed=seed)

    journal.settle(system, system.client())
    assert_all_is_well(system)


@LONG
@pytest.mark.postgres
# pytest ends a test that says nothing for five minutes: ten minutes are ten tests.
@pytest.mark.parametrize("part", range(10))
def test_a_minute_of_random_kills(part: int, make_system: MakeSystem, seed: int) -> None:
    del part  # one like the other
    dice, system = random.Random(seed), make_system()
    system.start(*PARTS)
    deadline, journals = time.monotonic() + 60, []

    while time.monotonic() < deadline:
        journals.append(kill_under_load(system, dice.choices(VICTIMS, k=5), seed=dice.randrange(10**6)))
        journals[-1].settle(system, system.client())
        assert_all_is_well(system)

    report(f"{5 * len(journals)} kills, {len(journals[-1].sent)} spends")
