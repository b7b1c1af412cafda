"""Brands: made, changed, moved to another zone, deleted."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest

from campaigns.errors import InvalidAmount, InvalidText, InvalidTimeZone, NameTaken, NotFound, Refusal, StillHasSpend
from campaigns.models import Brand
from campaigns.rules.periods import PeriodKind
from campaigns.services import change_brand, change_campaign, create_brand, delete_brand
from campaigns.services.brands import BrandFacts
from campaigns.services.resets import reset_brands
from tests.clock import reset_due, run_minute
from tests.factories import (
    DAY,
    HOUR,
    MINUTE,
    MONTH_START,
    NEXT_MIDNIGHT,
    NOON,
    THIS_MIDNIGHT,
    TICK,
    at,
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


def test_new_brand_starts_in_its_own_day_and_month() -> None:
    brand = create_brand(
        name=" Zürich & Söhne ",
        time_zone="Asia/Tokyo",
        currency="JPY",
        daily_budget="1000.50",
        monthly_budget=None,
        now=at("2026-12-01 00:30", "Asia/Tokyo"),
    )

    stored = Brand.objects.get(pk=brand.pk)
    assert (stored.name, stored.time_zone, stored.currency, stored.is_enabled) == (
        "Zürich & Söhne",
        "Asia/Tokyo",
        "JPY",
        True,
    )
    assert (stored.daily_budget, stored.monthly_budget) == (Decimal("1000.50"), None)
    assert since(brand) == (at("2026-12-01 00:00", "Asia/Tokyo"), at("2026-12-01 00:00", "Asia/Tokyo"))


def test_new_brand_takes_zone_and_currency_from_the_settings() -> None:
    brand = create_brand(name="Acme", now=NOON)

    assert (brand.time_zone, brand.currency, brand.daily_budget) == ("UTC", "USD", None)


_BAD_FACTS: list[tuple[BrandFacts, type[Refusal], str]] = [
    ({"name": ""}, InvalidText, "name"),
    ({"name": "  "}, InvalidText, "name"),
    ({"name": "x" * 201}, InvalidText, "name"),
    ({"name": "a\x00"}, InvalidText, "name"),
    ({"name": "Taken"}, NameTaken, "name"),
    ({"name": " Taken "}, NameTaken, "name"),
    ({"time_zone": "Mars/Olympus"}, InvalidTimeZone, "time_zone"),
    ({"time_zone": ""}, InvalidTimeZone, "time_zone"),
    ({"time_zone": "../etc/passwd"}, InvalidTimeZone, "time_zone"),
    ({"currency": "usd"}, InvalidText, "currency"),
    ({"currency": "US"}, InvalidText, "currency"),
    ({"daily_budget": "-1"}, InvalidAmount, "daily_budget"),
    ({"daily_budget": "1.001"}, InvalidAmount, "daily_budget"),
    ({"monthly_budget": "1e9"}, InvalidAmount, "monthly_budget"),
    ({"monthly_budget": Decimal("NaN")}, InvalidAmount, "monthly_budget"),
    ({"monthly_budget": "1000000000000"}, InvalidAmount, "monthly_budget"),
]


@pytest.mark.parametrize(("facts", "refusal", "field"), _BAD_FACTS)
def test_facts_that_cannot_be_are_refused_alike_for_a_new_and_for_an_old_brand(
    facts: BrandFacts, refusal: type[Refusal], field: str
) -> None:
    make_brand(name="Taken")
    brand = make_brand(name="Acme")
    before = everything_stored()
    new: BrandFacts = {"name": "New"}
    new.update(facts)

    with pytest.raises(refusal) as refused_new:
        create_brand(now=NOON, **new)
    with pytest.raises(refusal) as refused_change:
        change_brand(brand_id=brand.pk, now=NOON, **facts)

    assert (refused_new.value.field, refused_change.value.field) == (field, field)
    assert everything_stored() == before


def test_change_writes_what_is_given_and_nothing_else() -> None:
    brand = make_brand(name="Acme", daily_budget="10", monthly_budget="100")

    change_brand(brand_id=brand.pk, monthly_budget="200", now=NOON)
    change_brand(brand_id=brand.pk, daily_budget="", now=NOON)
    change_brand(brand_id=brand.pk, name="Acme", now=NOON)
    change_brand(brand_id=brand.pk, now=NOON)

    stored = Brand.objects.get()
    assert (stored.name, stored.daily_budget, stored.monthly_budget) == ("Acme", None, Decimal(200))


def test_change_of_an_unknown_brand_is_refused() -> None:
    with pytest.raises(NotFound, match="no brand with number 1"):
        change_brand(brand_id=1, name="x", now=NOON)


def test_budget_lowered_below_what_was_spent_stops_at_once_and_names_the_person() -> None:
    first, second = make_campaigns(2)
    spend(first, "50")

    change_brand(brand_id=first.brand_id, daily_budget="50", now=NOON, actor="ann")
    change_brand(brand_id=first.brand_id, daily_budget="50.01", now=NOON, actor="ann")

    assert history(second)[1:] == [(False, ["brand_day"], "budget"), (True, [], "budget")]


def test_brand_switched_off_stops_all_and_on_again_starts_those_that_nothing_else_holds() -> None:
    brand = make_brand()
    runs, off, held = make_campaign(brand), make_campaign(brand, is_enabled=False), make_campaign(brand, daily_budget=0)

    change_brand(brand_id=brand.pk, is_enabled=False, now=NOON, actor="ann")
    assert states_of(runs, off, held) == [("paused", "brand_off"), ("inactive", "brand_off"), ("paused", "brand_off")]

    change_brand(brand_id=brand.pk, is_enabled=True, now=NOON, actor="ann")
    assert states_of(runs, off, held) == [RUNNING, ("inactive", "campaign_off"), ("paused", "campaign_day")]
    assert history(runs)[1:] == [(False, ["brand_off"], "person"), (True, [], "person")]


def test_change_long_after_the_last_reset_decides_on_the_present() -> None:
    campaign = make_campaign(make_brand(daily_budget="10"))
    spend(campaign, "10")

    change_brand(brand_id=campaign.brand_id, name="Renamed", now=NOON + 3 * DAY)

    assert (state_of(campaign), spent(campaign)) == (RUNNING, ("0.00", "10.00"))


# Zone changes. The spends, in UTC: 19 Nov 14:00, 16:00; 20 Nov 04:00, 06:00, 14:00, 16:00. It is 17:00 there.
_SPENDS = [("2026-11-19T14:00Z", 1), ("2026-11-19T16:00Z", 2), ("2026-11-20T04:00Z", 4)]
_SPENDS += [("2026-11-20T06:00Z", 8), ("2026-11-20T14:00Z", 16), ("2026-11-20T16:00Z", 32)]


@pytest.mark.parametrize(
    ("before", "after", "start", "today"),
    [
        # East: Tokyo is in the 21st already, which began at 15:00.
        ("America/New_York", "Asia/Tokyo", "2026-11-20T15:00Z", "32.00"),
        # East, still the same date: its day began before New York's, which does not move back.
        ("America/New_York", "Europe/London", "2026-11-20T05:00Z", "56.00"),
        ("America/New_York", "America/Los_Angeles", "2026-11-20T08:00Z", "48.00"),
        ("Asia/Tokyo", "America/New_York", "2026-11-20T15:00Z", "32.00"),
        ("Europe/London", "America/New_York", "2026-11-20T05:00Z", "56.00"),
        ("Pacific/Kiritimati", "Pacific/Pago_Pago", "2026-11-20T11:00Z", "48.00"),
        ("Pacific/Pago_Pago", "Pacific/Kiritimati", "2026-11-20T11:00Z", "48.00"),
        ("US/Eastern", "America/New_York", "2026-11-20T05:00Z", "56.00"),
    ],
)
def test_zone_change_recounts_the_day_from_the_ledger(before: str, after: str, start: str, today: str) -> None:
    campaign = make_campaign(make_brand(time_zone=before))
    for moment, amount in _SPENDS:
        spend(campaign, str(amount), occurred_at=datetime.fromisoformat(moment), now=NOON)
    days = list(campaign.spend.order_by("pk").values_list("local_day", flat=True))

    change_brand(brand_id=campaign.brand_id, time_zone=after, now=NOON)

    assert (since(campaign)[0], since(campaign.brand)[0]) == (datetime.fromisoformat(start),) * 2
    assert (spent(campaign)[0], spent(campaign.brand)[0]) == (today, today)
    assert list(campaign.spend.order_by("pk").values_list("local_day", flat=True)) == days
    assert_totals_are_right()


def test_spend_after_a_zone_change_counts_in_the_new_day_until_its_end() -> None:
    campaign = make_campaign(make_brand(daily_budget="10"))
    change_brand(brand_id=campaign.brand_id, time_zone="Asia/Tokyo", now=NOON)
    midnight = at("2026-11-22 00:00", "Asia/Tokyo")

    spend(campaign, "4", now=NOON + HOUR)
    spend(campaign, "4", now=midnight - TICK)
    assert (spent(campaign), state_of(campaign)) == (("8.00", "8.00"), RUNNING)

    run_minute(midnight)
    assert (spent(campaign), since(campaign)[0]) == (("0.00", "8.00"), midnight)
    assert_totals_are_right()


def test_spend_of_tomorrow_is_one_of_today_in_a_zone_further_west() -> None:
    late = at("2026-11-20 23:58")
    campaign = make_campaign(make_brand(daily_budget="5"))
    spend(campaign, "5", occurred_at=late + 4 * MINUTE, now=late)
    assert (spent(campaign), state_of(campaign)) == (("0.00", "5.00"), RUNNING)

    change_brand(brand_id=campaign.brand_id, time_zone="America/Los_Angeles", now=late)

    assert (spent(campaign), state_of(campaign)) == (("5.00", "5.00"), ("paused", "brand_day"))
    assert_totals_are_right()


def test_zone_change_there_and_back_never_counts_an_old_day_again() -> None:
    campaign = make_campaign()
    spend(campaign, "5", occurred_at=at("2026-11-20 09:30"))
    for zone in ("Asia/Tokyo", "America/New_York"):
        change_brand(brand_id=campaign.brand_id, time_zone=zone, now=NOON)

    # Tokyo's 21st began at ten in New York's morning, and that start stays.
    assert (since(campaign)[0], spent(campaign)) == (at("2026-11-20 10:00"), ("0.00", "5.00"))
    assert_totals_are_right()


def test_zone_change_at_the_end_of_a_month_moves_the_month_as_well() -> None:
    now = at("2026-11-30 20:00")
    campaign = make_campaign(make_brand(monthly_budget="10", now=now), now=now)
    spend(campaign, "10", now=now)

    change_brand(brand_id=campaign.brand_id, time_zone="Asia/Tokyo", now=now + MINUTE)

    assert since(campaign) == (at("2026-12-01 00:00", "Asia/Tokyo"),) * 2
    assert (spent(campaign), state_of(campaign)) == (("10.00", "10.00"), ("paused", "brand_month"))
    assert_totals_are_right()


def test_zone_change_leaves_a_manual_reset_where_it_was() -> None:
    campaign = make_campaign()
    spend(campaign, "5", occurred_at=NOON - HOUR)
    reset_brands(brand_ids=[campaign.brand_id], kinds=list(PeriodKind), now=NOON)

    change_brand(brand_id=campaign.brand_id, time_zone="Europe/London", now=NOON + HOUR)

    assert (since(campaign), spent(campaign)) == ((NOON, NOON), ("0.00", "0.00"))


def test_same_zone_again_changes_nothing() -> None:
    campaign = make_campaign()
    spend(campaign, "5")
    before = everything_stored()

    change_brand(brand_id=campaign.brand_id, time_zone="America/New_York", now=NOON)

    assert everything_stored() == before


def test_windows_and_flights_follow_the_new_zone() -> None:
    campaign = make_campaign()
    change_campaign(campaign_id=campaign.pk, start_date=at("2026-11-21 00:00").date(), now=NOON)
    assert state_of(campaign) == ("paused", "flight_not_started")

    change_brand(brand_id=campaign.brand_id, time_zone="Asia/Tokyo", now=NOON)

    assert state_of(campaign) == RUNNING


def test_unreadable_zone_holds_through_other_changes_and_ends_with_a_readable_one() -> None:
    campaign = make_campaign()
    spend(campaign, "5")
    break_zone(campaign.brand)

    change_brand(brand_id=campaign.brand_id, name="Renamed", is_enabled=False, now=NOON)
    assert state_of(campaign) == ("paused", "zone_unreadable")
    change_brand(brand_id=campaign.brand_id, is_enabled=True, time_zone="America/New_York", now=NOON)

    assert (state_of(campaign), spent(campaign)) == (RUNNING, ("5.00", "5.00"))
    assert since(campaign) == (THIS_MIDNIGHT, MONTH_START)


def test_brand_with_a_campaign_is_not_deleted_and_one_without_is() -> None:
    empty, full = make_brand(), make_brand()
    make_campaign(full)

    delete_brand(brand_id=empty.pk)
    with pytest.raises(StillHasSpend, match="switch it off instead"):
        delete_brand(brand_id=full.pk)
    with pytest.raises(NotFound):
        delete_brand(brand_id=empty.pk)

    assert (list(Brand.objects.all()), ledger()) == ([full], [])


@pytest.mark.parametrize("was_reset", [False, True])
def test_zone_change_after_midnight_gives_the_same_answer_whether_a_reset_came_by_or_not(was_reset: bool) -> None:
    brand = make_brand()
    campaign = make_campaign(brand)
    spend(campaign, "10")
    if was_reset:
        reset_due(PeriodKind.DAY, NEXT_MIDNIGHT)

    # In Honolulu it is still the day before.
    change_brand(brand_id=brand.pk, time_zone="Pacific/Honolulu", now=NEXT_MIDNIGHT + MINUTE)

    assert [since(row)[0] for row in (brand, campaign)] == [NEXT_MIDNIGHT, NEXT_MIDNIGHT]
    assert [spent(row) for row in (brand, campaign)] == [("0.00", "10.00"), ("0.00", "10.00")]
    assert_totals_are_right()
