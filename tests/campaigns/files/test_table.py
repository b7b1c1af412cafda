"""Lines to records: which delimiter, which header, and on which line of the file a record starts."""

from __future__ import annotations

import csv
import io
import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.errors import UnreadableFile
from campaigns.files.table import Record, Table, open_table


def table_of(tmp_path: Path, content: str, *wanted: str) -> Table:
    path = tmp_path / "spend.csv"
    path.write_bytes(content.encode())
    return open_table(path, wanted=wanted or ("campaign", "cost"))


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_open_table_finds_the_delimiter(tmp_path: Path, delimiter: str) -> None:
    table = table_of(tmp_path, f"campaign{delimiter}cost\nSearch{delimiter}1.50\n")

    assert (table.delimiter, table.header) == (delimiter, ("campaign", "cost"))


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_open_table_finds_the_delimiter_between_quoted_names(tmp_path: Path, delimiter: str) -> None:
    table = table_of(tmp_path, f'"campaign"{delimiter}"cost"\n"Search"{delimiter}"1.50"\n')

    assert (table.delimiter, table.header) == (delimiter, ("campaign", "cost"))


def test_open_table_prefers_the_delimiter_that_shows_the_wanted_columns(tmp_path: Path) -> None:
    table = table_of(tmp_path, "campaign;cost;clicks, views, likes, shares\nSearch;1.50;0\n")

    assert table.delimiter == ";"


def test_records_name_the_line_on_which_they_start(tmp_path: Path) -> None:
    table = table_of(tmp_path, 'campaign,cost\n"a\nname\non three",1\n\n \t \n,\nb,2\r\nc,3')

    assert list(table.records()) == [
        Record(2, ("a\nname\non three", "1")),
        Record(8, ("b", "2")),
        Record(9, ("c", "3")),
    ]


def test_records_start_below_a_header_over_two_lines(tmp_path: Path) -> None:
    table = table_of(tmp_path, '\n\ncampaign,"cost\n(USD)"\nSearch,1.50\n', "campaign", "cost\n(USD)")

    assert list(table.records()) == [Record(5, ("Search", "1.50"))]


def test_records_come_again_at_every_call(tmp_path: Path) -> None:
    table = table_of(tmp_path, "campaign,cost\nSearch,1\n")

    assert list(table.records()) == list(table.records()) == [Record(2, ("Search", "1"))]


def test_records_refuse_quotes_that_do_not_close(tmp_path: Path) -> None:
    table = table_of(tmp_path, 'campaign,cost\nSearch,1\n"Display,2\nVideo,3\n')

    with pytest.raises(UnreadableFile, match=r"^spend\.csv, line 3: the quotes do not close"):
        list(table.records())


def test_records_refuse_text_after_a_closing_quote(tmp_path: Path) -> None:
    table = table_of(tmp_path, 'campaign,cost\n"Search" Germany,1\n')

    with pytest.raises(UnreadableFile, match=r"line 2: the quotes"):
        list(table.records())


@pytest.mark.parametrize("content", ["\n\n", " \n", '"campaign\n'])
def test_open_table_refuses_a_file_without_a_header(tmp_path: Path, content: str) -> None:
    with pytest.raises(UnreadableFile, match=r"has no header"):
        table_of(tmp_path, content)


def test_position_says_which_columns_there_are(tmp_path: Path) -> None:
    table = table_of(tmp_path, "campaign,day,spend,\nSearch,x,1,\n")

    with pytest.raises(UnreadableFile) as refused:
        table.position("cost")

    assert str(refused.value) == (
        "spend.csv has no column called 'cost'. Its columns: campaign, day, spend, (no name)."
    )


def test_position_shows_only_so_many_columns(tmp_path: Path) -> None:
    table = table_of(tmp_path, ",".join(f"c{number}" for number in range(75)) + "\n")

    with pytest.raises(UnreadableFile, match=r"c58, c59 and 15 more\.$"):
        table.position("cost")


def test_position_refuses_a_name_that_stands_twice(tmp_path: Path) -> None:
    table = table_of(tmp_path, "campaign,cost,cost\nSearch,1,2\n")

    with pytest.raises(UnreadableFile, match=r"has 2 columns called 'cost'"):
        table.position("cost")


def test_position_ignores_white_space_around_names(tmp_path: Path) -> None:
    table = table_of(tmp_path, " campaign , cost \nSearch,1\n")

    assert table.position("cost ") == 1


# Whatever a cell of a text file may hold: line ends, quotes and delimiters among them.
CELLS = st.text(st.characters(exclude_categories=["Cc", "Cs"], include_characters="\r\n\t"), max_size=12)


@given(
    rows=st.lists(st.tuples(CELLS, CELLS), max_size=6),
    delimiter=st.sampled_from([",", ";", "\t"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    line_end=st.sampled_from(["\n", "\r\n"]),
)
def test_records_are_what_was_written_whatever_it_was(
    rows: list[tuple[str, str]], delimiter: str, encoding: str, line_end: str
) -> None:
    written = io.StringIO()
    writer = csv.writer(written, delimiter=delimiter, lineterminator=line_end, quoting=csv.QUOTE_ALL)
    expected: list[Record] = []
    writer.writerow(["campaign", "cost"])
    for row in rows:
        line = len(re.findall("\r\n|\r|\n", written.getvalue())) + 1
        writer.writerow(row)
        stripped = row[0].strip(), row[1].strip()
        expected += [Record(line, stripped)] if any(stripped) else []

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "spend.csv"
        path.write_bytes(written.getvalue().encode(encoding))
        table = open_table(path, wanted=["campaign", "cost"])
        records = list(table.records())

    assert (table.header, records) == (("campaign", "cost"), expected)
