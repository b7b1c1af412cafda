"""Records to spend rows: every row is a spend or a refusal with its line, and is known again by its reference."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from campaigns.errors import InvalidAmount, InvalidMoment, InvalidText, UnreadableFile
from campaigns.files import AnyRow, FileDate, Layout, RefusedRow, SpendRow, Unit, read_spend

LAYOUT = Layout(campaign="campaign", date="day", amount="cost")
WITH_REFERENCE = Layout(campaign="campaign", date="day", amount="cost", reference="id")

Read = Callable[..., list[AnyRow]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read_content(content: str, layout: Layout = LAYOUT) -> list[AnyRow]:
        path = tmp_path / "spend.csv"
        path.write_bytes(content.encode())
        return list(read_spend(path, layout))

    return read_content


def references(rows: list[AnyRow]) -> list[str]:
    return [row.reference for row in rows if isinstance(row, SpendRow)]


def test_read_spend_reads_the_columns_by_name(read: Read) -> None:
    layout = Layout(campaign="campaign", date="day", amount="micros", reference="id", unit=Unit.MICROS)

    rows = read("id,clicks,micros,day,campaign\nr-1,7,1353,2026-11-20,Search\n", layout)

    assert rows == [SpendRow(2, "Search", FileDate(date(2026, 11, 20)), Decimal("0.001353"), "r-1")]


def test_read_spend_names_every_bad_row_by_its_line(read: Read) -> None:
    rows = read(
        "campaign,day,cost\n"
        "Search,2026-11-20,1.00\n"
        "Search,2026-11-20,$2\n"
        '"two\nlines",2026-11-20,3\n'
        ",2026-11-20,4\n"
        "Search,yesterday,5\n"
        "Search,2026-11-20\n"
        "Search,2026-11-20,1,234.50\n"
        "Search,2026-11-20,6,,\n"
    )

    refused = [(row.line, type(row.refusal)) for row in rows if isinstance(row, RefusedRow)]
    assert refused == [
        (3, InvalidAmount),
        (4, InvalidText),
        (6, InvalidText),
        (7, InvalidMoment),
        (8, UnreadableFile),
        (9, UnreadableFile),
    ]
    assert [row.line for row in rows if isinstance(row, SpendRow)] == [2, 10]


def test_read_spend_tells_empty_from_zero(read: Read) -> None:
    rows = read("campaign,day,cost\nSearch,2026-11-20,\nSearch,2026-11-20,0.00\n")

    assert [row.amount for row in rows if isinstance(row, SpendRow)] == [None, Decimal("0.00")]


@pytest.mark.parametrize("column", ["campaign", "day", "cost", "id"])
def test_read_spend_refuses_a_file_without_a_column(read: Read, column: str) -> None:
    header = [name for name in ("campaign", "day", "cost", "id") if name != column]

    with pytest.raises(UnreadableFile, match=f"has no column called '{column}'. Its columns: {', '.join(header)}"):
        read(",".join(header) + "\n1,2,3\n", WITH_REFERENCE)


def test_equal_rows_have_references_of_their_own(read: Read) -> None:
    rows = read("campaign,day,cost\n" + 3 * "Search,2026-11-20,1.00\n")

    assert len(set(references(rows))) == 3


def test_references_are_the_same_for_the_same_file(read: Read) -> None:
    content = "campaign,day,cost\n" + 2 * "Search,2026-11-20,1.00\n" + "Video,2026-11-20,1.00\n"

    assert references(read(content)) == references(read(content))


def test_references_do_not_depend_on_what_stands_around_a_row(read: Read) -> None:
    first = read("campaign,day,cost\nVideo,2026-11-19,9\nSearch,2026-11-20,1.00\nSearch,2026-11-20,1.00\n")
    second = read('campaign;day;cost\r\n"Search";2026-11-20;1.00\r\nSearch; 2026-11-20 ;1.00\r\nVideo;2026-11-21;9')

    assert references(first)[1:] == references(second)[:2]


@pytest.mark.parametrize(
    "other",
    ["Search,2026-11-20,1.00,b", "Search,2026-11-21,1.00,a", "Video,2026-11-20,1.00,a", "Search,2026-11-20,1.001,a",
     "Search,2026-11-20,1.00a,"],
)  # fmt: skip
def test_references_depend_on_every_cell(read: Read, other: str) -> None:
    layout = Layout(campaign="campaign", date="day", amount="other")
    header = "campaign,day,cost,device,other\n"

    first, second = read(f"{header}Search,2026-11-20,1.00,a,1\n", layout), read(f"{header}{other},1\n", layout)

    assert references(first) != references(second)


def test_a_reference_column_goes_before_the_content(read: Read) -> None:
    rows = read("campaign,day,cost,id\nSearch,2026-11-20,1.00,A\nSearch,2026-11-20,1.00,A\n", WITH_REFERENCE)

    assert references(rows) == ["A", "A"]


def test_an_empty_reference_is_refused_where_there_is_spend(read: Read) -> None:
    rows = read("campaign,day,cost,id\nSearch,2026-11-20,1.00,\nSearch,2026-11-20,0,\n", WITH_REFERENCE)

    assert [type(row) for row in rows] == [RefusedRow, SpendRow]


def test_a_file_is_read_row_by_row(tmp_path: Path) -> None:
    path = tmp_path / "spend.csv"
    path.write_text("campaign,day,cost\nSearch,2026-11-20,1\n" + 9_000 * "Search,2026-11-20,1\n" + '"open')

    first = next(iter(read_spend(path, LAYOUT)))

    assert first.line == 2
