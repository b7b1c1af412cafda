"""A receiver on this machine, which the settings allow."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from pytest_django import Settings

from tests.factories import NOON
from tests.receiver import Receiver, receiving


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    """A receiver of this test's own; without TLS, and on a private address."""
    settings.WEBHOOK_ALLOW_HTTP = settings.WEBHOOK_ALLOW_PRIVATE = True
    # As long as a busy machine may take; tests of what hangs say less.
    settings.WEBHOOK_TIMEOUT = 20.0
    with receiving() as running:
        yield running


@pytest.fixture
def present() -> Iterator[None]:
    """The clock, which starts at noon: the public library refuses signatures that are older than five minutes."""
    with time_machine.travel(NOON, tick=True):
        yield
