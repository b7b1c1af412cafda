"""Standing: a brand beside its plan, over the hours in which its campaigns may run."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from campaigns.models import Brand
from campaigns.queries import BrandStanding, Outlook, brand_standings
from campaigns.queries.standing import CampaignCounts
from campaigns.rules.pacing import Risk, RiskKind
from campaigns.rules.periods import PeriodKind
from campaigns.services import resets
from tests.factories import DAY, HOUR, NEXT_MIDNIGHT, NOON, break_zone, hours, make_brand, make_campaign, spend

pytestmark = pytest.mark.django_db


def standing(brand: Brand, now: datetime = NOON) -> BrandStanding:
    [found] = brand_standings(brands=[Brand.objects.get(pk=brand.pk)], now=now)
    return found


def test_standing_has_paces_counts_and_the_local_day() -> None:
    brand = make_brand(name="Acme", currency="EUR", daily_budget="100", monthly_budget="3000")
    running = make_campaign(brand)
    make_campaign(brand, windows=[])
    make_campaign(brand, is_enabled=False)
    spend(running, "40.00")

    found = standing(brand)

    assert (found.name, found.currency, found.today) == ("Acme", "EUR", date(2026, 11, 20))
    assert found.campaigns == CampaignCounts(running=1, paused=1, off=1)
    assert (found.day.expected, found.day.heading) == (Decimal("50.00"), Decimal("80.00"))
    # 469 of 721 hours: November begins with a day of 25.
    assert found.month.expected == Decimal("1951.46")
    assert found.outlook is Outlook.UNSPENT
    assert found.risk is not None
    assert (found.risk.kind, found.risk.period) == (RiskKind.UNSPENT, PeriodKind.MONTH)


def test_active_hours_are_those_of_any_campaign_that_may_run() -> None:
    brand = make_brand(daily_budget="100")
    make_campaign(brand, windows=[hours("08:00", "12:00")])
    make_campaign(brand, windows=[hours("10:00", "18:00")])
    # None of these adds an hour: switched off, out of its flight, never.
    make_campaign(brand, is_enabled=False)
    make_campaign(brand, end_date=date(2026, 11, 1))
    make_campaign(brand, windows=[])

    assert standing(brand).day.expected == Decimal("40.00")


def test_a_schedule_that_is_not_in_force_means_any_hour() -> None:
    brand = make_brand(daily_budget="100")
    make_campaign(brand, windows=[hours("08:00", "12:00")], is_schedule_enabled=False)

    assert standing(brand).day.expected == Decimal("50.00")


def test_counter_of_an_older_day_counts_as_nothing() -> None:
    brand = make_brand(daily_budget="100", monthly_budget="3000")
    spend(make_campaign(brand), "100.00")

    found = standing(brand, NEXT_MIDNIGHT + 12 * HOUR)

    assert (found.day.use.spent, found.month.use.spent) == (Decimal(0), Decimal("100.00"))
    assert found.today == date(2026, 11, 21)


def test_after_a_reset_by_hand_the_line_starts_anew() -> None:
    brand = make_brand(daily_budget="100")
    make_campaign(brand)
    resets.reset_brands(brand_ids=[brand.pk], kinds=[PeriodKind.DAY], now=NOON)

    assert standing(brand, NOON + 3 * HOUR).day.expected == Decimal("25.00")


def test_used_up_is_the_month_before_the_day() -> None:
    day, month = make_brand(daily_budget="10"), make_brand(daily_budget="10", monthly_budget="10")
    for brand in (day, month):
        spend(make_campaign(brand), "10.00")

    assert [standing(brand).used_up for brand in (day, month)] == [PeriodKind.DAY, PeriodKind.MONTH]
    assert standing(day).outlook is Outlook.USED_UP
    assert standing(day).risk == Risk(RiskKind.BEYOND, PeriodKind.DAY, Decimal("10.00"), Decimal(1))


def test_outlooks() -> None:
    off = make_brand(is_enabled=False, monthly_budget="100")
    nearly = make_brand(monthly_budget="100")
    beyond = make_brand(monthly_budget="100")
    empty = make_brand(monthly_budget="100")
    free = make_brand()
    on_track = make_brand(monthly_budget="100")
    broken = make_brand(monthly_budget="100")
    for brand, amount in ((off, "1"), (nearly, "85"), (beyond, "79"), (free, "9"), (on_track, "65"), (broken, "1")):
        spend(make_campaign(brand), amount)
    break_zone(broken)

    outlooks = [standing(brand).outlook for brand in (off, nearly, beyond, empty, free, on_track, broken)]

    assert outlooks == [
        Outlook.OFF, Outlook.NEARLY, Outlook.BEYOND, Outlook.IDLE, Outlook.NO_BUDGET, Outlook.ON_TRACK,
        Outlook.UNREADABLE,
    ]  # fmt: skip


@pytest.mark.parametrize("is_enabled", [True, False])
def test_what_may_not_run_stays_where_it_is(is_enabled: bool) -> None:
    brand = make_brand(is_enabled=is_enabled, monthly_budget="100")
    spend(make_campaign(brand, is_enabled=not is_enabled), "30")

    month = standing(brand).month

    assert (month.expected, month.heading) == (None, Decimal("30.00"))


def test_campaign_before_its_flight_makes_no_line() -> None:
    brand = make_brand(monthly_budget="100")
    make_campaign(brand, start_date=(NOON + timedelta(days=3)).date())

    assert standing(brand).outlook is Outlook.IDLE
    assert standing(brand, NOON + DAY).month.expected is None
