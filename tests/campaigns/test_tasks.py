"""The tasks as Celery calls them: twice, late, with an older clock, past a bad brand, and cut into ranges."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest
import time_machine
from celery.signals import before_task_publish

from campaigns import tasks
from campaigns.models import Brand, Campaign, StatusChange
from campaigns.services import find_drift
from tests.factories import (
    DAY,
    MINUTE,
    NEXT_MIDNIGHT,
    NEXT_MONTH,
    NOON,
    hours,
    make_brand,
    make_campaign,
    spend,
)

pytestmark = pytest.mark.django_db

EVERY_TASK: dict[str, Callable[[], str]] = {
    "enforce_dayparting": tasks.enforce_dayparting,
    "enforce_budgets": tasks.enforce_budgets,
    "reset_daily_spends": lambda: tasks.reset_daily_spends(due_only=True),
    "reset_monthly_spends": lambda: tasks.reset_monthly_spends(due_only=True),
    "check_ledger": tasks.check_ledger,
}


def run(name: str, now: datetime) -> str:
    with time_machine.travel(now, tick=False):
        return EVERY_TASK[name]()


def run_all(now: datetime) -> None:
    for name in EVERY_TASK:
        run(name, now)


@contextmanager
def messages() -> Iterator[list[dict[str, object]]]:
    """Collect what is sent to the broker meanwhile: each task's arguments, with its name and its expiry."""
    sent: list[dict[str, object]] = []

    def collect(
        sender: str, body: tuple[object, dict[str, object], object], headers: dict[str, object], **_: object
    ) -> None:
        sent.append({"task": sender, "has_expiry": headers["expires"] is not None, **body[1]})

    before_task_publish.connect(collect)
    try:
        yield sent
    finally:
        before_task_publish.disconnect(collect)


def make_agency() -> None:
    """Make brands in three zones: one out of its daily budget, one out of its monthly one, one with hours."""
    day = make_brand(name="Day", daily_budget="100.00")
    spend(make_campaign(day, name="Held by the day"), "120.00")
    month = make_brand(name="Month", time_zone="Asia/Kathmandu", monthly_budget="50.00")
    spend(make_campaign(month, name="Held by the month"), "50.00")
    open_hours = make_brand(name="Hours", time_zone="Australia/Lord_Howe")
    make_campaign(open_hours, name="By day", windows=[hours("08:00", "20:00")])
    make_campaign(open_hours, name="By night", windows=[hours("20:00", "08:00")])
    spend(make_campaign(open_hours, name="Always"), "3.00")


def state() -> list[tuple[object, ...]]:
    """Return everything that passes may write."""
    counters = ("current_daily_spend", "current_monthly_spend", "daily_since", "monthly_since")
    verdicts = ("is_active", "paused_because", "review_at")
    campaigns = Campaign.objects.order_by("pk").values_list("name", *verdicts, *counters)
    return [*campaigns, *Brand.objects.order_by("pk").values_list("name", *counters)]


@pytest.mark.parametrize("name", EVERY_TASK)
@pytest.mark.parametrize("now", [NOON + MINUTE, NEXT_MIDNIGHT, NEXT_MIDNIGHT + 7 * MINUTE, NEXT_MONTH])
def test_task_twice_gives_the_same_state(name: str, now: datetime) -> None:
    make_agency()
    run(name, now)
    once, changes = state(), StatusChange.objects.count()

    run(name, now)

    assert state() == once
    assert StatusChange.objects.count() == changes
    assert find_drift() == []


@pytest.mark.parametrize("name", EVERY_TASK)
def test_task_of_a_slow_worker_with_an_older_now_undoes_nothing(name: str) -> None:
    make_agency()
    run_all(NEXT_MIDNIGHT + MINUTE)
    after_midnight = state()

    run(name, NEXT_MIDNIGHT - MINUTE)

    assert state() == after_midnight


def test_tasks_that_come_three_days_late_end_where_timely_ones_do() -> None:
    make_agency()
    late_at = NEXT_MIDNIGHT + 3 * DAY + 7 * MINUTE
    now = NOON
    while now < late_at:
        now += 15 * MINUTE
        run_all(now)
    run_all(late_at)
    timely = state()

    # Back to noon, as a restored database would be: nothing ran since.
    StatusChange.objects.all().delete()
    make_again()
    run_all(late_at)

    assert state() == timely


def make_again() -> None:
    raise NotImplementedError
