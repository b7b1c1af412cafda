"""Beat's scheduler: its table comes back, and its clock may be wrong for a while."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import pytest
import time_machine
from celery.signals import before_task_publish
from django.db import OperationalError
from django_celery_beat.models import CrontabSchedule, PeriodicTask, PeriodicTasks

from ad_system import beat, waiting
from ad_system.beat import Scheduler, install_schedule
from ad_system.celery import SCHEDULE, app

# The scheduler looks after its connection by itself, and closes it inside a test's transaction as well.
pytestmark = pytest.mark.django_db(transaction=True)

StartBeat: TypeAlias = Callable[[], Scheduler]

NOON = datetime(2026, 11, 20, 12, 0, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
EVERY_MINUTE = {line.task for line in SCHEDULE if line.every_minutes == 1 and line.is_enabled}


@pytest.fixture
def sent() -> Iterator[list[str]]:
    """The tasks that are sent meanwhile."""
    names: list[str] = []

    def collect(sender: str, **_: object) -> None:
        names.append(sender)

    before_task_publish.connect(collect)
    yield names
    before_task_publish.disconnect(collect)
    # No test after this one shall find them.
    app.control.purge()


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Beat's clock, which stands still."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def start_beat() -> Iterator[StartBeat]:
    """Starts schedulers, as beat does, each after the one before has ended; none outlives the database."""
    started: list[Scheduler] = []

    def start() -> Scheduler:
        end_turns()
        started.append(Scheduler(app))
        return started[-1]

    def end_turns() -> None:
        for scheduler in started:
            if scheduler._turn:
                scheduler._turn.let_go()

    yield start
    end_turns()
    for scheduler in started:
        # Registered for the end of the process, when the test's database is long gone.
        scheduler._finalize.cancel()


def tick(scheduler: Scheduler, clock: time_machine.Traveller, moment: datetime) -> None:
    """Put the clock there, and have the scheduler send everything that is due then."""
    clock.move_to(moment, tick=False)
    while scheduler.tick() == 0:
        pass


def test_lines_say_when_they_run_and_expire(start_beat: StartBeat) -> None:
    start_beat()

    rows = PeriodicTask.objects.filter(name__in=[line.name for line in SCHEDULE])
    lines = {row.task.rpartition(".")[2]: (str(row.crontab.minute), row.expire_seconds) for row in rows}
    assert {name: lines[name] for name in ("enforce_budgets", "check_ledger", "review_everything")} == {
        "enforce_budgets": ("*", 55),
        "check_ledger": ("*/5", 295),
        "review_everything": ("7", 3595),
    }
    assert len(lines) == len(SCHEDULE)


def test_schedule_that_was_lost_comes_back_and_what_people_changed_stays(start_beat: StartBeat) -> None:
    start_beat()
    PeriodicTask.objects.filter(name="Start the new day").update(enabled=False)
    PeriodicTask.objects.exclude(name="Start the new day").delete()
    CrontabSchedule.objects.filter(minute="*").delete()

    start_beat()

    enabled = dict(PeriodicTask.objects.exclude(task__startswith="celery.").values_list("name", "enabled"))
    expected = {line.name: line.is_enabled for line in SCHEDULE}
    assert enabled == {**expected, "Start the new day": False}


def test_beat_that_was_down_for_days_sends_each_task_once_at_its_start(
    start_beat: StartBeat, clock: time_machine.Traveller, sent: list[str]
) -> None:
    scheduler = start_beat()
    tick(scheduler, clock, NOON + MINUTE)
    scheduler.sync()
    PeriodicTask.objects.filter(last_run_at=None).update(last_run_at=NOON)
    del sent[:]

    clock.move_to(NOON + 3 * DAY, tick=False)
    tick(start_beat(), clock, NOON + 3 * DAY)

    ours = [name for name in sent if name.startswith("campaigns.")]
    assert sorted(ours) == sorted(line.task for line in SCHEDULE if line.is_enabled)


def test_clock_that_was_a_day_ahead_silences_no_task(
    start_beat: StartBeat, clock: time_machine.Traveller, sent: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    scheduler = start_beat()
    tick(scheduler, clock, NOON + MINUTE)
    tick(scheduler, clock, NOON + DAY)
    del sent[:]

    tick(scheduler, clock, NOON + 2 * MINUTE)
    tick(scheduler, clock, NOON + 3 * MINUTE)

    assert EVERY_MINUTE.issubset(sent)
    assert "The clock went back by 23:58:00" in caplog.text


def test_beat_that_starts_after_the_clock_was_a_day_ahead_is_not_silent(
    start_beat: StartBeat, clock: time_machine.Traveller, sent: list[str]
) -> None:
    clock.move_to(NOON + DAY, tick=False)
    ahead = start_beat()
    # One has run there, the others were only installed there.
    PeriodicTask.objects.filter(name="Deliver webhooks").update(last_run_at=NOON + DAY)
    ahead.sync()
    del sent[:]

    clock.move_to(NOON, tick=False)
    scheduler = start_beat()
    tick(scheduler, clock, NOON + MINUTE)

    assert EVERY_MINUTE.issubset(sent)


def test_edit_in_the_admin_is_seen_after_the_clock_was_a_day_ahead(
    start_beat: StartBeat, clock: time_machine.Traveller, sent: list[str]
) -> None:
    scheduler = start_beat()
    tick(scheduler, clock, NOON + DAY)
    PeriodicTasks.update_changed()
    tick(scheduler, clock, NOON)
    tick(scheduler, clock, NOON + timedelta(seconds=1))
    del sent[:]

    clock.move_to(NOON + timedelta(seconds=2), tick=False)
    row = PeriodicTask.objects.get(name="Keep brands inside their budgets")
    row.enabled = False
    row.save()
    tick(scheduler, clock, NOON + MINUTE)

    assert set(sent) == EVERY_MINUTE - {row.task}


@pytest.mark.parametrize("back", [timedelta(), timedelta(milliseconds=500)])
def test_clock_that_is_set_right_by_less_than_a_second_is_no_event(
    start_beat: StartBeat,
    clock: time_machine.Traveller,
    sent: list[str],
    caplog: pytest.LogCaptureFixture,
    back: timedelta,
) -> None:
    scheduler = start_beat()
    with caplog.at_level(logging.WARNING):
        tick(scheduler, clock, NOON + MINUTE)
        tick(scheduler, clock, NOON + MINUTE - back)

    assert len([name for name in sent if name in EVERY_MINUTE]) == len(EVERY_MINUTE)
    assert caplog.text == ""


def test_database_that_goes_away_while_beat_starts_is_waited_for(
    monkeypatch: pytest.MonkeyPatch, start_beat: StartBeat
) -> None:
    tried: list[bool] = []

    def fail_once() -> None:
        tried.append(True)
        if len(tried) == 1:
            raise OperationalError("server closed the connection unexpectedly")
        install_schedule()

    monkeypatch.setattr(beat, "install_schedule", fail_once)
    monkeypatch.setattr(waiting, "LOOK_EVERY_SECONDS", 0)
    scheduler = start_beat()

    assert len(tried) == 2
    assert {entry.task for entry in scheduler.schedule.values()} >= EVERY_MINUTE
