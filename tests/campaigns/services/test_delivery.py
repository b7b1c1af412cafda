"""Verdicts applied: stored once, in any order, with a history that says why."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from campaigns.models import Brand, Campaign, Cause, StatusChange
from campaigns.services import change_brand, change_campaign, correct_spend, delivery, should_campaign_be_active
from campaigns.services.passes import review_brands
from tests.factories import (
    DAY,
    HOUR,
    MINUTE,
    NEXT_MIDNIGHT,
    NEXT_MONTH,
    NOON,
    SECOND,
    TICK,
    at,
    hours,
    make_brand,
    make_campaign,
    make_campaigns,
    spend,
)
from tests.readings import RUNNING, everything_stored, history, review_of, state_of, states_of

pytestmark = pytest.mark.django_db


def review(now: datetime) -> tuple[StatusChange, ...]:
    return review_brands(brand_ids=[Brand.objects.get().pk], now=now).changes


@pytest.mark.parametrize("times", [0, 1, 2, 5])
def test_review_any_number_of_times_gives_the_same(times: int) -> None:
    campaign = make_campaign(make_brand(daily_budget="10"), windows=[hours("08:00", "20:00")])
    spend(campaign, "10")
    before = everything_stored()

    assert [review(NOON + number * SECOND) for number in range(times)] == [()] * times

    assert everything_stored() == before


@pytest.mark.parametrize("late", [TICK, MINUTE, 5 * MINUTE])
def test_older_now_undoes_nothing(late: timedelta) -> None:
    campaign = make_campaign(windows=[hours("12:00", "13:00")], now=NOON - HOUR)
    review(NOON)
    assert state_of(campaign) == RUNNING
    before = everything_stored()

    assert review(NOON - late) == ()

    assert everything_stored() == before


def test_much_older_now_means_that_the_clock_was_set_back() -> None:
    campaign = make_campaign(windows=[hours("12:00", "13:00")], now=NOON - HOUR)
    review(NOON)

    review(NOON - 5 * MINUTE - TICK)

    assert (state_of(campaign), review_of(campaign)) == (("paused", "outside_windows"), NOON)
    assert Brand.objects.get().reviewed_at == NOON - 5 * MINUTE - TICK


def test_passes_in_any_order_end_in_the_same_state() -> None:
    campaign = make_campaign(windows=[hours("12:00", "12:03")], now=NOON - HOUR)

    for seconds in (120, 60, 0, 180, 150, 179, 181, 60):
        review(NOON + seconds * SECOND)

    assert state_of(campaign) == ("paused", "outside_windows")
    assert [change[0] for change in history(campaign)] == [True, False]


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (make_campaign, None),
        (lambda: make_campaign(windows=[hours("08:00", "20:00")]), at("2026-11-20 20:00")),
        (lambda: make_campaign(windows=[hours("18:00", "02:00")]), at("2026-11-20 18:00")),
        (lambda: make_campaign(start_date=date(2026, 12, 24)), at("2026-12-24 00:00")),
        (lambda: make_campaign(end_date=date(2026, 12, 24)), at("2026-12-25 00:00")),
        (lambda: make_campaign(end_date=date(2026, 11, 19)), None),
        (lambda: make_campaign(is_enabled=False, windows=[hours("08:00", "20:00")]), None),
        (lambda: make_campaign(daily_budget="0"), None),
        (lambda: make_campaign(windows=[]), None),
    ],
)
def test_next_review_is_when_time_alone_may_change_the_headline(
    make: Callable[[], Campaign], expected: datetime | None
) -> None:
    assert review_of(make()) == expected


@pytest.mark.parametrize(
    ("budgets", "expected"),
    [
        ({"daily_budget": "10"}, NEXT_MIDNIGHT),
        ({"monthly_budget": "10"}, NEXT_MONTH),
        ({"daily_budget": "10", "monthly_budget": "10"}, NEXT_MONTH),
    ],
)
def test_next_review_of_a_used_up_budget_is_its_next_period(budgets: dict[str, str], expected: datetime) -> None:
    campaign = make_campaign()
    change_brand(
        brand_id=campaign.brand_id,
        daily_budget=budgets.get("daily_budget"),
        monthly_budget=budgets.get("monthly_budget"),
        now=NOON,
    )

    spend(campaign, "10")

    assert review_of(campaign) == expected


def test_every_start_and_stop_is_written_down_with_its_numbers() -> None:
    campaign = make_campaign(make_brand(daily_budget="10", monthly_budget="12"))
    spend(campaign, "10.5", now=NOON)
    change_brand(brand_id=campaign.brand_id, daily_budget="11", now=NOON + HOUR, actor="ann")
    entry = spend(campaign, "2", now=NOON + 2 * HOUR)
    correct_spend(entry_id=entry.pk, new_amount="0", now=NOON + 3 * HOUR, actor="bob")

    columns = ("changed_at", "is_active", "blockers", "cause", "actor", "spent", "limit")
    written = list(StatusChange.objects.filter(campaign=campaign).order_by("pk").values_list(*columns))
    ten, spent_month = Decimal("10.50"), Decimal("12.50")
    assert written == [
        (NOON, True, [], "person", "", None, None),
        (NOON, False, ["brand_day"], "spend", "", ten, Decimal(10)),
        (NOON + HOUR, True, [], "budget", "ann", ten, Decimal(11)),
        (NOON + 2 * HOUR, False, ["brand_month", "brand_day"], "spend", "", spent_month, Decimal(12)),
        (NOON + 3 * HOUR, True, [], "spend", "bob", ten, Decimal(12)),
    ]


def test_new_headline_without_a_stop_is_no_history() -> None:
    campaign = make_campaign(make_brand(monthly_budget="20"), daily_budget="10")
    spend(campaign, "10")
    changes = len(history(campaign))

    spend(campaign, "10")

    assert (state_of(campaign), len(history(campaign))) == (("paused", "brand_month"), changes)


def test_review_decides_on_the_given_campaigns_only() -> None:
    brand = make_brand()
    first, second = make_campaigns(2, brand)
    Brand.objects.update(is_enabled=False)
    stored = Brand.objects.get()
    rows = list(Campaign.objects.with_windows().order_by("pk"))

    changes = delivery.review(brand=stored, campaigns=rows[:1], now=NOON, cause=Cause.CLOCK)

    assert [change.campaign for change in changes] == [first]
    assert (rows[0].is_active, rows[0].headline) == (False, "brand_off")
    assert states_of(first, second) == [("paused", "brand_off"), RUNNING]
    assert delivery.review(brand=stored, campaigns=[], now=NOON, cause=Cause.CLOCK) == ()


def test_should_campaign_be_active_reads_only_and_asks_the_rules_not_the_row() -> None:
    campaign = make_campaign(make_brand(daily_budget="10"), windows=[hours("08:00", "20:00")])
    spend(campaign, "10")
    Campaign.objects.update(paused_because="", is_active=True)
    before = everything_stored()

    at_noon = should_campaign_be_active(campaign_id=campaign.pk, now=NOON)
    at_night = should_campaign_be_active(campaign_id=campaign.pk, now=at("2026-11-20 23:00"))
    tomorrow = should_campaign_be_active(campaign_id=campaign.pk, now=NOON + DAY)

    assert at_noon == (False, ["brand's daily budget"])
    assert at_night == (False, ["brand's daily budget", "outside its windows"])
    assert tomorrow == (True, [])
    assert everything_stored() == before


def test_should_campaign_be_active_knows_no_unknown_campaign() -> None:
    with pytest.raises(Campaign.DoesNotExist):
        should_campaign_be_active(campaign_id=1, now=NOON)


def test_starts_and_stops_are_logged_after_the_commit_with_reasons_and_numbers(
    caplog: pytest.LogCaptureFixture, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    campaign = make_campaign(make_brand(name="Acme", daily_budget="10"), name="Search")

    with caplog.at_level(logging.INFO, "campaigns.services.delivery"):
        with django_capture_on_commit_callbacks(execute=True):
            spend(campaign, "10.5")
            assert caplog.messages == []
        with django_capture_on_commit_callbacks(execute=True):
            change_brand(brand_id=campaign.brand_id, daily_budget="20", now=NOON, actor="ann")
            change_campaign(campaign_id=campaign.pk, is_enabled=False, now=NOON, actor="bob")

    assert caplog.messages == [
        "Pausing campaign Search brand=Acme cause=spend reasons=brand's daily budget spent=10.50 limit=10.00 by=system",
        "Activated campaign Search brand=Acme cause=budget reasons=none spent=10.50 limit=20.00 by=ann",
        "Pausing campaign Search brand=Acme cause=person reasons=campaign switched off spent=None limit=None by=bob",
    ]
