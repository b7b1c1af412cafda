"""A brand that a transaction holds and does not let go: its own requests are told so in time, all others go on."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest

from tests.depth import IS_LONG, report
from tests.faults.checks import assert_all_is_well
from tests.faults.journal import Journal, Spend
from tests.faults.system import Answer, System

pytestmark = [pytest.mark.system, pytest.mark.postgres]

# A normal run holds the brand for shorter, and has a shorter wait.
SECONDS_HELD, LOCK_TIMEOUT = (60.0, 5.0) if IS_LONG else (4.0, 0.5)
# More clients of the held brand than the web server has threads for.
CLIENTS_OF_THE_HELD = 8
CLIENTS_OF_OTHERS = 2


@contextmanager
def holding(system: System, brand: str) -> Iterator[None]:
    """Hold a brand's lock, as a transaction does that somebody left open."""
    with psycopg.connect(system.database_url) as connection:
        connection.execute("SELECT 1 FROM campaigns_brand WHERE id = %s FOR UPDATE", [system.desk.brands[brand]])
        yield
        connection.rollback()


class Clients:
    """Programs that send spend of one brand, one after the other, until they are told to stop."""

    def __init__(self, system: System, journal: Journal, campaign: str) -> None:
        self._system, self._journal, self._campaign = system, journal, campaign
        self.answers: list[Answer] = []

    def run(self, name: str, done: threading.Event) -> None:
        """Send until `done`; whoever is told to try again waits for a second only."""
        client, number = self._system.client(), 0
        campaign = self._system.desk.campaigns[self._campaign]
        while not done.is_set():
            number += 1
            answer = self._journal.send(client, Spend(f"{name}-{number}", campaign, "0.01"))
            assert answer is not None
            self.answers.append(answer)
            if answer.status != 201:
                done.wait(1)

    def slowest(self) -> float:
        """Return how long the slowest answer took."""
        return max(answer.seconds for answer in self.answers)


@pytest.fixture
def patience(system: System) -> System:
    """The system, told how long to wait for a lock."""
    system.environment["LOCK_TIMEOUT"] = str(LOCK_TIMEOUT)
    return system


def test_held_brand_holds_up_only_its_own(patience: System, journal: Journal) -> None:
    system = patience
    system.start("web")
    held, others = Clients(system, journal, "Acme/Search"), Clients(system, journal, "Bolt/Search")
    done = threading.Event()

    with holding(system, "Acme"), ThreadPoolExecutor(CLIENTS_OF_THE_HELD + CLIENTS_OF_OTHERS) as pool:
        try:
            running = [pool.submit(held.run, f"held-{number}", done) for number in range(CLIENTS_OF_THE_HELD)]
            running += [pool.submit(others.run, f"other-{number}", done) for number in range(CLIENTS_OF_OTHERS)]
            began = time.monotonic()
            command = system.refusal("record_spend", "Acme/Search", "1")
            system.wait_until(lambda: time.monotonic() > began + SECONDS_HELD, seconds=90, what="the end of the hold")
        finally:
            done.set()
    for one in running:
        one.result()

    report(
        f"held for {SECONDS_HELD:g} s, LOCK_TIMEOUT={LOCK_TIMEOUT:g}: {len(held.answers)} refused, the slowest after "
        f"{held.slowest():.2f} s; {len(others.answers)} of others recorded, the slowest after {others.slowest():.2f} s"
    )
    assert "is being changed by somebody else, who did not finish in time" in command
    assert {(answer.status, answer.code, answer.retry_after) for answer in held.answers} == {(503, "brand_busy", "5")}
    assert "try again" in str(held.answers[0].body["error"])
    # The first ones wait for the lock and for a free thread; whoever comes after one wait in vain is told at once.
    assert held.slowest() < 2 * LOCK_TIMEOUT + 2
    assert {answer.status for answer in others.answers} == {201}
    assert others.slowest() < LOCK_TIMEOUT + 2
    journal.settle(system, system.client())
    assert_all_is_well(system)
