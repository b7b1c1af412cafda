"""Pulses: tasks and beat leave word of themselves, for the health pages.

That must never stop what they are there for: where the word cannot be written, the log has it, and the work goes on.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import Error as AnyDatabaseError
from django.db import transaction
from django.db.models import F

from campaigns.models import Pulse
from campaigns.models.pulses import ERROR_LENGTH

# A beat that was away for longer than this was away; one that comes back sooner has only been restarted.
LONGEST_NAP = timedelta(minutes=2)

logger = logging.getLogger(__name__)


def note_start(*, name: str, now: datetime) -> None:
    """Leave word that a run of the task begins. What the run before said stays, until this one ends."""
    with _out_of_the_way(name):
        Pulse.objects.bulk_create(
            [Pulse(name=name, started_at=now)],
            update_conflicts=True,
            unique_fields=["name"],
            update_fields=["started_at"],
        )


def note_end(*, name: str, now: datetime, seconds: float, handled: int, failed: int, error: str = "") -> None:
    """Leave word that a run of the task came to its end.

    :param failed: what it left undone, or found wrong.
    :param error: in words, if there was something.
    """
    with _out_of_the_way(name):
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


def note_failure(*, name: str, error: str) -> None:
    """Leave word that a run of the task was broken off. It does not count as an end: the task becomes late."""
    with _out_of_the_way(name):
        Pulse.objects.filter(name=name).update(last_error=error[:ERROR_LENGTH], bad_runs=F("bad_runs") + 1)


def note_cut(*, name: str, ranges: int) -> None:
    """Leave word that the run was cut into ranges. It ends with the last of them."""
    with _out_of_the_way(name):
        Pulse.objects.filter(name=name).update(ranges_left=ranges, handled=0, failed=0, last_error="")


def note_range(*, name: str, now: datetime, handled: int, failed: int, error: str = "") -> None:
    """Leave word that one of the ranges is done, and, with the last one, the whole run."""
    with _out_of_the_way(name):
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


def note_tick(*, name: str, now: datetime) -> None:
    """Leave word that a clock goes round. `started_at` becomes the moment since which it does so without a gap."""
    with _out_of_the_way(name):
        goes_on = Pulse.objects.filter(name=name, finished_at__gte=now - LONGEST_NAP, finished_at__lte=now)
        if not goes_on.update(finished_at=now):
            Pulse.objects.update_or_create(name=name, defaults={"started_at": now, "finished_at": now})


@contextmanager
def _out_of_the_way(name: str) -> Iterator[None]:
    """Log what the database says no to, instead of failing a pass that could still do its work."""
    try:
        with transaction.atomic():
            yield
    except AnyDatabaseError:
        logger.exception("The pulse could not be written name=%s", name)
