"""Pulses: tasks and beat leave word of themselves, for the health pages.

That must never stop what they are there for: where the word cannot be written, the log has it, and the work goes on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import ParamSpec

from django.db import Error as AnyDatabaseError
from django.db.models import F

from campaigns.errors import DatabaseRefusal
from campaigns.models import Pulse
from campaigns.models.pulses import ERROR_LENGTH
from campaigns.services.database import writing

# A beat that was away for longer than this was away; one that comes back sooner has only been restarted.
LONGEST_NAP = timedelta(minutes=2)

logger = logging.getLogger(__name__)

_Arguments = ParamSpec("_Arguments")


def _out_of_the_way(write: Callable[_Arguments, None]) -> Callable[_Arguments, None]:
    """Have what the database says no to logged, instead of failing a pass that could still do its work."""

    @wraps(write)
    def try_to_write(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> None:
        try:
            with writing():
                write(*args, **kwargs)
        except (AnyDatabaseError, DatabaseRefusal):
            logger.exception("The pulse could not be written name=%s", kwargs.get("name"))

    return try_to_write


@_out_of_the_way
def note_start(*, name: str, now: datetime) -> None:
    """Leave word that a run of the task begins. What the run before said stays, until this one ends."""
    Pulse.objects.bulk_create(
        [Pulse(name=name, started_at=now)],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["started_at"],
    )


@_out_of_the_way
def note_end(*, name: str, now: datetime, seconds: float, handled: int, failed: int, error: str = "") -> None:
    """Leave word that a run of the task came to its end.

    :param failed: what it left undone, or found wrong.
    :param error: in words, if there was something.
    """
    Pulse.objects.filter(name=name).update(
        finished_at=now,
        seconds=seconds,
        handled=handled,
        failed=failed,
        last_error=error[:ERROR_LENGTH],
        ranges_left=0,
        runs=F("runs") + 1,
        bad_runs=F("bad_runs") + (1 if failed else 0),
    )


@_out_of_the_way
def note_failure(*, name: str, error: str) -> None:
    """Leave word that a run of the task was broken off. It does not count as an end: the task becomes late."""
    Pulse.objects.filter(name=name).update(last_error=error[:ERROR_LENGTH], bad_runs=F("bad_runs") + 1)


@_out_of_the_way
def note_cut(*, name: str, ranges: int) -> None:
    """Leave word that the run was cut into ranges. It ends with the last of them."""
    Pulse.objects.filter(name=name).update(ranges_left=ranges, handled=0, failed=0, last_error="")


@_out_of_the_way
def note_range(*, name: str, now: datetime, handled: int, failed: int, error: str = "") -> None:
    """Leave word that one of the ranges is done, and, with the last one, the whole run."""
    pulse = Pulse.objects.select_for_update().filter(name=name, ranges_left__gt=0).first()
    if pulse is None:
        # Of a run that another one has followed since.
        return
    pulse.handled += handled
    pulse.failed += failed
    pulse.ranges_left -= 1
    pulse.last_error = error[:ERROR_LENGTH] or pulse.last_error
    if pulse.ranges_left == 0:
        pulse.finished_at = now
        pulse.seconds = (now - pulse.started_at).total_seconds()
        pulse.runs += 1
        pulse.bad_runs += 1 if pulse.failed else 0
    pulse.save()


@_out_of_the_way
def note_tick(*, name: str, now: datetime) -> None:
    """Leave word that a clock goes round. `started_at` becomes the moment since which it does so without a gap."""
    goes_on = Pulse.objects.filter(name=name, finished_at__gte=now - LONGEST_NAP, finished_at__lte=now)
    if not goes_on.update(finished_at=now):
        Pulse.objects.update_or_create(name=name, defaults={"started_at": now, "finished_at": now})
