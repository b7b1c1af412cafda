"""A column's dates and amounts are read in the one way in which the whole column is written, or asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from campaigns.errors import InvalidAmount, InvalidMoment, UnreadableFile
from campaigns.files import DateOrder, DecimalMark, FileDate, Layout, RefusedRow, SpendFile, SpendRow, open_spend
from campaigns.files.dates import read_day
from campaigns.files.guard import guard, unguard

LAYOUT = Layout(campaign="campaign", date="day", amount="cost")

Open = Callable[..., SpendFile]


@pytest.fixture
def open_table(tmp_path: Path) -> Open:
    def open_rows(
        rows: Sequence[tuple[str, str]],
        *,
        order: DateOrder | None = None,
        mark: DecimalMark | None = None,
        delimiter: str = "\t",
    ) -> SpendFile:
        path = tmp_path / "spend.csv"
        lines = [("campaign", "day", "cost"), *(("Search", *row) for row in rows)]
        path.write_text("\n".join(delimiter.join(f'"{cell}"' for cell in line) for line in lines))
        return open_spend(path, LAYOUT, order=order, mark=mark)

    return open_rows


def days(file: SpendFile) -> list[date]:
    return [row.date.day for row in file.rows() if isinstance(row, SpendRow)]


def amounts(file: SpendFile) -> list[Decimal | type[Exception] | None]:
    return [type(row.refusal) if isinstance(row, RefusedRow) else row.amount for row in file.rows()]


def dated(*texts: str) -> list[tuple[str, str]]:
    return [(text, "1") for text in texts]


def costing(*texts: str) -> list[tuple[str, str]]:
    return [("2026-11-18", text) for text in texts]


# --- dates ------------------------------------------------------------------------------------------------------------


def test_one_row_tells_the_order_of_all(open_table: Open) -> None:
    assert days(open_table(dated("03/04/2026", "31/03/2026"))) == [date(2026, 4, 3), date(2026, 3, 31)]
    assert days(open_table(dated("03/04/2026", "03/31/2026"))) == [date(2026, 3, 4), date(2026, 3, 31)]


def test_an_ambiguous_column_is_asked_about(open_table: Open) -> None:
    with pytest.raises(UnreadableFile, match="line 3: '03/04/2026' may begin with the day or with the month") as asked:
        open_table(dated("05/05/2026", "03/04/2026"))

    assert asked.value.field == "date_format"
    assert days(open_table(dated("03/04/2026"), order=DateOrder.DAY_FIRST)) == [date(2026, 4, 3)]
    assert days(open_table(dated("03/04/2026"), order=DateOrder.MONTH_FIRST)) == [date(2026, 3, 4)]


def test_days_that_are_the_same_in_both_orders_need_no_answer(open_table: Open) -> None:
    assert days(open_table(dated("05/05/2026", "6/6/2026"))) == [date(2026, 5, 5), date(2026, 6, 6)]


def test_points_between_the_numbers_mean_that_the_day_is_first(open_table: Open) -> None:
    assert days(open_table(dated("03.04.2026"))) == [date(2026, 4, 3)]


@pytest.mark.parametrize("other", ["2026-04-03", "3 Apr 2026", "31/12/2026"])
def test_a_column_that_mixes_ways_is_refused(open_table: Open, other: str) -> None:
    with pytest.raises(UnreadableFile, match="more than one way"):
        open_table(dated("12/31/2026", other))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mar 4, 2026", date(2026, 3, 4)),
        ("March 4, 2026", date(2026, 3, 4)),
        ("4 Mar 2026", date(2026, 3, 4)),
        ("04-Mar-2026", date(2026, 3, 4)),
        ("2026/3/4", date(2026, 3, 4)),
        ("20260304", date(2026, 3, 4)),
    ],
)
def test_dates_that_need_no_order(text: str, expected: date) -> None:
    assert read_day(text) == FileDate(expected)


@pytest.mark.parametrize(
    ("text", "hour"), [("3/4/2026 12:00:00 AM", 0), ("3/4/2026 11:00 PM", 23), ("3/4/2026 7:05", 7)]
)
def test_a_time_may_stand_behind_a_date(text: str, hour: int) -> None:
    clock = read_day(text, DateOrder.MONTH_FIRST).clock

    assert clock is not None
    assert clock.hour == hour


@pytest.mark.parametrize(
    "text",
    ["31/31/2026", "2026-11-18|24", "Foo 3, 2026", "20261332", "3/4/26", "3/4/2026 13:00 PM", "4", "Total", "٣/٤/٢٠٢٦"],
)
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(InvalidMoment):
        read_day(text, DateOrder.MONTH_FIRST)


# --- amounts ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["12,50", "1.234,50", "7"], ["12.50", "1234.50", "7"]),
        (["1 234,50", "0,125"], ["1234.50", "0.125"]),
        (["1,234.50", "12.5"], ["1234.50", "12.5"]),
        (["1,234", "12.5"], ["1234", "12.5"]),
        (["1.234", "12,5"], ["1234", "12.5"]),
        (["1,234,567"], ["1234567"]),
        (["1'234.50", "5e-07"], ["1234.50", "5E-7"]),
        (["-1.234,50", "−2,5"], ["-1234.50", "-2.5"]),
        (["7", "8"], ["7", "8"]),
    ],
)
def test_the_column_tells_its_mark(open_table: Open, texts: list[str], expected: list[str]) -> None:
    assert [str(amount) for amount in amounts(open_table(costing(*texts)))] == expected


@pytest.mark.parametrize("text", ["1,234", "1.234"])
def test_a_thousand_or_a_fraction_is_asked_about(open_table: Open, text: str) -> None:
    with pytest.raises(UnreadableFile, match=f"line 2: '{text}' may be a thousand or a fraction") as asked:
        open_table(costing(text, "17"))

    assert asked.value.field == "decimal"
    as_point = amounts(open_table(costing(text), mark=DecimalMark.POINT))
    as_comma = amounts(open_table(costing(text), mark=DecimalMark.COMMA))
    assert {*as_point, *as_comma} == {Decimal(1234), Decimal("1.234")}


def test_a_point_is_a_decimal_point_where_commas_part_the_cells(open_table: Open) -> None:
    assert amounts(open_table(costing("1.234"), delimiter=",")) == [Decimal("1.234")]


def test_rows_with_the_other_mark_are_refused(open_table: Open) -> None:
    assert amounts(open_table(costing("12.50", "12,5", "1.5"))) == [Decimal("12.50"), InvalidAmount, Decimal("1.5")]


@pytest.mark.parametrize("text", ["1,23,456.00", "12,34.5", "1,234.567,8", "1 2", "1''234"])
def test_groups_that_are_none_are_refused(open_table: Open, text: str) -> None:
    assert amounts(open_table(costing("12.50", text)))[1] is InvalidAmount


# --- cells that a spreadsheet would run -------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "'=1", "''=1"])
def test_formulas_are_guarded_and_come_back_as_they_were(text: str) -> None:
    assert guard(text) == f"'{text}"
    assert unguard(guard(text)) == text


@pytest.mark.parametrize("text", ["Search", "", "'quoted'", "a=b", "'"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert guard(text) == unguard(text) == text
