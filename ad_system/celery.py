"""The Celery app, and the one table that says what runs when."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ad_system.settings")

app = Celery("ad_system")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@dataclass(frozen=True, slots=True)
class ScheduledTask:
    """One line of the schedule: a task, the minutes at which it runs, and what it is for.

    :param at_minute: of a line that runs once an hour: the minute.
    """

    name: str
    task: str
    every_minutes: int
    description: str
    due_only: bool = False
    at_minute: int | None = None
    is_enabled: bool = True

    @property
    def interval(self) -> timedelta:
        """The time from one run to the next."""
        return timedelta(minutes=self.every_minutes)

    @property
    def pulse(self) -> str:
        """The short name of the task, under which it leaves word of its runs."""
        return self.task.rpartition(".")[2]

    @property
    def minutes(self) -> str:
        """The minute field of a crontab, in UTC."""
        if self.at_minute is not None:
            return str(self.at_minute)
        return "*" if self.every_minutes == 1 else f"*/{self.every_minutes}"

    @property
    def expire_seconds(self) -> int:
        """A run that is still waiting when the next one is due is worth nothing, so it expires just before."""
        return self.every_minutes * 60 - 5


SCHEDULE = (
    ScheduledTask(
        name="Keep campaigns inside their hours",
        task="campaigns.tasks.enforce_dayparting",
        every_minutes=1,
        description="Reviews every campaign whose state time alone may change: windows, flights, midnight.",
    ),
    ScheduledTask(
        name="Keep brands inside their budgets",
        task="campaigns.tasks.enforce_budgets",
        every_minutes=1,
        description="The net: finds campaigns whose stored state and budgets disagree, and has them reviewed.",
    ),
    ScheduledTask(
        name="Review everything",
        task="campaigns.tasks.review_everything",
        every_minutes=60,
        # Away from the full and the quarter hours, when windows open and days begin.
        at_minute=7,
        description="The net below the net: reviews every campaign for everything that can hold it.",
    ),
    ScheduledTask(
        name="Start the new day",
        task="campaigns.tasks.reset_daily_spends",
        every_minutes=15,
        description="Brings brands whose local day has changed forward. Every zone's midnight falls on a quarter.",
        due_only=True,
    ),
    ScheduledTask(
        name="Start the new month",
        task="campaigns.tasks.reset_monthly_spends",
        every_minutes=15,
        description="Brings brands whose local month has changed forward.",
        due_only=True,
    ),
    ScheduledTask(
        name="Compare totals with the ledger",
        task="campaigns.tasks.check_ledger",
        every_minutes=5,
        description="Reports every counter that differs from the sum of its entries. Changes nothing.",
    ),
    ScheduledTask(
        name="Take up imports",
        task="campaigns.tasks.take_up_imports",
        every_minutes=1,
        description="Sends uploads that nobody has taken up to the workers: the broker lost their message, say.",
    ),
    ScheduledTask(
        name="Deliver webhooks",
        task="campaigns.tasks.deliver_webhooks",
        every_minutes=1,
        description="Sends what endpoints are to be told of, and tries again what failed.",
    ),
    ScheduledTask(
        name="Forget old records",
        task="campaigns.tasks.forget_old_records",
        every_minutes=30,
        description="Deletes what is older than the settings keep it: history, messages, uploads. Never the ledger.",
    ),
    ScheduledTask(
        name="Simulate spend (demo)",
        task="campaigns.tasks.simulate_spend",
        every_minutes=1,
        description="Makes running campaigns spend a little, so that a demo moves. Off unless somebody switches it on.",
        is_enabled=False,
    ),
)
