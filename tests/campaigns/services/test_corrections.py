"""Corrections and reversals: new signed entries that count where the original does."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from campaigns.errors import CorrectionRefused, InvalidAmount, InvalidText, InvalidTimeZone, NotFound
from campaigns.models import SpendLog
from campaigns.rules.periods import PeriodKind
from campaigns.services import change_brand, change_campaign, correct_spend, record_spend, reverse_spend
from campaigns.services.corrections import counted_amount
from campaigns.services.resets import reset_brands
from tests.factories import (
    DAY,
    HOUR,
    MINUTE,
    NEXT_MIDNIGHT,
    NEXT_MONTH,
    NOON,
    at,
    break_zone,
    make_brand,
    make_campaign,
    make_campaigns,
    spend,
)
from tests.readings import RUNNING, assert_totals_are_right, everything_stored, history, ledger, spent, state_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("original", "new_amount", "difference"),
    [
        ("10", "12.5", "2.50"),
        ("10", "9.999999", "-0.000001"),
        ("10", "0", "-10.00"),
        ("10", Decimal("-0"), "-10.00"),
        ("10", 3, "-7.00"),
        ("-10", "-4", "6.00"),
        ("-10", Decimal(-15), "-5.00"),
        ("-10", "-0", "10.00"),
        ("-10", "0", "10.00"),
    ],
)
def test_correction_posts_the_difference(original: str, new_amount: str | Decimal | int, difference: str) -> None:
    campaign = make_campaign()
    entry = spend(campaign, original)

    receipt = correct_spend(entry_id=entry.pk, new_amount=new_amount, now=NOON)

    assert (receipt.is_replay, str(receipt.entry.amount)) == (False, difference)
    assert counted_amount(SpendLog.objects.get(pk=entry.pk)) == Decimal(new_amount)
    assert Decimal(spent(campaign)[0]) == Decimal(new_amount)
    assert_totals_are_right()


def test_correction_is_an_entry_of_its_own_with_the_facts_of_the_original() -> None:
    entry = spend(make_campaign(), "10", occurred_at=NOON - DAY, source="google", reference="r")

    receipt = correct_spend(
        entry_id=entry.pk, new_amount="4", description="typing error", now=NOON + MINUTE, actor="ann"
    )

    written = SpendLog.objects.get(pk=receipt.entry.pk)
    assert (written.corrects_id, written.occurred_at, written.local_day) == (entry.pk, NOON - DAY, date(2026, 11, 19))
    assert (written.recorded_at, written.source, written.reference) == (NOON + MINUTE, "google", "")
    assert written.description == "typing error"


def test_correction_to_what_it_counts_for_already_writes_nothing() -> None:
    entry = spend(make_campaign(), "10")
    correct_spend(entry_id=entry.pk, new_amount="4", now=NOON)
    before = everything_stored()

    receipt = correct_spend(entry_id=entry.pk, new_amount="4.00", now=NOON)

    assert (receipt.is_replay, receipt.entry) == (True, entry)
    assert everything_stored() == before


def test_corrections_in_a_row_each_start_from_what_counts() -> None:
    campaign = make_campaign()
    entry = spend(campaign, "10")

    for amount in ("12", "3", "0", "7"):
        correct_spend(entry_id=entry.pk, new_amount=amount, now=NOON)

    assert ledger() == ["10.00", "2.00", "-9.00", "-3.00", "7.00"]
    assert spent(campaign) == ("7.00", "7.00")


def test_reversal_after_a_correction_takes_back_what_is_left() -> None:
    campaign = make_campaign()
    entry = spend(campaign, "10")
    correct_spend(entry_id=entry.pk, new_amount="12", now=NOON)

    reverse_spend(entry_id=entry.pk, now=NOON)

    assert ledger() == ["10.00", "2.00", "-12.00"]
    assert spent(campaign) == ("0.00", "0.00")


def test_reversal_of_a_credit_counts_it_again() -> None:
    campaign = make_campaign()
    entry = spend(campaign, "-10")

    reverse_spend(entry_id=entry.pk, now=NOON)

    assert (ledger(), spent(campaign)) == (["-10.00", "10.00"], ("0.00", "0.00"))


@pytest.mark.parametrize(("original", "new_amount"), [("10", "-1"), ("-10", "1"), ("-10", Decimal("0.000001"))])
def test_correction_to_the_other_sign_is_refused(original: str, new_amount: str | Decimal) -> None:
    entry = spend(make_campaign(), original)

    with pytest.raises(CorrectionRefused, match="same sign"):
        correct_spend(entry_id=entry.pk, new_amount=new_amount, now=NOON)

    assert len(ledger()) == 1


@pytest.mark.parametrize(
    "new_amount",
    ["", "-", "--5", "x", "1e3", "0.0000001", True, Decimal("NaN"), Decimal("sNaN"), Decimal("-Infinity"), 10**15],
)
def test_correction_to_no_amount_is_refused(new_amount: str | Decimal | int) -> None:
    entry = spend(make_campaign(), "10")

    with pytest.raises(InvalidAmount):
        correct_spend(entry_id=entry.pk, new_amount=new_amount, now=NOON)

    assert ledger() == ["10.00"]


def test_correction_of_a_credit_rounds_no_digit_away() -> None:
    entry = spend(make_campaign(), "-10")

    with pytest.raises(InvalidAmount, match="more than 6 decimals"):
        correct_spend(entry_id=entry.pk, new_amount=Decimal("-1." + "0" * 40 + "1"), now=NOON)

    assert ledger() == ["-10.00"]


def test_correction_of_a_correction_is_refused_and_names_the_original() -> None:
    entry = spend(make_campaign(), "10")
    correction = correct_spend(entry_id=entry.pk, new_amount="9", now=NOON).entry

    with pytest.raises(CorrectionRefused, match=f"the original, entry {entry.pk}"):
        correct_spend(entry_id=correction.pk, new_amount="1", now=NOON)
    with pytest.raises(CorrectionRefused, match=f"the original, entry {entry.pk}"):
        reverse_spend(entry_id=correction.pk, now=NOON)


def test_unknown_entry_and_unkeepable_description_are_refused() -> None:
    entry = spend(make_campaign(), "10")

    with pytest.raises(NotFound, match="no spend entry with number 987654"):
        reverse_spend(entry_id=987654, now=NOON)
    with pytest.raises(InvalidText):
        reverse_spend(entry_id=entry.pk, description="\x00", now=NOON)

    assert ledger() == ["10.00"]


def test_correction_in_a_brand_with_an_unreadable_zone_is_refused() -> None:
    campaign = make_campaign()
    entry = spend(campaign, "10")
    break_zone(campaign.brand)

    with pytest.raises(InvalidTimeZone):
        reverse_spend(entry_id=entry.pk, now=NOON)

    assert ledger() == ["10.00"]


def test_reversal_on_a_paused_campaign_starts_it_and_all_others_of_the_brand() -> None:
    campaign, other = make_campaigns(2, make_brand(daily_budget="10"))
    entry = spend(campaign, "10")

    receipt = reverse_spend(entry_id=entry.pk, now=NOON, actor="ann")

    assert (receipt.was_paused, receipt.headline) == (True, None)
    assert (state_of(campaign), state_of(other)) == (RUNNING, RUNNING)
    assert history(other)[-1] == (True, [], "spend")
    assert {change.actor for change in receipt.changes} == {"ann"}


def test_correction_upwards_stops_it() -> None:
    campaign = make_campaign(monthly_budget="10")
    entry = spend(campaign, "1", occurred_at=NOON - 3 * DAY)

    correct_spend(entry_id=entry.pk, new_amount="10", now=NOON)

    assert (state_of(campaign), spent(campaign)) == (("paused", "campaign_month"), ("0.00", "10.00"))


def test_correction_on_a_campaign_that_a_person_switched_off_counts_and_leaves_it_off() -> None:
    campaign = make_campaign(daily_budget="10")
    entry = spend(campaign, "10")
    change_campaign(campaign_id=campaign.pk, is_enabled=False, now=NOON)

    reverse_spend(entry_id=entry.pk, now=NOON)

    assert (state_of(campaign), spent(campaign)) == (("inactive", "campaign_off"), ("0.00", "0.00"))


@pytest.mark.parametrize(
    ("now", "counted"),
    [
        (NOON + HOUR, ("4.00", "4.00")),
        (NEXT_MIDNIGHT, ("0.00", "4.00")),
        (NEXT_MONTH, ("0.00", "0.00")),
        (NEXT_MONTH + 40 * DAY, ("0.00", "0.00")),
    ],
)
def test_correction_counts_in_the_period_of_the_original_whenever_it_comes(
    now: datetime, counted: tuple[str, str]
) -> None:
    campaign = make_campaign()
    entry = spend(campaign, "10")

    correct_spend(entry_id=entry.pk, new_amount="4", now=now)

    assert (spent(campaign), spent(campaign.brand)) == (counted, counted)
    assert_totals_are_right()


def test_correction_after_a_manual_reset_belongs_to_what_was_before_it() -> None:
    campaign = make_campaign(daily_budget="10")
    entry = spend(campaign, "8", occurred_at=NOON - HOUR)
    reset_brands(brand_ids=[campaign.brand_id], kinds=list(PeriodKind), now=NOON)
    spend(campaign, "5", now=NOON + MINUTE)

    reverse_spend(entry_id=entry.pk, now=NOON + HOUR)

    assert (spent(campaign), spent(campaign.brand)) == (("5.00", "5.00"), ("5.00", "5.00"))
    assert_totals_are_right()


def test_correction_after_a_zone_change_keeps_the_day_of_the_original() -> None:
    campaign = make_campaign()
    entry = spend(campaign, "8", occurred_at=at("2026-11-20 00:30"))
    change_brand(brand_id=campaign.brand_id, time_zone="America/Los_Angeles", now=NOON)

    correction = reverse_spend(entry_id=entry.pk, now=NOON).entry

    assert correction.local_day == entry.local_day == date(2026, 11, 20)
    assert spent(campaign) == ("0.00", "0.00")
    assert_totals_are_right()


def test_replayed_reference_of_a_corrected_entry_answers_with_the_original() -> None:
    campaign = make_campaign()
    entry = spend(campaign, "10", reference="r")
    correct_spend(entry_id=entry.pk, new_amount="4", now=NOON)

    receipt = record_spend(campaign_id=campaign.pk, amount="10", reference="r", now=NOON)

    assert (receipt.entry, receipt.is_replay, spent(campaign)) == (entry, True, ("4.00", "4.00"))
