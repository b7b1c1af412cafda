"""Runs the tasks for tests as Celery calls them, each at a moment of the test's choice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

import time_machine
from django.db import transaction
from django.db.models import Case, When

from campaigns import tasks
from campaigns.models import Brand, Campaign
from tests.factories import (
    hours,
    make_brand,
    make_campaign,
    spend,
)

EVERY_TASK: dict[str, Callable[[], str]] = {
    "enforce_dayparting": tasks.enforce_dayparting,
    "enforce_budgets": tasks.enforce_budgets,
    "review_everything": tasks.review_everything,
    "reset_daily_spends": lambda: tasks.reset_daily_spends(due_only=True),
    "reset_monthly_spends": lambda: tasks.reset_monthly_spends(due_only=True),
    "check_ledger": tasks.check_ledger,
    "forget_old_records": tasks.forget_old_records,
}


def run(name: str, now: datetime) -> str:
    with time_machine.travel(now, tick=False):
        return EVERY_TASK[name]()


def run_all(now: datetime) -> None:
    for name in EVERY_TASK:
        run(name, now)


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
    """Return everything that passes may write. In which older period a campaign's counter stands at 0 is no matter."""
    counters = ("current_daily_spend", "current_monthly_spend", "daily_since", "monthly_since")
    verdicts = ("is_active", "paused_because", "review_at")
    counted = (
        "current_daily_spend",
        "current_monthly_spend",
        Case(When(current_daily_spend=Decimal(0), then=None), default="daily_since"),
        Case(When(current_monthly_spend=Decimal(0), then=None), default="monthly_since"),
    )
    campaigns = Campaign.objects.order_by("pk").values_list("name", *verdicts, *counted)
    return [*campaigns, *Brand.objects.order_by("pk").values_list("name", *counters)]


def state_after(name: str, now: datetime) -> list[tuple[object, ...]]:
    """Return the state after that task; what it did is undone."""
    with transaction.atomic():
        run(name, now)
        end = state()
        transaction.set_rollback(True)
    return end
