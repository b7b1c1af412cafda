"""Resets by hand: the day's or the month's count starts now."""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import timedelta

import pytest

from campaigns.errors import InvalidTimeZone, NotFound
from campaigns.rules.periods import PeriodKind
from campaigns.services import change_campaign, delete_brand
from campaigns.services.resets import ResetReport, reset_brands, reset_campaign
from tests.clock import reset_due, run_minute
from tests.factories import (
    DAY,
    HOUR,
    MINUTE,
    MONTH_START,
    NEXT_MIDNIGHT,
    NEXT_MONTH,
    NOON,
    SECOND,
    THIS_MIDNIGHT,
    TICK,
    break_zone,
    make_brand,
    make_campaign,
    make_campaigns,
    spend,
)
from tests.readings import (
    RUNNING,
    assert_totals_are_right,
    everything_stored,
    history,
    ledger,
    since,
    spent,
    state_of,
    states_of,
)

pytestmark = pytest.mark.django_db

BOTH = (PeriodKind.DAY, PeriodKind.MONTH)


@pytest.mark.parametrize(
    ("kinds", "counted", "starts"),
    [
        ([PeriodKind.DAY], ("0.00", "10.00"), (NOON, MONTH_START)),
        ([PeriodKind.MONTH], ("10.00", "0.00"), (THIS_MIDNIGHT, NOON)),
        (BOTH, ("0.00", "0.00"), (NOON, NOON)),
        ([], ("10.00", "10.00"), (THIS_MIDNIGHT, MONTH_START)),
    ],
)
def test_reset_starts_the_asked_kinds_now_for_the_brand_and_all_its_campaigns(
    kinds: Collection[PeriodKind], counted: tuple[str, str], starts: tuple[object, object]
) -> None:
    brand = make_brand()
    first, second = make_campaigns(2, brand)
    spend(first, "10", occurred_at=NOON - HOUR)

    report = reset_brands(brand_ids=[brand.pk], kinds=kinds, now=NOON)

    assert (spent(brand), spent(first)) == (counted, counted)
    assert [since(row) for row in (brand, first, second)] == [starts] * 3
    assert report == ResetReport((brand.name,), 2, ())
    assert ledger() == ["10.00"]
    assert_totals_are_right()


def test_reset_leaves_other_brands_alone() -> None:
    first, second = make_campaign(daily_budget="1"), make_campaign(daily_budget="1")
    for campaign in (first, second):
        spend(campaign, "1")

    reset_brands(brand_ids=[first.brand_id], kinds=BOTH, now=NOON)

    assert states_of(first, second) == [RUNNING, ("paused", "campaign_day")]


def test_reset_starts_what_the_budget_held_and_says_who_did_it() -> None:
    campaign = make_campaign(make_brand(daily_budget="10"))
    spend(campaign, "10")

    report = reset_brands(brand_ids=[campaign.brand_id], kinds=[PeriodKind.DAY], now=NOON + HOUR, actor="ann")

    assert history(campaign)[-1] == (True, [], "reset")
    assert [(change.campaign, change.actor) for change in report.changes] == [(campaign, "ann")]


def test_reset_of_the_day_leaves_what_the_month_holds() -> None:
    campaign = make_campaign(daily_budget="10", monthly_budget="10")
    spend(campaign, "10")

    reset_campaign(campaign_id=campaign.pk, kinds=[PeriodKind.DAY], now=NOON)

    assert state_of(campaign) == ("paused", "campaign_month")


def test_reset_leaves_a_campaign_that_a_person_switched_off_so() -> None:
    campaign = make_campaign(daily_budget="10")
    spend(campaign, "10")
    change_campaign(campaign_id=campaign.pk, is_enabled=False, now=NOON)

    reset_brands(brand_ids=[campaign.brand_id], kinds=BOTH, now=NOON)

    assert (state_of(campaign), spent(campaign)) == (("inactive", "campaign_off"), ("0.00", "0.00"))


def test_reset_of_one_campaign_lets_its_brands_count_go_on() -> None:
    brand = make_brand(daily_budget="20")
    campaign, other = make_campaigns(2, brand)
    spend(campaign, "10", occurred_at=NOON - HOUR)

    report = reset_campaign(campaign_id=campaign.pk, kinds=BOTH, now=NOON)
    spend(campaign, "10", now=NOON + MINUTE)

    assert report == ResetReport((brand.name,), 1, ())
    assert (spent(campaign), spent(brand)) == (("10.00", "10.00"), ("20.00", "20.00"))
    assert since(other) == (THIS_MIDNIGHT, MONTH_START)
    assert states_of(campaign, other) == [("paused", "brand_day")] * 2
    assert_totals_are_right()


def test_reset_twice_at_the_same_moment_is_as_once() -> None:
    campaign = make_campaign()
    spend(campaign, "10")
    reset_brands(brand_ids=[campaign.brand_id], kinds=BOTH, now=NOON)
    before = everything_stored()

    reset_brands(brand_ids=[campaign.brand_id], kinds=BOTH, now=NOON)

    assert everything_stored() == before


@pytest.mark.parametrize("late", [TICK, SECOND, 5 * MINUTE])
def test_reset_that_comes_late_does_not_undo_a_newer_one(late: timedelta) -> None:
    campaign = make_campaign()
    spend(campaign, "10", occurred_at=NOON - TICK)
    reset_brands(brand_ids=[campaign.brand_id], kinds=BOTH, now=NOON)
    before = everything_stored()

    reset_brands(brand_ids=[campaign.brand_id], kinds=BOTH, now=NOON - late)

    assert everything_stored() == before


