"""A pass over many brands is cut into ranges, one task each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal

import pytest
import time_machine
from celery.signals import before_task_publish
from pytest_django import Settings

from ad_system.celery import SCHEDULE, app
from campaigns import tasks
from campaigns.models import Campaign, LedgerDrift, StatusChange
from tests.campaigns.task_runs import make_agency, run, run_all, state, state_after
from tests.factories import (
    MINUTE,
    NEXT_MIDNIGHT,
    NEXT_MONTH,
    NOON,
    make_brand,
    make_campaign,
    spend,
)

pytestmark = pytest.mark.django_db


def expires_before_the_next(name: str) -> int:
    (line,) = [line for line in SCHEDULE if line.pulse == name]
    return line.expire_seconds


@contextmanager
def messages() -> Iterator[list[dict[str, object]]]:
    """Collect what is sent to the broker meanwhile: each task's arguments, with its name and when it expires."""
    sent: list[dict[str, object]] = []

    def collect(
        sender: str, body: tuple[object, dict[str, object], object], headers: dict[str, object], **_: object
    ) -> None:
        expires_in = datetime.fromisoformat(str(headers["expires"])) - datetime.now(UTC)
        sent.append({"task": sender, "expires_in": expires_in.total_seconds(), **body[1]})

    before_task_publish.connect(collect)
    try:
        yield sent
    finally:
        before_task_publish.disconnect(collect)
        # No test after this one shall find them.
        app.control.purge()


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("enforce_dayparting", {}),
        ("enforce_budgets", {}),
        ("review_everything", {}),
        ("reset_daily_spends", {"due_only": True}),
        ("reset_monthly_spends", {"due_only": True}),
    ],
)
def test_pass_over_many_brands_is_cut_into_ranges(settings: Settings, name: str, arguments: dict[str, object]) -> None:
    settings.FAN_OUT_BRANDS = 2
    brands = [make_brand(daily_budget="1.00", monthly_budget="1.00") for _ in range(5)]
    for brand in brands:
        spend(make_campaign(brand), "2.00")
    due_at = NEXT_MONTH + 8 * MINUTE
    alone = state_after_without_ranges(settings, name, due_at)

    with messages() as sent:
        told = run(name, due_at)
    before = StatusChange.objects.filter(is_active=True, changed_at=due_at).count()
    ends = [(brands[0].pk, brands[1].pk), (brands[2].pk, brands[3].pk), (brands[4].pk, brands[4].pk)]

    assert (told, before) == ("5 brands, cut into ranges", 0)
    assert sent == [
        {
            "task": f"campaigns.tasks.{name}",
            "expires_in": expires_before_the_next(name),
            "first_brand": first,
            "last_brand": last,
            **arguments,
        }
        for first, last in ends
    ]
    with time_machine.travel(due_at, tick=False), messages() as sent_by_ranges:
        for first, last in ends:
            getattr(tasks, name)(first_brand=first, last_brand=last, **arguments)
    assert sent_by_ranges == []
    assert state() == alone


def state_after_without_ranges(settings: Settings, name: str, now: datetime) -> list[tuple[object, ...]]:
    size, settings.FAN_OUT_BRANDS = settings.FAN_OUT_BRANDS, 1000
    try:
        return state_after(name, now)
    finally:
        settings.FAN_OUT_BRANDS = size


def test_pass_over_few_brands_sends_nothing() -> None:
    make_agency()

    with messages() as sent:
        run_all(NEXT_MONTH)

    assert sent == []


def test_range_is_never_cut_again(settings: Settings) -> None:
    settings.FAN_OUT_BRANDS = 1
    brands = [make_brand(daily_budget="1.00") for _ in range(3)]
    for brand in brands:
        spend(make_campaign(brand), "2.00")

    with time_machine.travel(NEXT_MIDNIGHT, tick=False), messages() as sent:
        told = tasks.enforce_dayparting(first_brand=brands[0].pk, last_brand=brands[1].pk)

    assert (told, sent) == ("2 brands reviewed, 2 changes of state", [])


def test_range_of_the_hourly_review_reviews_all_of_it_however_late_it_starts(settings: Settings) -> None:
    settings.FAN_OUT_BRANDS = 2
    campaigns = [make_campaign(make_brand()) for _ in range(3)]
    # Around the services, in a way that no other pass looks at.
    Campaign.objects.update(is_active=False, paused_because="flight_ended", review_at=None)
    with time_machine.travel(NOON + 7 * MINUTE, tick=False), messages() as sent:
        tasks.review_everything()

    with time_machine.travel(NOON + 50 * MINUTE, tick=False):
        told = tasks.review_everything(first_brand=campaigns[0].brand_id, last_brand=campaigns[1].brand_id)

    assert len(sent) == 2
    assert told == "2 brands reviewed, 2 changes of state"
    assert Campaign.objects.running().count() == 2


def test_ledgers_check_is_cut_and_each_range_keeps_what_it_finds(settings: Settings) -> None:
    settings.FAN_OUT_BRANDS = 2
    campaigns = [make_campaign() for _ in range(3)]
    Campaign.objects.filter(pk__in=[campaigns[0].pk, campaigns[2].pk]).update(current_daily_spend=Decimal(1))

    with messages() as sent:
        told = [run("check_ledger", NEXT_MIDNIGHT)]
        waits = {message["expires_in"] for message in sent}
        with time_machine.travel(NEXT_MIDNIGHT, tick=False):
            for first, last in ((0, 1), (2, 2)):
                told.append(
                    tasks.check_ledger(first_brand=campaigns[first].brand_id, last_brand=campaigns[last].brand_id)
                )

    assert told == [
        "3 brands, cut into ranges",
        "1 counter differs from the ledger",
        "1 counter differs from the ledger",
    ]
    assert [message["first_brand"] for message in sent] == [campaigns[0].brand_id, campaigns[2].brand_id]
    assert waits == {expires_before_the_next("check_ledger")}
    assert LedgerDrift.objects.count() == 2


@pytest.mark.parametrize("name", ["reset_daily_spends", "reset_monthly_spends"])
def test_range_that_expired_unrun_is_found_again_by_the_next_pass(settings: Settings, name: str) -> None:
    settings.FAN_OUT_BRANDS = 1
    brands = [make_brand(daily_budget="1.00", monthly_budget="1.00") for _ in range(3)]
    for brand in brands:
        spend(make_campaign(brand), "2.00")
    due_at = NEXT_MONTH + 8 * MINUTE
    done = {"due_only": True, "first_brand": brands[0].pk, "last_brand": brands[0].pk}

    with messages() as sent:
        run(name, due_at)
        with time_machine.travel(due_at, tick=False):
            getattr(tasks, name)(**done)
        # The other two waited for too long.
        told = run(name, due_at + 15 * MINUTE)

    assert told == "2 brands, cut into ranges"
    assert [message["first_brand"] for message in sent[3:]] == [brand.pk for brand in brands[1:]]
