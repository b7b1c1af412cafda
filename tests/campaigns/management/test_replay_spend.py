"""`manage.py replay_spend`: the timeline of a file, and the real database that it never touches."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connections

from campaigns.errors import Refusal
from campaigns.management.scratch import scratch_database
from campaigns.models import Brand, Campaign, SpendLog
from tests.campaigns.management.desk import Answer, run
from tests.factories import NOON, make_brand, make_campaign, spend
from tests.plugin.runs import ROOT
from tests.processes import Installation
from tests.readings import everything_stored

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time_travel")]

COLUMNS = ("--campaign-column", "campaign", "--date-column", "hour", "--amount-column", "cost")
HOURS = (
    "Search,2026-11-18 09:00,600",
    "Video,2026-11-18 13:00,400.50",
    "Search,2026-11-18 14:00,12.345678",
    "Search,2026-11-19 09:00,0",
)


@pytest.fixture
def real() -> Campaign:
    """A campaign of the real database, with spend."""
    campaign = make_campaign(make_brand(name="Acme", daily_budget="10.00"), name="Search")
    spend(campaign, "5.00")
    return campaign


def write_file(folder: Path, *rows: str) -> Path:
    path = folder / "hours.csv"
    path.write_text("\n".join(["campaign,hour,cost", *rows, ""]))
    return path


def replay(path: Path, *options: str) -> Answer:
    return run("replay_spend", str(path), *COLUMNS, *options)


# --- what is printed --------------------------------------------------------------------------------------------------


def test_replay_spend_prints_the_timeline_and_the_days(tmp_path: Path) -> None:
    answer = replay(write_file(tmp_path, *HOURS), "--daily-budget", "1000.00", "--zone", "America/New_York")

    assert (answer.code, answer.err) == (0, "")
    assert answer.lines == [
        "Replayed hours.csv: 4 rows, 2 campaigns; 1,000.00 a day, no monthly budget, any hour.",
        "Timeline (America/New_York)",
        "2 of 2 campaigns running at the start",
        "2026-11-18 13:00 EST paused  Video, Search: brand's daily budget (1,000.50 of 1,000.00 spent)",
        "2026-11-19 00:00 EST resumed Search, Video (0.00 of 1,000.00 spent)",
        "Day                     reported             allowed        while paused",
        "2026-11-18          1,012.845678            1,000.50           12.345678",
        "2026-11-19                  0.00                0.00                0.00",
        "Total               1,012.845678            1,000.50           12.345678",
        "The file's exact total: 1,012.845678",
    ]


def test_replay_spend_tries_months_and_hours(tmp_path: Path) -> None:
    answer = replay(write_file(tmp_path, *HOURS), "--monthly-budget", "600", "--window", "08:00-20:00")

    assert answer.lines[:6] == [
        "Replayed hours.csv: 4 rows, 2 campaigns; no daily budget, 600.00 a month, every day 08:00-20:00.",
        "Timeline (UTC)",
        "0 of 2 campaigns running at the start",
        "2026-11-18 08:00 UTC resumed Search, Video",
        "2026-11-18 09:00 UTC paused  Search, Video: brand's monthly budget (600.00 of 600.00 spent)",
        "Day                     reported             allowed        while paused",
    ]


def test_replay_spend_counts_many_campaigns_instead_of_naming_them(tmp_path: Path) -> None:
    rows = [f"{name},2026-11-18 09:00,250" for name in "abcd"]

    answer = replay(write_file(tmp_path, *rows), "--daily-budget", "1000")

    assert "2026-11-18 09:00 UTC paused  4 campaigns: brand's daily budget (1,000.00 of 1,000.00 spent)" in answer.lines


def test_replay_spend_says_how_many_references_come_again(tmp_path: Path) -> None:
    path = tmp_path / "hours.csv"
    path.write_text("campaign,hour,cost,id\nSearch,2026-11-18 09:00,5,a\nSearch,2026-11-18 09:00,5,a\n")

    answer = replay(path, "--reference-column", "id")

    assert answer.lines[1] == "1 row repeats a reference: it counts once."
    assert answer.lines[-2] == "Total                       5.00                5.00                0.00"


def test_replay_spend_prints_facts_as_json(tmp_path: Path) -> None:
    answer = replay(
        *(write_file(tmp_path, *HOURS), "--daily-budget", "1000", "--brand-time-zone", "America/New_York", "--json"),
    )

    assert (answer.code, answer.err) == (0, "")
    assert answer.facts == {
        "file": "hours.csv",
        "time_zone": "America/New_York",
        "daily_budget": "1000.00",
        "monthly_budget": None,
        "window": None,
        "rows": 4,
        "zero": 1,
        "duplicate": 0,
        "campaigns": 2,
        "running_at_start": 2,
        "events": [
            {
                "at": "2026-11-18T13:00:00-05:00",
                "what": "paused",
                "campaigns": ["Video", "Search"],
                "blockers": ["brand_day"],
                "spent": "1000.50",
                "limit": "1000.00",
            },
            {
                "at": "2026-11-19T00:00:00-05:00",
                "what": "resumed",
                "campaigns": ["Search", "Video"],
                "blockers": [],
                "spent": "0.00",
                "limit": "1000.00",
            },
        ],
        "days": [
            {"day": "2026-11-18", "reported": "1012.845678", "allowed": "1000.50", "while_paused": "12.345678"},
            {"day": "2026-11-19", "reported": "0.00", "allowed": "0.00", "while_paused": "0.00"},
        ],
        "exact_total": "1012.845678",
    }


# --- the real database ------------------------------------------------------------------------------------------------


def test_replay_spend_leaves_the_real_database_alone(tmp_path: Path, real: Campaign) -> None:
    before, connection = everything_stored(), connections["default"]

    answer = replay(write_file(tmp_path, *HOURS), "--daily-budget", "1000")

    assert answer.code == 0
    assert connections["default"] is connection
    assert everything_stored() == before


@pytest.mark.parametrize("rows", [("Search,2026-11-18 09:00,x",), ()])
def test_a_refused_replay_leaves_the_real_database_alone_too(
    tmp_path: Path, real: Campaign, rows: tuple[str, ...]
) -> None:
    before, connection = everything_stored(), connections["default"]

    answer = replay(write_file(tmp_path, *rows))

    assert answer.code == 1
    assert connections["default"] is connection
    assert everything_stored() == before


def test_the_scratch_database_is_empty_and_takes_every_write(real: Campaign) -> None:
    before = everything_stored()

    with scratch_database():
        found = Brand.objects.count(), Campaign.objects.count(), SpendLog.objects.count()
        spend(make_campaign(make_brand(name="Acme"), name="Search"), "7.00")
        written = [entry.amount for entry in SpendLog.objects.all()]

    assert (found, written) == ((0, 0, 0), [Decimal("7.00")])
    assert everything_stored() == before


def test_every_scratch_database_is_a_new_one() -> None:
    for _ in range(2):
        with scratch_database():
            make_brand(name="Acme")

    assert Brand.objects.count() == 0


def test_the_real_database_comes_back_after_an_error(real: Campaign) -> None:
    connection = connections["default"]

    with pytest.raises(Refusal), scratch_database():
        make_campaign(make_brand(name="Another"), daily_budget="no budget")

    assert connections["default"] is connection
    assert list(Brand.objects.values_list("name", flat=True)) == ["Acme"]


@pytest.mark.system
@pytest.mark.parametrize("url", ["sqlite:///{folder}/none.sqlite3", "postgres://nobody:secret@127.0.0.1:9/desk"])
def test_process_does_not_even_need_the_real_database(installation: Installation, tmp_path: Path, url: str) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "manage.py", "replay_spend", str(write_file(tmp_path, *HOURS)), *COLUMNS),
            *("--daily-budget", "1000"),
        ],
        cwd=ROOT,
        env={**installation.environment, "DATABASE_URL": url.format(folder=tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert "2026-11-18 13:00 UTC paused  Video, Search: brand's daily budget" in done.stdout
    assert [file.name for file in tmp_path.iterdir()] == ["hours.csv"]


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (("--daily-budget", "1,000"), "Refused: '1,000' is not an amount of money"),
        (("--monthly-budget", "-5"), "Refused: A budget cannot be negative"),
        (("--window", "8-20"), "Refused: '8-20' is not a window"),
        (("--zone", "Mars/Olympus"), "Refused: 'Mars/Olympus' is not a time zone"),
        (("--reference-column", "id"), "Refused: hours.csv has no column called 'id'"),
    ],
)
def test_replay_spend_refuses_in_one_line(tmp_path: Path, options: tuple[str, ...], line: str) -> None:
    answer = replay(write_file(tmp_path, *HOURS), *options)

    assert (answer.code, answer.out) == (1, "")
    assert answer.err.startswith(line)
    assert answer.err.count("\n") == 1


def test_replay_spend_lists_bad_rows_by_line(tmp_path: Path) -> None:
    answer = replay(write_file(tmp_path, "Search,2026-11-18 09:00,1", "Search,2026-11-21 09:00,1"))

    assert answer.code == 1
    assert answer.out.startswith("line 3: 2026-11-21T09:00:00+00:00 lies in the future")
    assert answer.err.startswith("Refused: hours.csv, line 3: 2026-11-21T09:00:00+00:00 lies in the future")


def test_replay_spend_refuses_a_missing_file(tmp_path: Path) -> None:
    answer = replay(tmp_path / "nowhere.csv")

    assert (answer.code, answer.out) == (1, "")
    assert answer.err.startswith("Refused: There is no file ")


def test_replay_spend_used_wrongly(tmp_path: Path) -> None:
    answer = replay(write_file(tmp_path), "--unit", "cents")

    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith("Usage: argument --unit: ")


# --- a real report ----------------------------------------------------------------------------------------------------


def crossing_hours(file: Path, budget: Decimal) -> dict[str, str]:
    """Return, worked out by hand from the file, the hour of each day in which the running total reaches the budget."""
    by_day: defaultdict[str, defaultdict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    with file.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            day, hour = row["date"].split(" ")
            by_day[day][hour[:5]] += Decimal(row["spend"]) / 1_000_000
    crossed: dict[str, str] = {}
    for day, hours in by_day.items():
        total = Decimal(0)
        for hour in sorted(hours):
            total += hours[hour]
            if total >= budget:
                crossed[day] = hour
                break
    return crossed


@pytest.mark.needs_data
@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
def test_snapchats_hours_pause_where_the_running_total_crosses_and_resume_at_midnight(
    shared_data: Path, real: Campaign, zone: str
) -> None:
    file = shared_data / "fivetran_snapchat_hourly/snapchat_ad_hourly_report_data.csv"
    before = everything_stored()

    facts = run(
        *("replay_spend", str(file), "--campaign-column", "ad_id", "--date-column", "date", "--amount-column", "spend"),
        *("--unit", "micros", "--daily-budget", "1000.00", "--zone", zone, "--json"),
        now=NOON,
    ).facts

    events, days = facts["events"], facts["days"]
    assert isinstance(events, list)
    assert isinstance(days, list)
    assert crossing_hours(file, Decimal(1000)) == {"2021-03-29": "22:00", "2021-03-30": "20:00"}
    assert [(event["at"][:16], event["what"], len(event["campaigns"]), event["blockers"]) for event in events] == [
        ("2021-03-29T22:00", "paused", 18, ["brand_day"]),
        ("2021-03-30T00:00", "resumed", 18, []),
        ("2021-03-30T20:00", "paused", 18, ["brand_day"]),
        ("2021-03-31T00:00", "resumed", 18, []),
    ]
    assert [(day["day"], Decimal(day["reported"])) for day in days] == [
        ("2021-03-29", Decimal("1095.544531")),
        ("2021-03-30", Decimal("1262.697044")),
        ("2021-03-31", Decimal("155.206730")),
        ("2021-04-01", Decimal(0)),
    ]
    assert all(Decimal(day["allowed"]) + Decimal(day["while_paused"]) == Decimal(day["reported"]) for day in days)
    assert facts["exact_total"] == "2513.448305"
    assert everything_stored() == before
