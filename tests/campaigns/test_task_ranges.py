"""A pass over many brands is cut into ranges, one task each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal

import pytest
import time_machine
from celery.signals import before_task_publish
from pytest_django import Settings

from campaigns import tasks
from campaigns.models import Campaign, LedgerDrift, StatusChange
from tests.campaigns.task_runs import make_agency, run, run_all, state, state_after
from tests.factories import (
    MINUTE,
    NEXT_MIDNIGHT,
    NEXT_MONTH,
    make_brand,
    make_campaign,
    spend,
)

pytestmark = pytest.mark.django_db


@contextmanager
def messages() -> Iterator[list[dict[str, object]]]:
    """Collect what is sent to the broker meanwhile: each task's arguments, with its name and its expiry."""
    sent: list[dict[str, object]] = []

    def collect(
        sender: str, body: tuple[object, dict[str, object], object], headers: dict[str, object], **_: object
    ) -> None:
        sent.append({"task": sender, "has_expiry": headers["expires"] is not None, **body[1]})

    before_task_publish.connect(collect)
    try:
        yield sent
    finally:
        before_task_publish.disconnect(collect)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("enforce_dayparting", {}),
        ("enforce_budgets", {}),
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
            "has_expiry": True,
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


def test_ledgers_check_is_cut_and_each_range_keeps_what_it_finds(settings: Settings) -> None:
    settings.FAN_OUT_BRANDS = 2
    campaigns = [make_campaign() for _ in range(3)]
    Campaign.objects.filter(pk__in=[campaigns[0].pk, campaigns[2].pk]).update(current_daily_spend=Decimal(1))

    with messages() as sent:
        told = [run("check_ledger", NEXT_MIDNIGHT)]
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
    assert LedgerDrift.objects.count() == 2
