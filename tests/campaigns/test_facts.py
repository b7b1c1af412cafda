"""From rows to facts: services and queries see the same."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from campaigns.facts import budget_uses, facts_of, readable_zone, windows_of
from campaigns.models import Brand, Campaign
from campaigns.rules.budgets import BudgetUse, BudgetUses
from campaigns.rules.delivery import Facts
from campaigns.services import set_windows
from tests.factories import NEXT_MIDNIGHT, NOON, break_zone, hours, make_brand, make_campaign, spend

pytestmark = pytest.mark.django_db


def stored() -> Campaign:
    return Campaign.objects.with_windows().select_related("brand").get()


def test_facts_are_what_the_rows_say() -> None:
    brand = make_brand(daily_budget="100", monthly_budget="1000")
    spend(
        make_campaign(
            brand,
            daily_budget="10",
            start_date=date(2026, 11, 1),
            end_date=date(2026, 12, 1),
            windows=[hours("18:00", "20:00"), hours("08:00", "10:00")],
        ),
        "7",
    )
    campaign = stored()

    facts = facts_of(campaign, campaign.brand, NOON)

    seven = Decimal(7)
    assert facts == Facts(
        zone=ZoneInfo("America/New_York"),
        is_brand_enabled=True,
        is_campaign_enabled=True,
        brand=BudgetUses(day=BudgetUse(Decimal(100), seven), month=BudgetUse(Decimal(1000), seven)),
        campaign=BudgetUses(day=BudgetUse(Decimal(10), seven), month=BudgetUse(None, seven)),
        start_date=date(2026, 11, 1),
        end_date=date(2026, 12, 1),
        windows=(hours("08:00", "10:00"), hours("18:00", "20:00")),
    )
    assert facts_of(campaign, campaign.brand, NEXT_MIDNIGHT).campaign.day == BudgetUse(Decimal(10), Decimal(0))


def test_windows_are_none_without_a_schedule_or_with_one_out_of_force_and_empty_without_a_window() -> None:
    campaign = make_campaign()
    assert windows_of(stored()) is None

    set_windows(campaign_id=campaign.pk, windows=[hours("08:00", "10:00")], is_enabled=False, now=NOON)
    assert windows_of(stored()) is None

    set_windows(campaign_id=campaign.pk, windows=[], now=NOON)
    assert windows_of(stored()) == ()


def test_unreadable_zone_is_none_and_nothing_is_known_spent() -> None:
    campaign = make_campaign(make_brand(daily_budget="5"))
    spend(campaign, "5")
    assert readable_zone(campaign.brand) == ZoneInfo("America/New_York")
    break_zone(campaign.brand)
    brand = Brand.objects.get()

    assert readable_zone(brand) is None
    assert budget_uses(brand, None, NOON).day == BudgetUse(Decimal(5), Decimal(0))
    assert facts_of(stored(), brand, NOON).zone is None
