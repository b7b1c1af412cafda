"""`manage.py run_task`: beat's tasks without a worker."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.management import call_command
from pytest_django import Settings

from ad_system.celery import SCHEDULE
from campaigns.models import Brand, Campaign, Status
from campaigns.tasks import TASKS
from tests.campaigns.management.desk import run
from tests.factories import (
    NEXT_MIDNIGHT,
    NOON,
    break_zone,
    hours,
    make_brand,
    make_campaign,
    spend,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time_travel")]


def test_run_task_knows_every_scheduled_task() -> None:
    assert sorted(TASKS) == sorted(line.task.rpartition(".")[2] for line in SCHEDULE)


@pytest.mark.parametrize("name", TASKS)
def test_run_task_runs_each_of_them_on_an_empty_database(name: str) -> None:
    answer = run("run_task", name)

    assert (answer.code, answer.err) == (0, "")
    assert answer.lines[0].startswith(f"{name}: 0 ")


def test_run_task_enforce_dayparting_stops_at_the_end_of_a_window() -> None:
    campaign = make_campaign(make_brand(name="Acme"), windows=[hours("08:00", "13:00")])

    answer = run("run_task", "enforce_dayparting", now=NOON.replace(hour=18))

    campaign.refresh_from_db()
    assert answer.lines == ["enforce_dayparting: 1 brand reviewed, 1 change of state"]
    assert campaign.status is Status.PAUSED


def test_run_task_enforce_budgets_stops_what_was_put_wrong() -> None:
    campaign = make_campaign(make_brand(name="Acme", daily_budget="10.00"))
    Brand.objects.update(current_daily_spend=Decimal("10.00"))

    answer = run("run_task", "enforce_budgets")

    campaign.refresh_from_db()
    assert answer.code == 0
    assert campaign.status is Status.PAUSED


def test_run_task_reset_brings_forward_what_is_behind_and_nothing_else() -> None:
    campaign = make_campaign(make_brand(name="Acme"))
    spend(campaign, "5.00")

    too_early = run("run_task", "reset_daily_spends")
    in_time = run("run_task", "reset_daily_spends", now=NEXT_MIDNIGHT)

    campaign.refresh_from_db()
    assert too_early.lines == ["reset_daily_spends: 0 brands reviewed, 0 changes of state"]
    assert in_time.lines == ["reset_daily_spends: 1 brand reviewed, 0 changes of state"]
    assert (campaign.current_daily_spend, campaign.current_monthly_spend) == (Decimal(0), Decimal("5.00"))


def test_run_task_reset_manual_starts_every_period_now() -> None:
    campaign = make_campaign(make_brand(name="Acme"))
    spend(campaign, "5.00")

    answer = run("run_task", "reset_monthly_spends", "--manual")

    campaign.refresh_from_db()
    assert answer.lines == ["reset_monthly_spends: 1 brand and 1 campaign start their month now"]
    assert (campaign.current_daily_spend, campaign.current_monthly_spend) == (Decimal("5.00"), Decimal(0))


def test_run_task_takes_all_brands_at_once_without_a_worker(settings: Settings) -> None:
    settings.FAN_OUT_BRANDS = 1
    campaigns = [make_campaign(make_brand(), windows=[hours("08:00", "13:00")]) for _ in range(3)]

    answer = run("run_task", "enforce_dayparting", now=NOON.replace(hour=18))

    assert answer.lines == ["enforce_dayparting: 3 brands reviewed, 3 changes of state"]
    assert Campaign.objects.paused().count() == len(campaigns)


def test_run_task_check_ledger_that_finds_something_ends_with_1() -> None:
    campaign = make_campaign(make_brand(name="Acme"))
    Campaign.objects.filter(pk=campaign.pk).update(current_daily_spend=Decimal("1.00"))

    answer = run("run_task", "check_ledger")

    assert answer.code == 1
    assert answer.lines == ["check_ledger: 1 counter differs from the ledger"]
    assert answer.err == (
        "Found: check_ledger did not end well: 1 counter differs from the ledger. The log above says why.\n"
    )


def test_run_task_reset_manual_that_refuses_a_brand_ends_with_1() -> None:
    break_zone(make_brand(name="Bad"))

    answer = run("run_task", "reset_daily_spends", "--manual", "--json")

    assert answer.code == 1
    assert answer.facts == {
        "task": "reset_daily_spends",
        "result": "0 brands and 0 campaigns start their day now, 1 brand refused",
        "is_bad": True,
    }


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "the following arguments are required: NAME"),
        (("nope",), "invalid choice: 'nope' (choose from "),
        (("check_ledger", "--manual"), "--manual is for resets only: reset_daily_spends, reset_monthly_spends"),
    ],
)
def test_run_task_used_wrongly_says_so(arguments: tuple[str, ...], words: str) -> None:
    answer = run("run_task", *arguments)

    assert (answer.code, answer.out) == (2, "")
    assert words in answer.err
    assert answer.err.count("\n") == 1


def test_run_task_names_the_tasks_where_the_name_is_wrong() -> None:
    answer = run("run_task", "nope")

    assert all(name in answer.err for name in TASKS)


def test_run_task_reads_the_real_clock_without_time_travel(settings: Settings) -> None:
    settings.ALLOW_TIME_TRAVEL = False

    assert call_command("run_task", "enforce_budgets") is None
