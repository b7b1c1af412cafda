"""Connections that are kept: whether one still holds is known without asking, and asked where there is a doubt."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from django.db import ProgrammingError, connection

from ad_system.postgresql.base import SECONDS_WITHOUT_ASKING, DatabaseWrapper

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def kept() -> Iterator[DatabaseWrapper]:
    """A connection of its own, open and looked at."""
    made = connection.copy()
    assert isinstance(made, DatabaseWrapper)
    made.ensure_connection()
    assert made.is_usable()
    yield made
    made.close()


def asks(database: DatabaseWrapper) -> bool:
    """Look whether the connection holds, and tell whether the server was asked: it knows what it was asked last."""
    with database.cursor() as cursor:
        cursor.execute("SELECT 'before'")
    assert database.is_usable()
    with connection.cursor() as cursor:
        cursor.execute("SELECT query FROM pg_stat_activity WHERE pid = %s", [database.connection.info.backend_pid])
        [last] = cursor.fetchone()
    assert last in ("SELECT 'before'", "SELECT 1")
    return bool(last == "SELECT 1")


def test_server_is_not_asked_before_each_request(kept: DatabaseWrapper) -> None:
    assert not asks(kept)


def test_server_is_asked_after_some_silence(kept: DatabaseWrapper, monkeypatch: pytest.MonkeyPatch) -> None:
    later = time.monotonic() + SECONDS_WITHOUT_ASKING + 1
    monkeypatch.setattr("ad_system.postgresql.base.time.monotonic", lambda: later)

    assert [asks(kept), asks(kept)] == [True, False]


def test_server_is_asked_after_an_error(kept: DatabaseWrapper) -> None:
    with pytest.raises(ProgrammingError), kept.cursor() as cursor:
        cursor.execute("SELECT nothing_of_that_name")

    assert asks(kept)


def test_connection_that_the_server_ended_is_known_at_once(kept: DatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [kept.connection.info.backend_pid])

    assert not kept.is_usable()


def test_closed_connection_is_not_usable(kept: DatabaseWrapper) -> None:
    kept.connection.close()

    assert not kept.is_usable()
