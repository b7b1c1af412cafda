"""Celery beat's scheduler: django-celery-beat's, with our table installed at every start. Of several, one sends."""

from __future__ import annotations

import json
import logging
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone
from django_celery_beat.models import CrontabSchedule, PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler

from ad_system import alive_file
from ad_system.beat_turn import STANDBY_SECONDS, Turn
from ad_system.celery import SCHEDULE, ScheduledTask

logger = logging.getLogger(__name__)


class Scheduler(DatabaseScheduler):
    """Runs what the database says, after adding the lines of the table that are missing there.

    A line that people paused, moved or edited in the admin stays as they left it. Of several beats, one sends.
    """

    _turn: Turn | None = None

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Send what is due if it is this process's turn, and return how many seconds to wait."""
        data_dir = settings.ENVIRONMENT.data_dir
        self._turn = self._turn or Turn(data_dir)
        alive_file.leave_sign(data_dir)
        try:
            is_ours = self._turn.is_ours(timezone.now())
        except DatabaseError:
            # As the schedule itself is treated by the base class: what is known goes on, and the next look may succeed.
            logger.exception("Beat cannot ask whose turn it is, and goes on")
            connection.close()
            is_ours = True
        return super().tick(*args, **kwargs) if is_ours else STANDBY_SECONDS

    def close(self) -> None:
        """Stop, and let another one begin."""
        super().close()
        try:
            if self._turn:
                self._turn.let_go()
        except DatabaseError:
            logger.exception("Beat could not give its lease back: another one waits until it ends")

    def setup_schedule(self) -> None:
        """Install the table, then let django-celery-beat read the database."""
        install_schedule()
        super().setup_schedule()


def install_schedule() -> None:
    """Create the lines of `SCHEDULE` that the database lacks; leave the others alone."""
    for line in SCHEDULE:
        PeriodicTask.objects.get_or_create(name=line.name, defaults=_columns(line))


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
