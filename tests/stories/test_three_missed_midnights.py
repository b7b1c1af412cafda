"""Worker, beat and broker are dead for three days: spend is recorded, budgets stop, and one pass rights the rest."""

from __future__ import annotations

import pytest

from campaigns.queries import brand_statuses, explain
from campaigns.services import change_brand, change_campaign, get_brand_summary, record_spend, should_campaign_be_active
from tests.clock import run_minute
from tests.factories import (
    DAY,
    HOUR,
    MINUTE,
    NEXT_MIDNIGHT,
    NOON,
    hours,
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
    spent,
    state_of,
    states_of,
)

pytestmark = pytest.mark.django_db

HELD = ("paused", "brand_day")


def test_each_day_the_first_spend_wakes_the_brand_and_the_crossing_one_stops_it() -> None:
    search, social = make_campaigns(2, make_brand(daily_budget="10", monthly_budget="100"))
    spend(search, "10")

    for days in (1, 2, 3):
        morning = NOON + days * DAY
        assert states_of(search, social) == [HELD, HELD]

        receipt = record_spend(campaign_id=social.pk, amount="4", now=morning)
        assert (receipt.was_paused, states_of(search, social)) == (False, [RUNNING, RUNNING])

        record_spend(campaign_id=search.pk, amount="6", now=morning + HOUR)
        assert states_of(search, social) == [HELD, HELD]
        assert_totals_are_right()

    assert spent(search.brand) == ("10.00", "40.00")
    assert [cause for _, _, cause in history(social)] == ["person", "spend"] + ["clock", "spend"] * 3


def test_without_a_spend_readers_are_right_and_one_pass_rights_what_is_stored() -> None:
    held = make_campaign(make_brand(daily_budget="10"))
    windowed = make_campaign(windows=[hours("08:00", "20:00")])
    off = make_campaign(make_brand(daily_budget="10"), is_enabled=False)
    tokyo = make_campaign(make_brand(time_zone="Asia/Tokyo", monthly_budget="10"))
    for campaign in (held, off, tokyo):
        spend(campaign, "10")
    night = NEXT_MIDNIGHT + 2 * DAY + 21 * HOUR
    before = everything_stored()

    # Nothing is stored anew, but whoever asks hears the truth.
    assert should_campaign_be_active(campaign_id=held.pk, now=night) == (True, [])
    assert get_brand_summary(brand_id=held.brand_id, now=night).day.spent == 0
    assert explain(campaign_id=windowed.pk, now=night).is_settled is False
    assert [status.uses.day.spent for status in brand_statuses(now=night)] == [0, 0, 0, 0]
    assert everything_stored() == before

    run_minute(night)

    assert states_of(held, windowed, off, tokyo) == [
        RUNNING,
        ("paused", "outside_windows"),
        ("inactive", "campaign_off"),
        ("paused", "brand_month"),
    ]
    assert spent(held) == ("0.00", "10.00")
    assert_totals_are_right()
    settled = everything_stored()
    run_minute(night + MINUTE)
    assert everything_stored() == settled


def test_what_people_change_meanwhile_follows_at_once() -> None:
    campaign, other = make_campaigns(2, make_brand(daily_budget="10"))
    spend(campaign, "10")

    # Two days later, still nothing runs but the admin.
    later = NOON + 2 * DAY
    change_campaign(campaign_id=campaign.pk, name="Renamed", now=later)
    assert states_of(campaign, other) == [RUNNING, RUNNING]

    spend(other, "9", now=later + HOUR)
    change_brand(brand_id=campaign.brand_id, daily_budget="9", now=later + HOUR)
    assert states_of(campaign, other) == [HELD, HELD]
    assert_totals_are_right()


def test_spend_that_was_delivered_late_after_the_outage_lands_on_its_own_days() -> None:
    campaign = make_campaign(make_brand(daily_budget="10", monthly_budget="100"))
    spend(campaign, "10")
    back = NOON + 3 * DAY

    # The platform kept on spending; its reports come in all at once, newest first.
    for days_ago in (0, 1, 2):
        record_spend(campaign_id=campaign.pk, amount="9.99", occurred_at=back - days_ago * DAY, now=back)

    assert (state_of(campaign), spent(campaign.brand)) == (RUNNING, ("9.99", "39.97"))
    assert ledger() == ["10.00", "9.99", "9.99", "9.99"]
    run_minute(back)
    assert state_of(campaign) == RUNNING
    assert_totals_are_right()
