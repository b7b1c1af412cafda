"""People against spends and resets: what two do at once is as if one had come first. Each race has its broken twin."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest
from django.db.models import Model

from campaigns.models import Brand, Campaign
from campaigns.rules.periods import PeriodKind
from campaigns.services import change_brand, change_campaign, find_drift, record_spend
from campaigns.services.passes import PassReport, bring_forward
from campaigns.services.resets import reset_brands
from tests.factories import MINUTE, NEXT_MIDNIGHT, NOON, SECOND, at, make_brand, make_campaign, spend
from tests.races.writers import Point, race
from tests.readings import RUNNING, assert_totals_are_right, history, ledger, since, spent, state_of

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


# A budget is lowered while a spend comes in -----------------------------------------------------------------------


def lowered_budget_and_spend(monkeypatch: pytest.MonkeyPatch, point: Point) -> tuple[Campaign, bool]:
    """The person's change is decided on and not written yet; then a spend crosses the new budget, not the old one."""
    campaign = make_campaign(make_brand(daily_budget="100"))
    spend(campaign, "40")
    point.hold(monkeypatch, "campaigns.services.delivery.decide", after=True)
    first, second = race(
        lambda: change_brand(brand_id=campaign.brand_id, daily_budget="50", now=NOON),
        lambda: record_spend(campaign_id=campaign.pk, amount="20", now=NOON),
        point,
    )
    assert first.error is None
    if second.error:
        raise second.error
    return campaign, second.was_blocked


def test_spend_during_the_lowering_of_a_budget_meets_the_new_one(monkeypatch: pytest.MonkeyPatch, point: Point) -> None:
    campaign, was_blocked = lowered_budget_and_spend(monkeypatch, point)

    assert was_blocked
    assert (state_of(campaign), spent(campaign)) == (("paused", "brand_day"), ("60.00", "60.00"))
    assert_totals_are_right()


def test_twin_without_the_lock_it_runs_over_the_new_budget(
    monkeypatch: pytest.MonkeyPatch, point: Point, without_locks: None
) -> None:
    campaign, _ = lowered_budget_and_spend(monkeypatch, point)

    assert (state_of(campaign), spent(campaign)) == (RUNNING, ("60.00", "60.00"))
    assert Brand.objects.get().daily_budget == Decimal(50)


# A form is saved while spend comes in -----------------------------------------------------------------------------


def form_and_spends(monkeypatch: pytest.MonkeyPatch, point: Point) -> Campaign:
    """The form's row is loaded, and not saved yet; then fifty spends come in."""
    campaign = make_campaign()
    point.hold(monkeypatch, "campaigns.services.campaigns._save")
    first, second = race(
        lambda: change_campaign(campaign_id=campaign.pk, name="Renamed", now=NOON),
        lambda: [spend(campaign, "1") for _ in range(50)],
        point,
    )
    assert (first.error, second.error, len(ledger())) == (None, None, 50)
    return campaign


def test_form_that_is_saved_after_fifty_spends_leaves_them_counted(
    monkeypatch: pytest.MonkeyPatch, point: Point
) -> None:
    campaign = form_and_spends(monkeypatch, point)

    assert (spent(campaign), Campaign.objects.get().name) == (("50.00", "50.00"), "Renamed")
    assert_totals_are_right()


def save_every_column(campaign: Campaign, update_fields: list[str] | None) -> None:
    Model.save(campaign)


def test_twin_that_saves_every_column_without_the_lock_forgets_them(
    monkeypatch: pytest.MonkeyPatch, point: Point, without_locks: None
) -> None:
    monkeypatch.setattr("campaigns.services.campaigns._save", save_every_column)

    campaign = form_and_spends(monkeypatch, point)

    assert (spent(campaign), spent(campaign.brand)) == (("0.00", "0.00"), ("50.00", "50.00"))
    assert len(find_drift()) == 2


# Two resets at once -----------------------------------------------------------------------------------------------


