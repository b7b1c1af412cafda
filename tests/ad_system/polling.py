"""Waiting for what other processes do: look again and again, with a deadline."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

Answer = TypeVar("Answer")

SECONDS_BETWEEN_LOOKS = 0.05


def wait_until(look: Callable[[], Answer | None], *, what: str, seconds: float = 60) -> Answer:
    """This will look until the answer is true, and return it; a test fails if `what` has not happened in time."""
    deadline = time.monotonic() + seconds
    while not (answer := look()):
        if time.monotonic() > deadline:
            pytest.fail(f"{what} did not happen within {seconds:g} s")
        time.sleep(SECONDS_BETWEEN_LOOKS)
    return answer


def is_running(pid: int) -> bool:
    """Whether there is a process `pid` that has not ended. (One that waits to be buried has.)"""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
