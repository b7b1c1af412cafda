"""Every task by its name, and how to run one in this process."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from campaigns.rules.periods import PeriodKind
from campaigns.tasks import chores, passes, uploads
from campaigns.tasks.runs import Run, TaskReport, noted

_AS_BEAT: dict[str, Run] = {
    "enforce_budgets": passes.BUDGETS.run,
    "review_everything": passes.EVERYTHING.run,
    "enforce_dayparting": passes.DAYPARTING.run,
    "reset_daily_spends": passes.FORWARD[PeriodKind.DAY].run,
    "reset_monthly_spends": passes.FORWARD[PeriodKind.MONTH].run,
    "check_ledger": passes.LEDGER.run,
    "simulate_spend": chores.simulate,
    "deliver_webhooks": chores.deliver,
    "forget_old_records": chores.forget,
    "take_up_imports": uploads.take_up_here,
}
_BY_HAND: dict[str, Run] = {
    "reset_daily_spends": partial(passes.reset_now, PeriodKind.DAY),
    "reset_monthly_spends": partial(passes.reset_now, PeriodKind.MONTH),
}

TASKS = tuple(_AS_BEAT)
RESETS = tuple(_BY_HAND)


def run_here(name: str, *, now: datetime, by_hand: bool = False) -> TaskReport:
    """Run a task as beat would have it run, but in this process, over all brands at once, and at `now`.

    :param name: one of `TASKS`.
    :param by_hand: of a reset: start every period now, as a person who calls the task does.
    """
    if by_hand:
        return _BY_HAND[name](now=now)
    return noted(name, _AS_BEAT[name], now=now)
