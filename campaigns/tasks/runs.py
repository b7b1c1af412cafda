"""Runs of tasks: what one did, in words, and the word that it leaves of its start and its end."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from campaigns.services import pulses


@dataclass(frozen=True, slots=True)
class TaskReport:
    """What one run of a task did, in words.

    :param handled: how much it went through: brands, entries, messages.
    :param failed: how much of it was left undone, or found wrong; the log has the details.
    :param ranges: into how many tasks it was cut, which do the work.
    """

    text: str
    handled: int = 0
    failed: int = 0
    ranges: int = 0

    @property
    def is_bad(self) -> bool:
        """It left something undone or found something wrong."""
        return self.failed > 0


class Run(Protocol):
    """What a task does at a moment."""

    def __call__(self, *, now: datetime) -> TaskReport:
        """Do it."""
        ...


def noted(name: str, work: Run, *, now: datetime) -> TaskReport:
    """Run a task, and leave word of its start and its end, however it ends."""
    start = time.monotonic()
    pulses.note_start(name=name, now=now)
    try:
        report = work(now=now)
    except Exception as error:
        pulses.note_failure(name=name, error=f"{type(error).__name__}: {error}")
        raise
    seconds = time.monotonic() - start
    if not report.ranges:
        pulses.note_end(
            name=name,
            now=now + timedelta(seconds=seconds),
            seconds=seconds,
            handled=report.handled,
            failed=report.failed,
            error=report.text if report.is_bad else "",
        )
    return report


def count(number: int, word: str) -> str:
    """Return the number with its word: 1 brand, 2 brands."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
