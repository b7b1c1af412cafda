"""Foreseeing a brand's move to another time zone: brands are moved, and what became of them is compared."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest
from pytest_django import DjangoAssertNumQueries

from campaigns.models import Brand, Campaign
from campaigns.queries.moving import foresee_move
from campaigns.queries.preview import changing_brand, preview
from campaigns.rules.periods import PeriodKind, find_zone
from campaigns.services import change_brand, resets
from tests.factories import DAY, HOUR, NOON, at, break_zone, hours, make_brand, make_campaign, spend
from tests.readings import everything_stored

pytestmark = pytest.mark.django_db

ZONES = ("Asia/Tokyo", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Berlin", "America/Los_Angeles")
# Midday, just after midnight, the last evening and the first morning of a month, and the night of a clock change.
MOMENTS = (
    NOON,
    at("2026-11-20 00:10"),
    at("2026-11-30 22:00"),
    at("2026-12-01 03:00"),
    at("2026-11-01 02:30"),
)
BEGIN = at("2026-10-28 12:00")

# What a campaign would have: whether it runs, its day's counter and since when, and its month's.
Standing = tuple[bool, Decimal, datetime, Decimal, datetime]


def make_spending_brand(until: datetime) -> Brand:
    """Make a brand whose campaigns are held by days, months, windows and flights, with spend at hours all around."""
    brand = make_brand(name="Acme", daily_budget="100", monthly_budget="400", now=BEGIN)
    campaigns = [
        make_campaign(brand, name="free", now=BEGIN),
        make_campaign(brand, name="daily", daily_budget="10", now=BEGIN),
        make_campaign(brand, name="monthly", monthly_budget="60", now=BEGIN),
        make_campaign(brand, name="windows", windows=[hours("09:00", "17:00")], now=BEGIN),
        make_campaign(brand, name="flight", end_date=until.date(), now=BEGIN),
    ]
    for hours_ago in (70, 50, 30, 21, 17, 9, 5, 2):
        for number, campaign in enumerate(campaigns[:-1]):
            spend(campaign, Decimal(2 + number), now=until - hours_ago * HOUR)
    return brand


def foresee(zone: str, now: datetime) -> tuple[dict[str, Standing], tuple[object, ...]]:
    """Return what is foreseen of each campaign, and of the brand."""
    brand = Brand.objects.get()
    campaigns = list(Campaign.objects.select_related("brand").with_windows())
    move = foresee_move(brand=brand, campaigns=campaigns, zone=find_zone(zone), now=now)
    foreseen = preview(campaigns=move.campaigns, change=changing_brand(), now=now)
    runs = {one.campaign.name: one.headline is None for one in foreseen}
    return {one.name: standing(one, is_running=runs[one.name]) for one in move.campaigns}, counters(move.brand)


def counters(row: Brand | Campaign) -> tuple[Decimal, datetime, Decimal, datetime]:
    """Return both counters, each with the moment since which it counts."""
    return row.current_daily_spend, row.daily_since, row.current_monthly_spend, row.monthly_since


def standing(campaign: Campaign, *, is_running: bool) -> Standing:
    """Return what a campaign would have, or has."""
    return (is_running, *counters(campaign))


def move(zone: str, now: datetime) -> tuple[dict[str, Standing], tuple[object, ...]]:
    """Move the brand, and return what became of each campaign, and of the brand."""
    change_brand(brand_id=Brand.objects.get().pk, time_zone=zone, now=now)
    stored = Campaign.objects.all()
    return {one.name: standing(one, is_running=one.is_active) for one in stored}, counters(Brand.objects.get())


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("now", MOMENTS, ids=str)
def test_what_is_foreseen_comes_true(zone: str, now: datetime) -> None:
    make_spending_brand(now)

    foreseen = foresee(zone, now)

    assert move(zone, now) == foreseen


@pytest.mark.parametrize("kind", PeriodKind)
@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/Los_Angeles"])
def test_resets_by_hand_stay(kind: PeriodKind, zone: str) -> None:
    brand = make_spending_brand(NOON)
    first, second, *_ = Campaign.objects.order_by("pk")
    resets.reset_campaign(campaign_id=first.pk, kinds=[kind], now=NOON - 4 * HOUR)
    resets.reset_campaign(campaign_id=second.pk, kinds=[kind], now=NOON - 3 * HOUR)
    resets.reset_brands(brand_ids=[brand.pk], kinds=[kind], now=NOON - HOUR)
    spend(first, "1.50", now=NOON - HOUR / 2)

    foreseen = foresee(zone, NOON)

    assert move(zone, NOON) == foreseen


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/Los_Angeles"])
def test_brand_that_no_reset_came_by_for_days(zone: str) -> None:
    make_spending_brand(NOON)

    foreseen = foresee(zone, NOON + 3 * DAY)

    assert move(zone, NOON + 3 * DAY) == foreseen


def test_brand_whose_zone_cannot_be_read() -> None:
    break_zone(make_spending_brand(NOON))

    foreseen = foresee("Asia/Tokyo", NOON)

    assert move("Asia/Tokyo", NOON) == foreseen


def test_nothing_is_written() -> None:
    make_spending_brand(NOON)
    before = everything_stored()

    foresee("Asia/Tokyo", NOON)

    assert everything_stored() == before


def test_two_queries_are_enough(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    brand = make_spending_brand(NOON)
    campaigns = list(Campaign.objects.select_related("brand").with_windows())

    with django_assert_num_queries(2):
        foresee_move(brand=brand, campaigns=campaigns, zone=find_zone("Asia/Tokyo"), now=NOON)
