"""Celery beat's scheduler: django-celery-beat's, with our table, one of several at work, and a wrong clock."""

from __future__ import annotations

import json
import logging
import time
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.db.models import Q
from django.utils import timezone
from django_celery_beat.models import CrontabSchedule, PeriodicTask, PeriodicTasks
from django_celery_beat.schedulers import DatabaseScheduler

from ad_system import alive_file, waiting
from ad_system.beat_turn import STANDBY_SECONDS, Turn
from ad_system.celery import SCHEDULE, ScheduledTask
from campaigns.services.pulses import note_tick

# Under this name beat leaves word that it goes round, at most so often.
PULSE = "beat"
PULSE_SECONDS = 10.0

logger = logging.getLogger(__name__)

_SECONDS_TO_COME_BACK = 60.0

# A clock that is set right by less is waited for.
_SMALL_STEP = timedelta(seconds=1)


class Scheduler(DatabaseScheduler):
    """Runs what the database says, after adding the lines of the table that are missing there.

    A line that people paused, moved or edited in the admin stays as they left it. Of several beats, one sends. Where
    the clock goes back, every line's next run is worked out anew: by itself it would come a minute after the last one,
    however far ahead that was.
    """

    _turn: Turn | None = None
    _looked_at: datetime | None = None
    _next_pulse = 0.0

    def close(self) -> None:
        """Stop, and let another one begin."""
        super().close()
        alive_file.take_sign_away(settings.ENVIRONMENT.data_dir)
        try:
            if self._turn:
                self._turn.let_go()
        except DatabaseError:
            logger.exception("Beat could not give its lease back: another one waits until it ends")

    def setup_schedule(self) -> None:
        """Install the table, then let django-celery-beat read the database.

        :raises CannotStart: if the database, which was there a moment ago, does not come back.
        """
        waiting.wait_until(self._trouble_with_the_schedule, seconds=_SECONDS_TO_COME_BACK, say=logger.warning)

    def _trouble_with_the_schedule(self) -> str:
        try:
            install_schedule()
            _forget_the_future(timezone.now())
            super().setup_schedule()
        except (OperationalError, InterfaceError):
            # Once it runs, beat sits such a moment out. It does so here as well.
            connection.close()
            return waiting.database_trouble() or "The database went away while beat read its schedule."
        return ""

    def schedule_changed(self) -> bool:
        """Tell whether the database has to be read anew: somebody edited it, or the clock went back."""
        now, before = timezone.now(), self._looked_at
        self._looked_at = now
        if before is None or now >= before - _SMALL_STEP:
            return bool(super().schedule_changed())
        logger.warning("The clock went back by %s: the next run of every line is worked out anew", before - now)
        self.sync()
        _forget_the_future(now)
        self._last_timestamp = None
        return True

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Go round once: send what is due, then leave word. A beat that hangs while it sends leaves none.

        One whose turn it is not only waits.
        """
        alive_file.leave_sign(settings.ENVIRONMENT.data_dir)
        if not self._is_our_turn():
            return STANDBY_SECONDS
        seconds: float = super().tick(*args, **kwargs)
        if time.monotonic() >= self._next_pulse:
            note_tick(name=PULSE, now=timezone.now())
            self._next_pulse = time.monotonic() + PULSE_SECONDS
        return seconds

    def _is_our_turn(self) -> bool:
        self._turn = self._turn or Turn(settings.ENVIRONMENT.data_dir)
        try:
            return self._turn.is_ours(timezone.now())
        except DatabaseError:
            # As the schedule itself is treated by the base class: what is known goes on, and the next look may succeed.
            logger.exception("Beat cannot ask whose turn it is, and goes on")
            connection.close()
            return True


def install_schedule() -> None:
    """Create the lines of `SCHEDULE` that the database lacks; leave the others alone."""
    for line in SCHEDULE:
        PeriodicTask.objects.get_or_create(name=line.name, defaults=_columns(line))


def _forget_the_future(now: datetime) -> None:
    """Bring back the moments of runs, and of edits, that a clock ahead of `now` has left."""
    ran_ahead = Q(last_run_at__gt=now) | Q(last_run_at=None, date_changed__gt=now)
    PeriodicTask.objects.filter(ran_ahead).update(last_run_at=now)
    PeriodicTasks.objects.filter(last_update__gt=now).update(last_update=now)


def is_as_in_the_table(row: PeriodicTask, line: ScheduledTask) -> bool:
    """This will say whether the line still runs at the table's minutes; people may have moved it."""
    crontab = row.crontab
    if crontab is None:
        return False
    others = {crontab.hour, crontab.day_of_week, crontab.day_of_month, crontab.month_of_year}
    return crontab.minute == line.minutes and others == {"*"} and not row.one_off


def _columns(line: ScheduledTask) -> dict[str, object]:
    crontab, _ = CrontabSchedule.objects.get_or_create(
        minute=line.minutes, hour="*", day_of_week="*", day_of_month="*", month_of_year="*", timezone="UTC"
    )
    return {
        "task": line.task,
        "crontab": crontab,
        "kwargs": json.dumps({"due_only": True} if line.due_only else {}),
        "expire_seconds": line.expire_seconds,
        "enabled": line.is_enabled,
        "description": line.description,
    }
