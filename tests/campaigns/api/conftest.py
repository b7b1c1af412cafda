"""Fixtures of the tests of the API."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.core.cache import cache

from campaigns.models import Brand, Campaign
from tests.campaigns.api.door import Door, open_door
from tests.factories import NOON, make_brand, make_campaign


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[time_machine.Traveller]:
    """Stops the clock at `NOON`, and forgets who has called how often."""
    cache.clear()
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def acme(db: None) -> Brand:
    """A brand with a daily budget of 100."""
    return make_brand(name="Acme", daily_budget="100.00", monthly_budget="1000.00")


@pytest.fixture
def search(acme: Brand) -> Campaign:
    """A campaign of Acme's that runs."""
    return make_campaign(acme, name="Search", external_id="4711")


@pytest.fixture
def door(db: None) -> Door:
    """A key for everything."""
    return open_door()


@pytest.fixture
def stranger(db: None) -> Door:
    """A key for everything, but of another brand."""
    return open_door(brands=(make_brand(name="Other"),))
