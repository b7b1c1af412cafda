"""Month ends: a month's budget holds over midnights, and ends with the month, in leap years and over clock changes."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from campaigns.services import record_reported_total, record_spend
from tests.clock import run_clock, run_minute
from tests.factories import DAY, HOUR, MINUTE, TICK, at, make_brand, make_campaigns
from tests.readings import RUNNING, assert_totals_are_right, history, spent, states_of

pytestmark = pytest.mark.django_db

HELD_BY_MONTH, HELD_BY_DAY = ("paused", "brand_month"), ("paused", "brand_day")


@pytest.mark.parametrize(
    ("zone", "last_noon", "month_start"),
    [
        ("America/New_York", "2024-02-29 12:00", "2024-03-01 00:00"),
        ("America/New_York", "2025-02-28 12:00", "2025-03-01 00:00"),
        # The month ends as the clocks go back on its last Sunday, and on its first.
        ("Europe/Berlin", "2027-10-31 12:00", "2027-11-01 00:00"),
        ("America/New_York", "2026-10-31 12:00", "2026-11-01 00:00"),
        ("Pacific/Auckland", "2026-12-31 12:00", "2027-01-01 00:00"),
    ],
)
def test_month_end(zone: str, last_noon: str, month_start: str) -> None:
    noon, start = at(last_noon, zone), at(month_start, zone)
    two_days_before = noon - 2 * DAY
    brand = make_brand(time_zone=zone, daily_budget="100", monthly_budget="250", now=two_days_before)
    search, social = make_campaigns(2, brand, now=two_days_before)

    def spend(amount: str, now: datetime) -> list[tuple[str, str]]:
        record_spend(campaign_id=search.pk, amount=amount, now=now)
        assert_totals_are_right()
        return states_of(search, social)

    # Two days that each use up their day: midnight lets them go.
    assert spend("100", two_days_before) == [HELD_BY_DAY] * 2
    run_clock(two_days_before, two_days_before + DAY, every=HOUR)
    assert spend("100", two_days_before + DAY) == [HELD_BY_DAY] * 2
    run_clock(two_days_before + DAY, noon, every=HOUR)
    assert states_of(search, social) == [RUNNING] * 2

    # The last day reaches the month's limit, which is the headline although the day has some left.
    assert spend("50", noon) == [HELD_BY_MONTH] * 2
    assert spent(brand) == ("50.00", "250.00")

    # A spend of the new month is on the road already, and yesterday's was more than they said.
    record_spend(campaign_id=social.pk, amount="30", occurred_at=start, now=start - MINUTE)
    yesterday = (noon - DAY).astimezone(brand.zone).date()
    record_reported_total(campaign_id=social.pk, source="google", day=yesterday, total="5", now=start - MINUTE)
    run_minute(start - TICK)
    assert (states_of(search, social), spent(brand)) == ([HELD_BY_MONTH] * 2, ("50.00", "255.00"))

    # The month begins, with what belongs to it.
    run_minute(start)
    assert states_of(search, social) == [RUNNING] * 2
    assert (spent(brand), spent(search), spent(social)) == (("30.00", "30.00"), ("0.00", "0.00"), ("30.00", "30.00"))
    assert_totals_are_right()

    # What comes late for the old month leaves the new one alone.
    record_spend(campaign_id=search.pk, amount="1000", occurred_at=start - TICK, now=start + HOUR)
    record_reported_total(
        campaign_id=search.pk, source="google", day=start.date() - 3 * DAY, total="1000", now=start + HOUR
    )
    assert (spent(brand), states_of(search, social)) == (("30.00", "30.00"), [RUNNING] * 2)
    assert_totals_are_right()
    assert [cause for _, _, cause in history(search)] == [
        "person",
        "spend",
        "clock",
        "spend",
        "clock",
        "spend",
        "clock",
    ]


def test_month_that_was_never_reset_by_anybody_counts_from_its_start_all_the_same() -> None:
    january = at("2026-01-31 12:00")
    (campaign,) = make_campaigns(1, make_brand(monthly_budget="10", now=january), now=january)
    record_spend(campaign_id=campaign.pk, amount="10", now=january)
    assert states_of(campaign) == [HELD_BY_MONTH]

    # Nothing runs for a month. Then a platform reports the days of February, in one go.
    march = at("2026-03-01 00:00")
    for day in range(1, 29):
        record_reported_total(
            campaign_id=campaign.pk, source="google", day=date(2026, 2, day), total="1.01", now=march - TICK
        )

    assert (spent(campaign), states_of(campaign)) == (("1.01", "28.28"), [HELD_BY_MONTH])
    run_minute(march)
    assert (spent(campaign), states_of(campaign)) == (("0.00", "0.00"), [RUNNING])
    assert_totals_are_right()
