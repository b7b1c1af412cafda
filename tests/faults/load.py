"""Spend from several clients at once, for as long as a fault takes."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from tests.faults.journal import Journal, Spend
from tests.faults.system import System

WRITERS = 4
# Somebody whose request failed waits so long before the next one.
SECONDS_AFTER_A_FAILURE = 0.2


@contextmanager
def under_load(system: System, journal: Journal, *, seed: int, writers: int = WRITERS) -> Iterator[None]:
    """This will have clients send spends of all campaigns, one after the other each, until the `with` block ends."""
    done = threading.Event()
    with ThreadPoolExecutor(max_workers=writers) as pool:
        futures = [pool.submit(_write, system, journal, f"{seed}-{number}", done) for number in range(writers)]
        try:
            yield
        finally:
            done.set()
    for future in futures:
        future.result()


def wait_for_progress(system: System, journal: Journal, *, spends: int = 5, seconds: float = 60) -> None:
    """This will wait until so many more spends were acknowledged."""
    before = len(journal.acknowledged)
    system.wait_until(
        lambda: len(journal.acknowledged) >= before + spends, seconds=seconds, what=f"{spends} more acknowledged spends"
    )


def _write(system: System, journal: Journal, name: str, done: threading.Event) -> None:
    dice, client, number = random.Random(name), system.client(), 0
    campaigns = list(system.desk.campaigns.values())
    while not done.is_set():
        number += 1
        amount = f"0.{dice.randint(1, 999_999):06}"
        answer = journal.send(client, Spend(f"{name}-{number}", dice.choice(campaigns), amount))
        if answer is None or answer.status not in (200, 201):
            done.wait(SECONDS_AFTER_A_FAILURE)
