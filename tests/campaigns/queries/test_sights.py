"""What the pages of one brand and one campaign show."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.models import Brand, Campaign, StatusChange
from campaigns.queries.brand_sight import SHOWN_CAMPAIGNS, see_brand
from campaigns.queries.campaign_sight import Run, find_runs, see_campaign
from campaigns.rules.delivery import Blocker
from campaigns.services import change_campaign
from tests.clock import run_clock
from tests.factories import (
    DAY,
    HOUR,
    MINUTE,
    NEXT_MIDNIGHT,
    NOON,
    THIS_MIDNIGHT,
    break_zone,
    hours,
    make_brand,
    make_campaign,
    make_campaigns,
    spend,
)

pytestmark = pytest.mark.django_db


def fresh(campaign: Campaign) -> Campaign:
    return Campaign.objects.select_related("brand").get(pk=campaign.pk)


def test_campaigns_come_by_what_they_spent_with_their_share() -> None:
    brand = make_brand()
    small, large, none = make_campaigns(3, brand)
    spend(small, "25.00", occurred_at=NOON - 3 * DAY)
    spend(large, "75.00")

    found = see_brand(brand=Brand.objects.get(pk=brand.pk), now=NOON)

    shown = [(line.campaign, line.month_spent, line.share) for line in found.campaigns]
    assert shown == [
        (large, Decimal("75.00"), Decimal("75.0")),
        (small, Decimal("25.00"), Decimal("25.0")),
        (none, Decimal(0), Decimal("0.0")),
    ]
    assert sum(hour.spent for hour in found.hours) == Decimal("75.00")


def test_share_says_nothing_where_credits_outweigh_the_spend() -> None:
    brand = make_brand()
    campaign = make_campaign(brand)
    spend(campaign, "-5.00")

    [line] = see_brand(brand=brand, now=NOON).campaigns

    assert (line.month_spent, line.share) == (Decimal("-5.00"), None)


def test_lines_say_what_changes_next() -> None:
    brand = make_brand()
    make_campaign(brand, windows=[hours("18:00", "20:00")])

    [line] = see_brand(brand=brand, now=NOON).campaigns

    assert line.next_change == "its window opens"
    assert line.verdict.review_at == NOON + 6 * HOUR


def test_brand_with_an_unreadable_zone_has_no_days() -> None:
    brand = make_brand()
    make_campaign(brand)
    break_zone(brand)

    found = see_brand(brand=Brand.objects.get(pk=brand.pk), now=NOON)

    assert (found.zone, found.course, found.hours) == (None, None, ())
    assert len(found.campaigns) == 1


def test_more_campaigns_than_shown_are_counted_and_cost_no_query() -> None:
    brand = make_brand()
    make_campaign(brand, windows=[hours("18:00", "20:00")])
    with CaptureQueriesContext(connection) as for_one:
        see_brand(brand=brand, now=NOON)
    for number in range(SHOWN_CAMPAIGNS + 2):
        make_campaign(brand, windows=[hours("18:00", "20:00")], name=f"C {number}")

    with CaptureQueriesContext(connection) as for_many:
        found = see_brand(brand=brand, now=NOON)

    assert (len(found.campaigns), found.more) == (SHOWN_CAMPAIGNS, 3)
    assert len(for_many) == len(for_one) <= 10


def test_campaign_has_four_weeks_and_its_today() -> None:
    campaign = make_campaign(now=NOON - 40 * DAY)
    spend(campaign, "3.00")
    spend(campaign, "4.00", occurred_at=NOON - 27 * DAY)
    spend(campaign, "9.00", occurred_at=NOON - 28 * DAY)

    found = see_campaign(campaign=fresh(campaign), now=NOON)

    assert (found.days[0].day, found.days[-1].day) == (date(2026, 10, 24), date(2026, 11, 20))
    assert [day.spent for day in found.days if day.spent] == [Decimal("4.00"), Decimal("3.00")]
    assert found.hours[12].spent == Decimal("3.00")
    assert found.runs == (Run(found.days[0].start, NOON, is_running=True),)


def test_pauses_have_their_reasons() -> None:
    campaign = make_campaign(windows=[hours("08:00", "10:00")], now=THIS_MIDNIGHT)
    run_clock(THIS_MIDNIGHT + 8 * HOUR, NOON, every=30 * MINUTE)

    found = see_campaign(campaign=fresh(campaign), now=NOON)

    # Nothing is known before its first start: it might not have been there.
    assert found.runs == (
        Run(THIS_MIDNIGHT + 8 * HOUR, THIS_MIDNIGHT + 10 * HOUR, is_running=True),
        Run(THIS_MIDNIGHT + 10 * HOUR, NOON, is_running=False, why="outside its windows"),
    )


def test_then_says_what_holds_it_after_the_next_change() -> None:
    brand = make_brand(monthly_budget="10")
    free = make_campaign(windows=[hours("18:00", "20:00")])
    held = make_campaign(brand, daily_budget="5", end_date=date(2026, 11, 20))
    spend(held, "11.00")

    assert see_campaign(campaign=fresh(free), now=NOON).then is None
    # Its brand's month holds it now, but its flight is over first.
    assert see_campaign(campaign=fresh(held), now=NOON).then is Blocker.FLIGHT_ENDED


def test_campaign_costs_the_same_with_a_long_past() -> None:
    campaign = make_campaign()
    with CaptureQueriesContext(connection) as for_none:
        see_campaign(campaign=fresh(campaign), now=NOON)
    for number in range(30):
        change_campaign(campaign_id=campaign.pk, is_enabled=number % 2 == 1, now=NOON + number * MINUTE)

    with CaptureQueriesContext(connection) as for_many:
        found = see_campaign(campaign=fresh(campaign), now=NOON + HOUR)

    assert (len(found.changes), found.has_more) == (10, True)
    assert len(for_many) == len(for_none)


def _change(minutes: int, *, is_active: bool) -> StatusChange:
    blockers = [] if is_active else [Blocker.CAMPAIGN_OFF.value]
    return StatusChange(changed_at=THIS_MIDNIGHT + minutes * MINUTE, is_active=is_active, blockers=blockers)


@pytest.mark.parametrize(
    ("changes", "is_active", "runs"),
    [
        ([], True, [(0, 100, True)]),
        ([], False, []),
        ([(30, False)], False, [(0, 30, True), (30, 100, False)]),
        ([(30, True)], True, [(30, 100, True)]),
        ([(60, True), (30, False)], True, [(0, 30, True), (30, 60, False), (60, 100, True)]),
        ([(60, True), (-5, False)], True, [(0, 60, False), (60, 100, True)]),
        ([(-5, False), (-9, True)], False, [(0, 100, False)]),
        ([(0, False), (-9, True)], False, [(0, 100, False)]),
        ([(30, True), (30, False)], True, [(0, 30, True), (30, 100, True)]),
    ],
)
def test_runs_fill_the_time_from_change_to_change(
    changes: list[tuple[int, bool]], is_active: bool, runs: list[tuple[int, int, bool]]
) -> None:
    found = find_runs(
        [_change(minutes, is_active=running) for minutes, running in changes],
        is_active=is_active,
        start=THIS_MIDNIGHT,
        end=THIS_MIDNIGHT + 100 * MINUTE,
    )

    minutes = [((run.start - THIS_MIDNIGHT) // MINUTE, (run.end - THIS_MIDNIGHT) // MINUTE) for run in found]
    assert [(*span, run.is_running) for span, run in zip(minutes, found, strict=True)] == runs


def test_the_days_budget_lets_go_at_midnight() -> None:
    campaign = make_campaign(daily_budget="5")
    spend(campaign, "6.00")

    found = see_campaign(campaign=fresh(campaign), now=NOON)

    assert found.then is None
    assert found.changes[0].reasons == ("campaign's daily budget",)
    assert fresh(campaign).review_at == NEXT_MIDNIGHT
