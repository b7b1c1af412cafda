"""A worker that is killed in the middle of a pass over 1,000 brands: another one finishes, nothing happens twice."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from tests.depth import report
from tests.faults.checks import assert_counters_are_the_ledgers, assert_one_line_of_history_for_each_change
from tests.faults.system import System
from tests.plugin.runs import ROOT

pytestmark = [pytest.mark.system, pytest.mark.postgres]

BRANDS = 1000
# So many brands are done, and not all, when the worker is killed.
SEEN = 100

_FORGET = "DELETE FROM campaigns_statuschange"
# As if each had been outside its window until a minute ago.
_STOP_ALL = (
    "UPDATE campaigns_campaign SET is_active = false, paused_because = 'outside_windows',"
    " review_at = now() - interval '1 minute'"
    " WHERE brand_id IN (SELECT id FROM campaigns_brand WHERE name LIKE 'Bulk %')"
)


@pytest.fixture
def thousand(system: System) -> System:
    """A system with a thousand brands more."""
    subprocess.run(
        [sys.executable, "-m", "tests.faults.many", str(BRANDS)], cwd=ROOT, env=system.environment, check=True
    )
    system.query(_FORGET)
    return system


def changes(system: System) -> int:
    """Return how many starts and stops there were."""
    [(count,)] = system.query("SELECT count(*) FROM campaigns_statuschange")
    return int(count or 0)


def kill_in_the_middle(system: System, task: str, **arguments: bool) -> int:
    """Have the worker do the pass, kill it on the way, and return how many brands were done."""
    system.send(task, **arguments)
    system.wait_until(lambda: changes(system) >= SEEN, seconds=60, what=f"{SEEN} of {BRANDS} brands")
    system.kill("worker")
    done = changes(system)
    assert SEEN <= done < BRANDS
    return done


def finish(system: System, task: str, **arguments: bool) -> float:
    """Have another worker do what is left, and return how long that took with its start."""
    began = time.monotonic()
    system.start("worker")
    system.run(task, **arguments)
    seconds = time.monotonic() - began
    assert "'0 brands reviewed, 0 changes of state'" in system.run(task, **arguments)
    return seconds


def assert_each_is_done_once(system: System) -> None:
    rows = system.query("SELECT count(*), count(DISTINCT campaign_id) FROM campaigns_statuschange WHERE is_active")
    assert (rows, changes(system)) == ([(BRANDS, BRANDS)], BRANDS)
    assert_one_line_of_history_for_each_change(system)
    assert_counters_are_the_ledgers(system)


def test_reset_and_sweep_that_lose_their_worker_are_finished_by_the_next(thousand: System) -> None:
    system = thousand
    system.start("broker", "worker")

    reset = kill_in_the_middle(system, "reset_daily_spends", due_only=True)
    seconds = finish(system, "reset_daily_spends", due_only=True)
    report(f"reset: killed after {reset} of {BRANDS} brands, finished by the next worker in {seconds:.1f} s")
    assert_each_is_done_once(system)

    system.query(_FORGET)
    system.query(_STOP_ALL)
    sweep = kill_in_the_middle(system, "enforce_dayparting")
    seconds = finish(system, "enforce_dayparting")
    report(f"sweep: killed after {sweep} of {BRANDS} brands, finished by the next worker in {seconds:.1f} s")
    assert_each_is_done_once(system)
