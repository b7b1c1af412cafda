"""Spending by day and by hour."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest

from campaigns.queries.spending import brand_days, campaign_days, hours_of
from campaigns.rules.periods import PeriodKind, period_at
from tests.factories import DAY, HOUR, MINUTE, NOON, THIS_MIDNIGHT, TICK, at, make_brand, make_campaign, spend

pytestmark = pytest.mark.django_db


def test_days_add_up_by_the_brands_own_dates() -> None:
    brand = make_brand()
    first, second = make_campaign(brand), make_campaign(brand)
    spend(first, "1.50", occurred_at=THIS_MIDNIGHT - TICK)
    spend(first, "2.00", occurred_at=THIS_MIDNIGHT)
    spend(second, "4.00")
    spend(second, "-1.00")
    spend(make_campaign(), "100.00")

    found = brand_days(campaign_ids=[first.pk, second.pk], first_day=date(2026, 11, 1), last_day=date(2026, 11, 30))

    assert found.by_day == {date(2026, 11, 19): Decimal("1.50"), date(2026, 11, 20): Decimal("5.00")}
    assert found.by_campaign == {first.pk: Decimal("3.50"), second.pk: Decimal("3.00")}
    assert found.total == Decimal("6.50")


def test_days_of_a_campaign_are_its_own_and_end_where_they_are_asked_to() -> None:
    campaign = make_campaign()
    spend(make_campaign(campaign.brand), "7.00")
    for days_ago in range(4):
        spend(campaign, "1.00", occurred_at=NOON - days_ago * DAY)

    found = campaign_days(campaign_id=campaign.pk, first_day=date(2026, 11, 18), last_day=date(2026, 11, 19))

    assert found == {date(2026, 11, 18): Decimal("1.00"), date(2026, 11, 19): Decimal("1.00")}


def test_hours_are_half_open_and_cover_the_day() -> None:
    campaign = make_campaign()
    for moment in (THIS_MIDNIGHT - TICK, THIS_MIDNIGHT, THIS_MIDNIGHT + HOUR - TICK, THIS_MIDNIGHT + HOUR, NOON):
        spend(campaign, "1.00", occurred_at=moment)
    other = make_campaign(campaign.brand)
    spend(other, "5.00")
    today = period_at(PeriodKind.DAY, NOON, campaign.brand.zone)

    own, of_both = (hours_of(campaign_ids=keys, day=today) for keys in ([campaign.pk], [campaign.pk, other.pk]))

    assert [(hour.start - THIS_MIDNIGHT) // HOUR for hour in own] == list(range(24))
    assert {(hour.start - THIS_MIDNIGHT) // HOUR: hour.spent for hour in own if hour.spent} == {
        0: Decimal("2.00"),
        1: Decimal("1.00"),
        12: Decimal("1.00"),
    }
    assert of_both[12].spent == Decimal("6.00")


@pytest.mark.parametrize(
    ("noon", "zone", "hours", "last_minutes"),
    [
        ("2026-03-08 12:00", "America/New_York", 23, 60),
        ("2026-11-01 12:00", "America/New_York", 25, 60),
        ("2026-04-05 12:00", "Australia/Lord_Howe", 25, 30),
        ("2026-11-20 12:00", "Asia/Kathmandu", 24, 60),
    ],
)
def test_hours_of_a_day_that_clocks_change(noon: str, zone: str, hours: int, last_minutes: int) -> None:
    now = at(noon, zone)
    campaign = make_campaign(make_brand(time_zone=zone, now=now), now=now)
    day = period_at(PeriodKind.DAY, now, campaign.brand.zone)
    late = day.end - MINUTE
    spend(campaign, "3.00", now=late, occurred_at=late)

    found = hours_of(campaign_ids=[campaign.pk], day=day)

    assert len(found) == hours
    assert (found[-1].end - found[-1].start) // MINUTE == last_minutes
    assert [hour.spent for hour in found if hour.spent] == [Decimal("3.00")]
    assert found[-1].spent == Decimal("3.00")
    assert all(before.end == after.start for before, after in pairwise(found))
