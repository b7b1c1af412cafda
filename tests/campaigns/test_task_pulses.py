"""Every task leaves word of its run, however it ends, and runs without being able to."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import pytest
import time_machine
from django.db import connection
from pytest_django import Settings

from campaigns import tasks
from campaigns.models import Brand, Campaign, Pulse
from campaigns.services import passes
from campaigns.services.locks import lock_free_brands
from campaigns.tasks import passes as task_passes
from campaigns.tasks.ranges import Pass
from tests.campaigns.task_runs import EVERY_TASK, make_agency, run, state, state_after
from tests.factories import NEXT_MIDNIGHT, NOON, make_brand, make_campaign, spend

pytestmark = pytest.mark.django_db


def pulse(name: str) -> Pulse:
    return Pulse.objects.get(name=name)


@pytest.mark.parametrize("name", EVERY_TASK)
def test_task_leaves_word_of_its_run(name: str) -> None:
    make_agency()

    run(name, NEXT_MIDNIGHT)

    row = pulse(name)
    assert (row.started_at, row.runs, row.bad_runs, row.last_error) == (NEXT_MIDNIGHT, 1, 0, "")
    assert row.finished_at is not None
    assert row.finished_at >= row.started_at
    assert list(Pulse.objects.values_list("name", flat=True)) == [name]


@pytest.mark.parametrize("name", ["deliver_webhooks", "simulate_spend"])
def test_other_tasks_leave_word_too(name: str) -> None:
    with time_machine.travel(NOON, tick=False):
        getattr(tasks, name)()

    assert pulse(name).runs == 1


@pytest.mark.parametrize("name", tasks.TASKS)
def test_task_run_by_a_command_leaves_word_as_that_of_a_worker_does(name: str) -> None:
    tasks.run_here(name, now=NOON)

    assert pulse(name).started_at == NOON


@pytest.mark.parametrize("name", tasks.RESETS)
def test_reset_by_hand_is_no_pass(name: str) -> None:
    make_campaign()

    tasks.run_here(name, now=NOON, by_hand=True)
    with time_machine.travel(NOON, tick=False):
        getattr(tasks, name)()

    assert Pulse.objects.count() == 0


def test_pass_says_how_many_brands_it_left_undone(monkeypatch: pytest.MonkeyPatch) -> None:
    campaigns = [make_campaign() for _ in range(3)]
    Campaign.objects.update(review_at=NOON)

    def lock_all_but_one(brand_ids: Collection[int]) -> dict[int, Brand]:
        if campaigns[1].brand_id in brand_ids:
            raise RuntimeError("a row that cannot be read")
        return lock_free_brands(brand_ids)

    monkeypatch.setattr(passes, "lock_free_brands", lock_all_but_one)

    run("enforce_dayparting", NOON)

    row = pulse("enforce_dayparting")
    assert (row.handled, row.failed, row.runs, row.bad_runs) == (3, 1, 1, 1)
    assert row.last_error == "3 brands reviewed, 0 changes of state, 1 brand failed"


def test_run_that_is_broken_off_says_why_and_has_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*, now: datetime) -> list[int]:
        raise MemoryError(f"none left at {now:%H:%M}")

    monkeypatch.setattr(task_passes, "DAYPARTING", Pass(fail, task_passes.DAYPARTING.work))

    with pytest.raises(MemoryError):
        run("enforce_dayparting", NOON)

    row = pulse("enforce_dayparting")
    assert (row.started_at, row.finished_at, row.runs, row.bad_runs) == (NOON, None, 0, 1)
    assert row.last_error == "MemoryError: none left at 17:00"


def test_ledger_check_that_finds_something_did_not_end_well() -> None:
    campaign = make_campaign()
    spend(campaign, "10")
    Campaign.objects.update(current_daily_spend=0)

    run("check_ledger", NOON)

    row = pulse("check_ledger")
    assert (row.failed, row.runs, row.bad_runs, row.last_error) == (1, 1, 1, "1 counter differs from the ledger")


def test_pass_that_is_cut_ends_with_its_last_range(settings: Settings) -> None:
    settings.FAN_OUT_BRANDS = 2
    brands = [make_brand(daily_budget="1.00") for _ in range(3)]
    for brand in brands:
        spend(make_campaign(brand), "2.00")

    run("enforce_dayparting", NEXT_MIDNIGHT)
    cut = pulse("enforce_dayparting")
    with time_machine.travel(NEXT_MIDNIGHT, tick=False):
        tasks.enforce_dayparting(first_brand=brands[0].pk, last_brand=brands[1].pk)
        half = pulse("enforce_dayparting")
        tasks.enforce_dayparting(first_brand=brands[2].pk, last_brand=brands[2].pk)

    assert (cut.ranges_left, cut.finished_at) == (2, None)
    assert (half.ranges_left, half.finished_at, half.handled) == (1, None, 2)
    row = pulse("enforce_dayparting")
    assert (row.ranges_left, row.finished_at, row.handled, row.runs) == (0, NEXT_MIDNIGHT, 3, 1)


@pytest.mark.parametrize("name", EVERY_TASK)
def test_task_does_its_work_where_it_can_leave_no_word(name: str) -> None:
    make_agency()
    expected = state_after(name, NEXT_MIDNIGHT)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE campaigns_pulse RENAME TO campaigns_pulse_away")

    run(name, NEXT_MIDNIGHT)

    assert state() == expected
