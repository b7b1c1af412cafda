"""What a worker meets: a task that kills its process, a brand that cannot be read, sweeps that are slower than beat."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.depth import IS_LONG, report
from tests.faults.extras import extra_worker
from tests.faults.messages import message, put, unacknowledged, waiting
from tests.faults.schedules import EXPIRE_SECONDS, run_every_second
from tests.faults.states import held, wait_until_held
from tests.faults.system import System

pytestmark = pytest.mark.system

SECONDS = 60
# More than a worker has processes.
DEATHS = 4
BRANDS = 200
PASSES = ("enforce_dayparting", "enforce_budgets", "reset_daily_spends", "reset_monthly_spends", "review_everything")
MAKE_BRANDS = f"""
from campaigns.models import Brand, Campaign
brands = Brand.objects.bulk_create(Brand(name=f"Client {{n}}", time_zone="Europe/Berlin") for n in range({BRANDS}))
Campaign.objects.bulk_create(Campaign(brand=brand, name="Search") for brand in brands)
Brand.objects.filter(name="Client 100").update(time_zone="../../etc/passwd")
"""
# Both processes of a worker together take one of these in three seconds, and beat sends one in each.
SWEEP_SECONDS = 6.0
HELD_SECONDS = 120.0 if IS_LONG else 10.0


@pytest.mark.sqlite
def test_task_that_kills_its_process_is_tried_once_and_the_worker_goes_on(system: System, tmp_path: Path) -> None:
    attempts = tmp_path / "attempts"
    system.start("broker")
    with extra_worker(system, include="tests.faults.deadly") as worker:
        for _ in range(DEATHS):
            put(system, message("tests.faults.deadly.die", body=[[str(attempts)], {}, {}]))
            put(system, message("campaigns.tasks.check_ledger"))
        system.wait_until(
            lambda: (worker.log.count(" succeeded in "), worker.log.count("WorkerLostError")) >= (DEATHS, DEATHS),
            seconds=SECONDS,
            what="the runs after the deaths",
        )

        assert attempts.read_text().count("attempt") == DEATHS
        # So none of them comes back, to this worker or to the next.
        assert (waiting(system), unacknowledged(system)) == (0, 0)


@pytest.mark.sqlite
def test_brand_whose_zone_is_garbage_stops_alone_among_200_and_the_log_says_why(system: System) -> None:
    system.manage("shell", "--no-imports", "--command", MAKE_BRANDS)
    assert len(held(system)) == BRANDS
    system.start("broker", "worker")

    put(system, message("campaigns.tasks.enforce_dayparting"))

    wait_until_held(system, {"Client 100/Search": "zone_unreadable"})
    assert "The time zone of brand=Client 100 cannot be read" in system.log("worker")
    # Whatever else runs leaves it so, and takes nothing up again.
    for task in PASSES:
        arguments = {"due_only": True} if task.startswith("reset_") else {}
        put(system, message(f"campaigns.tasks.{task}", body=[[], arguments, {}]))
    system.wait_until(
        lambda: system.log("worker").count(" succeeded in ") == 1 + len(PASSES), seconds=SECONDS, what="all passes"
    )
    assert held(system) == {"Client 100/Search": "zone_unreadable"}
    assert " failed" not in system.log("worker")


@contextmanager
def held_brand(system: System) -> Iterator[None]:
    """Hold the lock of a brand that the sweep finds work in, so that it waits."""
    with psycopg.connect(system.database_url) as connection:
        connection.execute("SELECT 1 FROM campaigns_brand WHERE name = 'Bolt' FOR UPDATE")
        yield
        connection.rollback()


@pytest.mark.postgres
def test_sweep_that_is_slower_than_its_interval_piles_nothing_up(system: System) -> None:
    system.environment["LOCK_TIMEOUT"] = str(SWEEP_SECONDS)
    run_every_second(system, "enforce_budgets")
    system.query("UPDATE campaigns_brand SET daily_budget_micros = 0 WHERE name = 'Bolt'")
    longest = 0
    with held_brand(system):
        system.start("broker", "worker", "beat")
        until = time.monotonic() + HELD_SECONDS
        while time.monotonic() < until:
            longest = max(longest, waiting(system))
            threading.Event().wait(0.1)

    sent = system.log("beat").count("(campaigns.tasks.enforce_budgets)")
    report(f"{sent} sweeps sent while each took {SWEEP_SECONDS} s, at most {longest} waiting")
    wait_until_held(system, {"Bolt/Search": "brand_day", "Bolt/Video": "brand_day"})
    system.wait_until(lambda: waiting(system) <= 1, seconds=SECONDS, what="the end of the queue")
    # What came while both processes were busy with one, and what was not yet late.
    assert longest <= SWEEP_SECONDS + EXPIRE_SECONDS
    assert "Discarding revoked task" in system.log("worker")
