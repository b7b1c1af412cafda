"""Sweeps against people and spends: what somebody decides meanwhile is not undone. Each race has its broken twin."""

from __future__ import annotations

import pytest

from campaigns.models import Brand, Campaign
from campaigns.services import change_brand, change_campaign, create_campaign, record_spend
from campaigns.services.passes import PassReport, review_due
from tests.factories import HOUR, NOON, SECOND, hours, make_brand, make_campaign, spend
from tests.races.writers import Outcome, Point, race
from tests.readings import RUNNING, history, state_of

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

OPENS = NOON + HOUR


def sweep(campaign: Campaign) -> PassReport:
    return review_due(brand_ids=[campaign.brand_id], now=OPENS)


def waiting_campaign() -> Campaign:
    """Return a campaign whose window opens at `OPENS`, and whose brand has ten of its day left."""
    campaign = make_campaign(make_brand(daily_budget="100"), windows=[hours("13:00", "14:00")])
    spend(campaign, "90")
    return campaign


# A person switches the brand off ----------------------------------------------------------------------------------


def sweep_and_brand_off(monkeypatch: pytest.MonkeyPatch, point: Point) -> tuple[Campaign, bool]:
    """The sweep has decided to start the campaign and not written it yet; then somebody switches its brand off."""
    campaign = waiting_campaign()
    point.hold(monkeypatch, "campaigns.services.delivery.decide", after=True)
    first, second = race(
        lambda: sweep(campaign),
        lambda: change_brand(brand_id=campaign.brand_id, is_enabled=False, now=OPENS + SECOND, actor="ann"),
        point,
    )
    assert (first.answer.failed, second.error) == ((), None)
    return campaign, second.was_blocked


def test_sweep_never_restarts_a_campaign_of_a_brand_that_was_switched_off(
    monkeypatch: pytest.MonkeyPatch, point: Point
) -> None:
    campaign, was_blocked = sweep_and_brand_off(monkeypatch, point)

    assert was_blocked
    assert (state_of(campaign), Brand.objects.get().is_enabled) == (("paused", "brand_off"), False)
    assert history(campaign) == [(True, [], "clock"), (False, ["brand_off"], "person")]


def test_twin_without_the_lock_the_sweep_restarts_it(
    monkeypatch: pytest.MonkeyPatch, point: Point, without_locks: None
) -> None:
    campaign, was_blocked = sweep_and_brand_off(monkeypatch, point)

    assert not was_blocked
    assert (state_of(campaign), Brand.objects.get().is_enabled) == (RUNNING, False)


# A person switches the campaign off -------------------------------------------------------------------------------


def sweep_and_campaign_off(monkeypatch: pytest.MonkeyPatch, point: Point) -> tuple[Campaign, Outcome[PassReport]]:
    campaign = waiting_campaign()
    point.hold(monkeypatch, "campaigns.services.delivery.decide", after=True)
    first, second = race(
        lambda: sweep(campaign),
        lambda: change_campaign(campaign_id=campaign.pk, is_enabled=False, now=OPENS + SECOND, actor="ann"),
        point,
    )
    assert second.error is None
    return campaign, first


def test_sweep_never_restarts_a_campaign_that_was_switched_off(monkeypatch: pytest.MonkeyPatch, point: Point) -> None:
    campaign, swept = sweep_and_campaign_off(monkeypatch, point)

    assert [change.is_active for change in swept.answer.changes] == [True]
    assert state_of(campaign) == ("inactive", "campaign_off")
    assert history(campaign) == [(True, [], "clock"), (False, ["campaign_off"], "person")]


def test_twin_without_the_lock_only_the_databases_constraint_stops_the_sweep(
    monkeypatch: pytest.MonkeyPatch, point: Point, without_locks: None, caplog: pytest.LogCaptureFixture
) -> None:
    campaign, swept = sweep_and_campaign_off(monkeypatch, point)

    assert swept.answer.failed == (campaign.brand_id,)
    assert "campaign_active_only_if_enabled" in caplog.text
    assert history(campaign) == []


# A spend crosses the budget ---------------------------------------------------------------------------------------


def sweep_and_crossing(monkeypatch: pytest.MonkeyPatch, point: Point) -> Campaign:
    campaign = waiting_campaign()
    point.hold(monkeypatch, "campaigns.services.delivery.decide", after=True)
    first, second = race(
        lambda: sweep(campaign),
        lambda: record_spend(campaign_id=campaign.pk, amount="10", now=OPENS + SECOND),
        point,
    )
    assert (first.answer.failed, second.error) == ((), None)
    return campaign


def test_sweep_never_starts_what_a_spend_has_just_stopped(monkeypatch: pytest.MonkeyPatch, point: Point) -> None:
    campaign = sweep_and_crossing(monkeypatch, point)

    assert state_of(campaign) == ("paused", "brand_day")
    assert history(campaign) == [(True, [], "clock"), (False, ["brand_day"], "spend")]


def test_twin_without_the_lock_it_runs_over_its_budget(
    monkeypatch: pytest.MonkeyPatch, point: Point, without_locks: None
) -> None:
    campaign = sweep_and_crossing(monkeypatch, point)

    assert state_of(campaign) == RUNNING


# A campaign is made while its brand is switched off ---------------------------------------------------------------


def creation_and_brand_off(monkeypatch: pytest.MonkeyPatch, point: Point) -> Campaign:
    brand = make_brand()
    point.hold(monkeypatch, "campaigns.services.delivery.decide", after=True)
    first, second = race(
        lambda: create_campaign(brand_id=brand.pk, name="Search", now=NOON),
        lambda: change_brand(brand_id=brand.pk, is_enabled=False, now=NOON),
        point,
    )
    assert second.error is None
    return first.answer


def test_new_campaign_stops_with_its_brand(monkeypatch: pytest.MonkeyPatch, point: Point) -> None:
    campaign = creation_and_brand_off(monkeypatch, point)

    assert state_of(campaign) == ("paused", "brand_off")


def test_twin_without_the_lock_the_new_campaign_runs_in_a_brand_that_is_off(
    monkeypatch: pytest.MonkeyPatch, point: Point, without_locks: None
) -> None:
    campaign = creation_and_brand_off(monkeypatch, point)

    assert (state_of(campaign), Brand.objects.get().is_enabled) == (RUNNING, False)
