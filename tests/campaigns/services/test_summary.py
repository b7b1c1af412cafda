"""A brand's summary: limits, spent, remaining, used percent, and how many campaigns run."""

from __future__ import annotations

from decimal import Decimal

import pytest

from campaigns.models import Brand
from campaigns.rules.budgets import BudgetUse
from campaigns.services import BrandSummary, get_brand_summary
from tests.factories import NEXT_MIDNIGHT, NEXT_MONTH, NOON, break_zone, make_brand, make_campaign, spend

pytestmark = pytest.mark.django_db


def test_summary_has_every_number() -> None:
    brand = make_brand(name="Acme", currency="EUR", daily_budget="80", monthly_budget="1000")
    spend(make_campaign(brand), "20.5")
    make_campaign(brand, is_enabled=False)
    make_campaign(brand, windows=[])
    make_campaign()

    summary = get_brand_summary(brand_id=brand.pk, now=NOON)

    assert summary == BrandSummary(
        name="Acme",
        currency="EUR",
        day=BudgetUse(Decimal(80), Decimal("20.50")),
        month=BudgetUse(Decimal(1000), Decimal("20.50")),
        active_campaigns=1,
        total_campaigns=3,
    )
    assert (summary.day.remaining, summary.day.used_percent) == (Decimal("59.5"), Decimal("25.6"))
    assert (summary.month.remaining, summary.month.used_percent) == (Decimal("979.5"), Decimal("2.1"))


def test_summary_without_limits_has_nothing_remaining_and_no_percent() -> None:
    brand = make_brand()

    summary = get_brand_summary(brand_id=brand.pk, now=NOON)

    assert summary.day == summary.month == BudgetUse(None, Decimal(0))
    assert (summary.day.remaining, summary.day.used_percent, summary.total_campaigns) == (None, None, 0)


def test_summary_of_a_brand_that_is_over_its_limit_remains_nothing() -> None:
    brand = make_brand(daily_budget="10")
    spend(make_campaign(brand), "25")

    day = get_brand_summary(brand_id=brand.pk, now=NOON).day

    assert (day.remaining, day.used_percent) == (Decimal(0), Decimal(250))


def test_summary_takes_a_counter_of_an_older_period_as_nothing() -> None:
    brand = make_brand(daily_budget="10", monthly_budget="10")
    spend(make_campaign(brand), "5")

    spent = [
        (summary.day.spent, summary.month.spent)
        for summary in (get_brand_summary(brand_id=brand.pk, now=now) for now in (NOON, NEXT_MIDNIGHT, NEXT_MONTH))
    ]

    assert spent == [(Decimal(5), Decimal(5)), (Decimal(0), Decimal(5)), (Decimal(0), Decimal(0))]


def test_summary_of_a_brand_with_an_unreadable_zone_still_comes() -> None:
    brand = make_brand(daily_budget="10")
    break_zone(brand)

    assert get_brand_summary(brand_id=brand.pk, now=NOON).day == BudgetUse(Decimal(10), Decimal(0))


def test_summary_knows_no_unknown_brand() -> None:
    with pytest.raises(Brand.DoesNotExist):
        get_brand_summary(brand_id=1, now=NOON)
