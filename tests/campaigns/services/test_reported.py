"""Reported day totals: the difference to what is recorded, dated where it belongs."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from campaigns.errors import InvalidAmount, InvalidMoment, InvalidText, InvalidTimeZone, ManyRefusals, NotFound, Refusal
from campaigns.models import Campaign, SpendLog
from campaigns.rules.periods import PeriodKind
from campaigns.services import ReportedTotal, change_brand, correct_spend, record_reported_total, record_reported_totals
from campaigns.services.resets import reset_brands
from tests.factories import (
    DAY,
    HOUR,
    MINUTE,
    NEXT_MIDNIGHT,
    NOON,
    TICK,
    at,
    break_zone,
    make_brand,
    make_campaign,
    make_campaigns,
    spend,
)
from tests.readings import RUNNING, assert_totals_are_right, everything_stored, history, ledger, spent, state_of

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 20)
YESTERDAY = date(2026, 11, 19)


def report(campaign: Campaign, total: str, *, day: date = TODAY, now: datetime = NOON, source: str = "google") -> None:
    record_reported_total(campaign_id=campaign.pk, source=source, day=day, total=total, now=now)


def test_receipt_says_what_was_before_and_what_was_added() -> None:
    campaign = make_campaign(daily_budget="10")
    report(campaign, "4")

    receipt = record_reported_total(campaign_id=campaign.pk, source="google", day=TODAY, total="10.5", now=NOON)

    assert (receipt.total, receipt.recorded_before, receipt.difference) == (Decimal("10.5"), Decimal(4), Decimal("6.5"))
    assert receipt.entry is not None
    assert receipt.entry.description == "day total 10.50, recorded before 4.00"
    assert [change.campaign for change in receipt.changes] == [campaign]
    assert (receipt.campaign.headline, receipt.brand) == ("campaign_day", campaign.brand)


def test_same_total_again_writes_nothing_and_says_so() -> None:
    campaign = make_campaign()
    report(campaign, "4")
    before = everything_stored()

    receipt = record_reported_total(campaign_id=campaign.pk, source=" google ", day=TODAY, total="4.000", now=NOON)

    assert (receipt.entry, receipt.difference) == (None, Decimal(0))
    assert everything_stored() == before


def test_total_up_down_and_gone_to_nothing() -> None:
    campaign = make_campaign(daily_budget="10")

    states = []
    for hour, total in enumerate(("10", "9.999999", "30", "0", "0")):
        report(campaign, total, now=NOON + hour * HOUR)
        states.append(state_of(campaign)[0])
        assert_totals_are_right()

    assert states == ["paused", "active", "paused", "active", "active"]
    assert ledger() == ["10.00", "-0.000001", "20.000001", "-30.00"]
    assert spent(campaign) == ("0.00", "0.00")


@pytest.mark.parametrize(
    ("day", "now", "occurred_at", "counted"),
    [
        (TODAY, NOON, NOON, ("7.00", "7.00")),
        (YESTERDAY, NOON, at("2026-11-20 00:00") - TICK, ("0.00", "7.00")),
        (TODAY, NEXT_MIDNIGHT, NEXT_MIDNIGHT - TICK, ("0.00", "7.00")),
        (TODAY, NEXT_MIDNIGHT - TICK, NEXT_MIDNIGHT - TICK, ("7.00", "7.00")),
        (date(2026, 10, 31), NOON, at("2026-11-01 00:00") - TICK, ("0.00", "0.00")),
        # A day of 25 hours, and the one that is a leap day.
        (date(2026, 11, 1), NOON, at("2026-11-02 00:00") - TICK, ("0.00", "7.00")),
        (date(2024, 2, 29), NOON, at("2024-03-01 00:00") - TICK, ("0.00", "0.00")),
    ],
)
def test_difference_is_dated_now_for_today_and_at_the_last_instant_of_an_earlier_day(
    day: date, now: datetime, occurred_at: datetime, counted: tuple[str, str]
) -> None:
    campaign = make_campaign()

    report(campaign, "7", day=day, now=now)

    entry = SpendLog.objects.get()
    assert (entry.occurred_at, entry.local_day, entry.recorded_at) == (occurred_at, day, now)
    assert spent(campaign) == counted
    assert_totals_are_right()


def test_yesterday_is_restated_after_midnight_and_counts_in_yesterday() -> None:
    campaign = make_campaign(make_brand(daily_budget="100"))
    report(campaign, "80")

    report(campaign, "120", now=NEXT_MIDNIGHT + HOUR)

    assert (spent(campaign), state_of(campaign)) == (("0.00", "120.00"), RUNNING)


def test_total_of_today_after_a_manual_reset_counts_only_what_is_new() -> None:
    campaign = make_campaign(daily_budget="100")
    report(campaign, "100", now=NOON - HOUR)
    reset_brands(brand_ids=[campaign.brand_id], kinds=[PeriodKind.DAY], now=NOON)

    report(campaign, "130", now=NOON + HOUR)
    assert (spent(campaign), state_of(campaign)) == (("30.00", "130.00"), RUNNING)

    report(campaign, "90", now=NOON + 2 * HOUR)
    assert (spent(campaign), ledger()) == (("-10.00", "90.00"), ["100.00", "30.00", "-40.00"])
    assert_totals_are_right()


@pytest.mark.parametrize("behind", [0 * MINUTE, TICK, 5 * MINUTE])
def test_total_at_the_moment_of_a_manual_reset_or_by_a_slow_clock_counts_after_it(behind: timedelta) -> None:
    campaign = make_campaign()
    report(campaign, "100")
    reset_brands(brand_ids=[campaign.brand_id], kinds=list(PeriodKind), now=NOON)

    report(campaign, "130", now=NOON - behind)

    assert (spent(campaign), spent(campaign.brand)) == (("30.00", "30.00"), ("30.00", "30.00"))
    assert_totals_are_right()


def test_total_has_the_last_word_over_a_correction() -> None:
    campaign = make_campaign()
    report(campaign, "100")
    correct_spend(entry_id=SpendLog.objects.get().pk, new_amount="60", now=NOON)

    report(campaign, "60")
    assert spent(campaign) == ("60.00", "60.00")

    report(campaign, "100")
    assert (spent(campaign), ledger()) == (("100.00", "100.00"), ["100.00", "-40.00", "40.00"])


def test_total_counts_single_spends_of_the_same_source_as_recorded() -> None:
    campaign = make_campaign()
    spend(campaign, "30", source="google")
    spend(campaign, "5", source="other")

    report(campaign, "50")

    assert (ledger(), spent(campaign)) == (["30.00", "5.00", "20.00"], ("55.00", "55.00"))


def test_total_follows_the_recorded_day_after_a_zone_change() -> None:
    campaign = make_campaign()
    report(campaign, "10", now=at("2026-11-20 00:30"))
    change_brand(brand_id=campaign.brand_id, time_zone="America/Los_Angeles", now=at("2026-11-20 00:40"))

    # In Los Angeles it is still the 19th, and what was recorded for the 20th stays recorded for it.
    with pytest.raises(InvalidMoment, match="2026-11-20 has not begun in America/Los_Angeles"):
        report(campaign, "12", now=at("2026-11-20 00:50"))
    report(campaign, "12", now=NOON)

    assert ledger() == ["10.00", "2.00"]
    assert_totals_are_right()


@pytest.mark.parametrize(("zone", "is_today"), [("Pacific/Kiritimati", True), ("America/New_York", False)])
def test_day_is_the_brands_own(zone: str, is_today: bool) -> None:
    campaign = make_campaign(make_brand(time_zone=zone))
    tomorrow = date(2026, 11, 21)

    if is_today:
        report(campaign, "1", day=tomorrow)
    else:
        with pytest.raises(InvalidMoment, match="has not begun"):
            report(campaign, "1", day=tomorrow)

    assert len(ledger()) == (1 if is_today else 0)


@pytest.mark.parametrize(
    ("source", "day", "total", "refusal"),
    [
        ("", TODAY, "1", InvalidText),
        ("  ", TODAY, "1", InvalidText),
        ("x" * 51, TODAY, "1", InvalidText),
        ("google", date(1997, 12, 31), "1", InvalidMoment),
        ("google", date.min, "1", InvalidMoment),
        ("google", date.max, "1", InvalidMoment),
        ("google", TODAY, "-1", InvalidAmount),
        ("google", TODAY, "", InvalidAmount),
        ("google", TODAY, "NaN", InvalidAmount),
        ("google", TODAY, "0.0000001", InvalidAmount),
        ("google", TODAY, Decimal("sNaN"), InvalidAmount),
    ],
)
def test_report_that_cannot_be_is_refused(source: str, day: date, total: str | Decimal, refusal: type[Refusal]) -> None:
    campaign = make_campaign()

    with pytest.raises(refusal):
        record_reported_total(campaign_id=campaign.pk, source=source, day=day, total=total, now=NOON)

    assert ledger() == []


def test_total_of_a_day_that_the_zone_skipped_is_refused() -> None:
    campaign = make_campaign(make_brand(time_zone="Pacific/Apia"))

    with pytest.raises(InvalidMoment, match="2011-12-30 does not exist in Pacific/Apia") as refused:
        record_reported_total(campaign_id=campaign.pk, source="meta", day=date(2011, 12, 30), total="5", now=NOON)

    assert refused.value.field == "day"
    assert ledger() == []


def test_second_total_for_the_same_day_in_one_call_is_refused() -> None:
    campaign = make_campaign()
    same = [ReportedTotal(campaign.pk, source, TODAY, total) for source, total in (("a", "1"), ("b", "1"), (" a", "2"))]

    with pytest.raises(ManyRefusals, match="row 2: There is a second total"):
        record_reported_totals(totals=same, now=NOON)

    assert ledger() == []


def test_refusals_of_several_brands_are_told_together_and_nothing_is_written() -> None:
    early, broken, good = make_campaign(), make_campaign(), make_campaign()
    break_zone(broken.brand)
    before = everything_stored()

    with pytest.raises(ManyRefusals) as refused:
        record_reported_totals(
            totals=[
                ReportedTotal(broken.pk, "a", TODAY, "1"),
                ReportedTotal(good.pk, "a", TODAY, "1"),
                ReportedTotal(early.pk, "a", date(2026, 12, 24), "1"),
                ReportedTotal(good.pk, "a", date(2026, 12, 24), "1"),
            ],
            now=NEXT_MIDNIGHT,
        )

    assert [(index, type(refusal)) for index, refusal in refused.value.refusals] == [
        (0, InvalidTimeZone),
        (2, InvalidMoment),
        (3, InvalidMoment),
    ]
    assert everything_stored() == before


def test_unknown_campaigns_are_named_by_their_index() -> None:
    campaign = make_campaign()

    with pytest.raises(ManyRefusals) as refused:
        record_reported_totals(totals=[ReportedTotal(pk, "a", TODAY, 1) for pk in (campaign.pk, -1)], now=NOON)

    assert [(index, type(refusal)) for index, refusal in refused.value.refusals] == [(1, NotFound)]
    assert ledger() == []


def test_totals_of_many_campaigns_and_days_in_one_call() -> None:
    first, second = make_campaigns(2, make_brand(monthly_budget="100"))
    other = make_campaign()
    totals = [
        ReportedTotal(campaign.pk, "google", day, total)
        for campaign in (first, second, other)
        for day, total in ((TODAY, "20"), (YESTERDAY, "30.5"), (date(2026, 10, 31), "1000"))
    ]

    receipts = record_reported_totals(totals=totals, now=NOON)
    again = record_reported_totals(totals=totals, now=NOON + DAY)

    assert [receipt.campaign for receipt in receipts] == [first] * 3 + [second] * 3 + [other] * 3
    assert [receipt.entry for receipt in again] == [None] * 9
    assert (spent(first.brand), spent(other.brand)) == (("0.00", "101.00"), ("0.00", "50.50"))
    assert history(second)[-1] == (False, ["brand_month"], "spend")
    assert_totals_are_right()


def test_no_totals_change_nothing() -> None:
    assert record_reported_totals(totals=[], now=NOON) == []
