"""Status: what was spent, what is left, what runs and what holds the rest, in the same few queries for any number."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.models import Status
from campaigns.queries import brand_statuses
from campaigns.rules.budgets import BudgetUse
from campaigns.rules.delivery import Blocker, NextChange
from campaigns.services import change_brand
from tests.factories import (
    NEXT_MIDNIGHT,
    NOON,
    at,
    break_zone,
    hours,
    make_brand,
    make_campaign,
    make_campaigns,
    spend,
)
from tests.readings import everything_stored

pytestmark = pytest.mark.django_db


def test_status_of_a_brand_has_its_facts_its_use_and_its_campaigns_by_name() -> None:
    brand = make_brand(name="Acme", currency="EUR", daily_budget="100", monthly_budget="1000")
    search = make_campaign(brand, name="Search", daily_budget="30")
    make_campaign(brand, name="Evening", windows=[hours("18:00", "20:00")])
    make_campaign(brand, name="Off", is_enabled=False)
    spend(search, "30")

    status = brand_statuses(now=NOON)[0]

    assert (status.id, status.name, status.currency, status.time_zone) == (brand.pk, "Acme", "EUR", "America/New_York")
    assert (status.is_enabled, status.running) == (True, 0)
    assert (status.uses.day, status.uses.month) == (
        BudgetUse(Decimal(100), Decimal(30)),
        BudgetUse(Decimal(1000), Decimal(30)),
    )
    assert [(one.name, one.status, one.blockers, one.next_change) for one in status.campaigns] == [
        (
            "Evening",
            Status.PAUSED,
            (Blocker.OUTSIDE_WINDOWS,),
            NextChange(at("2026-11-20 18:00"), Blocker.OUTSIDE_WINDOWS),
        ),
        ("Off", Status.INACTIVE, (Blocker.CAMPAIGN_OFF,), None),
        ("Search", Status.PAUSED, (Blocker.CAMPAIGN_DAY,), NextChange(NEXT_MIDNIGHT, Blocker.CAMPAIGN_DAY)),
    ]
    assert status.campaigns[2].uses.day == BudgetUse(Decimal(30), Decimal(30))
    assert status.campaigns[2].id == search.pk


def test_brands_come_by_name_all_or_those_asked_for() -> None:
    beta, alpha, gamma = (make_brand(name=name) for name in ("Beta", "Alpha", "Gamma"))
    make_campaigns(2, gamma)

    assert [status.name for status in brand_statuses(now=NOON)] == ["Alpha", "Beta", "Gamma"]
    asked = brand_statuses(now=NOON, brand_ids=[gamma.pk, alpha.pk, 987654])
    assert [(status.name, len(status.campaigns), status.running) for status in asked] == [
        ("Alpha", 0, 0),
        ("Gamma", 2, 2),
    ]
    assert brand_statuses(now=NOON, brand_ids=[]) == []
    assert beta.pk not in [status.id for status in asked]


def test_status_is_as_stored_and_blockers_are_of_this_moment() -> None:
    campaign = make_campaign(windows=[hours("08:00", "20:00")])

    status = brand_statuses(now=at("2026-11-20 20:00"))[0].campaigns[0]

    # The pass that stops it has not run yet.
    assert (status.id, status.status, status.blockers) == (campaign.pk, Status.ACTIVE, (Blocker.OUTSIDE_WINDOWS,))


def test_brand_that_is_off_or_has_an_unreadable_zone_is_shown_like_any_other() -> None:
    off, bad = make_campaign(make_brand(name="A", daily_budget="5")), make_campaign(make_brand(name="B"))
    change_brand(brand_id=off.brand_id, is_enabled=False, now=NOON)
    break_zone(bad.brand)

    first, second = brand_statuses(now=NOON)

    assert (first.is_enabled, first.campaigns[0].blockers) == (False, (Blocker.BRAND_OFF,))
    assert (second.time_zone, second.campaigns[0].blockers) == ("Mars/Olympus", (Blocker.ZONE_UNREADABLE,))
    assert second.uses.day == BudgetUse(None, Decimal(0))


def test_number_of_queries_is_the_same_for_1_and_30_brands() -> None:
    counts = []
    for brands in (1, 29):
        for _ in range(brands):
            make_campaign(make_brand(), windows=[hours("08:00", "20:00")])
        with CaptureQueriesContext(connection) as queries:
            brand_statuses(now=NOON)
        counts.append(len(queries))

    assert counts == [3, 3]


def test_status_writes_nothing() -> None:
    spend(make_campaign(make_brand(daily_budget="5")), "5")
    before = everything_stored()

    brand_statuses(now=NEXT_MIDNIGHT)

    assert everything_stored() == before
