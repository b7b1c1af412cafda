"""Totals: what differs from the ledger is found, told and rebuilt."""

from __future__ import annotations

import logging
from decimal import Decimal

import pytest

from campaigns.errors import InvalidTimeZone, NotFound
from campaigns.models import Brand, Campaign
from campaigns.rules.periods import PeriodKind
from campaigns.services import find_drift, rebuild_totals
from campaigns.services.totals import Drift
from tests.factories import (
    DAY,
    HOUR,
    MONTH_START,
    NOON,
    THIS_MIDNIGHT,
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
    spent,
    state_of,
    states_of,
)

pytestmark = pytest.mark.django_db


def test_counters_that_follow_the_ledger_are_no_drift() -> None:
    campaign = make_campaign()
    for days in (0, 1, 15, 25, 400):
        spend(campaign, "1", occurred_at=NOON - days * DAY)

    assert find_drift() == []


def test_every_counter_that_differs_is_told_with_both_sums(caplog: pytest.LogCaptureFixture) -> None:
    campaign = make_campaign(make_brand(name="Acme"), name="Search")
    make_campaign(campaign.brand)
    spend(campaign, "10")
    Campaign.objects.filter(pk=campaign.pk).update(current_daily_spend=Decimal("9.999999"))
    Brand.objects.update(current_monthly_spend=Decimal(11))
    before = everything_stored()

    with caplog.at_level(logging.ERROR):
        drifts = find_drift()

    ten = Decimal("10.00")
    assert drifts == [
        Drift("Acme", "Search", PeriodKind.DAY, THIS_MIDNIGHT, Decimal("9.999999"), ten, "USD"),
        Drift("Acme", None, PeriodKind.MONTH, MONTH_START, Decimal("11.00"), ten, "USD"),
    ]
    assert [drift.owner for drift in drifts] == ["Acme/Search", "Acme"]
    assert [record.levelname for record in caplog.records] == ["ERROR", "ERROR"]
    assert "brand=Acme campaign=Search period=day" in caplog.messages[0]
    assert "counted=9.999999 in_ledger=10.00" in caplog.messages[0]
    assert everything_stored() == before


def test_counter_of_an_older_period_is_compared_with_its_own_period() -> None:
    campaign = make_campaign()
    spend(campaign, "10")
    spend(campaign, "5", now=NOON + DAY)
    Campaign.objects.update(daily_since=THIS_MIDNIGHT, current_daily_spend=Decimal(10))

    assert find_drift() == []


def test_drift_of_asked_brands_only() -> None:
    first, second = make_campaign(), make_campaign()
    Campaign.objects.update(current_daily_spend=Decimal(1))

    assert [drift.brand for drift in find_drift(brand_ids=[second.brand_id])] == [second.brand.name]
    assert [drift.brand for drift in find_drift()] == [first.brand.name, second.brand.name]
    assert find_drift(brand_ids=[]) == []


def test_unreadable_zone_has_no_period_to_compare_and_stops_no_other() -> None:
    bad, good = make_campaign(), make_campaign()
    Campaign.objects.update(current_daily_spend=Decimal(1))
    break_zone(bad.brand)

    assert [drift.brand for drift in find_drift()] == [good.brand.name]


def test_rebuild_puts_every_counter_to_its_sum_and_tells_what_was_wrong() -> None:
    first, second = make_campaigns(2)
    spend(first, "10")
    spend(second, "5", occurred_at=NOON - DAY)
    Campaign.objects.update(current_daily_spend=Decimal(99), current_monthly_spend=Decimal(98))
    Brand.objects.update(current_daily_spend=Decimal(97), current_monthly_spend=Decimal(96))
    drifts = find_drift()

    report = rebuild_totals(brand_id=first.brand_id, now=NOON)

    assert (report.brands, len(report.repaired)) == (1, 6)
    assert sorted(map(str, report.repaired)) == sorted(map(str, drifts))
    assert [spent(row) for row in (first, second, first.brand)] == [
        ("10.00", "10.00"),
        ("0.00", "5.00"),
        ("10.00", "15.00"),
    ]
    assert_totals_are_right()


def test_rebuild_starts_and_stops_what_follows() -> None:
    campaign, other = make_campaign(make_brand(daily_budget="10")), make_campaign()
    spend(campaign, "10")
    Brand.objects.update(current_daily_spend=Decimal(0))
    Campaign.objects.update(is_active=True, paused_because="")

    report = rebuild_totals(brand_id=campaign.brand_id, now=NOON, actor="ann")

    assert states_of(campaign, other) == [("paused", "brand_day"), RUNNING]
    assert [(change.campaign, change.actor) for change in report.changes] == [(campaign, "ann")]
    assert history(campaign)[-1] == (False, ["brand_day"], "reset")


def test_rebuild_of_what_is_right_changes_nothing() -> None:
    campaign = make_campaign()
    spend(campaign, "10")
    before = everything_stored()

    report = rebuild_totals(brand_id=campaign.brand_id, now=NOON)

    assert (report.repaired, report.changes) == ((), ())
    assert everything_stored() == before


def test_rebuild_long_after_lands_in_the_present() -> None:
    campaign = make_campaign(make_brand(daily_budget="10"))
    spend(campaign, "10")

    rebuild_totals(brand_id=campaign.brand_id, now=NOON + 2 * DAY + HOUR)

    assert (spent(campaign), state_of(campaign)) == (("0.00", "10.00"), RUNNING)


def test_rebuild_of_no_brand_or_one_with_an_unreadable_zone_is_refused() -> None:
    campaign = make_campaign()
    break_zone(campaign.brand)

    with pytest.raises(NotFound):
        rebuild_totals(brand_id=-1, now=NOON)
    with pytest.raises(InvalidTimeZone):
        rebuild_totals(brand_id=campaign.brand_id, now=NOON)
