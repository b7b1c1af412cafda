"""Undoing imports, and the history that it reads."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from campaigns.errors import ImportConflict, NotFound
from campaigns.models import Brand, Campaign, ImportState, SpendImport, SpendLog
from campaigns.services import correct_spend, record_reported_total
from campaigns.services.imports import ImportReport, Mode, UndoReport, undo, undo_import
from tests.campaigns.services.spend_files import WITH_REFERENCE, amounts, counts, import_at, order_of, write_file
from tests.factories import HOUR, NOON, make_brand, make_campaign
from tests.readings import assert_totals_are_right, everything_stored, state_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def brand() -> Brand:
    return make_brand(name="Acme", daily_budget="10.00")


@pytest.fixture
def search(brand: Brand) -> Campaign:
    return make_campaign(brand, name="Search")


def undo_at(report: ImportReport) -> UndoReport:
    assert report.import_id is not None
    return undo_import(import_id=report.import_id, clock=lambda: NOON + HOUR, actor="mia")


def test_history_says_who_when_what(tmp_path: Path, search: Campaign) -> None:
    path = write_file(tmp_path, "Search,2026-11-20,2.0000001", "Search,2026-11-19,")

    report = import_at(order_of(path, search.brand, source="snapchat"))

    row = SpendImport.objects.get()
    assert (row.pk, row.state, row.brand, row.created_at, row.finished_at) == (
        *(report.import_id, ImportState.DONE, search.brand, NOON, NOON),
    )
    assert (row.file_name, row.size, len(row.sha256)) == ("spend.csv", path.stat().st_size, 64)
    assert (row.rows, row.zero, row.new, row.duplicate, row.restated) == counts(report)
    assert (row.exact_total, row.rounded_total, row.recorded) == ("2.0000001", Decimal(2), Decimal(2))
    assert (row.mode, row.source, row.format) == ("entries", "snapchat", "columns")


def test_undo_reverses_everything_and_lets_campaigns_go_on(tmp_path: Path, search: Campaign) -> None:
    report = import_at(order_of(write_file(tmp_path, "Search,2026-11-20,8", "Search,2026-11-20 09:00,4"), search.brand))
    assert state_of(search) == ("paused", "brand_day")

    undone = undo_at(report)

    row = SpendImport.objects.get()
    assert (undone.reversals, undone.taken_back) == (2, Decimal(12))
    assert amounts() == [Decimal(8), Decimal(4), Decimal(-8), Decimal(-4)]
    assert (row.state, row.undone_at, row.undone_by) == (ImportState.UNDONE, NOON + HOUR, "mia")
    assert state_of(search) == ("active", "")
    assert_totals_are_right()


def test_undo_twice_is_undo_once(tmp_path: Path, search: Campaign) -> None:
    report = import_at(order_of(write_file(tmp_path, "Search,2026-11-20,8"), search.brand))
    undo_at(report)
    before = everything_stored()

    assert undo_at(report).reversals == 0
    assert everything_stored() == before


def test_undo_takes_back_what_is_left(tmp_path: Path, search: Campaign) -> None:
    report = import_at(order_of(write_file(tmp_path, "Search,2026-11-20,8"), search.brand))
    correct_spend(entry_id=SpendLog.objects.get().pk, new_amount="3", now=NOON)

    assert undo_at(report).taken_back == Decimal(3)
    assert sum(amounts()) == 0


@pytest.mark.parametrize("times", [1, 3])
def test_the_file_counts_again_after_an_undo_and_only_once(tmp_path: Path, search: Campaign, times: int) -> None:
    rows = ["Search,2026-11-20,2,a", "Search,2026-11-20 09:00,3,b"]
    path = write_file(tmp_path, *rows, header="campaign,day,cost,id")
    order = order_of(path, search.brand, layout=WITH_REFERENCE)
    for _ in range(times):
        undo_at(import_at(order))

    again, twice = import_at(order), import_at(order)

    assert (counts(again), counts(twice)) == ((2, 0, 2, 0, 0), (2, 0, 0, 2, 0))
    assert sum(amounts()) == Decimal(5)
    assert_totals_are_right()


def test_an_entry_that_a_person_reversed_stays_reversed(tmp_path: Path, search: Campaign) -> None:
    order = order_of(write_file(tmp_path, "Search,2026-11-20,2"), search.brand)
    import_at(order)
    correct_spend(entry_id=SpendLog.objects.get().pk, new_amount="0", now=NOON)

    assert counts(import_at(order)) == (1, 0, 0, 1, 0)


def day_total(folder: Path, brand: Brand, cost: str) -> ImportReport:
    return import_at(order_of(write_file(folder, f"Search,2026-11-19,{cost}"), brand, mode=Mode.DAY_TOTALS))


def test_day_totals_are_undone_from_the_top(tmp_path: Path, search: Campaign) -> None:
    first, second = day_total(tmp_path, search.brand, "5"), day_total(tmp_path, search.brand, "4")

    with pytest.raises(ImportConflict, match=f"import {second.import_id} restated 2026-11-19"):
        undo_at(first)
    assert (undo_at(second).taken_back, undo_at(first).taken_back) == (Decimal(-1), Decimal(5))
    assert day_total(tmp_path, search.brand, "5").new == 1
    assert sum(amounts()) == Decimal(5)


def test_day_totals_that_came_by_another_door_count_too(tmp_path: Path, search: Campaign) -> None:
    first = day_total(tmp_path, search.brand, "5")
    day = SpendLog.objects.get().local_day
    record_reported_total(campaign_id=search.pk, source="file", day=day, total="6", now=NOON)

    with pytest.raises(ImportConflict, match=r"entry [0-9]+ restated"):
        undo_at(first)


def test_undo_in_parts(tmp_path: Path, search: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undo, "CHUNK_ROWS", 2)
    rows = [f"Search,2026-11-20 09:0{minute},1" for minute in range(5)]
    report = import_at(order_of(write_file(tmp_path, *rows), search.brand))

    assert undo_at(report).reversals == 5
    assert_totals_are_right()


def test_what_was_not_imported_cannot_be_undone(brand: Brand) -> None:
    row = SpendImport.objects.create(brand=brand, created_at=NOON, size=1, state=ImportState.CHECKED)

    with pytest.raises(ImportConflict, match="cannot be undone now"):
        undo_import(import_id=row.pk, clock=lambda: NOON)
    with pytest.raises(NotFound):
        undo_import(import_id=row.pk + 1, clock=lambda: NOON)
