"""What each test of the pages starts from: nothing remembered, and the clock at noon where it asks for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.core.cache import cache

from tests.factories import NOON


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
