"""A scratch database: for a while, this process works on an empty database of its own, which nobody else sees."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.utils import ConnectionHandler

_IN_MEMORY = {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": ":memory:",
    "OPTIONS": {"transaction_mode": "IMMEDIATE"},
}


@contextmanager
def scratch_database() -> Iterator[None]:
    """Put an empty database with this version's tables in the place of the real one, in this thread.

    It lies in memory, so nothing of it is left, however the process ends. The real database is not even connected to.
    """
    real = connections[DEFAULT_DB_ALIAS]
    scratch = ConnectionHandler({DEFAULT_DB_ALIAS: _IN_MEMORY})[DEFAULT_DB_ALIAS]
    connections[DEFAULT_DB_ALIAS] = scratch
    try:
        call_command("migrate", "campaigns", verbosity=0, interactive=False, skip_checks=True)
        yield
    finally:
        connections[DEFAULT_DB_ALIAS] = real
        # Django keeps a database in memory open when it is asked to close it.
        if scratch.connection is not None:
            scratch.connection.close()
