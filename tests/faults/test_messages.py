"""Messages that are not ours lie in the queue: each is dropped with an error in the log, and the worker goes on."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.faults.messages import message, put, unacknowledged, waiting
from tests.faults.system import System

# What they are about is the queue: either database would do.
pytestmark = [pytest.mark.system, pytest.mark.postgres]

OURS = "campaigns.tasks.check_ledger"
# More than a worker has processes: whatever keeps one for ever shows.
TIMES = 4
SECONDS = 30


class Bomb:
    """Whoever unpickles it makes a folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.path),)


NO_MESSAGES = (
    *(b"\xff no text", b"", b"null", b"1", b'"text"', b"[]", b"{}", b'{"headers": {}, "body": ""}'),
    message(OURS, delivery_tag=None),
    message(OURS, delivery_info=None),
    message(OURS, body_encoding="zip"),
)
DAMAGED_CALLS: tuple[Callable[[], bytes], ...] = (
    partial(message, OURS, task=None),
    partial(message, OURS, task=["a", "list"]),
    partial(message, OURS, id=None),
    partial(message, OURS, **{"content-type": "application/x-yaml"}),
    partial(message, OURS, body=b"\xff no JSON"),
    partial(message, OURS, body={"a": 1}),
    partial(message, OURS, body=[1, 2]),
    partial(message, OURS, body=[["no", "such"], {"argument": 1}, {}]),
    partial(message, OURS, body=["text", {}, {}]),
    partial(message, OURS, body=[[], ["no mapping"], {}]),
    partial(message, OURS, body=[[], {}, 5]),
    partial(message, OURS, body=[[], {}, {"callbacks": [1], "chain": [{"task": "no.such"}]}]),
    partial(message, OURS, eta="soon"),
    partial(message, OURS, expires="never"),
    partial(message, OURS, expires={"a": 1}),
    partial(message, OURS, timelimit="short"),
    partial(message, "campaigns.tasks.no_such"),
)


def pickled(path: Path) -> Callable[[], bytes]:
    kind = {"content-type": "application/x-python-serialize", "content-encoding": "binary"}
    return partial(message, OURS, body=pickle.dumps(Bomb(path)), **kind)


def test_messages_that_are_not_ours_are_dropped_loudly_and_the_worker_goes_on(system: System, tmp_path: Path) -> None:
    system.start("broker", "worker")
    bomb = tmp_path / "bomb"
    calls = [*DAMAGED_CALLS, pickled(bomb)]
    cases = [[no_message] for no_message in NO_MESSAGES] + [[make() for _ in range(TIMES)] for make in calls]

    silent = [case[0] for case in cases if not is_reported(system, case)]

    assert silent == []
    assert not bomb.exists()
    assert system.is_running("worker")
    system.wait_until(
        lambda: (waiting(system), unacknowledged(system)) == (0, 0), seconds=SECONDS, what="the end of all messages"
    )


def is_reported(system: System, case: list[bytes]) -> bool:
    """Put messages into the queue, wait until one of ours behind them was run, and tell whether the log names them."""
    before = system.log("worker")
    put(system, *case, message(OURS))
    system.wait_until(
        lambda: system.log("worker").count(" succeeded in ") > before.count(" succeeded in "),
        seconds=SECONDS,
        what=f"a run after {case[0]!r}",
    )
    return any(level in system.log("worker")[len(before) :] for level in (" WARNING ", " ERROR ", " CRITICAL "))
