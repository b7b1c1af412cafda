"""Spend that comes in while the tables are being passed over: `./bench.sh --beside --size 1m`.

Four senders, each on a connection of its own, send 200 spends a second between them, to one small brand after the
other, while another process does the daily reset, and then a review in which one campaign in a hundred changes. How
long each spend takes is what is shown: nobody should wait for more than a second.
"""

from __future__ import annotations

import itertools
import os
import statistics
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks import process
from benchmarks.servers import Databases

_SENDERS = 4
_PER_SECOND = 200
_PASSES = {"midnight": "daily reset, 10 % spent", "pass_some_due": "the minute's pass, 1 % change"}
# Between two looks at whether the other process has begun.
_A_MOMENT = 0.005


@dataclass(frozen=True, slots=True)
class Signals:
    """Files by which the two processes tell each other how far they are."""

    directory: Path

    @property
    def has_begun(self) -> Path:
        """The pass is under way."""
        return self.directory / "begun"

    @property
    def is_over(self) -> Path:
        """The pass is done, or has failed."""
        return self.directory / "over"

    @property
    def is_ready(self) -> Path:
        """The senders wait for the pass."""
        return self.directory / "ready"

    def clear(self) -> None:
        """Put things back for the next pass."""
        for file in (self.has_begun, self.is_over, self.is_ready):
            file.unlink(missing_ok=True)


def do_pass(name: str, signals: Signals) -> float:
    """Do the pass of that case once the senders are ready, and return how many seconds it took."""
    from benchmarks.cases import find_case
    from benchmarks.datasets import look_around

    try:
        sides = find_case(name).make(look_around(os.environ["DATABASE_URL"]))
        if sides.before_each:
            sides.before_each()
        _wait_for(signals.is_ready)
        signals.has_begun.touch()
        began = time.perf_counter()
        sides.ours()
        return time.perf_counter() - began
    finally:
        # Whoever waits for it would wait for ever.
        signals.has_begun.touch()
        signals.is_over.touch()


def send_spend(name: str, signals: Signals) -> list[float]:
    """Send spend for as long as the pass takes, and return how many seconds each took."""
    from benchmarks.case import NOW
    from benchmarks.cases.passing import TOMORROW
    from benchmarks.datasets import look_around
    from campaigns.services import record_spend

    try:
        scene = look_around(os.environ["DATABASE_URL"])
    finally:
        # Whoever waits for it would wait for ever.
        signals.is_ready.touch()
    now = TOMORROW if name == "midnight" else NOW
    numbers, lock = itertools.count(), threading.Lock()
    latencies: list[float] = []

    def send() -> None:
        from django.db import connection

        connection.ensure_connection()
        for number in _paced(numbers, lock, signals):
            brand = scene.small_brands[number * 7 % len(scene.small_brands)]
            began = time.perf_counter()
            record_spend(campaign_id=scene.campaigns[brand][0], amount="0.01", reference=f"{name}-{number}", now=now)
            latencies.append(time.perf_counter() - began)
        connection.close()

    _wait_for(signals.has_begun)
    with ThreadPoolExecutor(_SENDERS) as senders:
        for sent in [senders.submit(send) for _ in range(_SENDERS)]:
            sent.result()
    return latencies


def _paced(numbers: Iterator[int], lock: threading.Lock, signals: Signals) -> Iterator[int]:
    """Give out numbers at the wanted pace, until the pass is over."""
    began = time.perf_counter()
    while not signals.is_over.exists():
        with lock:
            number = next(numbers)
        time.sleep(max(0.0, began + number / _PER_SECOND - time.perf_counter()))
        yield number


def _wait_for(file: Path) -> None:
    while not file.exists():
        time.sleep(_A_MOMENT)


def check(name: str, sent: int) -> None:
    """See that each spend is in the ledger.

    :raises DisagreementError: if not.
    """
    from benchmarks.measuring import DisagreementError
    from campaigns.models import SpendLog

    stored = SpendLog.objects.filter(reference__startswith=f"{name}-").count()
    if stored != sent:
        raise DisagreementError(f"{stored} of {sent} spends are in the ledger")


def print_lines(stores: Databases, size: str) -> None:
    """Do both passes, and print a line about each."""
    signals = Signals(stores.directory)
    for name, title in _PASSES.items():
        signals.clear()
        # Each on a copy of its own: the reset is of the day after.
        with stores.copy("postgres", size) as database_url, ThreadPoolExecutor() as two:
            run = partial(process.run, directory=stores.directory, database_url=database_url)
            passing = two.submit(run, partial(do_pass, name, signals))
            sending = two.submit(run, partial(send_spend, name, signals))
            latencies = sending.result()
            sys.stdout.write(f"{title}, {size}: {_line(passing.result(), latencies)}\n")
            run(partial(check, name, len(latencies)))


def _line(seconds: float, latencies: list[float]) -> str:
    if not latencies:
        return f"{seconds:.2f} s, over before a spend was sent"
    cuts = sorted(latencies)
    return (
        f"{seconds:.2f} s; {len(cuts)} spends, {len(cuts) / seconds:.0f} a second; half took "
        f"{statistics.median(cuts) * 1000:.1f} ms or less, 99 % {cuts[len(cuts) * 99 // 100] * 1000:.0f} ms or less, "
        f"the slowest {cuts[-1] * 1000:.0f} ms"
    )
