"""Two writers at once, made to meet at a named point: no luck, no waiting for it to happen.

    point = Point()
    point.hold(monkeypatch, "campaigns.services.spend.post_all")
    first, second = race(lambda: record_spend(…), lambda: record_spend(…), point)

The first writer goes as far as the point and waits there. The second one starts, and gets as far as it can: to its
end, or to a lock that the first one holds. Then the first one goes on.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pkgutil import resolve_name
from typing import Generic, TypeVar

import pytest
from django.db import connection, connections
from django.db.models import Model, QuerySet

SECONDS = 20.0
SECONDS_BETWEEN_LOOKS = 0.005

Answer = TypeVar("Answer")
Other = TypeVar("Other")
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Outcome(Generic[Answer]):
    """How a writer ended, and whether it had to wait for the other one's lock."""

    future: Future[Answer]
    was_blocked: bool = False

    @property
    def answer(self) -> Answer:
        """What the writer's work returned; what it raised is raised here."""
        return self.future.result()

    @property
    def error(self) -> BaseException | None:
        """What the writer's work raised."""
        return self.future.exception()


class Point:
    """A point in the code at which the first writer waits until it is let go."""

    def __init__(self) -> None:
        self._held = threading.local()
        self._reached, self._released = threading.Event(), threading.Event()

    def hold(self, monkeypatch: pytest.MonkeyPatch, name: str, *, after: bool = False) -> None:
        """This will make the function called `name` the point: before it does anything, or after it."""
        original: Callable[..., object] = resolve_name(name)

        def holding(*args: object, **kwargs: object) -> object:
            if not after:
                self._wait()
            answer = original(*args, **kwargs)
            if after:
                self._wait()
            return answer

        monkeypatch.setattr(name, holding)

    def run_as_first(self, work: Callable[[], Answer]) -> Answer:
        """This will do the work as the writer that the point holds, once."""
        self._held.is_first = True
        return work()

    def wait_until_reached(self, first: Future[Answer]) -> None:
        """This will wait until the first writer stands at the point; it fails if it ends, or never comes."""
        wait_until(lambda: self._reached.is_set() or first.done(), what="the first writer's point")
        if not self._reached.is_set():
            first.result()
            pytest.fail("the first writer ended without coming to its point")

    def release(self) -> None:
        """This will let the first writer go on."""
        self._released.set()

    def _wait(self) -> None:
        if getattr(self._held, "is_first", False) and not self._reached.is_set():
            self._reached.set()
            assert self._released.wait(SECONDS), "nobody let the first writer go on"


def race(
    first: Callable[[], Answer], second: Callable[[], Other], point: Point
) -> tuple[Outcome[Answer], Outcome[Other]]:
    """This will run both writers so that all that the second one can do happens while the first stands at the point."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        held = pool.submit(on_its_own_connection, lambda: point.run_as_first(first))
        try:
            point.wait_until_reached(held)
            other = pool.submit(on_its_own_connection, second)
            wait_until(lambda: other.done() or is_anybody_blocked(), what="the second writer's end, or its wait")
            was_blocked = not other.done()
        finally:
            point.release()
    return Outcome(held), Outcome(other, was_blocked)


def line_up(works: Sequence[Callable[[], Answer]]) -> list[Outcome[Answer]]:
    """This will start all the writers at the same moment, and wait for their ends."""
    barrier = threading.Barrier(len(works), timeout=SECONDS)

    def lined_up(work: Callable[[], Answer]) -> Answer:
        # The connection first: opening it takes longer than the work.
        connection.ensure_connection()
        barrier.wait()
        return work()

    with ThreadPoolExecutor(max_workers=len(works)) as pool:
        futures = [pool.submit(on_its_own_connection, partial(lined_up, work)) for work in works]
    return [Outcome(future) for future in futures]


def take_locks_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """This will make every `SELECT … FOR UPDATE` a plain one: the broken twin of the system."""

    def unlocked(queryset: QuerySet[Row], *args: object, **kwargs: object) -> QuerySet[Row]:
        return queryset

    monkeypatch.setattr(QuerySet, "select_for_update", unlocked)
    monkeypatch.setattr("campaigns.services.statements.LOCKING", "")


def on_its_own_connection(work: Callable[[], Answer]) -> Answer:
    """This will do the work, and close the connection that this thread opened for it."""
    try:
        return work()
    finally:
        connections.close_all()


def is_anybody_blocked() -> bool:
    """Return whether a connection to this database waits for another one's lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0"
        )
        return bool(cursor.fetchone()[0])


def wait_until(look: Callable[[], bool], *, what: str) -> None:
    """This will look again and again until the answer is true; a test fails if it never is."""
    deadline = time.monotonic() + SECONDS
    while not look():
        if time.monotonic() > deadline:
            pytest.fail(f"{what} did not come within {SECONDS:g} s")
        time.sleep(SECONDS_BETWEEN_LOOKS)
