"""The decisions on spend: late, on a paused campaign, wrong, twice, and as a platform's total of the day."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from campaigns.errors import CorrectionRefused, InvalidMoment, ReferenceConflict
from campaigns.models import SpendLog
from campaigns.services import correct_spend, record_reported_total, record_spend, reverse_spend
from campaigns.services.corrections import counted_amount
from tests.factories import (
    DAY,
    HOUR,
    MINUTE,
    MONTH_START,
    NOON,
    THIS_MIDNIGHT,
    TICK,
    at,
    make_brand,
    make_campaign,
    spend,
)
from tests.readings import RUNNING, assert_totals_are_right, everything_stored, ledger, spent, state_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("occurred_at", "counted"),
    [
        (NOON, ("100.00", "100.00")),
        (NOON - HOUR, ("100.00", "100.00")),
        (THIS_MIDNIGHT, ("100.00", "100.00")),
        (THIS_MIDNIGHT - TICK, ("0.00", "100.00")),
        (MONTH_START, ("0.00", "100.00")),
        (MONTH_START - TICK, ("0.00", "0.00")),
        (at("2021-03-29 15:00"), ("0.00", "0.00")),
    ],
)
def test_late_spend_counts_in_its_own_day_and_month(occurred_at: datetime, counted: tuple[str, str]) -> None:
    campaign = make_campaign(make_brand(daily_budget="100"))

    entry = spend(campaign, "100", occurred_at=occurred_at)

    assert entry.local_day == occurred_at.astimezone(campaign.brand.zone).date()
    assert (spent(campaign), spent(campaign.brand)) == (counted, counted)
    assert state_of(campaign) == (("paused", "brand_day") if counted[0] == "100.00" else RUNNING)
    assert_totals_are_right()


@pytest.mark.parametrize(("ahead", "is_taken"), [(5 * MINUTE, True), (5 * MINUTE + TICK, False), (DAY, False)])
def test_spend_up_to_five_minutes_ahead_of_the_clock_is_accepted(ahead: timedelta, is_taken: bool) -> None:
    campaign = make_campaign()

    if is_taken:
        spend(campaign, "1", occurred_at=NOON + ahead)
    else:
        with pytest.raises(InvalidMoment, match="lies in the future"):
            spend(campaign, "1", occurred_at=NOON + ahead)

    assert ledger(campaign) == (["1.00"] if is_taken else [])


def test_spend_on_a_paused_campaign_is_recorded_and_the_receipt_says_so() -> None:
    campaign = make_campaign(daily_budget="10")
    while_running = record_spend(campaign_id=campaign.pk, amount="10", now=NOON)

    while_paused = record_spend(campaign_id=campaign.pk, amount="1", now=NOON)

    assert (while_running.was_paused, while_paused.was_paused) == (False, True)
    assert spent(campaign) == ("11.00", "11.00")


def test_wrong_amount_is_corrected_by_a_new_entry_in_the_period_of_the_original() -> None:
    campaign = make_campaign(make_brand(daily_budget="100"))
    yesterday = spend(campaign, "500", occurred_at=NOON - DAY)
    today = spend(campaign, "100")

    correction = correct_spend(entry_id=yesterday.pk, new_amount="50", now=NOON).entry
    reversal = reverse_spend(entry_id=today.pk, now=NOON).entry

    assert ledger(campaign) == ["500.00", "100.00", "-450.00", "-100.00"]
    assert (correction.corrects_id, correction.occurred_at, correction.local_day) == (
        yesterday.pk,
        yesterday.occurred_at,
        date(2026, 11, 19),
    )
    assert (reversal.corrects_id, reversal.occurred_at) == (today.pk, today.occurred_at)
    assert spent(campaign) == ("0.00", "50.00")
    assert state_of(campaign) == RUNNING
    assert_totals_are_right()


def test_reversals_never_exceed_the_entry() -> None:
    entry = spend(make_campaign(), "10")
    correct_spend(entry_id=entry.pk, new_amount="4", now=NOON)
    reverse_spend(entry_id=entry.pk, now=NOON)

    with pytest.raises(CorrectionRefused, match="reversed already"):
        reverse_spend(entry_id=entry.pk, now=NOON)

    assert ledger() == ["10.00", "-6.00", "-4.00"]
    assert counted_amount(SpendLog.objects.get(pk=entry.pk)) == 0


def test_same_reference_and_facts_are_one_entry_and_the_second_call_answers_with_the_first() -> None:
    campaign = make_campaign()
    first = record_spend(campaign_id=campaign.pk, amount="5", reference="invoice 7", now=NOON)
    before = everything_stored()

    second = record_spend(campaign_id=campaign.pk, amount="5.00", reference=" invoice 7 ", now=NOON + DAY / 4)

    assert (first.is_replay, second.is_replay) == (False, True)
    assert second.entry == first.entry
    assert everything_stored() == before


@pytest.mark.parametrize(("amount", "occurred_at"), [("5.01", NOON), ("5", NOON - TICK), ("-5", NOON)])
def test_same_reference_and_other_facts_are_refused(amount: str, occurred_at: datetime) -> None:
    campaign = make_campaign()
    record_spend(campaign_id=campaign.pk, amount="5", occurred_at=NOON, reference="r", now=NOON)

    with pytest.raises(ReferenceConflict, match="already stands for another spend"):
        record_spend(campaign_id=campaign.pk, amount=amount, occurred_at=occurred_at, reference="r", now=NOON)

    assert ledger() == ["5.00"]


def test_reference_is_unique_per_campaign_only() -> None:
    brand = make_brand()
    spend(make_campaign(brand), "5", reference="r")

    spend(make_campaign(brand), "6", reference="r")

    assert ledger() == ["5.00", "6.00"]


def test_platform_total_of_a_day_records_the_difference_and_the_same_twice_changes_nothing() -> None:
    campaign = make_campaign()
    day = date(2026, 11, 20)

    for total in ("10", "25.5", "25.5", "20"):
        record_reported_total(campaign_id=campaign.pk, source="google", day=day, total=total, now=NOON)

    assert ledger(campaign) == ["10.00", "15.50", "-5.50"]
    assert spent(campaign) == ("20.00", "20.00")


def test_platform_total_is_kept_apart_by_campaign_source_and_day() -> None:
    brand = make_brand()
    campaign, other = make_campaign(brand), make_campaign(brand)
    today, yesterday = date(2026, 11, 20), date(2026, 11, 19)

    record_reported_total(campaign_id=campaign.pk, source="google", day=today, total=1, now=NOON)
    record_reported_total(campaign_id=campaign.pk, source="bing", day=today, total=2, now=NOON)
    record_reported_total(campaign_id=campaign.pk, source="google", day=yesterday, total=4, now=NOON)
    record_reported_total(campaign_id=other.pk, source="google", day=today, total=8, now=NOON)

    assert (spent(campaign), spent(other), spent(brand)) == (("3.00", "7.00"), ("8.00", "8.00"), ("11.00", "15.00"))
    assert_totals_are_right()
