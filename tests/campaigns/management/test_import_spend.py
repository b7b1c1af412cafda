"""`manage.py import_spend`: files of every kind, what is printed, and how it says no."""

from __future__ import annotations

import time
from decimal import Decimal
from pathlib import Path

import pytest

from campaigns.management.commands.import_spend import RunningClock
from campaigns.models import Brand, Campaign, SpendImport, SpendLog
from tests.campaigns.management.desk import Answer, run
from tests.factories import NOON, make_brand, make_campaign, make_campaigns
from tests.readings import everything_stored

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time_travel")]

COLUMNS = ("--campaign-column", "campaign", "--date-column", "day", "--amount-column", "cost")


@pytest.fixture
def acme() -> Brand:
    return make_brand(name="Acme", daily_budget="1000.00")


@pytest.fixture
def search(acme: Brand) -> Campaign:
    return make_campaign(acme, name="Search")


def write_file(folder: Path, *rows: str, name: str = "spend.csv") -> Path:
    path = folder / name
    path.write_text("\n".join(["campaign,day,cost", *rows, ""]))
    return path


def import_spend(path: Path, *options: str) -> Answer:
    return run("import_spend", str(path), "--brand", "Acme", *COLUMNS, *options)


# --- what is printed --------------------------------------------------------------------------------------------------


def test_import_spend_prints_the_counts_and_the_exact_total_last(tmp_path: Path, search: Campaign) -> None:
    path = write_file(tmp_path, "Search,2026-11-20 09:00,1000.000001", "Search,2026-11-20,0", "Search,2026-11-20,")

    answer = import_spend(path)

    number = SpendImport.objects.get().pk
    assert (answer.code, answer.err) == (0, "")
    assert answer.lines == [
        "Imported spend.csv into Acme:",
        (
            "Read as: a table by its columns, entries, commas between the cells, campaigns by campaign, days by day, "
            "amounts by cost (currency not said)."
        ),
        f"import{number:>22}  undo_import {number} takes it back",
        "Stopped: Acme/Search, by brand's daily budget (1,000.000001 of 1,000.00 USD spent)",
        "rows                       3  2 of them without spend: zero or empty",
        "new                        1  entries",
        "duplicate                  0  recorded before",
        "restated                   0  recorded before with another total",
        "campaigns                  1  0 of them new",
        "recorded        1,000.000001  USD, what the ledger gains",
        "total           1,000.000001  USD, the file's exact total",
    ]


def test_import_spend_twice_says_that_nothing_is_new(tmp_path: Path, search: Campaign) -> None:
    path = write_file(tmp_path, "Search,2026-11-20 09:00,12.50")
    import_spend(path)

    answer = import_spend(path)

    assert answer.code == 0
    assert answer.lines[4:6] == [
        "new                        0  entries",
        "duplicate                  1  recorded before",
    ]
    assert SpendLog.objects.count() == 1


def test_import_spend_shows_what_was_rounded(tmp_path: Path, search: Campaign) -> None:
    answer = import_spend(write_file(tmp_path, "Search,2026-11-20 09:00,1.00000049"))

    assert answer.lines[-2:] == [
        "kept                    1.00  USD, the file's total in whole micros",
        "total             1.00000049  USD, the file's exact total",
    ]


def test_import_spend_names_the_campaigns_that_it_creates(tmp_path: Path, acme: Brand) -> None:
    path = write_file(tmp_path, *[f"{name},2026-11-20,1" for name in "abcd"])

    answer = import_spend(path, "--create-campaigns")

    assert "campaigns                  4  4 of them new: a, b, c, …" in answer.lines
    assert list(acme.campaigns.values_list("name", flat=True)) == ["a", "b", "c", "d"]


def test_import_spend_shows_only_so_many_stops(tmp_path: Path, acme: Brand) -> None:
    first, *_ = make_campaigns(25, acme)

    answer = import_spend(write_file(tmp_path, f"{first.name},2026-11-20,1000"))

    assert sum(line.startswith("Stopped: ") for line in answer.lines) == 20
    assert "and 5 more starts and stops" in answer.lines


