"""The tasks as Celery calls them: twice, late, with an older clock, and past a bad brand."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from decimal import Decimal

import pytest
import time_machine
from django.db import transaction

from campaigns import tasks
from campaigns.models import Brand, Campaign, SpendLog, Status, StatusChange
from campaigns.services import find_drift, set_windows
from tests.campaigns.task_runs import EVERY_TASK, make_agency, run, run_all, state, state_after
from tests.factories import (
    DAY,
    HOUR,
    MINUTE,
    NEXT_MIDNIGHT,
    NEXT_MONTH,
    NOON,
    break_zone,
    hours,
    make_brand,
    make_campaign,
    spend,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", EVERY_TASK)
@pytest.mark.parametrize("now", [NOON + MINUTE, NEXT_MIDNIGHT, NEXT_MIDNIGHT + 7 * MINUTE, NEXT_MONTH])
def test_task_twice_gives_the_same_state(name: str, now: datetime) -> None:
    make_agency()
    run(name, now)
    once, changes = state(), StatusChange.objects.count()

    run(name, now)

    assert state() == once
    assert StatusChange.objects.count() == changes
    assert find_drift() == []


@pytest.mark.parametrize("name", EVERY_TASK)
def test_task_of_a_slow_worker_with_an_older_now_undoes_nothing(name: str) -> None:
    make_agency()
    run_all(NEXT_MIDNIGHT + MINUTE)
    after_midnight = state()

    run(name, NEXT_MIDNIGHT - MINUTE)

    assert state() == after_midnight


def outcome(*clock: datetime) -> list[tuple[object, ...]]:
    """Return where a new agency ends whose tasks all run at these moments; it is gone afterwards."""
    with transaction.atomic():
        make_agency()
        for now in clock:
            run_all(now)
        assert find_drift() == []
        end = state()
        transaction.set_rollback(True)
    return end


@pytest.mark.parametrize("late_at", [NEXT_MIDNIGHT + 3 * DAY + 7 * MINUTE, NEXT_MONTH + 7 * MINUTE])
def test_tasks_that_come_late_end_where_timely_ones_do(late_at: datetime) -> None:
    timely = [NOON + hour * HOUR for hour in range(1, (late_at - NOON) // HOUR, 5)]

    end_of_late_tasks = outcome(late_at)

    assert end_of_late_tasks == outcome(*timely, late_at)


def test_tasks_come_back_from_a_clock_that_was_two_days_ahead() -> None:
    now = NOON + MINUTE

    end = outcome(now + 2 * DAY, now)

    assert end == outcome(now)


def test_enforce_dayparting_stops_and_starts_at_the_edges_of_windows() -> None:
    make_agency()
    by_day = Campaign.objects.get(name="By day")
    by_night = Campaign.objects.get(name="By night")
    # 08:00 in Lord Howe, which is at +11:00 in November.
    opens_at = datetime(2026, 11, 20, 21, tzinfo=UTC)

    told = run("enforce_dayparting", opens_at)

    by_day.refresh_from_db()
    by_night.refresh_from_db()
    assert told == "1 brand reviewed, 2 changes of state"
    assert (by_day.status, by_night.status) == (Status.ACTIVE, Status.PAUSED)


def test_enforce_budgets_reviews_only_where_budgets_disagree() -> None:
    make_agency()
    Brand.objects.filter(name="Hours").update(daily_budget=Decimal("1.00"))

    told = run("enforce_budgets", NOON)

    assert told == "1 brand reviewed, 2 changes of state"
    assert Campaign.objects.filter(brand__name="Hours").running().count() == 0


def test_review_everything_rights_what_no_other_pass_looks_at() -> None:
    make_agency()
    # Somebody switched one off around the services.
    Campaign.objects.filter(name="Always").update(is_active=False, paused_because="flight_ended", review_at=None)

    within_the_hour = [run(name, NOON + 7 * MINUTE) for name in ("enforce_dayparting", "enforce_budgets")]
    once = run("review_everything", NOON + 7 * MINUTE)

    assert within_the_hour == ["0 brands reviewed, 0 changes of state"] * 2
    assert once == "3 brands reviewed, 1 change of state"
    assert Campaign.objects.get(name="Always").status is Status.ACTIVE


def test_reset_daily_spends_due_only_waits_for_each_brands_midnight() -> None:
    make_agency()
    midnight_of_day = NEXT_MIDNIGHT

    told = run("reset_daily_spends", midnight_of_day)

    day = Brand.objects.get(name="Day")
    # In Kathmandu the day began hours ago; on Lord Howe it goes on.
    assert told == "2 brands reviewed, 1 change of state"
    assert (day.current_daily_spend, day.daily_since) == (Decimal(0), midnight_of_day)
    assert day.current_monthly_spend == Decimal("120.00")
    assert Campaign.objects.get(name="Held by the day").status is Status.ACTIVE


def test_reset_monthly_spends_due_only_starts_the_month() -> None:
    make_agency()

    run("reset_monthly_spends", NEXT_MONTH)

    month = Brand.objects.get(name="Month")
    assert month.current_monthly_spend == Decimal(0)
    assert Campaign.objects.get(name="Held by the month").status is Status.ACTIVE


@pytest.mark.parametrize(("word", "other"), [("daily", "monthly"), ("monthly", "daily")])
def test_reset_by_hand_starts_every_period_now(word: str, other: str) -> None:
    make_agency()
    task = {"daily": tasks.reset_daily_spends, "monthly": tasks.reset_monthly_spends}[word]

    with time_machine.travel(NOON + MINUTE, tick=False):
        told = task()

    assert told == f"3 brands and 5 campaigns start their {'day' if word == 'daily' else 'month'} now"
    for brand in Brand.objects.all():
        assert getattr(brand, f"current_{word}_spend") == 0
        assert getattr(brand, f"{word}_since") == NOON + MINUTE
        assert getattr(brand, f"current_{other}_spend") > 0
    assert SpendLog.objects.count() == 3


def test_reset_by_hand_of_a_range_leaves_other_brands_alone() -> None:
    first, second, third = (spend(make_campaign(make_brand()), "1.00").campaign.brand for _ in range(3))

    with time_machine.travel(NOON + MINUTE, tick=False):
        told = tasks.reset_daily_spends(first_brand=second.pk, last_brand=third.pk)

    first.refresh_from_db()
    assert told == "2 brands and 2 campaigns start their day now"
    assert first.current_daily_spend == Decimal("1.00")


def test_check_ledger_logs_each_difference(caplog: pytest.LogCaptureFixture) -> None:
    make_agency()
    Campaign.objects.filter(name="Always").update(current_monthly_spend=Decimal(0))

    told = run("check_ledger", NOON + MINUTE)

    assert told == "1 counter differs from the ledger"
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert "brand=Hours campaign=Always period=month" in caplog.text
    assert "counted=0.00 in_ledger=3.00" in caplog.text


def test_simulate_spend_makes_running_campaigns_spend() -> None:
    make_agency()

    with time_machine.travel(NOON + MINUTE, tick=False):
        told = tasks.simulate_spend(minutes=2, seed=1)

    # Two of five run: the one with any hour and, at 04:01 on Lord Howe, the one by night.
    assert told == "4 entries, 0 changes of state"
    assert SpendLog.objects.filter(source="simulation").count() == 4


@pytest.mark.parametrize("name", EVERY_TASK)
def test_one_bad_brand_stops_no_other(name: str) -> None:
    make_agency()
    bad = make_brand(name="Bad", daily_budget="1.00")
    make_campaign(bad, name="Of the bad brand", windows=[hours("00:00", "13:00")])
    Brand.objects.filter(name="Hours").update(daily_budget=Decimal("1.00"))
    expected = without(state_after(name, NEXT_MONTH), "Bad", "Of the bad brand")

    break_zone(bad)
    with_bad = without(state_after(name, NEXT_MONTH), "Bad", "Of the bad brand")

    assert with_bad == expected


def without(rows: list[tuple[object, ...]], *names: str) -> list[tuple[object, ...]]:
    return [row for row in rows if row[0] not in names]


def test_bad_brand_is_stopped_with_a_reason_and_a_loud_log(caplog: pytest.LogCaptureFixture) -> None:
    bad = make_brand(name="Bad")
    campaign = make_campaign(bad)
    break_zone(bad)

    run("enforce_budgets", NOON + MINUTE)

    campaign.refresh_from_db()
    assert (campaign.status, campaign.paused_because) == (Status.PAUSED, "zone_unreadable")
    assert "The time zone of brand=Bad cannot be read" in caplog.text


def test_disabled_windows_need_no_pass() -> None:
    make_agency()
    campaign = Campaign.objects.get(name="By day")
    set_windows(campaign_id=campaign.pk, windows=[hours("08:00", "20:00")], is_enabled=False, now=NOON)

    told = run("enforce_dayparting", NOON + MINUTE)

    assert told == "0 brands reviewed, 0 changes of state"
