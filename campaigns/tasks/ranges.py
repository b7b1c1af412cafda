"""A pass over brands: in one worker, or cut into ranges that several workers share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol

from celery import Task
from django.conf import settings
from django.utils import timezone

from campaigns.services import pulses
from campaigns.tasks.runs import TaskReport, count, noted

# A range that still waits when the next pass is due would do what that one does; before, nobody else does it.
MARGIN_SECONDS = 5


class Find(Protocol):
    """How a pass finds the brands that need it."""

    def __call__(self, *, now: datetime) -> list[int]:
        """Return their keys."""
        ...


class Work(Protocol):
    """What a pass does to brands."""

    def __call__(self, *, brand_ids: Sequence[int], now: datetime) -> TaskReport:
        """Do it."""
        ...


@dataclass(frozen=True, slots=True)
class Pass:
    """A pass over brands: how it finds those that need it, what it does to them, and how often.

    :param every_minutes: as the schedule has it.
    """

    find: Find
    work: Work
    every_minutes: int = 1

    @property
    def range_expires(self) -> int:
        """So many seconds a range may wait for a worker: until just before the next pass."""
        return self.every_minutes * 60 - MARGIN_SECONDS

    def run(self, *, now: datetime) -> TaskReport:
        """Do the work for all that need it, in this process."""
        return self.work(brand_ids=self.find(now=now), now=now)


def run_pass(
    work: Pass, task: Task[..., str], first_brand: int | None, last_brand: int | None, **arguments: bool
) -> str:
    """Run a pass in this worker; where it found too many brands, only cut it into ranges."""
    now, name = timezone.now(), _short(task)
    if first_brand is None and last_brand is None:
        return noted(name, partial(_whole_pass, work, task, arguments), now=now).text
    report = work.work(brand_ids=within(work.find(now=now), first_brand, last_brand), now=now)
    error = report.text if report.is_bad else ""
    pulses.note_range(name=name, now=timezone.now(), handled=report.handled, failed=report.failed, error=error)
    return report.text


def within(brand_ids: Sequence[int], first: int | None, last: int | None) -> list[int]:
    """Keep the keys that lie in the range of this task, both ends included."""
    return [key for key in brand_ids if (first is None or key >= first) and (last is None or key <= last)]


def _whole_pass(work: Pass, task: Task[..., str], arguments: dict[str, bool], *, now: datetime) -> TaskReport:
    found = work.find(now=now)
    if len(found) <= settings.FAN_OUT_BRANDS:
        return work.work(brand_ids=found, now=now)
    ranges = _fan_out(task, found, arguments, expires=work.range_expires)
    return TaskReport(f"{count(len(found), 'brand')}, cut into ranges", ranges=ranges)


def _fan_out(task: Task[..., str], brand_ids: Sequence[int], arguments: dict[str, bool], *, expires: int) -> int:
    """Send one task for each range of brands, and return how many."""
    parts = [
        brand_ids[start : start + settings.FAN_OUT_BRANDS]
        for start in range(0, len(brand_ids), settings.FAN_OUT_BRANDS)
    ]
    # Before the first of them may be done.
    pulses.note_cut(name=_short(task), ranges=len(parts))
    for part in parts:
        ends = {"first_brand": part[0], "last_brand": part[-1]}
        task.apply_async(kwargs={**arguments, **ends}, expires=expires)
    return len(parts)


def _short(task: Task[..., str]) -> str:
    return task.name.rpartition(".")[2]
