"""The same file imported twice at once, on a real PostgreSQL; and what happens without the lock."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connections

from campaigns.errors import Refusal
from campaigns.models import Brand
from campaigns.services.imports import ImportOrder, ImportReport, entries, import_file
from campaigns.services.spend import NewSpend, SpendReceipt, record_spends
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


def test_broken_twin_without_the_lock_one_of_two_imports_is_refused(
    order: ImportOrder, monkeypatch: pytest.MonkeyPatch
) -> None:
    both_have_looked = threading.Barrier(2)

    def record_when_both_have_looked(*, spends: Sequence[NewSpend], now: datetime, actor: str) -> list[SpendReceipt]:
        both_have_looked.wait(SECONDS)
        return record_spends(spends=spends, now=now, actor=actor)

    no_lock: Callable[[int], Brand] = lambda brand_id: Brand.objects.get(pk=brand_id)  # noqa: E731
    monkeypatch.setattr(entries, "lock_brand", no_lock)
    monkeypatch.setattr(entries, "record_spends", record_when_both_have_looked)

    outcomes = import_twice_at_once(order)

    assert [type(one) for one in outcomes].count(ImportReport) == 1
    assert amounts() == [Decimal("1.50"), Decimal("1.50"), Decimal("7.00")]
