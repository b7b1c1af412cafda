"""Two beats and two workers run at once, by mistake: every task comes twice, and every change is made once."""

from __future__ import annotations

import time

import pytest

from tests.depth import IS_LONG, report
from tests.faults.checks import assert_all_is_well
from tests.faults.extras import extra_beat, extra_worker
from tests.faults.schedules import run_every_second
from tests.faults.states import changes, held, wait_until_held
from tests.faults.system import System

# Two writers at once are for a database that has them.
pytestmark = [pytest.mark.system, pytest.mark.postgres]

LASTS = 180 if IS_LONG else 5
PASSES = ("enforce_budgets", "enforce_dayparting", "review_everything", "reset_daily_spends", "reset_monthly_spends")
BOTH = {"Bolt/Search": "brand_day", "Bolt/Video": "brand_day"}


def test_two_beats_and_two_workers_write_one_line_of_history_for_each_change(system: System) -> None:
    run_every_second(system, *PASSES, "check_ledger")
    system.start("broker", "worker", "beat", "web")
    spend = {"campaign": system.desk.campaigns["Bolt/Search"], "amount": "40"}
    with extra_worker(system) as worker, extra_beat(system) as beat:
        assert system.client().post("/spend", spend).status == 201
        assert held(system) == BOTH
        before, turns, until = changes(system), 0, time.monotonic() + LASTS
        while time.monotonic() < until:
            # Around the services, so that it is for the passes to see it, in whichever worker.
            set_budget(system, "41")
            wait_until_held(system, {})
            set_budget(system, "40")
            wait_until_held(system, BOTH)
            turns += 1
        # All that was sent twice is done.
        runs = system.log("worker").count(" succeeded in ") + worker.log.count(" succeeded in ")
        sent = system.log("beat").count("Sending due task") + beat.log.count("Sending due task")
        for log in (system.log("worker"), worker.log):
            assert " succeeded in " in log
            assert "ERROR" not in log

    report(f"{turns} turns, {sent} tasks sent, {runs} run, {changes(system) - before} lines of history")
    assert turns > 1
    assert changes(system) - before == turns * 2 * len(BOTH)
    assert_all_is_well(system)


def set_budget(system: System, budget: str) -> None:
    system.query(f"UPDATE campaigns_brand SET daily_budget_micros = {budget}000000 WHERE name = 'Bolt'")
