"""Fixtures of the tests of commands."""

from __future__ import annotations

import pytest
from pytest_django import Settings


@pytest.fixture
def time_travel(settings: Settings) -> None:
    """Lets commands take `--now`."""
    settings.ALLOW_TIME_TRAVEL = True
