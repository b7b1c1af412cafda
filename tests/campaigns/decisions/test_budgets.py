"""The decisions on budgets: when one pauses, and which ones count."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from campaigns.models import Campaign
from campaigns.services import (
    change_brand,
    change_campaign,
)
from tests.clock import run_clock
from tests.factories import (
    MINUTE,
    NEXT_MIDNIGHT,
    NOON,
    make_brand,
    make_campaign,
    make_campaigns,
    spend,
)
from tests.readings import RUNNING, spent, state_of, states_of

pytestmark = pytest.mark.django_db


def brand_day() -> Campaign:
    return make_campaign(make_brand(daily_budget="100"))


def brand_month() -> Campaign:
    return make_campaign(make_brand(monthly_budget="100"))


def campaign_day() -> Campaign:
    return make_campaign(daily_budget="100")


def campaign_month() -> Campaign:
    return make_campaign(monthly_budget="100")


ONE_BUDGET = [brand_day, brand_month, campaign_day, campaign_month]


# When does a budget pause?


@pytest.mark.parametrize("make", ONE_BUDGET)
@pytest.mark.parametrize(
    ("amount", "is_held"), [("99.999999", False), ("100", True), ("100.000001", True), ("5000", True)]
)
def test_budget_pauses_when_spent_reaches_the_limit(make: Callable[[], Campaign], amount: str, is_held: bool) -> None:
    campaign = make()

    spend(campaign, amount)

    assert state_of(campaign) == (("paused", make.__name__) if is_held else RUNNING)


def test_eight_times_ten_cents_are_eighty_cents() -> None:
    campaign = make_campaign(daily_budget="0.80")
    for _ in range(7):
        spend(campaign, "0.10")
    assert state_of(campaign) == RUNNING

    spend(campaign, "0.10")

    assert spent(campaign) == ("0.80", "0.80")
    assert state_of(campaign) == ("paused", "campaign_day")


def test_no_budget_is_no_limit() -> None:
    campaign = make_campaign()

    spend(campaign, "999999999999.999999")

    assert state_of(campaign) == RUNNING


@pytest.mark.parametrize("name", ["daily_budget", "monthly_budget"])
def test_budget_of_zero_means_may_not_run(name: str) -> None:
    of_campaign, of_brand = make_campaigns(2)[0], make_campaign()

    if name == "daily_budget":
        change_campaign(campaign_id=of_campaign.pk, daily_budget=0, now=NOON)
        change_brand(brand_id=of_brand.brand_id, daily_budget="0", now=NOON)
    else:
        change_campaign(campaign_id=of_campaign.pk, monthly_budget="0.00", now=NOON)
        change_brand(brand_id=of_brand.brand_id, monthly_budget=Decimal(0), now=NOON)

    word = "day" if name == "daily_budget" else "month"
    assert states_of(of_campaign, of_brand) == [("paused", f"campaign_{word}"), ("paused", f"brand_{word}")]
    spend(of_campaign, "-5")
    run_clock(NEXT_MIDNIGHT, NEXT_MIDNIGHT + MINUTE)
    assert states_of(of_campaign, of_brand) == [("paused", f"campaign_{word}"), ("paused", f"brand_{word}")]


# Which budgets?


def test_brand_budget_counts_all_its_campaigns_and_stops_all_of_them() -> None:
    brand = make_brand(daily_budget="100")
    first, second, third = make_campaigns(3, brand)
    other = make_campaign()

    spend(first, "60")
    spend(second, "40")

    assert states_of(first, second, third) == [("paused", "brand_day")] * 3
    assert state_of(other) == RUNNING


def test_brand_budget_counts_campaigns_that_are_switched_off_too() -> None:
    brand = make_brand(monthly_budget="100")
    off, running = make_campaigns(2, brand)
    change_campaign(campaign_id=off.pk, is_enabled=False, now=NOON)

    spend(off, "100")

    assert states_of(off, running) == [("inactive", "campaign_off"), ("paused", "brand_month")]


def test_campaign_budget_counts_and_stops_that_campaign_alone() -> None:
    brand = make_brand()
    capped = make_campaign(brand, daily_budget="10")
    other = make_campaign(brand)

    spend(other, "50")
    assert states_of(capped, other) == [RUNNING, RUNNING]

    spend(capped, "10")
    assert states_of(capped, other) == [("paused", "campaign_day"), RUNNING]
