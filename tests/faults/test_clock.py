"""Beat is down when days and months begin, or its clock is wrong: what time decides is right again within a minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from ad_system.celery import SCHEDULE
from tests.faults.checks import assert_counters_are_the_ledgers, assert_one_line_of_history_for_each_change
from tests.faults.clocks import SystemClock
from tests.faults.states import SECONDS_TO_TAKE_EFFECT, changes, day_of, held, wait_until_held
from tests.faults.system import System

pytestmark = pytest.mark.system

# Three seconds before a minute begins, so that a test does not wait for it.
BEFORE_A_MINUTE = timedelta(seconds=57)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def at_midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def next_month_but_one(moment: datetime) -> datetime:
    return (at_midnight(moment).replace(day=1) + 63 * DAY).replace(day=1)


def spend(system: System, campaign: str, amount: str) -> None:
    answer = system.client().post("/spend", {"campaign": system.desk.campaigns[campaign], "amount": amount})
    assert answer.status == 201, answer


# What these are about is time: either database would do for each.
@pytest.mark.sqlite
def test_beat_that_was_down_over_midnight_for_days_and_over_a_month_end_catches_up(system: System) -> None:
    clock = SystemClock(system)
    month_end = next_month_but_one(datetime.now(UTC))
    clock.set(month_end - 5 * DAY + 22 * HOUR)
    system.start("broker", "worker", "beat", "web")
    budget = system.client().send("PATCH", f"/brands/{system.desk.brands['Acme']}", '{"monthly_budget": "100.00"}')
    assert budget.status == 200, budget
    spend(system, "Acme/Search", "100")
    of_the_month = {"Acme/Search": "brand_month", "Acme/Video": "brand_month"}

    # Over midnight.
    spend(system, "Bolt/Search", "40")
    spend(system, "Crane/Search", "20")
    of_the_day = {"Bolt/Search": "brand_day", "Bolt/Video": "brand_day", "Crane/Search": "campaign_day"}
    assert held(system) == {**of_the_month, **of_the_day}
    before = changes(system)
    restart_beat(system, clock, month_end - 4 * DAY + HOUR)
    wait_until_held(system, of_the_month)
    assert changes(system) == before + len(of_the_day)

    # For three days.
    spend(system, "Bolt/Search", "40")
    spend(system, "Crane/Search", "20")
    before = changes(system)
    restart_beat(system, clock, month_end - 1 * DAY + HOUR)
    wait_until_held(system, of_the_month)
    assert changes(system) == before + len(of_the_day)

    # Over the end of a month, and its schedule is lost.
    before = changes(system)
    system.stop("beat")
    system.query("DELETE FROM django_celery_beat_periodictask")
    clock.set(month_end + HOUR + BEFORE_A_MINUTE)
    system.start("beat")
    wait_until_held(system, {})
    assert changes(system) == before + len(of_the_month)
    ours = "SELECT count(*) FROM django_celery_beat_periodictask WHERE task LIKE 'campaigns.%'"
    assert system.query(ours) == [(len(SCHEDULE),)]
    assert_counters_are_the_ledgers(system)
    assert_one_line_of_history_for_each_change(system)


def restart_beat(system: System, clock: SystemClock, at: datetime) -> None:
    system.stop("beat")
    clock.set(at)
    system.start("beat")


@pytest.mark.postgres
def test_clock_that_is_a_day_ahead_for_a_while_leaves_nothing_wrong(system: System) -> None:
    clock = SystemClock(system)
    today = at_midnight(datetime.now(UTC)) + 3 * DAY + 12 * HOUR
    clock.set(today + BEFORE_A_MINUTE)
    system.start("broker", "worker", "beat", "web")
    spend(system, "Bolt/Search", "40")
    by_the_day = {"Bolt/Search": "brand_day", "Bolt/Video": "brand_day"}
    assert held(system) == by_the_day

    clock.set(clock.now + DAY)
    wait_until_held(system, {})
    spend(system, "Bolt/Search", "1")
    clock.set(today + timedelta(minutes=1) + BEFORE_A_MINUTE)

    wait_until_held(system, by_the_day)
    # A worker may have been faster, with a task that was sent before.
    seconds = SECONDS_TO_TAKE_EFFECT
    system.wait_until(lambda: "The clock went back by" in system.log("beat"), seconds=seconds, what="beat's notice")
    assert day_of(system, "Bolt") == (at_midnight(today), Decimal(40))
    # The next day, of which something was recorded ahead of time.
    clock.set(today + DAY + BEFORE_A_MINUTE)
    wait_until_held(system, {})
    assert day_of(system, "Bolt") == (at_midnight(today + DAY), Decimal(1))
