"""Importing a file of entries: what is refused, what the check promises, and what a failure in the middle leaves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from campaigns.errors import (
    InvalidAmount,
    InvalidMoment,
    InvalidText,
    InvalidTimeZone,
    ManyRefusals,
    NotFound,
    ReferenceConflict,
    Refusal,
    UnreadableFile,
)
from campaigns.files import Unit
from campaigns.models import Act, AuditEntry, Brand, Campaign, SpendLog
from campaigns.services.imports import check_file, entries, import_file, importing
from tests.campaigns.services.spend_files import (
    LAYOUT,
    WITH_REFERENCE,
    amounts,
    counts,
    import_at,
    order_of,
    refused_lines,
    write_file,
)
from tests.factories import MINUTE, NOON, break_zone, make_brand, make_campaign
from tests.readings import assert_totals_are_right, everything_stored

pytestmark = pytest.mark.django_db


@pytest.fixture
def brand() -> Brand:
    return make_brand(name="Acme", daily_budget="1000.00")


@pytest.fixture
def search(brand: Brand) -> Campaign:
    return make_campaign(brand, name="Search", external_id="s-1")


# --- what is refused --------------------------------------------------------------------------------------------------


def test_one_bad_row_at_the_end_refuses_the_whole_file(tmp_path: Path, brand: Brand, search: Campaign) -> None:
    rows = ["Search,2026-11-20 09:00,1.50"] * 20 + ["Search,2026-11-20 09:00,≤100"]

    assert refused_lines(order_of(write_file(tmp_path, *rows), brand, creates=True)) == [(22, InvalidAmount)]


def test_every_bad_row_is_named_in_the_order_of_the_file(tmp_path: Path, brand: Brand, search: Campaign) -> None:
    rows = [
        "Radio,2026-11-20,1",
        "Search,2026-03-08 02:30,1",
        "Search,2026-11-21,1",
        "Search,2026-11-20,1",
        "Search,2026-11-20 12:06,0",
        "Search,2026-11-20,$1000.00",
        "Search,1996-11-20,1",
    ]

    assert refused_lines(order_of(write_file(tmp_path, *rows), brand)) == [
        (2, NotFound),
        (3, InvalidMoment),
        (4, InvalidMoment),
        (6, InvalidMoment),
        (7, InvalidAmount),
        (8, InvalidMoment),
    ]


def test_a_file_without_the_columns_is_refused(tmp_path: Path, brand: Brand) -> None:
    path = write_file(tmp_path, "Search,2026-11-20,1", header="campaign,day,spend")

    with pytest.raises(UnreadableFile, match="has no column called 'cost'"):
        import_at(order_of(path, brand))


def test_a_file_that_breaks_off_inside_quotes_is_refused(tmp_path: Path, brand: Brand, search: Campaign) -> None:
    path = write_file(tmp_path, "Search,2026-11-20,1", '"Search,2026-11-20,1')

    with pytest.raises(UnreadableFile, match="line 3"):
        import_at(order_of(path, brand))
    assert amounts() == []


def test_a_missing_brand_is_refused(tmp_path: Path, brand: Brand) -> None:
    order = replace(order_of(write_file(tmp_path), brand), brand_id=brand.pk + 1)

    with pytest.raises(NotFound):
        import_at(order)


def test_a_brand_without_a_readable_zone_is_refused(tmp_path: Path, brand: Brand, search: Campaign) -> None:
    break_zone(brand)

    with pytest.raises(InvalidTimeZone):
        import_at(order_of(write_file(tmp_path, "Search,2026-11-20,1"), brand))


def test_a_source_that_is_too_long_is_refused(tmp_path: Path, brand: Brand, search: Campaign) -> None:
    with pytest.raises(InvalidText, match="source"):
        import_at(order_of(write_file(tmp_path, "Search,2026-11-20,1"), brand, source="x" * 51))


# --- references -------------------------------------------------------------------------------------------------------


def write_references(folder: Path, *rows: str) -> Path:
    return write_file(folder, *rows, header="campaign,day,cost,id")


def test_a_reference_that_comes_twice_counts_once(tmp_path: Path, brand: Brand, search: Campaign) -> None:
    row = "Search,2026-11-20 09:00,1.50,A"
    order = order_of(write_references(tmp_path, row, row), brand, layout=WITH_REFERENCE)

    checked = check_file(order=order, now=NOON)
    report = import_at(order)

    assert counts(checked) == counts(report) == (2, 0, 1, 1, 0)
    assert SpendLog.objects.get().reference == "A"


def test_a_reference_is_one_campaigns_own(tmp_path: Path, brand: Brand, search: Campaign) -> None:
    make_campaign(brand, name="Video")
    path = write_references(tmp_path, "Search,2026-11-20 09:00,1,A", "Video,2026-11-20 09:00,2,A")

    assert counts(import_at(order_of(path, brand, layout=WITH_REFERENCE))) == (2, 0, 2, 0, 0)


@pytest.mark.parametrize("creates", [True, False])
def test_a_reference_with_other_facts_in_the_same_file_is_refused(tmp_path: Path, brand: Brand, creates: bool) -> None:
    if not creates:
        make_campaign(brand, name="Search")
    path = write_references(
        tmp_path,
        "Search,2026-11-20 09:00,1,A",
        "Search,2026-11-20 09:00,2,A",
        "Search,2026-11-20 10:00,1,A",
        "Search,2026-11-20 09:00,1,A",
    )
    order = order_of(path, brand, layout=WITH_REFERENCE, creates=creates)

    assert refused_lines(order) == [(3, ReferenceConflict), (4, ReferenceConflict)]


@pytest.mark.parametrize("row", ["Search,2026-11-20 09:00,2,A", "Search,2026-11-20 10:00,1,A", "Search,2026-11-19,1,A"])
def test_a_recorded_reference_with_other_facts_is_refused(
    tmp_path: Path, brand: Brand, search: Campaign, row: str
) -> None:
    import_at(
        order_of(write_references(tmp_path, "Search,2026-11-20 09:00,1,A"), brand, layout=WITH_REFERENCE),
    )
    path = write_references(tmp_path, "Search,2026-11-20 11:00,1,B", row)

    assert refused_lines(order_of(path, brand, layout=WITH_REFERENCE)) == [(3, ReferenceConflict)]


def test_the_same_rows_in_another_unit_are_refused(tmp_path: Path, brand: Brand, search: Campaign) -> None:
    path = write_file(tmp_path, "Search,2026-11-20 09:00,1500000")
    import_at(order_of(path, brand, layout=replace(LAYOUT, unit=Unit.MICROS)))

    assert amounts() == [Decimal("1.50")]
    assert refused_lines(order_of(path, brand)) == [(2, ReferenceConflict)]


# --- the check, and what it promises ----------------------------------------------------------------------------------


def test_check_says_what_the_import_then_does(tmp_path: Path, brand: Brand, search: Campaign) -> None:
    import_at(order_of(write_file(tmp_path, "Search,2026-11-20 09:00,1.50"), brand))
    rows = ["Search,2026-11-20 09:00,1.50", "Video,2026-11-20,0.1234567", "Search,2026-11-20,", "Search,2026-11-19,7"]
    order = order_of(write_file(tmp_path, *rows), brand, creates=True)
    before = everything_stored()

    checked = check_file(order=order, now=NOON)

    assert everything_stored() == before
    assert checked.is_dry_run
    done = import_at(order)
    assert done == replace(checked, is_dry_run=False, import_id=done.import_id)


def test_check_refuses_what_the_import_refuses(tmp_path: Path, brand: Brand) -> None:
    with pytest.raises(ManyRefusals):
        check_file(order=order_of(write_file(tmp_path, "Search,2026-11-20,1"), brand), now=NOON)


# --- transactions of some thousand rows -------------------------------------------------------------------------------


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entries, "CHUNK_ROWS", 2)


@pytest.mark.usefixtures("small_chunks")
def test_a_large_file_is_recorded_in_parts_each_at_its_own_moment(
    tmp_path: Path, brand: Brand, search: Campaign
) -> None:
    clock = ticking_clock()
    rows = [f"Search,2026-11-20 09:0{minute},1" for minute in range(5)]
    steps: list[tuple[str, int, int | None]] = []

    report = import_file(
        order=order_of(write_file(tmp_path, *rows), brand),
        clock=lambda: next(clock),
        on_progress=lambda step, done, total: steps.append((step, done, total)),
    )

    assert counts(report) == (5, 0, 5, 0, 0)
    recorded = SpendLog.objects.order_by("pk").values_list("recorded_at", flat=True)
    assert [(moment - NOON) // MINUTE for moment in recorded] == [1, 1, 2, 2, 3]
    assert steps[:1] + steps[-4:] == [
        ("checking", 0, None),
        ("recording", 0, 5),
        ("recording", 2, 5),
        ("recording", 4, 5),
        ("recording", 5, 5),
    ]


def test_campaigns_that_are_missing_are_created_a_few_at_a_time(
    tmp_path: Path, brand: Brand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "_FIRST_CAMPAIGNS", 2)
    monkeypatch.setattr(importing, "_MOST_CAMPAIGNS", 2)
    clock = ticking_clock()
    path = write_file(tmp_path, *[f"{name},2026-11-20 09:00,1" for name in "ABCDE"])

    report = import_file(order=order_of(path, brand, creates=True), clock=lambda: next(clock))

    # Each few in a transaction of their own: a file may bring thousands, and others wait for the brand.
    created = AuditEntry.objects.filter(act=Act.CREATED, acted_at__gt=NOON).order_by("pk")
    assert [(entry.acted_at - NOON) // MINUTE for entry in created] == [1, 1, 2, 2, 3]
    assert (report.created_campaigns, counts(report)) == (tuple("ABCDE"), (5, 0, 5, 0, 0))
    assert_totals_are_right()


@pytest.mark.usefixtures("small_chunks")
def test_a_reference_of_an_earlier_part_counts_once(tmp_path: Path, brand: Brand, search: Campaign) -> None:
    rows = ["Search,2026-11-20 09:00,1,A", "Search,2026-11-20 09:00,1,A", "Search,2026-11-20 09:00,2,B"]
    rows += ["Search,2026-11-20 09:00,1,A", "Search,2026-11-20 09:00,3,C", "Search,2026-11-20 09:00,2,B"]
    order = order_of(write_references(tmp_path, *rows), brand, layout=WITH_REFERENCE)

    report = import_at(order)

    assert counts(report) == (6, 0, 3, 3, 0)
    assert report.recorded == Decimal(6)
    assert amounts() == [Decimal(1), Decimal(2), Decimal(3)]
    assert counts(import_at(order)) == (6, 0, 0, 6, 0)


@pytest.mark.usefixtures("small_chunks")
def test_what_came_before_a_failure_stays_and_the_file_can_be_imported_again(
    tmp_path: Path, brand: Brand, search: Campaign
) -> None:
    order = order_of(write_file(tmp_path, *[f"Search,2026-11-20 09:0{minute},1" for minute in range(5)]), brand)

    def break_before_the_second_part() -> Iterator[datetime]:
        yield from (NOON, NOON)
        Brand.objects.filter(pk=brand.pk).update(time_zone="Mars/Olympus")
        yield NOON

    clock = break_before_the_second_part()
    with pytest.raises(Refusal, match=r"^The import stopped after 2 rows, which stay recorded: line 4: .*again"):
        import_file(order=order, clock=lambda: next(clock))
    assert len(amounts()) == 2
    Brand.objects.filter(pk=brand.pk).update(time_zone="America/New_York")

    report = import_at(order)

    assert counts(report) == (5, 0, 3, 2, 0)
    assert_totals_are_right()


def test_a_file_that_changes_after_the_check_is_not_recorded(tmp_path: Path, brand: Brand, search: Campaign) -> None:
    path = write_file(tmp_path, "Search,2026-11-20 09:00,1")

    def change_once_checked(step: str, done: int, total: int | None) -> None:
        if (step, done) == ("checking", 1):
            path.write_text(path.read_text() + "Search,2026-11-20 09:00,not checked\n")

    with pytest.raises(UnreadableFile, match="was changed while it was being imported"):
        import_file(order=order_of(path, brand), clock=lambda: NOON, on_progress=change_once_checked)

    assert amounts() == []


def ticking_clock() -> Iterator[datetime]:
    minutes = 0
    while True:
        yield NOON + minutes * MINUTE
        minutes += 1