def test_reset_twice_counts_from_the_newer_one() -> None:
    campaign = make_campaign()
    for minutes in (0, 10, 20):
        spend(campaign, "1", now=NOON + minutes * MINUTE)
        reset_brands(brand_ids=[campaign.brand_id], kinds=[PeriodKind.DAY], now=NOON + (minutes + 5) * MINUTE)

    assert (spent(campaign), since(campaign)[0]) == (("0.00", "3.00"), NOON + 25 * MINUTE)
    assert_totals_are_right()


def test_day_that_was_reset_by_hand_ends_at_its_midnight() -> None:
    campaign = make_campaign(make_brand(daily_budget="10"))
    reset_brands(brand_ids=[campaign.brand_id], kinds=[PeriodKind.DAY], now=NOON)
    spend(campaign, "10", now=NOON + HOUR)

    run_minute(NEXT_MIDNIGHT)

    assert (spent(campaign), since(campaign)[0], state_of(campaign)) == (("0.00", "10.00"), NEXT_MIDNIGHT, RUNNING)


def test_month_that_was_reset_by_hand_ends_with_it() -> None:
    campaign = make_campaign(make_brand(monthly_budget="10"))
    spend(campaign, "10")
    reset_brands(brand_ids=[campaign.brand_id], kinds=[PeriodKind.MONTH], now=NOON + HOUR)
    spend(campaign, "10", now=NOON + DAY)
    assert (spent(campaign), state_of(campaign)) == (("10.00", "10.00"), ("paused", "brand_month"))

    reset_due(PeriodKind.MONTH, NEXT_MONTH)

    assert (spent(campaign)[1], since(campaign)[1], state_of(campaign)) == ("0.00", NEXT_MONTH, RUNNING)


def test_reset_of_a_brand_that_nothing_brought_forward_starts_the_present() -> None:
    campaign = make_campaign(make_brand(daily_budget="10", monthly_budget="100"))
    spend(campaign, "10")

    reset_brands(brand_ids=[campaign.brand_id], kinds=[PeriodKind.DAY], now=NEXT_MONTH + HOUR)

    assert since(campaign) == (NEXT_MONTH + HOUR, NEXT_MONTH)
    assert (spent(campaign), state_of(campaign)) == (("0.00", "0.00"), RUNNING)


def test_spend_ahead_of_a_reset_counts_after_it() -> None:
    campaign = make_campaign()
    spend(campaign, "10", occurred_at=NOON + MINUTE)

    reset_brands(brand_ids=[campaign.brand_id], kinds=[PeriodKind.DAY], now=NOON)

    assert spent(campaign) == ("10.00", "10.00")
    assert_totals_are_right()


def test_brand_with_an_unreadable_zone_is_refused_by_name_and_the_others_are_reset(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bad, good = make_campaign(), make_campaign()
    spend(good, "1")
    break_zone(bad.brand)

    with caplog.at_level(logging.ERROR):
        report = reset_brands(brand_ids=[bad.brand_id, good.brand_id], kinds=BOTH, now=NOON)

    assert (report.brands, report.refused, report.campaigns) == ((good.brand.name,), (bad.brand.name,), 1)
    assert spent(good) == ("0.00", "0.00")
    assert f"Not reset brand={bad.brand.name}" in caplog.text
    with pytest.raises(InvalidTimeZone):
        reset_campaign(campaign_id=bad.pk, kinds=BOTH, now=NOON)


def test_unknown_brand_or_campaign_is_refused() -> None:
    with pytest.raises(NotFound, match="no brand with number 1"):
        reset_brands(brand_ids=[1], kinds=BOTH, now=NOON)
    with pytest.raises(NotFound, match="no campaign with number 1"):
        reset_campaign(campaign_id=1, kinds=BOTH, now=NOON)


def test_brand_that_was_deleted_meanwhile_is_passed_over_and_the_others_are_reset(
    caplog: pytest.LogCaptureFixture,
) -> None:
    first, gone, last = (make_brand() for _ in range(3))
    campaigns = [make_campaign(first), make_campaign(last)]
    for campaign in campaigns:
        spend(campaign, "5")
    brand_ids = [first.pk, gone.pk, last.pk]
    delete_brand(brand_id=gone.pk)

    report = reset_brands(brand_ids=brand_ids, kinds=BOTH, now=NOON + HOUR)

    assert report.brands == (first.name, last.name)
    assert [spent(campaign) for campaign in campaigns] == [("0.00", "0.00")] * 2
    assert f"Not reset brand={brand_ids[1]}: There is no brand" in caplog.text


def test_brands_that_were_all_deleted_are_refused() -> None:
    with pytest.raises(NotFound, match="no brand with number 1"):
        reset_brands(brand_ids=[1, 2], kinds=BOTH, now=NOON)


def test_no_brand_to_reset_is_no_error() -> None:
    assert reset_brands(brand_ids=[], kinds=BOTH, now=NOON) == ResetReport((), 0, ())


def test_resets_and_spends_of_one_and_the_same_moment_count_in_the_order_in_which_they_came() -> None:
    campaign = make_campaign()

    for _ in range(3):
        spend(campaign, "10")
        assert spent(campaign)[0] == "10.00"
        reset_brands(brand_ids=[campaign.brand_id], kinds=[PeriodKind.DAY], now=NOON)
        assert spent(campaign)[0] == "0.00"

    assert_totals_are_right()
