"""Indexes that are made while others write: after a run that was broken off, and back again."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection

from campaigns.models import SpendLog
from tests.ad_system.polling import wait_until
from tests.factories import make_campaign, spend
from tests.holding import MILLISECONDS, impatience

pytestmark = pytest.mark.django_db(transaction=True)

TABLE = SpendLog._meta.db_table
NEW, OLD = {"spend_moment_idx", "spend_campaign_day_amount_idx"}, {"spend_campaign_day_idx"}


@pytest.fixture
def before() -> Iterator[None]:
    """The ledger as it was before its indexes changed."""
    migrate("0008")
    yield
    migrate("")


def migrate(to: str) -> None:
    call_command("migrate", "campaigns", *([to] if to else []), verbosity=0)


def columns() -> dict[str, list[str]]:
    """Return the columns of each index of the ledger that is in force."""
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, TABLE)
    return {name: facts["columns"] for name, facts in found.items() if facts["index"]}


def test_indexes_change_and_change_back(before: None) -> None:
    assert columns().keys() >= OLD
    assert not NEW & columns().keys()
    spend(make_campaign(), "1")

    migrate("")

    assert columns().keys() >= NEW
    assert not OLD & columns().keys()


@pytest.mark.postgres
def test_index_that_a_run_has_left_half_made_is_made_anew(before: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE INDEX spend_moment_idx ON {TABLE} (recorded_at)")

    migrate("")

    assert columns()["spend_moment_idx"] == ["occurred_at"]


@contextmanager
def somebody_writes() -> Iterator[None]:
    """This will hold a transaction open that has written to the ledger: an index made meanwhile waits for its end."""
    campaign = make_campaign()
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("UPDATE campaigns_spendlog SET description = '' WHERE campaign_id = %s", [campaign.pk])
            yield
            cursor.execute("ROLLBACK")
    finally:
        other.close()


def is_valid(index: str) -> bool | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", [index])
        found = cursor.fetchone()
    return bool(found[0]) if found else None


def seconds_of_waiting() -> float:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM clock_timestamp() - query_start) FROM pg_stat_activity"
            " WHERE query LIKE 'CREATE INDEX CONCURRENTLY%%' AND wait_event_type = 'Lock' AND datname = current_database()"
        )
        found = cursor.fetchone()
    return float(found[0]) if found else 0


@pytest.mark.postgres
def test_index_waits_for_a_writer_for_longer_than_a_spend_would(before: None) -> None:
    with ThreadPoolExecutor(1) as beside:
        with somebody_writes():
            migrated = beside.submit(migrate_impatiently)
            # Several times what anything else would have waited for.
            wait_until(lambda: seconds_of_waiting() > 3 * MILLISECONDS / 1000, what="the index that waits", seconds=20)

        # Given back, as the settings have it, to what comes after it.
        assert migrated.result(timeout=30) == "5s"
    assert is_valid("spend_moment_idx")
    assert is_valid("spend_campaign_day_amount_idx")


def migrate_impatiently() -> str:
    with impatience():
        migrate("")
        with connection.cursor() as cursor:
            cursor.execute("SHOW lock_timeout")
            return str(cursor.fetchone()[0])


@pytest.mark.postgres
@pytest.mark.one_table
def test_index_that_a_broken_off_run_has_left_invalid_is_made_anew(before: None) -> None:
    with somebody_writes(), impatience(), connection.cursor() as cursor, pytest.raises(OperationalError):
        cursor.execute(f"CREATE INDEX CONCURRENTLY spend_moment_idx ON {TABLE} (occurred_at)")
    assert is_valid("spend_moment_idx") is False

    migrate("")

    assert is_valid("spend_moment_idx")


@pytest.mark.postgres
def test_month_of_a_brand_is_added_up_without_its_entries() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_indexdef('spend_campaign_day_amount_idx'::regclass)")
        [definition] = cursor.fetchone()

    assert definition.endswith("(campaign_id, local_day, source) INCLUDE (amount_micros)")
