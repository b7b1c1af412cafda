"""Celery beat's scheduler: django-celery-beat's, with our table installed at every start."""

from __future__ import annotations

import json

from django_celery_beat.models import CrontabSchedule, PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler

from ad_system.celery import SCHEDULE, ScheduledTask


class Scheduler(DatabaseScheduler):
    """Runs what the database says, after adding the lines of the table that are missing there.

    A line that people paused, moved or edited in the admin stays as they left it.
    """

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
