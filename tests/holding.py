"""A database that refuses for as long as a test wants: somebody holds it, it is full, it can only be read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from campaigns.models import Brand

MILLISECONDS = 200


@contextmanager
def somebody_holds(*brands: Brand) -> Iterator[None]:
    """This will hold the brands' locks on another connection; on SQLite, where there is only one, that one."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            if other.vendor == "sqlite":
                cursor.execute("BEGIN IMMEDIATE")
            else:
                cursor.execute("BEGIN")
                keys = [brand.pk for brand in brands]
                cursor.execute("SELECT 1 FROM campaigns_brand WHERE id = ANY(%s) FOR UPDATE", [keys])
            yield
            # Said, not left to the end of the connection, which the server notices when it comes to it.
            cursor.execute("ROLLBACK")
    finally:
        other.close()


@contextmanager
def impatience() -> Iterator[None]:
    """This will have this connection wait for locks only for a moment."""
    with connection.cursor() as cursor:
        is_file = connection.vendor == "sqlite"
        cursor.execute(f"PRAGMA busy_timeout={MILLISECONDS}" if is_file else f"SET lock_timeout={MILLISECONDS}")
    yield
    # The next one has what the settings say.
    connection.close()


@contextmanager
def full_disk() -> Iterator[None]:
    """This will have the database's file (SQLite) grow no more."""
    with connection.cursor() as cursor:
        # Or it would first fill what tests before this one have left empty.
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA page_count")
        [pages] = cursor.fetchone()
        cursor.execute(f"PRAGMA max_page_count={pages}")
    yield
    connection.close()


@contextmanager
def read_only() -> Iterator[None]:
    """This will have the database take no writes."""
    is_file = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only=1" if is_file else "SET default_transaction_read_only=on")
    yield
    connection.close()
