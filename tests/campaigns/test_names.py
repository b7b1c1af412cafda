"""Names that stay callable: what scripts, notes and fingers of the agency know by heart."""

from __future__ import annotations

import logging
from decimal import Decimal

import pytest
from celery import Task
from django.core.management import get_commands, load_command_class
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from campaigns import services, tasks
from campaigns.models import Brand
from campaigns.services import get_brand_summary, record_spend, record_spends, should_campaign_be_active
from campaigns.services.spend import NewSpend
from tests.factories import break_zone, make_brand, make_campaign
from tests.readings import RUNNING, spent, state_of

TASKS = ("enforce_budgets", "enforce_dayparting", "reset_daily_spends", "reset_monthly_spends", "simulate_spend")
COMMANDS = (
    "reset_budgets",
    "record_spend",
    "simulate_spend",
    "import_spend",
    "check_ledger",
    "rebuild_totals",
    "explain",
)


@pytest.mark.parametrize("name", [*tasks.TASKS, "run_import"])
def test_task_is_known_to_workers_by_its_plain_name(name: str) -> None:
    task = getattr(tasks, name)

    assert isinstance(task, Task)
    assert task.name == f"campaigns.tasks.{name}"


@pytest.mark.django_db
@pytest.mark.parametrize("name", TASKS)
def test_task_can_be_called_by_hand_and_says_what_it_did(name: str) -> None:
    now = timezone.now()
    make_campaign(make_brand(now=now), now=now)

    said = getattr(tasks, name)()

    assert isinstance(said, str)
    assert "1" in said or "0" in said


@pytest.mark.django_db
def test_resets_called_by_hand_start_the_period_now_and_leave_the_ledger() -> None:
    now = timezone.now()
    campaign = make_campaign(make_brand(daily_budget="5", monthly_budget="50", now=now), now=now)
    record_spend(campaign_id=campaign.pk, amount="50", now=now)
    assert state_of(campaign) == ("paused", "brand_month")

    tasks.reset_daily_spends()
    assert (spent(campaign), state_of(campaign)) == (("0.00", "50.00"), ("paused", "brand_month"))

    tasks.reset_monthly_spends()
    assert (spent(campaign), state_of(campaign)) == (("0.00", "0.00"), RUNNING)
    assert [entry.amount for entry in campaign.spend.all()] == [Decimal(50)]


@pytest.mark.django_db
def test_resets_from_the_beat_leave_a_present_period_alone() -> None:
    now = timezone.now()
    campaign = make_campaign(make_brand(now=now), now=now)
    record_spend(campaign_id=campaign.pk, amount="5", now=now)
    since = Brand.objects.values_list("daily_since", "monthly_since").get()

    tasks.reset_daily_spends(due_only=True)
    tasks.reset_monthly_spends(due_only=True)

    assert Brand.objects.values_list("daily_since", "monthly_since").get() == since
    assert spent(campaign) == ("5.00", "5.00")


@pytest.mark.django_db
def test_reset_by_hand_goes_on_after_a_brand_whose_zone_cannot_be_read() -> None:
    now = timezone.now()
    bad, good = (make_campaign(make_brand(now=now), now=now) for _ in range(2))
    record_spend(campaign_id=good.pk, amount="5", now=now)
    break_zone(bad.brand)

    tasks.reset_daily_spends()

    assert spent(good) == ("0.00", "5.00")


@pytest.mark.parametrize("name", COMMANDS)
def test_command_is_there_and_explains_itself(name: str) -> None:
    app = get_commands()[name]

    help_text = load_command_class(str(app), name).create_parser("manage.py", name).format_help()

    assert app == "campaigns"
    assert len(help_text) > 100


@pytest.mark.parametrize(
    "name", ["record_spend", "record_spends", "should_campaign_be_active", "get_brand_summary", "find_drift"]
)
def test_service_is_importable_from_the_package(name: str) -> None:
    assert name in services.__all__
    assert callable(getattr(services, name))


@pytest.mark.django_db
def test_services_answer_as_the_scripts_expect() -> None:
    now = timezone.now()
    campaign = make_campaign(make_brand(daily_budget="8", now=now), now=now)
    record_spends(spends=[NewSpend(campaign.pk, "2")], now=now)

    summary = get_brand_summary(brand_id=campaign.brand_id, now=now)
    may_run, reasons = should_campaign_be_active(campaign_id=campaign.pk, now=now)

    assert (may_run, reasons) == (True, [])
    assert (summary.day.limit, summary.day.spent) == (Decimal(8), Decimal(2))
    assert (summary.day.remaining, summary.day.used_percent) == (Decimal(6), Decimal("25.0"))
    assert (summary.active_campaigns, summary.total_campaigns) == (1, 1)


@pytest.mark.django_db
def test_log_lines_that_people_grep_for(
    caplog: pytest.LogCaptureFixture, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    now = timezone.now()
    with caplog.at_level(logging.INFO), django_capture_on_commit_callbacks(execute=True):
        campaign = make_campaign(make_brand(daily_budget="8", now=now), name="Summer sale", now=now)
        record_spend(campaign_id=campaign.pk, amount="8.5", now=now)

    lines = [line for line in caplog.messages if "Summer sale" in line]
    assert lines[0].startswith("Activated campaign Summer sale ")
    assert lines[1].startswith("Pausing campaign Summer sale ")
    assert "reasons=brand's daily budget spent=8.50 limit=8.00" in lines[1]
