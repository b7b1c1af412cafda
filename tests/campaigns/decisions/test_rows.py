"""The decisions on rows: resets, entries written around the services, deleting, zones that change or are unreadable."""

from __future__ import annotations

import logging
from datetime import date

import pytest

from campaigns.errors import InvalidTimeZone, LedgerIsClosed, StillHasSpend
from campaigns.models import Brand, Campaign, SpendLog
from campaigns.queries import brand_statuses
from campaigns.rules.periods import PeriodKind
from campaigns.services import change_brand, change_campaign, delete_brand, delete_campaign, passes, record_spend
from campaigns.services.resets import reset_brands
from tests.clock import enforce_budgets, reset_due, run_minute
from tests.factories import (
    DAY,
    HOUR,
    MONTH_START,
    NEXT_MIDNIGHT,
    NOON,
    THIS_MIDNIGHT,
    TICK,
    at,
    break_zone,
    make_brand,
    make_campaign,
    spend,
)
from tests.readings import RUNNING, assert_totals_are_right, everything_stored, ledger, since, spent, state_of

pytestmark = pytest.mark.django_db


# Scheduled reset --------------------------------------------------------------------------------------------------


def test_scheduled_reset_lands_on_the_sum_of_the_ledger_not_on_zero() -> None:
    campaign = make_campaign(make_brand(daily_budget="100"))
    spend(campaign, "100")
    spend(campaign, "7", occurred_at=NEXT_MIDNIGHT, now=NEXT_MIDNIGHT - TICK)

    reset_due(PeriodKind.DAY, NEXT_MIDNIGHT)

    assert (spent(campaign), spent(campaign.brand)) == (("7.00", "107.00"), ("7.00", "107.00"))
    assert since(campaign) == (NEXT_MIDNIGHT, MONTH_START)
    assert state_of(campaign) == RUNNING
    assert_totals_are_right()


def test_scheduled_reset_twice_or_late_gives_the_same() -> None:
    campaign = make_campaign(make_brand(daily_budget="100"))
    spend(campaign, "100")
    reset_due(PeriodKind.DAY, NEXT_MIDNIGHT)
    once = everything_stored()

    reset_due(PeriodKind.DAY, NEXT_MIDNIGHT)
    passes.bring_forward(brand_ids=[campaign.brand_id], kind=PeriodKind.DAY, now=NEXT_MIDNIGHT + 5 * HOUR)

    assert everything_stored() == once


def test_without_any_reset_readers_take_a_counter_of_an_older_period_as_nothing() -> None:
    campaign = make_campaign(make_brand(daily_budget="100"))
    spend(campaign, "100")

    status = brand_statuses(now=NEXT_MIDNIGHT)[0]

    assert spent(campaign) == ("100.00", "100.00")
    assert (str(status.uses.day.spent), str(status.uses.month.spent)) == ("0", "100.00")
    assert (str(status.campaigns[0].uses.day.spent), status.campaigns[0].blockers) == ("0", ())


# Manual reset -----------------------------------------------------------------------------------------------------


def test_manual_reset_starts_the_period_now_and_the_ledger_keeps_everything() -> None:
    campaign = make_campaign(make_brand(daily_budget="100"))
    spend(campaign, "100", occurred_at=NOON - HOUR)

    reset_brands(brand_ids=[campaign.brand_id], kinds=[PeriodKind.DAY], now=NOON)

    assert (spent(campaign), spent(campaign.brand)) == (("0.00", "100.00"), ("0.00", "100.00"))
    assert (since(campaign), since(campaign.brand)) == ((NOON, MONTH_START), (NOON, MONTH_START))
    assert (ledger(), state_of(campaign)) == (["100.00"], RUNNING)


def test_after_a_manual_reset_the_counter_is_the_sum_of_the_ledger_from_then_on() -> None:
    campaign = make_campaign()
    spend(campaign, "100", occurred_at=NOON - HOUR)
    reset_brands(brand_ids=[campaign.brand_id], kinds=list(PeriodKind), now=NOON)

    spend(campaign, "1", now=NOON + HOUR, occurred_at=NOON - TICK)
    spend(campaign, "10", now=NOON + HOUR, occurred_at=NOON)
    spend(campaign, "20", now=NOON + HOUR)

    assert (spent(campaign), spent(campaign.brand)) == (("30.00", "30.00"), ("30.00", "30.00"))
    assert_totals_are_right()


def test_scheduled_reset_of_the_same_day_leaves_a_manual_one_alone() -> None:
    campaign = make_campaign()
    reset_brands(brand_ids=[campaign.brand_id], kinds=list(PeriodKind), now=NOON)
    before = everything_stored()

    for kind in PeriodKind:
        reset_due(kind, NOON + HOUR)

    assert everything_stored() == before


