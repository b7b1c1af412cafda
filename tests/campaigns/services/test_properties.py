"""Whatever happens in whatever order: counters are the ledger's sums, and no state disagrees with its budgets.

A brand with two campaigns goes through random steps of people, platforms and clocks around a month's end, some of
them late by up to five minutes. Nothing else runs: no beat, no worker.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.errors import Refusal
from campaigns.models import Campaign, SpendLog
from campaigns.rules.periods import PeriodKind, local_day
from campaigns.services import (
    change_brand,
    change_campaign,
    correct_spend,
    create_campaign,
    mismatches,
    rebuild_totals,
    record_reported_total,
    record_spend,
    reverse_spend,
    set_windows,
)
from campaigns.services.passes import bring_forward, review_brands, review_due
from campaigns.services.resets import reset_brands, reset_campaign
from tests.factories import DAY, HOUR, MINUTE, SECOND, TICK, at, hours, make_brand, make_campaigns
from tests.readings import assert_totals_are_right

pytestmark = pytest.mark.django_db

START = at("2026-11-29 20:00")


@dataclass(frozen=True)
class Step:
    """What happens next, and all that any step may need to know."""

    what: str
    passed: timedelta
    late: timedelta
    campaign: int
    amount: Decimal
    occurred: timedelta
    budget: Decimal | None
    zone: str
    kinds: list[PeriodKind]
    is_on: bool


def record(step: Step, campaign: Campaign, now: datetime) -> None:
    record_spend(campaign_id=campaign.pk, amount=step.amount, occurred_at=now + step.occurred, now=now)


def record_now(step: Step, campaign: Campaign, now: datetime) -> None:
    record_spend(campaign_id=campaign.pk, amount=step.amount, now=now)


def report(step: Step, campaign: Campaign, now: datetime) -> None:
    day = local_day(now, campaign.brand.zone) - (DAY if step.is_on else 0 * DAY)
    record_reported_total(campaign_id=campaign.pk, source="x", day=day, total=abs(step.amount), now=now)


def correct(step: Step, campaign: Campaign, now: datetime) -> None:
    entry = SpendLog.objects.filter(campaign=campaign, corrects=None).last()
    if step.is_on:
        reverse_spend(entry_id=entry.pk if entry else -1, now=now)
    else:
        correct_spend(entry_id=entry.pk if entry else -1, new_amount=step.amount, now=now)


def edit(step: Step, campaign: Campaign, now: datetime) -> None:
    change_campaign(campaign_id=campaign.pk, daily_budget=step.budget, is_enabled=step.is_on, now=now)


def edit_brand(step: Step, campaign: Campaign, now: datetime) -> None:
    if step.is_on:
        change_brand(brand_id=campaign.brand_id, daily_budget=step.budget, now=now)
    else:
        change_brand(brand_id=campaign.brand_id, monthly_budget=step.budget, now=now)


def move(step: Step, campaign: Campaign, now: datetime) -> None:
    change_brand(brand_id=campaign.brand_id, time_zone=step.zone, now=now)


def schedule(step: Step, campaign: Campaign, now: datetime) -> None:
    set_windows(campaign_id=campaign.pk, windows=[hours("00:00", "12:00")] if step.is_on else None, now=now)


def create(step: Step, campaign: Campaign, now: datetime) -> None:
    name = f"Campaign {Campaign.objects.count() + 1}"
    create_campaign(brand_id=campaign.brand_id, name=name, daily_budget=step.budget, now=now)


def reset(step: Step, campaign: Campaign, now: datetime) -> None:
    if step.is_on:
        reset_brands(brand_ids=[campaign.brand_id], kinds=step.kinds, now=now)
    else:
        reset_campaign(campaign_id=campaign.pk, kinds=step.kinds, now=now)


def sweep(step: Step, campaign: Campaign, now: datetime) -> None:
    (review_brands if step.is_on else review_due)(brand_ids=[campaign.brand_id], now=now)


def reset_due(step: Step, campaign: Campaign, now: datetime) -> None:
    bring_forward(brand_ids=[campaign.brand_id], kind=step.kinds[0], now=now)


def rebuild(step: Step, campaign: Campaign, now: datetime) -> None:
    rebuild_totals(brand_id=campaign.brand_id, now=now)


DEEDS: dict[str, Callable[[Step, Campaign, datetime], None]] = {
    deed.__name__: deed
    for deed in (
        record, record_now, report, correct, edit, edit_brand, move, schedule, create, reset, sweep, reset_due, rebuild
    )
}  # fmt: skip

_steps = st.builds(
    Step,
    # Spends come more often than all the rest.
    what=st.sampled_from(["record", "record", "record_now", *DEEDS]),
    passed=st.sampled_from([0 * SECOND, TICK, 3 * MINUTE, 3 * MINUTE, HOUR, 5 * HOUR, 13 * HOUR, 25 * HOUR, 8 * DAY]),
    late=st.sampled_from([0 * SECOND, 0 * SECOND, 0 * SECOND, TICK, 2 * MINUTE, 5 * MINUTE]),
    campaign=st.integers(0, 3),
    amount=st.sampled_from([Decimal(text) for text in ("0.000001", "4", "5", "10", "-3", "-10", "49.999999")]),
    occurred=st.sampled_from(
        [5 * MINUTE, MINUTE, TICK, 0 * SECOND, -TICK, -4 * HOUR, -20 * HOUR, -26 * HOUR, -33 * DAY]
    ),
    budget=st.sampled_from([None, Decimal(0), Decimal(5), Decimal(10), Decimal(50)]),
    zone=st.sampled_from(
        ["America/New_York", "Asia/Tokyo", "America/Los_Angeles", "Pacific/Kiritimati", "Australia/Lord_Howe"]
    ),
    kinds=st.sampled_from([[PeriodKind.DAY], [PeriodKind.MONTH], [PeriodKind.DAY, PeriodKind.MONTH]]),
    is_on=st.booleans(),
)


# Each case is a life of its own in the database: the long profile's thousands would outlast the run's patience.
_CASES = min(settings().max_examples // 2, 500)


@given(st.lists(_steps, min_size=1, max_size=12))
@settings(max_examples=_CASES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_any_steps_leave_totals_right_and_no_state_against_its_budgets(steps: list[Step]) -> None:
    with transaction.atomic():
        brand = make_brand(daily_budget="10", monthly_budget="50", now=START)
        make_campaigns(2, brand, now=START)
        clock = newest = START

        for step in steps:
            clock += step.passed
            now = clock - step.late
            campaigns = list(Campaign.objects.select_related("brand").order_by("pk"))
            try:
                DEEDS[step.what](step, campaigns[step.campaign % len(campaigns)], now)
            except Refusal:
                # A correction of the other sign, say: it wrote nothing, not even the new day.
                continue
            newest = max(newest, now)
            assert_totals_are_right()
            assert (step, mismatches.find_brands(now=newest)) == (step, [])

        transaction.set_rollback(True)
