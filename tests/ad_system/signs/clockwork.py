"""A desk as it stands while all goes well, for tests of what is said when it does not."""

from __future__ import annotations

from datetime import datetime, timedelta

from django_celery_beat.models import PeriodicTask

from ad_system.beat import PULSE, install_schedule
from ad_system.celery import SCHEDULE
from campaigns.models import Pulse


def make_well(now: datetime) -> None:
    """Install the schedule, and let beat and every task have come by just now, after a long time of doing so."""
    install_schedule()
    Pulse.objects.create(name=PULSE, started_at=now - timedelta(days=9), finished_at=now)
    for line in SCHEDULE:
        if line.is_enabled:
            Pulse.objects.create(name=line.pulse, started_at=now, finished_at=now, runs=1)


def set_last(name: str, **columns: object) -> None:
    """Change what stands in a pulse."""
    assert Pulse.objects.filter(name=name).update(**columns) == 1


def set_line(task: str, **columns: object) -> None:
    """Change a line of the schedule, as people do in the admin."""
    assert PeriodicTask.objects.filter(task=f"campaigns.tasks.{task}").update(**columns) == 1
