"""Mismatches: the set-based net finds exactly what a plain loop over the rules finds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from campaigns.facts import facts_of
from campaigns.models import Brand, Campaign
from campaigns.rules.delivery import decide
from campaigns.rules.periods import EARLIEST_MOMENT, PeriodKind
from campaigns.services import mismatches
from campaigns.services.schedules import store_schedule
from tests.clock import enforce_budgets, enforce_dayparting
from tests.factories import (
    DAY,
    HOUR,
    MINUTE,
    MONTH_START,
    NEXT_MIDNIGHT,
    NEXT_MONTH,
    NOON,
    THIS_MIDNIGHT,
    TICK,
    at,
    break_zone,
    hours,
    make_brand,
    make_campaign,
    spend,
)
from tests.readings import RUNNING, assert_totals_are_right, state_of

pytestmark = pytest.mark.django_db


# Randomised rows --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Counting:
    """Budgets and counters of a row, whose periods may be over, or may have been started by hand or a wrong clock."""

    daily_budget: Decimal | None
    monthly_budget: Decimal | None
    daily: Decimal
    monthly: Decimal
    daily_since: datetime
    monthly_since: datetime

    def columns(self) -> dict[str, object]:
        return {
            "daily_budget": self.daily_budget,
            "monthly_budget": self.monthly_budget,
            "current_daily_spend": self.daily,
            "current_monthly_spend": self.monthly,
            "daily_since": self.daily_since,
            "monthly_since": self.monthly_since,
        }


@dataclass(frozen=True)
class Ad:
    """A campaign: what a person decided, and its counting now and, if that was another one, when it was decided on."""

    is_enabled: bool
    is_over: bool
    hours: str
    now: Counting
    before: Counting | None = None


@dataclass(frozen=True)
class Client:
    """A brand: the same."""

    is_enabled: bool
    zone: str
    now: Counting
    ads: list[Ad]
    zone_before: str | None = None
    before: Counting | None = None


_limits = st.sampled_from([None, Decimal(50), None, Decimal(50), Decimal("0.01"), Decimal(0)])
_sums = st.sampled_from(["0", "50", "49.999999", "50.000001", "0.01", "-5"]).map(Decimal)
_day_starts = st.sampled_from([THIS_MIDNIGHT, NOON - HOUR, THIS_MIDNIGHT, THIS_MIDNIGHT - TICK, NOON - DAY, NOON + DAY])
_month_starts = st.sampled_from([MONTH_START, NOON - DAY, MONTH_START, MONTH_START - TICK, EARLIEST_MOMENT, NEXT_MONTH])
_countings = st.builds(Counting, _limits, _limits, _sums, _sums, _day_starts, _month_starts)
_nothing = Counting(None, None, Decimal(0), Decimal(0), THIS_MIDNIGHT, MONTH_START)
_used_up = Counting(Decimal(50), None, Decimal(50), Decimal(50), THIS_MIDNIGHT, MONTH_START)
_forbidden = Counting(Decimal(0), None, Decimal(-5), Decimal(0), THIS_MIDNIGHT - TICK, MONTH_START)
# Mostly as it was decided on: where everything is wrong, nothing can be found that should not be.
_before = st.none() | st.none() | _countings
_ads = st.builds(
    Ad,
    is_enabled=st.sampled_from([True, True, True, False]),
    is_over=st.sampled_from([False, False, False, True]),
    hours=st.sampled_from(["any", "never", "always", "office"]),
    now=st.just(_nothing) | _countings,
    before=_before,
)
_zones = st.sampled_from(["America/New_York", "Europe/London", "Mars/Olympus"])
_clients = st.builds(
    Client,
    is_enabled=st.sampled_from([True, True, True, False]),
    zone=st.just("America/New_York") | _zones,
    now=st.just(_nothing) | _countings,
    ads=st.lists(_ads, min_size=1, max_size=2),
    zone_before=st.none() | st.none() | _zones,
    before=_before,
)


# Six brands each.
_CASES = settings().max_examples // 2


def store(client: Client, number: int) -> Brand:
    """Write the rows as they are now, each with the state that the facts before gave it."""
    brand = Brand.objects.create(name=f"Brand {number}", is_enabled=client.is_enabled)
    for position, ad in enumerate(client.ads):
        campaign = Campaign.objects.create(brand=brand, name=f"{position}", is_enabled=ad.is_enabled)
        Campaign.objects.filter(pk=campaign.pk).update(end_date=at("2026-11-19").date() if ad.is_over else None)
        windows = {"never": [], "always": [hours("00:00", "00:00")], "office": [hours("08:00", "20:00")]}
        store_schedule(campaign=campaign, changes={"windows": windows.get(ad.hours)})
        before, zone_before = client.before or client.now, client.zone_before or client.zone
        Brand.objects.filter(pk=brand.pk).update(time_zone=zone_before, **before.columns())
        Campaign.objects.filter(pk=campaign.pk).update(**(ad.before or ad.now).columns())
        headline = headline_now(campaign)
        Campaign.objects.filter(pk=campaign.pk).update(is_active=not headline, paused_because=headline)
        Campaign.objects.filter(pk=campaign.pk).update(**ad.now.columns())
    Brand.objects.filter(pk=brand.pk).update(time_zone=client.zone, **client.now.columns())
    return brand


def headline_now(campaign: Campaign) -> str:
    stored = Campaign.objects.with_windows().select_related("brand").get(pk=campaign.pk)
    return decide(facts_of(stored, stored.brand, NOON), NOON).headline or ""


def counts_from_the_future(campaign: Campaign) -> bool:
    """Tell whether a clock that was wrong has moved a counter: nobody knows yet what it would be."""
    moments = [row.since(kind) for row in (campaign, campaign.brand) for kind in PeriodKind]
    return campaign.brand.time_zone != "Mars/Olympus" and max(moments) > NOON + 5 * MINUTE


# Both zones of New York and London see noon inside office hours, so a readable zone alone moves no window.
@given(st.lists(_clients, min_size=6, max_size=6))
@example([Client(True, "UTC", _used_up, [Ad(True, False, "any", _nothing)], before=_nothing)])
@example([Client(True, "UTC", _used_up, [Ad(True, False, "never", _nothing)], before=_nothing)])
@example([Client(True, "UTC", _nothing, [Ad(True, False, "any", _forbidden, before=_nothing)])])
@example([Client(True, "UTC", _used_up, [Ad(False, False, "any", _nothing)], before=_nothing)])
@example([Client(True, "UTC", _nothing, [Ad(True, False, "any", _nothing)], before=_used_up)])
@example([Client(True, "UTC", _nothing, [Ad(True, False, "never", _nothing)], before=_used_up)])
@settings(max_examples=_CASES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_find_brands_finds_exactly_what_a_plain_loop_over_the_rules_finds(clients: list[Client]) -> None:
    with transaction.atomic():
        brands = [store(client, number) for number, client in enumerate(clients)]
        wrong = [
            brand.pk
            for brand in brands
            if any(
                headline_now(campaign) != campaign.paused_because or counts_from_the_future(campaign)
                for campaign in Campaign.objects.select_related("brand").filter(brand=brand)
            )
        ]

        found = mismatches.find_brands(now=NOON)
        transaction.set_rollback(True)

    assert found == wrong


# By hand ----------------------------------------------------------------------------------------------------------


def test_state_that_agrees_is_not_found() -> None:
    make_campaign(make_brand(daily_budget="0"))
    spend(make_campaign(make_brand(monthly_budget="5")), "5")
    make_campaign(windows=[])
    make_campaign(is_enabled=False, daily_budget="0")

    assert mismatches.find_brands(now=NOON) == []


def test_counter_of_an_older_period_counts_as_nothing_even_before_it_is_reset() -> None:
    campaign = make_campaign(make_brand(daily_budget="5"))
    spend(campaign, "5")

    assert mismatches.find_brands(now=NEXT_MIDNIGHT - TICK) == []
    assert mismatches.find_brands(now=NEXT_MIDNIGHT) == [campaign.brand_id]


def test_budget_that_was_written_around_the_services_is_found() -> None:
    campaign = make_campaign()
    Campaign.objects.update(monthly_budget=Decimal(0))

    assert mismatches.find_brands(now=NOON) == [campaign.brand_id]


def test_zone_that_became_unreadable_or_readable_again_is_found_once() -> None:
    campaign = make_campaign()
    break_zone(campaign.brand)
    assert mismatches.find_brands(now=NOON) == [campaign.brand_id]

    Campaign.objects.update(is_active=False, paused_because="zone_unreadable")
    assert mismatches.find_brands(now=NOON) == []

    Brand.objects.update(time_zone="Asia/Tokyo")
    assert mismatches.find_brands(now=NOON) == [campaign.brand_id]


@pytest.mark.parametrize(
    ("kind", "since", "is_behind"),
    [
        (PeriodKind.DAY, THIS_MIDNIGHT, False),
        (PeriodKind.DAY, THIS_MIDNIGHT - TICK, True),
        (PeriodKind.DAY, NOON, False),
        (PeriodKind.DAY, NOON + 5 * MINUTE, False),
        (PeriodKind.DAY, NOON + 5 * MINUTE + TICK, True),
        (PeriodKind.MONTH, MONTH_START, False),
        (PeriodKind.MONTH, MONTH_START - TICK, True),
        (PeriodKind.MONTH, NEXT_MONTH, True),
        (PeriodKind.MONTH, EARLIEST_MOMENT, True),
    ],
)
@pytest.mark.parametrize("table", [Brand, Campaign])
def test_find_behind_finds_brands_whose_own_or_a_campaigns_counter_is_of_another_period(
    table: type[Brand | Campaign], kind: PeriodKind, since: datetime, is_behind: bool
) -> None:
    campaign = make_campaign()
    make_campaign()
    column: dict[str, object] = (
        {"daily_since": since, "current_daily_spend": Decimal(1)}
        if kind is PeriodKind.DAY
        else {"monthly_since": since, "current_monthly_spend": Decimal(1)}
    )
    rows = Brand.objects.filter(pk=campaign.brand_id) if table is Brand else Campaign.objects.filter(pk=campaign.pk)
    rows.update(**column)

    other = PeriodKind.MONTH if kind is PeriodKind.DAY else PeriodKind.DAY
    assert mismatches.find_behind(kind=kind, now=NOON) == ([campaign.brand_id] if is_behind else [])
    assert mismatches.find_behind(kind=other, now=NOON) == []


def test_find_behind_leaves_an_unreadable_zone_alone() -> None:
    campaign = make_campaign()
    break_zone(campaign.brand)

    assert mismatches.find_behind(kind=PeriodKind.DAY, now=NOON + 3 * DAY) == []


@pytest.mark.parametrize(("kind", "column"), [(PeriodKind.DAY, "daily_since"), (PeriodKind.MONTH, "monthly_since")])
def test_campaign_that_spent_nothing_may_stay_in_an_older_period_but_not_ahead(kind: PeriodKind, column: str) -> None:
    campaign = make_campaign()
    Campaign.objects.update(**{column: EARLIEST_MOMENT})
    assert mismatches.find_behind(kind=kind, now=NOON) == []

    Campaign.objects.update(**{column: NOON + DAY})
    assert mismatches.find_behind(kind=kind, now=NOON) == [campaign.brand_id]


def test_questions_grow_neither_with_zones_nor_with_brands() -> None:
    counts = []
    for zones in (("Asia/Tokyo",), ("America/New_York", "Europe/Berlin")):
        for zone in zones:
            make_campaign(make_brand(time_zone=zone))
        with CaptureQueriesContext(connection) as queries:
            mismatches.find_brands(now=NOON)
            mismatches.find_behind(kind=PeriodKind.DAY, now=NOON)
        counts.append(len(queries))

    assert counts == [6, 6]


@pytest.mark.parametrize("budget", ["daily_budget", "monthly_budget"])
def test_spend_that_was_ahead_of_the_clock_at_midnight_stops_its_brand_within_a_minute(budget: str) -> None:
    brand = make_brand()
    Brand.objects.filter(pk=brand.pk).update(**{budget: Decimal(10)})
    campaign = make_campaign(brand)
    spend(campaign, "10", now=NEXT_MONTH - MINUTE, occurred_at=NEXT_MONTH)
    assert mismatches.find_brands(now=NEXT_MONTH - MINUTE) == []

    # The reset of midnight was missed; the minute's tasks run.
    enforce_dayparting(NEXT_MONTH + MINUTE)
    enforce_budgets(NEXT_MONTH + MINUTE)

    assert state_of(campaign) == ("paused", "brand_day" if budget == "daily_budget" else "brand_month")
    assert mismatches.find_brands(now=NEXT_MONTH + MINUTE) == []


@pytest.mark.parametrize("budget", ["daily_budget", "monthly_budget"])
def test_clock_that_was_two_months_ahead_lets_nothing_run_past_its_budget_for_longer_than_a_minute(budget: str) -> None:
    campaign = make_campaign(make_brand())
    Brand.objects.update(**{budget: Decimal(10)})
    spend(campaign, "10")
    ahead = NEXT_MONTH + 31 * DAY
    enforce_dayparting(ahead)
    enforce_budgets(ahead)
    spend(campaign, "1", now=ahead)
    assert state_of(campaign) == RUNNING

    enforce_dayparting(NOON + MINUTE)
    enforce_budgets(NOON + MINUTE)

    assert state_of(campaign) == ("paused", "brand_day" if budget == "daily_budget" else "brand_month")
    assert mismatches.find_brands(now=NOON + MINUTE) == []
    assert_totals_are_right()
