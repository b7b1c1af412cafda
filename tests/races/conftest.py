"""What tests of races share: the point at which two writers meet, with the locks or without them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection

from tests.proof.auditor import auditing
from tests.races.writers import Point, take_locks_out


@pytest.fixture
def point() -> Point:
    """The point at which the first writer waits; a test says where in the code that is."""
    return Point()


@pytest.fixture
def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the locks out: what the broken twin of a test asks for."""
    take_locks_out(monkeypatch)


@pytest.fixture
def unaudited() -> None:
    """A counter is wrong on purpose: what a test of finding that asks for."""


@pytest.fixture(autouse=True)
def audited(request: pytest.FixtureRequest, transactional_db: None) -> Iterator[None]:
    """Has every commit on PostgreSQL audited, whichever path wrote it; but not a twin's, which is there to go wrong."""
    if {"without_locks", "unaudited"} & set(request.fixturenames) or connection.vendor == "sqlite":
        yield
        return
    with auditing():
        yield
