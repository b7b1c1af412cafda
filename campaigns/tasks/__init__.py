"""What time drives: Celery is one more entry point. Each task reads the clock once and makes one call.

They carry no money, and are safe 0, 1 or n times, late, in any order and in any number of workers.
`run_here` runs one of them without a worker. Their names begin with `campaigns.tasks.`, wherever they stand: the lines
of the schedule and the messages that wait are addressed by them.
"""

from campaigns.tasks.chores import deliver_webhooks, forget_old_records, simulate_spend
from campaigns.tasks.here import RESETS, TASKS, run_here
from campaigns.tasks.passes import (
    check_ledger,
    enforce_budgets,
    enforce_dayparting,
    reset_daily_spends,
    reset_monthly_spends,
    review_everything,
)
from campaigns.tasks.runs import TaskReport
from campaigns.tasks.uploads import run_import, send_import, take_up_imports

__all__ = [
    "RESETS",
    "TASKS",
    "TaskReport",
    "check_ledger",
    "deliver_webhooks",
    "enforce_budgets",
    "enforce_dayparting",
    "forget_old_records",
    "reset_daily_spends",
    "reset_monthly_spends",
    "review_everything",
    "run_here",
    "run_import",
    "send_import",
    "simulate_spend",
    "take_up_imports",
]
