"""The same file imported twice at once, on a real PostgreSQL; and what happens where references are not unique."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection, connections

from campaigns.errors import Refusal
from campaigns.models import SpendLog
from campaigns.services.imports import ImportOrder, ImportReport, import_file
from tests.campaigns.services.spend_files import amounts, order_of, write_file
from tests.factories import MINUTE, NOON, make_brand, make_campaign
from tests.readings import assert_totals_are_right

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

SECONDS = 20
# A row without a time: each of the two imports dates it to its own moment.
ROWS = ("Search,2026-11-20,1.50", "Search,2026-11-20,1.50", "Search,2026-11-20,7")


@pytest.fixture
def order(tmp_path: Path) -> ImportOrder:
    brand = make_brand(name="Acme")
    make_campaign(brand, name="Search")
    return order_of(write_file(tmp_path, *ROWS), brand)


def import_twice_at_once(order: ImportOrder) -> list[ImportReport | Refusal]:
    """Import in two threads, which both have checked the file before either of them records."""
    both_have_checked = threading.Barrier(2)

    def import_at(now: datetime) -> ImportReport | Refusal:
        def readings() -> Iterator[datetime]:
            yield now
            both_have_checked.wait(SECONDS)
            while True:
                yield now

        clock = readings()
        try:
            return import_file(order=order, clock=lambda: next(clock))
        except Refusal as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as threads:
        return list(threads.map(import_at, (NOON, NOON + MINUTE)))


def test_a_file_that_is_imported_twice_at_once_counts_once(order: ImportOrder) -> None:
    outcomes = import_twice_at_once(order)

    assert sorted((one.new, one.duplicate) for one in outcomes if isinstance(one, ImportReport)) == [(0, 3), (3, 0)]
    assert amounts() == [Decimal("1.50"), Decimal("1.50"), Decimal("7.00")]
    assert_totals_are_right()


# In months there is no constraint to take away.
@pytest.mark.one_table
def test_broken_twin_without_unique_references_a_file_that_is_imported_twice_at_once_counts_twice(
    order: ImportOrder, without_unique_references: None
) -> None:
    outcomes = import_twice_at_once(order)

    assert [one.new for one in outcomes if isinstance(one, ImportReport)] == [3, 3]
    assert len(amounts()) == 6


@pytest.fixture
def without_unique_references(transactional_db: None) -> Iterator[None]:
    """Take away what stops the second of two: that a campaign has a reference once."""
    name = "spend_reference_unique_in_campaign"
    unique = next(constraint for constraint in SpendLog._meta.constraints if constraint.name == name)
    with connection.schema_editor() as editor:
        editor.remove_constraint(SpendLog, unique)
    yield
    SpendLog.objects.forget_play_money()
    with connection.schema_editor() as editor:
        editor.add_constraint(SpendLog, unique)