def test_import_spend_prints_facts_as_json(tmp_path: Path, search: Campaign) -> None:
    path = write_file(tmp_path, "Search,2026-11-20 09:00,1.00000049", "Video,2026-11-20 09:00,0")

    answer = import_spend(path, "--create-campaigns", "--json")

    assert (answer.code, answer.err) == (0, "")
    assert answer.facts == {
        "import": SpendImport.objects.get().pk,
        "file": "spend.csv",
        "format": "columns",
        "read_as": "a table by its columns, entries, commas between the cells, campaigns by campaign, days by day, "
        "amounts by cost (currency not said)",
        "source": "file",
        "brand": "Acme",
        "currency": "USD",
        "mode": "entries",
        "dry_run": False,
        "rows": 2,
        "zero": 1,
        "new": 1,
        "duplicate": 0,
        "restated": 0,
        "gone": 0,
        "gone_amount": "0.00",
        "campaigns": 2,
        "created_campaigns": ["Video"],
        "recorded": "1.00",
        "exact_total": "1.00000049",
        "rounded_total": "1.00",
        "changes": [],
    }


def test_import_spend_dry_run_writes_nothing(tmp_path: Path, search: Campaign) -> None:
    before = everything_stored()

    answer = import_spend(
        write_file(tmp_path, "Search,2026-11-20,5", "Video,2026-11-20,5"), "--create-campaigns", "--dry-run"
    )

    assert everything_stored() == before
    assert (answer.code, answer.lines[0]) == (0, "Would import spend.csv into Acme:")
    assert "new                        2  entries" in answer.lines


def test_import_spend_takes_all_its_options(tmp_path: Path, search: Campaign) -> None:
    path = tmp_path / "spend.tsv"
    Campaign.objects.filter(pk=search.pk).update(external_id="r")
    path.write_bytes("id\tcampaign\tday\tcost\nr-1\tr\t2026-11-20 09:00\t1500000\n".encode("utf-16"))

    answer = import_spend(path, "--unit", "micros", "--reference-column", "id", "--source", "snapchat")

    entry = SpendLog.objects.get()
    assert answer.code == 0
    assert (entry.amount, entry.reference, entry.source, entry.description) == (
        Decimal("1.50"),
        "r-1",
        "snapchat",
        "spend.tsv, line 2",
    )


def test_import_spend_sums_day_totals(tmp_path: Path, search: Campaign) -> None:
    options = ("--mode", "day-totals", "--source", "google")
    import_spend(write_file(tmp_path, "Search,2026-11-19,5", "Search,2026-11-19,6"), *options)

    answer = import_spend(write_file(tmp_path, "Search,2026-11-19,5", "Search,2026-11-19,5.50"), *options)

    assert answer.lines[4:7] == [
        "new                        0  campaign days",
        "duplicate                  0  recorded before",
        "restated                   1  recorded before with another total",
    ]
    assert [entry.amount for entry in SpendLog.objects.order_by("pk")] == [Decimal(11), Decimal("-0.50")]


def test_import_spend_goes_on_with_its_own_clock() -> None:
    clock = RunningClock(NOON)
    first = clock()

    deadline = time.monotonic() + 10
    while (later := clock()) == first and time.monotonic() < deadline:
        pass

    assert NOON <= first < later


# --- what is refused --------------------------------------------------------------------------------------------------


def test_import_spend_lists_bad_rows_by_line_and_writes_nothing(tmp_path: Path, search: Campaign) -> None:
    before = everything_stored()

    answer = import_spend(write_file(tmp_path, "Search,2026-11-20,1", "Search,soon,1", "Search,2026-11-20,$5"))

    assert everything_stored() == before
    first, second = answer.lines
    assert first == "line 3: 'soon' is not a date: write it as 2026-11-20, 2026-11-20 14:00 or 2026-11-20T14:00+02:00."
    assert second.startswith("line 4: '$5' is not a plain amount: write digits and a point, such as 1234.50, without")
    assert answer.code == 1
    assert answer.err == f"Refused: 2 problems in spend.csv, the first on {first} Nothing was written.\n"


