"""The decisions on blockers: their order, and who wins, a person or the system."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from campaigns.models import Brand, Campaign
from campaigns.rules.periods import PeriodKind
from campaigns.services import (
    change_brand,
    change_campaign,
    set_windows,
    should_campaign_be_active,
)
from campaigns.services.resets import reset_brands
from tests.clock import run_clock
from tests.factories import (
    DAY,
    HOUR,
    NEXT_MONTH,
    NOON,
    hours,
    make_brand,
    make_campaign,
    spend,
)
from tests.readings import RUNNING, state_of, states_of

pytestmark = pytest.mark.django_db


# Blockers


@pytest.mark.parametrize(
    ("flight", "label"),
    [
        ({"start_date": date(2026, 11, 21)}, "flight not started"),
        ({"end_date": date(2026, 11, 19)}, "flight ended"),
    ],
)
def test_all_blockers_are_reported_in_order_and_the_first_is_the_headline(flight: dict[str, date], label: str) -> None:
    brand = make_brand(daily_budget="1", monthly_budget="1")
    campaign = make_campaign(brand, daily_budget="1", monthly_budget="1", windows=[])
    spend(campaign, "1")
    change_campaign(campaign_id=campaign.pk, start_date=flight.get("start_date"), now=NOON)
    change_campaign(campaign_id=campaign.pk, end_date=flight.get("end_date"), is_enabled=False, now=NOON)
    change_brand(brand_id=brand.pk, is_enabled=False, now=NOON)

    assert should_campaign_be_active(campaign_id=campaign.pk, now=NOON) == (
        False,
        [
            "brand switched off",
            "campaign switched off",
            label,
            "brand's monthly budget",
            "brand's daily budget",
            "campaign's monthly budget",
            "campaign's daily budget",
            "outside its windows",
        ],
    )
    assert state_of(campaign) == ("inactive", "brand_off")


def test_taking_away_one_blocker_after_the_other_shows_the_next_as_the_headline() -> None:
    brand = make_brand(daily_budget="1", monthly_budget="1")
    campaign = make_campaign(brand, daily_budget="1", monthly_budget="1", windows=[], end_date=date(2026, 11, 19))
    spend(campaign, "1")
    change_campaign(campaign_id=campaign.pk, is_enabled=False, now=NOON)
    change_brand(brand_id=brand.pk, is_enabled=False, now=NOON)
    lift: list[Callable[[], Brand | Campaign]] = [
        lambda: change_brand(brand_id=brand.pk, is_enabled=True, now=NOON),
        lambda: change_campaign(campaign_id=campaign.pk, is_enabled=True, now=NOON),
        lambda: change_campaign(campaign_id=campaign.pk, end_date=date(2026, 11, 20), now=NOON),
        lambda: change_brand(brand_id=brand.pk, monthly_budget=2, now=NOON),
        lambda: change_brand(brand_id=brand.pk, daily_budget=2, now=NOON),
        lambda: change_campaign(campaign_id=campaign.pk, monthly_budget=2, now=NOON),
        lambda: change_campaign(campaign_id=campaign.pk, daily_budget=None, now=NOON),
        lambda: set_windows(campaign_id=campaign.pk, windows=[hours("12:00", "13:00")], now=NOON),
    ]

    seen = [state_of(campaign)]
    for lift_next in lift:
        lift_next()
        seen.append(state_of(campaign))

    assert seen == [
        ("inactive", "brand_off"),
        ("inactive", "campaign_off"),
        ("paused", "flight_ended"),
        ("paused", "brand_month"),
        ("paused", "brand_day"),
        ("paused", "campaign_month"),
        ("paused", "campaign_day"),
        ("paused", "outside_windows"),
        RUNNING,
    ]


# Who wins, a person or the system?


def test_automation_never_touches_a_switch() -> None:
    brand_off = make_brand(is_enabled=False)
    in_it, off, held = make_campaign(brand_off), make_campaign(is_enabled=False), make_campaign(daily_budget="1")
    spend(held, "1")
    before = [list(table.order_by("pk").values_list("is_enabled")) for table in (Brand.objects, Campaign.objects)]

    run_clock(NOON, NEXT_MONTH + HOUR, every=DAY)
    reset_brands(brand_ids=[brand_off.pk, off.brand_id, held.brand_id], kinds=list(PeriodKind), now=NEXT_MONTH + DAY)

    after = [list(table.order_by("pk").values_list("is_enabled")) for table in (Brand.objects, Campaign.objects)]
    assert after == before
    assert states_of(in_it, off, held) == [("paused", "brand_off"), ("inactive", "campaign_off"), RUNNING]


def test_switching_on_while_a_budget_holds_leaves_it_paused_and_says_by_what() -> None:
    campaign = make_campaign(make_brand(daily_budget="100"))
    spend(campaign, "100")
    change_campaign(campaign_id=campaign.pk, is_enabled=False, now=NOON)

    changed = change_campaign(campaign_id=campaign.pk, is_enabled=True, now=NOON)

    assert (changed.is_enabled, changed.is_active, changed.headline) == (True, False, "brand_day")
    assert state_of(campaign) == ("paused", "brand_day")
