"""Indexes that are made while others write: after a run that was broken off, and back again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import connection

from campaigns.models import SpendLog
from tests.factories import make_campaign, spend

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


@pytest.mark.postgres
def test_month_of_a_brand_is_added_up_without_its_entries() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_indexdef('spend_campaign_day_amount_idx'::regclass)")
        [definition] = cursor.fetchone()

    assert definition.endswith("(campaign_id, local_day, source) INCLUDE (amount_micros)")
