"""Campaigns: made, changed, switched on and off, deleted."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from campaigns.errors import (
    InvalidAmount,
    InvalidFlight,
    InvalidText,
    InvalidTimeZone,
    NameTaken,
    NotFound,
    Refusal,
    StillHasSpend,
)
from campaigns.models import Campaign, DaypartingSchedule, StatusChange
from campaigns.services import change_campaign, create_campaign, delete_campaign
from campaigns.services.campaigns import CampaignFacts
from tests.clock import run_minute
from tests.factories import (
    DAY,
    MONTH_START,
    NEXT_MIDNIGHT,
    NOON,
    THIS_MIDNIGHT,
    TICK,
    at,
    break_zone,
    hours,
    make_brand,
    make_campaign,
    spend,
)
from tests.readings import RUNNING, everything_stored, history, review_of, since, spent, state_of

pytestmark = pytest.mark.django_db


def test_new_campaign_runs_at_once_if_nothing_holds_it() -> None:
    brand = make_brand()

    campaign = create_campaign(brand_id=brand.pk, name=" Search ", external_id=" g-1 ", now=NOON, actor="ann")

    stored = Campaign.objects.get()
    assert (stored.name, stored.external_id, stored.brand) == ("Search", "g-1", brand)
    assert (state_of(campaign), review_of(campaign)) == (RUNNING, None)
    assert since(campaign) == (THIS_MIDNIGHT, MONTH_START)
    assert list(StatusChange.objects.values_list("is_active", "cause", "actor")) == [(True, "person", "ann")]


def test_new_campaign_of_a_brand_that_has_used_up_its_day_does_not_start() -> None:
    brand = make_brand(daily_budget="10")
    spend(make_campaign(brand), "10")

    late_comer = make_campaign(brand)

    assert (state_of(late_comer), history(late_comer)) == (("paused", "brand_day"), [])
    assert spent(late_comer) == ("0.00", "0.00")


def test_new_campaign_of_a_brand_that_nothing_brought_forward_starts_in_the_present() -> None:
    brand = make_brand(daily_budget="10")
    spend(make_campaign(brand), "10")

    campaign = make_campaign(brand, now=NOON + 3 * DAY)

    assert state_of(campaign) == RUNNING
    assert (spent(brand), since(campaign)[0]) == (("0.00", "10.00"), THIS_MIDNIGHT + 3 * DAY)


_BAD_FACTS: list[tuple[CampaignFacts, type[Refusal], str]] = [
    ({"name": " "}, InvalidText, "name"),
    ({"name": "x" * 201}, InvalidText, "name"),
    ({"name": "two\nlines"}, InvalidText, "name"),
    ({"name": "Taken"}, NameTaken, "name"),
    ({"external_id": "taken-1"}, NameTaken, "external_id"),
    ({"external_id": "x" * 201}, InvalidText, "external_id"),
    ({"external_id": " "}, InvalidText, "external_id"),
    ({"daily_budget": "-0.01"}, InvalidAmount, "daily_budget"),
    ({"monthly_budget": "0.001"}, InvalidAmount, "monthly_budget"),
    ({"start_date": date(2026, 11, 21), "end_date": date(2026, 11, 20)}, InvalidFlight, "end_date"),
]


@pytest.mark.parametrize(("facts", "refusal", "field"), _BAD_FACTS)
def test_facts_that_cannot_be_are_refused_alike_for_a_new_and_for_an_old_campaign(
    facts: CampaignFacts, refusal: type[Refusal], field: str
) -> None:
    brand = make_brand()
    make_campaign(brand, name="Taken", external_id="taken-1")
    campaign = make_campaign(brand, name="Search")
    before = everything_stored()
    new: CampaignFacts = {"name": "New"}
    new.update(facts)

    with pytest.raises(refusal) as refused_new:
        create_campaign(brand_id=brand.pk, now=NOON, **new)
    with pytest.raises(refusal) as refused_change:
        change_campaign(campaign_id=campaign.pk, now=NOON, **facts)

    assert (refused_new.value.field, refused_change.value.field) == (field, field)
    assert everything_stored() == before


def test_same_name_and_external_id_in_another_brand_are_no_conflict() -> None:
    make_campaign(name="Search", external_id="g-1")

    make_campaign(make_brand(), name="Search", external_id="g-1")
    make_campaign(make_brand(), name="search", external_id="")

    assert Campaign.objects.count() == 3


def test_unknown_brand_or_campaign_is_refused() -> None:
    with pytest.raises(NotFound, match="no brand with number 1"):
        create_campaign(brand_id=1, name="x", now=NOON)
    with pytest.raises(NotFound, match="no campaign with number 1"):
        change_campaign(campaign_id=1, name="x", now=NOON)
    with pytest.raises(NotFound, match="no campaign with number 1"):
        delete_campaign(campaign_id=1)


def test_new_campaign_of_a_brand_with_an_unreadable_zone_is_refused() -> None:
    brand = make_brand()
    break_zone(brand)

    with pytest.raises(InvalidTimeZone):
        create_campaign(brand_id=brand.pk, name="x", now=NOON)


def test_change_writes_what_is_given_and_nothing_else() -> None:
    campaign = make_campaign(
        name="Search",
        external_id="g-1",
        daily_budget="10",
        end_date=date(2026, 12, 24),
        windows=[hours("08:00", "20:00")],
    )

    change_campaign(campaign_id=campaign.pk, monthly_budget="100.5", now=NOON)
    change_campaign(campaign_id=campaign.pk, external_id="", now=NOON)
    change_campaign(campaign_id=campaign.pk, daily_budget=None, now=NOON)

    stored = Campaign.objects.with_windows().get()
    assert (stored.name, stored.external_id, stored.end_date) == ("Search", "", date(2026, 12, 24))
    assert (stored.daily_budget, stored.monthly_budget) == (None, Decimal("100.50"))
    assert [str(window) for window in stored.schedule.windows.all()] == ["every day 08:00-20:00"]


def test_change_through_an_old_copy_undoes_no_counter_and_no_pause() -> None:
    campaign = make_campaign(make_brand(daily_budget="10"))
    spend(campaign, "10")

    # `campaign` still believes that it runs and has spent nothing.
    campaign.name = "Renamed"
    campaign.save()

    assert (Campaign.objects.get().name, state_of(campaign)) == ("Renamed", ("paused", "brand_day"))
    assert spent(campaign) == ("10.00", "10.00")


_OFF: list[CampaignFacts] = [{"is_enabled": False}, {"is_enabled": False, "windows": [hours("12:00", "13:00")]}]


@pytest.mark.parametrize("facts", _OFF)
def test_switching_off_stops_it_at_once_and_is_written_down(facts: CampaignFacts) -> None:
    campaign = make_campaign()

    change_campaign(campaign_id=campaign.pk, now=NOON, actor="ann", **facts)

    assert (state_of(campaign), review_of(campaign)) == (("inactive", "campaign_off"), None)
    assert history(campaign) == [(True, [], "person"), (False, ["campaign_off"], "person")]


def test_switching_off_and_on_while_paused_is_no_start_and_no_stop() -> None:
    campaign = make_campaign(daily_budget="0")

    for is_enabled in (False, False, True, True):
        change_campaign(campaign_id=campaign.pk, is_enabled=is_enabled, now=NOON)

    assert (state_of(campaign), history(campaign)) == (("paused", "campaign_day"), [])


def test_cause_is_the_budget_only_where_no_switch_was_moved() -> None:
    campaign = make_campaign()

    change_campaign(campaign_id=campaign.pk, daily_budget="0", now=NOON)
    change_campaign(campaign_id=campaign.pk, daily_budget=None, now=NOON)
    change_campaign(campaign_id=campaign.pk, is_enabled=False, daily_budget="5", now=NOON)

    assert [cause for _, _, cause in history(campaign)] == ["person", "budget", "budget", "person"]


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (at("2024-02-28 23:59:59.999999"), ("paused", "flight_not_started")),
        (at("2024-02-29 00:00"), RUNNING),
        (at("2024-02-29 23:59:59.999999"), RUNNING),
        (at("2024-03-01 00:00"), ("paused", "flight_ended")),
    ],
)
def test_flight_runs_from_its_first_to_the_end_of_its_last_day(now: datetime, state: tuple[str, str]) -> None:
    leap_day = date(2024, 2, 29)

    campaign = make_campaign(start_date=leap_day, end_date=leap_day, now=now)

    assert state_of(campaign) == state


def test_flight_starts_and_ends_by_the_clock() -> None:
    day = date(2026, 11, 21)
    campaign = make_campaign(start_date=day, end_date=day)

    states = []
    for moment in (NEXT_MIDNIGHT - TICK, NEXT_MIDNIGHT, NEXT_MIDNIGHT + DAY - TICK, NEXT_MIDNIGHT + DAY):
        run_minute(moment)
        states.append(state_of(campaign))

    assert states == [("paused", "flight_not_started"), RUNNING, RUNNING, ("paused", "flight_ended")]


def test_flight_that_was_extended_runs_at_once() -> None:
    campaign = make_campaign(end_date=date(2026, 11, 19))

    change_campaign(campaign_id=campaign.pk, end_date=None, now=NOON)

    assert state_of(campaign) == RUNNING


def test_change_of_windows_keeps_a_schedule_that_is_switched_off_so() -> None:
    campaign = make_campaign(windows=[])
    DaypartingSchedule.objects.update(is_enabled=False)

    change_campaign(campaign_id=campaign.pk, windows=[hours("18:00", "19:00")], now=NOON)

    assert state_of(campaign) == RUNNING
    assert DaypartingSchedule.objects.get().is_enabled is False


def test_campaign_with_spend_is_not_deleted_even_if_all_of_it_was_long_ago() -> None:
    campaign = make_campaign()
    spend(campaign, "1", occurred_at=NOON - 400 * DAY)
    before = everything_stored()

    with pytest.raises(StillHasSpend, match="has spend in the ledger"):
        delete_campaign(campaign_id=campaign.pk)

    assert everything_stored() == before


def test_deleting_a_campaign_takes_its_windows_and_history_along() -> None:
    campaign = make_campaign(windows=[hours("08:00", "20:00")])

    delete_campaign(campaign_id=campaign.pk)

    assert [table.objects.count() for table in (Campaign, DaypartingSchedule, StatusChange)] == [0, 0, 0]
