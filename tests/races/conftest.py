"""What tests of races share: the point at which two writers meet, with the locks or without them."""

from __future__ import annotations

import pytest

from tests.races.writers import Point, take_locks_out


@pytest.fixture
def point() -> Point:
    """The point at which the first writer waits; a test says where in the code that is."""
    return Point()


@pytest.fixture
def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the locks out: what the broken twin of a test asks for."""
    take_locks_out(monkeypatch)
