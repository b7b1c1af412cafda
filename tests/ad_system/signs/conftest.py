"""What each test of the pages starts from: nothing remembered, and the clock at noon where it asks for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.core.cache import cache

from campaigns.models import Campaign
from campaigns.services.totals import check_ledger
from tests.ad_system.signs.clockwork import make_well
from tests.factories import NOON, make_brand, make_campaign, spend


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    """Forget what was looked at for another test."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def at_noon() -> Iterator[time_machine.Traveller]:
    """Stop the clock at noon."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def well(db: None, at_noon: time_machine.Traveller) -> None:
    """A desk on which all goes well, at noon."""
    make_well(NOON)


@pytest.fixture
def bent(well: None) -> Campaign:
    """A campaign whose counter differs from the ledger, which the check has found."""
    campaign = make_campaign(make_brand(name="Acme"), name="Search")
    spend(campaign, "10")
    Campaign.objects.update(current_daily_spend=9)
    check_ledger(now=NOON)
    return campaign
