"""Narrowing: what lists keep, by each brand's own day and month."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from campaigns.models import Brand, Campaign
from campaigns.queries.narrowing import UsedShare, flight_ends_soon, used_at_least
from tests.factories import DAY, HOUR, NEXT_MIDNIGHT, NOON, break_zone, make_brand, make_campaign, spend

pytestmark = pytest.mark.django_db


def brands(share: UsedShare, now: datetime = NOON) -> set[str]:
    kept = Brand.objects.filter(used_at_least(share, now=now, zone_column="time_zone"))
    return set(kept.values_list("name", flat=True))


def campaigns(share: UsedShare, now: datetime = NOON) -> set[str]:
    kept = Campaign.objects.filter(used_at_least(share, now=now, zone_column="brand__time_zone"))
    return set(kept.values_list("name", flat=True))


def test_used_shares_of_brands() -> None:
    for name, budget, amount in (
        ("free", None, "999"), ("some", "100", "79.999999"), ("nearly", "100", "80"), ("all", "100", "100"),
        ("over", "100", "250"), ("nothing", "0", "1"), ("credit", "100", "-500"),
    ):  # fmt: skip
        spend(make_campaign(make_brand(name=name, monthly_budget=budget)), amount)

    assert brands(UsedShare.NEARLY) == {"nearly", "all", "over", "nothing"}
    assert brands(UsedShare.ALL) == {"all", "over", "nothing"}


def test_used_share_is_of_the_day_or_of_the_month() -> None:
    brand = make_brand()
    spend(make_campaign(brand, name="day", daily_budget="10", monthly_budget="1000"), "9")
    spend(make_campaign(brand, name="month", daily_budget="1000", monthly_budget="10"), "9")
    spend(make_campaign(brand, name="neither", daily_budget="1000", monthly_budget="1000"), "9")

    assert campaigns(UsedShare.NEARLY) == {"day", "month"}


def test_counter_of_an_older_period_counts_as_nothing() -> None:
    spend(make_campaign(make_brand(name="Acme", daily_budget="10")), "10")

    assert brands(UsedShare.ALL, NEXT_MIDNIGHT - HOUR) == {"Acme"}
    assert brands(UsedShare.ALL, NEXT_MIDNIGHT) == set()


def test_the_day_is_the_brands_own() -> None:
    for name, zone in (("Tokyo", "Asia/Tokyo"), ("New York", "America/New_York")):
        spend(make_campaign(make_brand(name=name, time_zone=zone, daily_budget="10")), "10")

    # At noon in New York the next day has begun in Tokyo: it ends ten hours after New York's.
    assert brands(UsedShare.ALL, NEXT_MIDNIGHT) == {"Tokyo"}
    assert brands(UsedShare.ALL, NEXT_MIDNIGHT - HOUR) == {"Tokyo", "New York"}
    assert brands(UsedShare.ALL, NEXT_MIDNIGHT + 10 * HOUR) == set()


def test_largest_amounts_stay_in_range() -> None:
    spend(make_campaign(make_brand(name="Rich", monthly_budget="999999999999.99")), "999999999999.99")

    assert brands(UsedShare.ALL) == brands(UsedShare.NEARLY) == {"Rich"}


def test_nothing_is_known_of_an_unreadable_zone() -> None:
    brand = make_brand(monthly_budget="0")
    break_zone(brand)

    assert brands(UsedShare.ALL) == set()


def test_flights_that_end_soon() -> None:
    brand = make_brand()
    today = NOON.date()
    for name, days in (("yesterday", -1), ("today", 0), ("in a week", 7), ("later", 8)):
        make_campaign(brand, name=name, end_date=today + timedelta(days=days))
    make_campaign(brand, name="open")

    kept = Campaign.objects.filter(flight_ends_soon(now=NOON)).values_list("name", flat=True)
    assert set(kept) == {"today", "in a week"}
    kept = Campaign.objects.filter(flight_ends_soon(now=NOON + DAY)).values_list("name", flat=True)
    assert set(kept) == {"in a week", "later"}