# An entry written around the services -----------------------------------------------------------------------------


def test_entry_written_around_the_services_is_refused_and_the_sentence_says_what_to_use() -> None:
    campaign = make_campaign()
    facts = {"amount": 5, "occurred_at": NOON, "recorded_at": NOON, "local_day": date(2026, 11, 20)}

    with pytest.raises(LedgerIsClosed, match="record_spend"):
        SpendLog.objects.create(campaign=campaign, **facts)
    with pytest.raises(LedgerIsClosed, match="record_spend"):
        SpendLog(campaign=campaign, **facts).save()

    assert ledger() == []


# Deleting ---------------------------------------------------------------------------------------------------------


def test_brand_or_campaign_with_spend_cannot_be_deleted_but_switched_off() -> None:
    campaign = make_campaign()
    spend(campaign, "1")

    with pytest.raises(StillHasSpend, match="switch it off instead"):
        delete_campaign(campaign_id=campaign.pk)
    with pytest.raises(StillHasSpend, match="switch it off instead"):
        delete_brand(brand_id=campaign.brand_id)
    change_campaign(campaign_id=campaign.pk, is_enabled=False, now=NOON)

    assert state_of(campaign) == ("inactive", "campaign_off")
    assert spent(campaign) == ("1.00", "1.00")


def test_campaign_that_never_spent_can_be_deleted_and_then_its_brand() -> None:
    campaign = make_campaign(windows=[])

    delete_campaign(campaign_id=campaign.pk)
    delete_brand(brand_id=campaign.brand_id)

    assert (Campaign.objects.count(), Brand.objects.count()) == (0, 0)


# Zone change ------------------------------------------------------------------------------------------------------


def test_zone_change_recounts_the_present_and_moves_no_past_entry() -> None:
    campaign = make_campaign(make_brand(daily_budget="50"))
    spend(campaign, "40", occurred_at=at("2026-11-20 00:30"))
    spend(campaign, "10", occurred_at=at("2026-11-20 11:30"))
    assert state_of(campaign) == ("paused", "brand_day")

    # In Los Angeles it is nine o'clock, and the first spend was yesterday's.
    change_brand(brand_id=campaign.brand_id, time_zone="America/Los_Angeles", now=NOON)

    assert (spent(campaign), spent(campaign.brand)) == (("10.00", "50.00"), ("10.00", "50.00"))
    assert since(campaign)[0] == at("2026-11-20 00:00", "America/Los_Angeles")
    assert state_of(campaign) == RUNNING
    days = SpendLog.objects.values_list("local_day", flat=True).distinct().order_by("local_day")
    assert list(days) == [date(2026, 11, 20)]
    assert_totals_are_right()


def test_zone_change_never_moves_the_start_of_a_period_back() -> None:
    campaign = make_campaign()
    spend(campaign, "5", occurred_at=THIS_MIDNIGHT - TICK)
    spend(campaign, "10", occurred_at=THIS_MIDNIGHT)

    # Berlin's day began six hours earlier: what was yesterday's in New York stays so.
    change_brand(brand_id=campaign.brand_id, time_zone="Europe/Berlin", now=NOON)

    assert since(campaign) == (THIS_MIDNIGHT, MONTH_START)
    assert spent(campaign) == ("10.00", "15.00")
    assert_totals_are_right()


# An unreadable row ------------------------------------------------------------------------------------------------


def test_brand_with_an_unreadable_zone_stops_with_a_reason_and_the_others_go_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bad, good = make_campaign(make_brand(daily_budget="1")), make_campaign(daily_budget="1")
    spend(good, "1")
    break_zone(bad.brand)

    with caplog.at_level(logging.ERROR):
        enforce_budgets(NOON)
        run_minute(NEXT_MIDNIGHT)

    assert (state_of(bad), state_of(good)) == (("paused", "zone_unreadable"), RUNNING)
    assert f"The time zone of brand={bad.brand.name} cannot be read" in caplog.text


def test_spend_of_a_brand_with_an_unreadable_zone_is_refused_until_somebody_corrects_it() -> None:
    campaign = make_campaign()
    break_zone(campaign.brand)
    with pytest.raises(InvalidTimeZone, match="correct the zone first"):
        record_spend(campaign_id=campaign.pk, amount="1", now=NOON)

    change_brand(brand_id=campaign.brand_id, time_zone="Europe/Paris", now=NOON + DAY)
    record_spend(campaign_id=campaign.pk, amount="1", now=NOON + DAY)

    assert (state_of(campaign), spent(campaign)) == (RUNNING, ("1.00", "1.00"))
