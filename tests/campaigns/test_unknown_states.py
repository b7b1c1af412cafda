"""A stored state that this version does not know, as a newer one left it: decided anew within a minute, and loudly."""

from __future__ import annotations

import logging

import pytest

from campaigns.models import Campaign, Cause, StatusChange
from campaigns.queries import explain
from campaigns.services import record_spend
from tests.campaigns.task_runs import run
from tests.factories import MINUTE, NOON, break_zone, make_brand, make_campaign, spend
from tests.readings import RUNNING, everything_stored, history, state_of

pytestmark = pytest.mark.django_db

CODE = "brand_paused_by_fraud_guard"


def forget(campaign: Campaign) -> None:
    """Put the state of another version on the campaign's row, which time alone would never review again."""
    Campaign.objects.filter(pk=campaign.pk).update(is_active=False, paused_because=CODE, review_at=None)


def test_unknown_state_is_decided_anew_by_the_minutes_pass_and_said_loudly(caplog: pytest.LogCaptureFixture) -> None:
    campaign = make_campaign(make_brand(name="Acme"), name="Search")
    forget(campaign)

    told = run("enforce_budgets", NOON + MINUTE)

    assert told == "1 brand reviewed, 1 change of state"
    assert state_of(campaign) == RUNNING
    assert history(campaign)[-1] == (True, [], Cause.CLOCK)
    errors = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert errors == [f"Unknown state brand=Acme campaign=Search stored={CODE}: decided anew as running"]


def test_unknown_state_of_a_campaign_that_is_held_becomes_what_holds_it() -> None:
    campaign = make_campaign(make_brand(daily_budget="10"))
    spend(campaign, "10")
    forget(campaign)

    told = run("enforce_budgets", NOON + MINUTE)

    assert told == "1 brand reviewed, 0 changes of state"
    assert state_of(campaign) == ("paused", "brand_day")
    settled = everything_stored()
    assert run("enforce_budgets", NOON + 2 * MINUTE) == "0 brands reviewed, 0 changes of state"
    assert everything_stored() == settled


def test_unknown_state_in_an_unreadable_zone_becomes_that() -> None:
    campaign = make_campaign()
    forget(campaign)
    break_zone(campaign.brand)

    run("enforce_budgets", NOON + MINUTE)

    assert state_of(campaign) == ("paused", "zone_unreadable")


def test_unknown_state_keeps_no_spend_from_being_recorded() -> None:
    campaign = make_campaign(make_brand(daily_budget="10"))
    forget(campaign)

    receipt = record_spend(campaign_id=campaign.pk, amount="5", now=NOON)
    spend(campaign, "5")

    assert receipt.headline is None
    assert state_of(campaign) == ("paused", "brand_day")


def test_unknown_state_can_be_read_until_then() -> None:
    campaign = make_campaign(make_brand(name="Acme"), name="Search")
    forget(campaign)
    campaign.refresh_from_db()

    explanation = explain(campaign_id=campaign.pk, now=NOON)

    assert campaign.headline is None
    assert (explanation.is_settled, explanation.verdict.is_running) == (False, True)


def test_history_shows_a_reason_that_it_does_not_know_as_it_is_stored() -> None:
    change = StatusChange(campaign=make_campaign(), changed_at=NOON, is_active=False, blockers=["brand_day", CODE])

    assert change.reasons == ("brand's daily budget", CODE)
