"""Passes: what time drives, brand by brand, any number of times, one bad brand among good ones."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.models import Brand, Campaign, Cause, StatusChange
from campaigns.rules.periods import EARLIEST_MOMENT, PeriodKind
from campaigns.services import passes, periods
from campaigns.services.passes import PassReport
from tests.clock import enforce_budgets, enforce_dayparting, run_clock, run_minute
from tests.factories import (
    DAY,
    HOUR,
    MINUTE,
    NEXT_MIDNIGHT,
    NOON,
    SECOND,
    at,
    break_zone,
    hours,
    make_brand,
    make_campaign,
    make_campaigns,
    spend,
)
from tests.readings import RUNNING, assert_totals_are_right, everything_stored, history, review_of, state_of, states_of

pytestmark = pytest.mark.django_db


def test_due_brands_are_those_whose_time_has_come() -> None:
    due, later = make_campaign(windows=[hours("13:00", "14:00")]), make_campaign(windows=[hours("13:01", "14:00")])
    make_campaign()
    make_campaign(due.brand, windows=[hours("13:00", "15:00")])

    found = [passes.due_brands(now=at(f"2026-11-20 {clock}")) for clock in ("12:59:59.999999", "13:00", "13:01")]

    assert found == [[], [due.brand_id], [due.brand_id, later.brand_id]]


def test_review_due_touches_only_what_is_due() -> None:
    due, other = make_campaigns(2)
    Campaign.objects.filter(pk=due.pk).update(review_at=NOON, is_active=False, paused_because="brand_day")
    Campaign.objects.filter(pk=other.pk).update(is_active=False, paused_because="brand_day")

    report = passes.review_due(brand_ids=[due.brand_id], now=NOON)

    assert report == PassReport(1, report.changes, ())
    assert [change.campaign for change in report.changes] == [due]
    assert states_of(due, other) == [RUNNING, ("paused", "brand_day")]


def test_minute_with_nothing_due_asks_one_question() -> None:
    make_campaigns(30)

    with CaptureQueriesContext(connection) as queries:
        enforce_dayparting(NOON + HOUR)

    assert len(queries) == 1


def test_minute_without_a_mismatch_asks_two_questions_whatever_the_zones() -> None:
    for zone in ("Asia/Tokyo", "Europe/Berlin", "America/New_York") * 3:
        make_campaigns(3, make_brand(time_zone=zone))

    with CaptureQueriesContext(connection) as queries:
        enforce_budgets(NOON + HOUR)

    assert len(queries) == 2


@pytest.mark.parametrize("times", [0, 1, 2, 5])
def test_every_pass_any_number_of_times_ends_in_the_same_state(times: int) -> None:
    campaign = make_campaign(make_brand(daily_budget="10"), windows=[hours("00:00", "12:00")])
    spend(campaign, "10")

    for _ in range(times):
        for now in (NEXT_MIDNIGHT, NEXT_MIDNIGHT + HOUR):
            run_minute(now)
            passes.review_brands(brand_ids=passes.all_brands(), now=now)
    # Whoever did nothing until now does it once.
    run_minute(NEXT_MIDNIGHT + HOUR)

    assert (state_of(campaign), review_of(campaign)) == (RUNNING, at("2026-11-21 12:00"))
    assert len(history(campaign)) == 1
    assert_totals_are_right()


@pytest.mark.parametrize("older", [MINUTE, 5 * MINUTE])
def test_every_pass_with_an_older_now_changes_nothing(older: timedelta) -> None:
    campaign = make_campaign(make_brand(daily_budget="10"), windows=[hours("00:00", "20:00")])
    spend(campaign, "10")
    run_minute(NEXT_MIDNIGHT)
    assert state_of(campaign) == RUNNING
    before = everything_stored()

    run_minute(NEXT_MIDNIGHT - older)
    passes.review_brands(brand_ids=passes.all_brands(), now=NEXT_MIDNIGHT - older)
    for kind in PeriodKind:
        passes.bring_forward(brand_ids=passes.all_brands(), kind=kind, now=NEXT_MIDNIGHT - older)

    assert everything_stored() == before


def test_late_pass_gives_what_a_punctual_one_gave() -> None:
    campaign = make_campaign(make_brand(daily_budget="10"), windows=[hours("08:00", "20:00")])
    spend(campaign, "10")

    run_minute(NEXT_MIDNIGHT + 8 * HOUR + 17 * MINUTE)

    assert (state_of(campaign), review_of(campaign)) == (RUNNING, at("2026-11-21 20:00"))


def test_one_bad_brand_stops_no_other(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    first, bad, last = (make_campaign(make_brand(daily_budget="1")) for _ in range(3))
    for campaign in (first, bad, last):
        spend(campaign, "1")
    settle = periods.settle_due

    def fail_for_one(*, brands: Sequence[Brand], now: datetime, cause: Cause) -> tuple[StatusChange, ...]:
        if bad.brand in brands:
            raise ArithmeticError("nobody has thought of this")
        return settle(brands=brands, now=now, cause=cause)

    monkeypatch.setattr(periods, "settle_due", fail_for_one)

    with caplog.at_level(logging.ERROR):
        report = passes.review_due(brand_ids=passes.due_brands(now=NEXT_MIDNIGHT), now=NEXT_MIDNIGHT)

    assert (report.brands, report.failed) == (3, (bad.brand_id,))
    assert states_of(first, last) == [RUNNING, RUNNING]
    assert f"A pass failed brand={bad.brand_id}" in caplog.text


def test_brand_with_an_unreadable_zone_is_reviewed_and_not_brought_forward() -> None:
    bad, good = make_campaign(make_brand(daily_budget="1")), make_campaign(make_brand(daily_budget="1"))
    spend(good, "1")
    break_zone(bad.brand)
    keys = [bad.brand_id, good.brand_id]

    reviewed = passes.review_brands(brand_ids=keys, now=NOON)
    forward = passes.bring_forward(brand_ids=keys, kind=PeriodKind.DAY, now=NEXT_MIDNIGHT)

    assert (reviewed.failed, forward.failed) == ((), (bad.brand_id,))
    assert states_of(bad, good) == [("paused", "zone_unreadable"), RUNNING]


def test_brand_that_was_deleted_meanwhile_fails_alone() -> None:
    gone, good = make_brand(), make_campaign(windows=[hours("13:00", "14:00")])
    gone_id = gone.pk
    gone.delete()

    report = passes.review_due(brand_ids=[gone_id, good.brand_id], now=NOON + HOUR)

    assert (report.failed, state_of(good)) == ((gone_id,), RUNNING)


def test_nothing_to_do_is_no_work() -> None:
    empty = PassReport(0, (), ())

    assert passes.review_due(brand_ids=[], now=NOON) == empty
    assert passes.review_brands(brand_ids=[], now=NOON) == empty
    assert passes.bring_forward(brand_ids=[], kind=PeriodKind.DAY, now=NOON) == empty
    assert (passes.due_brands(now=NOON), passes.all_brands()) == ([], [])


def test_campaign_made_without_a_service_is_decided_on_by_the_next_minute() -> None:
    brand = Brand.objects.create(name="By hand", time_zone="Asia/Tokyo")
    campaign = Campaign.objects.create(brand=brand, name="By hand")
    assert (state_of(campaign), review_of(campaign)) == (("paused", ""), EARLIEST_MOMENT)

    run_minute(NOON)

    assert (state_of(campaign), review_of(campaign)) == (RUNNING, None)


def test_a_day_of_minutes_reviews_each_edge_once() -> None:
    campaign = make_campaign(windows=[hours("08:00", "10:00"), hours("13:00", "15:30"), hours("22:00", "01:00")])

    changes = run_clock(NEXT_MIDNIGHT, NEXT_MIDNIGHT + DAY, every=5 * MINUTE)

    edges = [(change.changed_at, change.is_active) for change in changes]
    assert edges == [
        (at("2026-11-21 00:00"), True),
        (at("2026-11-21 01:00"), False),
        (at("2026-11-21 08:00"), True),
        (at("2026-11-21 10:00"), False),
        (at("2026-11-21 13:00"), True),
        (at("2026-11-21 15:30"), False),
        (at("2026-11-21 22:00"), True),
    ]
    assert state_of(campaign) == RUNNING


@pytest.mark.parametrize("moment", [NEXT_MIDNIGHT, NEXT_MIDNIGHT + 59 * SECOND])
def test_midnight_wakes_what_the_day_held_in_the_first_minute(moment: datetime) -> None:
    campaign = make_campaign(make_brand(daily_budget="1"))
    spend(campaign, "1")

    enforce_dayparting(moment)

    assert state_of(campaign) == RUNNING
    assert history(campaign)[-1] == (True, [], "clock")
