"""Somebody at the desk, at noon."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from tests.campaigns.admin.browser import Browser
from tests.factories import NOON


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """The clock, which stands at noon until the test moves it."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def desk(db: None, clock: time_machine.Traveller, settings: Settings) -> Browser:
    """Mia, who may do everything, and stays signed in however far the clock is moved."""
    settings.SESSION_COOKIE_AGE = 366 * 24 * 3600
    client = Client()
    client.force_login(User.objects.create_superuser("mia"))
    return Browser(client)
