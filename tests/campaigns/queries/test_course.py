"""The course of a brand's month."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from campaigns.models import Brand
from campaigns.queries import brand_standings
from campaigns.queries.course import MonthCourse, month_course
from campaigns.queries.spending import brand_days
from campaigns.rules.periods import PeriodKind
from campaigns.services import resets
from tests.factories import DAY, NOON, at, hours, make_brand, make_campaign, spend

pytestmark = pytest.mark.django_db


def course(brand: Brand, now: datetime = NOON) -> MonthCourse:
    brand = Brand.objects.get(pk=brand.pk)
    [standing] = brand_standings(brands=[brand], now=now)
    keys = [campaign.pk for campaign in brand.campaigns.all()]
    spending = brand_days(campaign_ids=keys, first_day=date(2026, 11, 1), last_day=date(2026, 11, 30))
    return month_course(brand=brand, standing=standing, spending=spending, zone=brand.zone, now=now)


def on(found: MonthCourse, day: int) -> tuple[Decimal, Decimal | None]:
    return found.days[day - 1].spent, found.days[day - 1].counted


def test_days_add_up_to_what_counts_now() -> None:
    brand = make_brand(monthly_budget="1000", now=NOON - 30 * DAY)
    campaign = make_campaign(brand)
    for days_ago, amount in ((19, "10.00"), (2, "20.00"), (0, "5.00")):
        spend(campaign, amount, occurred_at=NOON - days_ago * DAY)

    found = course(brand)

    assert len(found.days) == 30
    assert on(found, 1) == (Decimal("10.00"), Decimal("10.00"))
    assert on(found, 18) == (Decimal("20.00"), Decimal("30.00"))
    assert on(found, 20) == (Decimal("5.00"), Decimal("35.00"))
    assert on(found, 21) == (Decimal(0), None)
    assert (found.passed, found.reset_at) == (19.5, None)


def test_after_a_reset_by_hand_it_counts_from_there() -> None:
    brand = make_brand(monthly_budget="1000", now=NOON - 30 * DAY)
    campaign = make_campaign(brand)
    reset_at = NOON - 4 * DAY
    spend(campaign, "50.00", occurred_at=reset_at - DAY)
    spend(campaign, "7.00", occurred_at=reset_at - timedelta(hours=1))
    resets.reset_brands(brand_ids=[brand.pk], kinds=[PeriodKind.MONTH], now=reset_at)
    spend(campaign, "2.00", occurred_at=reset_at + timedelta(hours=1))
    spend(campaign, "3.00")

    found = course(brand)

    assert found.reset_at == reset_at
    assert on(found, 15) == (Decimal("50.00"), None)
    assert on(found, 16) == (Decimal("9.00"), Decimal("2.00"))
    assert on(found, 20) == (Decimal("3.00"), Decimal("5.00"))
    assert found.days[14].share == 0


def test_shares_follow_the_hours_in_which_anything_may_run() -> None:
    brand = make_brand(monthly_budget="1000")
    make_campaign(brand, windows=[hours("00:00", "12:00")])

    found = course(brand)

    # November begins with a day of 25 hours: its first half has 13 of them.
    total = 13 + 29 * 12
    assert found.days[0].share == Decimal(13) / Decimal(total)
    assert found.days[-1].share == 1


@pytest.mark.parametrize(
    ("limit", "day"),
    [
        # 200 a day on average: 19.5 of 30 days are over, and 3,900 are spent.
        ("3900", None),
        ("4000", date(2026, 11, 20)),
        ("5000", date(2026, 11, 25)),
        ("6000", date(2026, 11, 30)),
        ("6100", None),
        ("0", None),
    ],
)
def test_a_budget_is_used_up_on_the_day_that_the_line_reaches_it(limit: str, day: date | None) -> None:
    now = at("2026-11-20 12:00", "UTC")
    brand = make_brand(time_zone="UTC", monthly_budget=limit, now=now - 30 * DAY)
    spend(make_campaign(brand, now=now - 30 * DAY), "3900", now=now, occurred_at=now - DAY)

    assert course(brand, now).used_up_on == day


def test_nothing_is_foretold_without_a_limit() -> None:
    brand = make_brand()
    spend(make_campaign(brand), "100")

    assert course(brand).used_up_on is None