def test_import_spend_lists_only_so_many_bad_rows(tmp_path: Path, search: Campaign) -> None:
    answer = import_spend(write_file(tmp_path, *["Search,soon,1"] * 1023))

    assert (answer.code, len(answer.lines), answer.lines[-1]) == (1, 21, "and 1,003 more")
    assert answer.err.startswith("Refused: 1,023 problems in spend.csv, the first on line 2: 'soon'")


def test_import_spend_lists_bad_rows_as_json(tmp_path: Path, search: Campaign) -> None:
    answer = import_spend(write_file(tmp_path, "Search,2026-11-20,--"), "--json")

    refused = answer.facts["refused"]
    assert isinstance(refused, list)
    assert [(row["line"], row["code"]) for row in refused] == [(2, "invalid_amount")]
    assert (answer.code, answer.err.count("\n")) == (1, 1)


def test_import_spend_says_how_unknown_campaigns_come_to_be(tmp_path: Path, search: Campaign) -> None:
    answer = import_spend(write_file(tmp_path, "Video,2026-11-20,1", "Search,2026-11-20,1"))

    assert answer.lines == ["line 2: Acme has no campaign with the id or name 'Video', which 1 row names."]
    assert answer.err == (
        "Refused: spend.csv, line 2: Acme has no campaign with the id or name 'Video', which 1 row names. "
        "Nothing was written. To create campaigns that are missing, add --create-campaigns.\n"
    )


def a_missing_file(folder: Path) -> Path:
    return folder / "nowhere.csv"


def a_folder(folder: Path) -> Path:
    return folder


def an_empty_file(folder: Path) -> Path:
    path = folder / "empty.csv"
    path.touch()
    return path


def a_binary_file(folder: Path) -> Path:
    path = folder / "picture.csv"
    path.write_bytes(bytes(range(256)) * 10)
    return path


def a_latin_file(folder: Path) -> Path:
    path = folder / "latin.csv"
    path.write_bytes("campaign,day,cost\nKöln,2026-11-20,1\n".encode("latin-1"))
    return path


def a_file_without_a_column(folder: Path) -> Path:
    path = folder / "other.csv"
    path.write_text("campaign;day;spend\nSearch;2026-11-20;1\n")
    return path


@pytest.mark.parametrize(
    ("make", "line"),
    [
        (a_missing_file, "Refused: There is no file "),
        (a_folder, "Refused: "),
        (an_empty_file, "Refused: empty.csv is empty.\n"),
        (a_binary_file, "Refused: picture.csv is a binary file, not a table: save it as CSV in UTF-8.\n"),
        (a_latin_file, "Refused: latin.csv, line 2: this is not UTF-8 text. Save the file as CSV in UTF-8.\n"),
        (
            a_file_without_a_column,
            "Refused: other.csv has no column called 'cost'. Its columns: campaign, day, spend.\n",
        ),
    ],
)
@pytest.mark.parametrize("options", [(), ("--dry-run",), ("--json", "--mode", "day-totals")])
def test_import_spend_refuses_unreadable_files_in_one_line(
    tmp_path: Path, search: Campaign, make: object, line: str, options: tuple[str, ...]
) -> None:
    assert callable(make)

    answer = import_spend(make(tmp_path), *options)

    assert (answer.code, answer.out) == (1, "")
    assert answer.err.startswith(line)
    assert answer.err.count("\n") == 1


def test_import_spend_refuses_an_unknown_brand(tmp_path: Path, search: Campaign) -> None:
    answer = run("import_spend", str(write_file(tmp_path)), "--brand", "Acne", *COLUMNS)

    assert (answer.code, answer.err) == (1, "Refused: There is no brand called 'Acne'. There are: Acme.\n")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--unit", "cents"), "argument --unit: "),
        (("--mode", "totals"), "argument --mode: "),
        (("--limit", "5"), "unrecognized arguments: --limit 5"),
    ],
)
def test_import_spend_used_wrongly(tmp_path: Path, options: tuple[str, ...], words: str) -> None:
    answer = import_spend(write_file(tmp_path), *options)

    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith(f"Usage: {words}")


def test_import_spend_needs_its_columns(tmp_path: Path) -> None:
    answer = run("import_spend", str(tmp_path), "--brand", "Acme", "--date-column", "day")

    assert (answer.code, answer.out) == (2, "")
    assert "--campaign-column, --amount-column" in answer.err
