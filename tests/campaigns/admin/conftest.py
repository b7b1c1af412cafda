"""Somebody at the desk, at noon."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from tests.campaigns.admin.browser import Browser
from tests.factories import NOON


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """The clock, which stands at noon until the test moves it."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def desk(db: None, clock: time_machine.Traveller) -> Browser:
    """Mia, who may do everything."""
    client = Client()
    client.force_login(User.objects.create_superuser("mia"))
    return Browser(client)