def two_scheduled_resets(monkeypatch: pytest.MonkeyPatch, point: Point) -> Campaign:
    """Both find the brand behind; the first has decided to start its campaign, and not written it yet."""
    campaign = make_campaign(make_brand(daily_budget="10"))
    spend(campaign, "10")
    point.hold(monkeypatch, "campaigns.services.delivery.decide", after=True)
    first, second = race(
        lambda: bring_forward_at_midnight(campaign), lambda: bring_forward_at_midnight(campaign), point
    )
    assert (first.answer.failed, second.answer.failed) == ((), ())
    return campaign


def bring_forward_at_midnight(campaign: Campaign, now: datetime = NEXT_MIDNIGHT) -> PassReport:
    return bring_forward(brand_ids=[campaign.brand_id], kind=PeriodKind.DAY, now=now)


def test_two_resets_at_once_start_a_campaign_once(monkeypatch: pytest.MonkeyPatch, point: Point) -> None:
    campaign = two_scheduled_resets(monkeypatch, point)

    assert history(campaign)[2:] == [(True, [], "reset")]
    assert (state_of(campaign), since(campaign)[0]) == (RUNNING, NEXT_MIDNIGHT)


def test_second_reset_waits_for_the_first_even_without_the_lock(
    monkeypatch: pytest.MonkeyPatch, point: Point, without_locks: None
) -> None:
    campaign = two_scheduled_resets(monkeypatch, point)

    # Both write the brand's row before they look at its campaigns.
    assert history(campaign)[2:] == [(True, [], "reset")]


def scheduled_and_manual_reset(monkeypatch: pytest.MonkeyPatch, point: Point) -> Campaign:
    """The scheduled reset has added up the ledger, and not written the sum yet; then somebody resets by hand."""
    campaign = make_campaign()
    spend(campaign, "10")
    point.hold(monkeypatch, "campaigns.services.rollover._spent", after=True)
    first, second = race(
        lambda: bring_forward_at_midnight(campaign, NEXT_MIDNIGHT + SECOND),
        lambda: reset_brands(brand_ids=[campaign.brand_id], kinds=[PeriodKind.DAY], now=NEXT_MIDNIGHT + MINUTE),
        point,
    )
    assert (first.answer.failed, second.error) == ((), None)
    return campaign


def test_scheduled_reset_leaves_one_by_hand_that_came_meanwhile(monkeypatch: pytest.MonkeyPatch, point: Point) -> None:
    campaign = scheduled_and_manual_reset(monkeypatch, point)

    assert since(campaign.brand)[0] == NEXT_MIDNIGHT + MINUTE


def test_twin_without_the_lock_the_reset_by_hand_is_undone(
    monkeypatch: pytest.MonkeyPatch, point: Point, without_locks: None
) -> None:
    campaign = scheduled_and_manual_reset(monkeypatch, point)

    assert since(campaign.brand)[0] == NEXT_MIDNIGHT


# The zone is changed while a reset is due -------------------------------------------------------------------------


def zone_change_and_reset(monkeypatch: pytest.MonkeyPatch, point: Point) -> Campaign:
    """The brand's new zone, in which its day goes on, is written and not committed; then its old midnight comes."""
    campaign = make_campaign()
    spend(campaign, "10")
    point.hold(monkeypatch, "campaigns.services.periods.move_to_zone")
    first, second = race(
        lambda: change_brand(brand_id=campaign.brand_id, time_zone="Pacific/Honolulu", now=NEXT_MIDNIGHT - SECOND),
        lambda: bring_forward_at_midnight(campaign),
        point,
    )
    assert (first.error, second.answer.failed, second.was_blocked) == (None, (), True)
    return campaign


def test_reset_that_waited_for_a_zone_change_follows_the_new_zone(
    monkeypatch: pytest.MonkeyPatch, point: Point
) -> None:
    campaign = zone_change_and_reset(monkeypatch, point)

    assert (spent(campaign.brand)[0], since(campaign.brand)[0]) == ("10.00", at("2026-11-20 00:00", "Pacific/Honolulu"))
    assert_totals_are_right()


def test_twin_without_the_lock_the_old_zones_midnight_ends_the_day(
    monkeypatch: pytest.MonkeyPatch, point: Point, without_locks: None
) -> None:
    campaign = zone_change_and_reset(monkeypatch, point)

    assert (spent(campaign.brand)[0], since(campaign.brand)[0]) == ("0.00", NEXT_MIDNIGHT)
