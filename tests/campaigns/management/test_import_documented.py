"""The command lines of the how-to for real reports work as printed, to the totals that it prints, and only once."""

from __future__ import annotations

import csv
import re
import shlex
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from django.db.models import Sum

from campaigns.models import SpendLog
from tests.campaigns.management.desk import run
from tests.factories import make_brand
from tests.plugin.runs import ROOT
from tests.readings import assert_totals_are_right, everything_stored

pytestmark = [pytest.mark.django_db, pytest.mark.needs_data, pytest.mark.usefixtures("time_travel")]

PAGE = (ROOT / "docs" / "how-to" / "import.md").read_text()
LINES = re.findall(r"^python manage\.py (import_spend \.\./shared/data/.*)$", PAGE, flags=re.MULTILINE)
TOTALS = dict(re.findall(r"^\| (\w+) \| ([0-9.]+) \|$", PAGE, flags=re.MULTILINE))


def test_page_has_a_line_for_each_total() -> None:
    assert len(LINES) == len(TOTALS) == 7


@pytest.mark.parametrize("line", LINES, ids=list(TOTALS))
def test_line_imports_the_exact_total_once(shared_data: Path, line: str) -> None:
    command, file, *options = shlex.split(line)
    arguments = (command, str(shared_data / file.removeprefix("../shared/data/")), *options, "--json")
    name = options[options.index("--brand") + 1]
    make_brand(name=name)

    first = run(*arguments).facts
    stored = everything_stored()
    second = run(*arguments).facts

    assert everything_stored() == stored
    assert (first["exact_total"], first["recorded"], first["mode"]) == (TOTALS[name], TOTALS[name], "day-totals")
    assert (second["recorded"], second["new"], second["restated"]) == ("0.00", 0, 0)
    assert SpendLog.objects.aggregate(total=Sum("amount"))["total"] == Decimal(TOTALS[name])
    assert_totals_are_right()


# --- a restated copy --------------------------------------------------------------------------------------------------

Rows = list[dict[str, str]]
_Day = tuple[str, str]


def sums(rows: Rows) -> dict[_Day, Decimal]:
    totals: defaultdict[_Day, Decimal] = defaultdict(Decimal)
    for row in rows:
        totals[row["campaign_id"], row["date"]] += Decimal(row["spend"])
    return dict(totals)


@pytest.fixture
def import_rows(tmp_path: Path) -> Callable[..., dict[str, object]]:
    make_brand(name="Microsoft")

    def write_and_import(rows: Rows, *options: str) -> dict[str, object]:
        path = tmp_path / "report.csv"
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        columns = ("--campaign-column", "campaign_id", "--date-column", "date", "--amount-column", "spend")
        settings = ("--brand", "Microsoft", "--create-campaigns", "--mode", "day-totals", "--source", "microsoft")
        return run("import_spend", str(path), *settings, *columns, *options, "--json").facts

    return write_and_import


def recorded() -> dict[_Day, Decimal]:
    found = SpendLog.objects.order_by().values_list("campaign__external_id", "local_day").annotate(total=Sum("amount"))
    return {(campaign, day.isoformat()): total for campaign, day, total in found if total}


@pytest.mark.parametrize("is_complete", [False, True])
def test_a_restated_copy_posts_exactly_the_differences(
    shared_data: Path, import_rows: Callable[..., dict[str, object]], is_complete: bool
) -> None:
    file = shared_data / "fivetran_microsoft_daily" / "microsoft_ads_campaign_performance_daily_report_data.csv"
    with file.open(newline="") as table:
        rows = list(csv.DictReader(table))
    import_rows(rows)
    entries = SpendLog.objects.count()
    before = sums(rows)
    up, down, gone = sorted((key for key, total in before.items() if total > 1), key=lambda key: key[1])[1:40:18]

    restated = [dict(row) for row in rows if (row["campaign_id"], row["date"]) != gone]
    next(row for row in restated if (row["campaign_id"], row["date"]) == up)["spend"] = "123.456789"
    for row in restated:
        if (row["campaign_id"], row["date"]) == down:
            row["spend"] = "0"
    facts = import_rows(restated, *(["--missing-is-zero"] if is_complete else []))

    expected = {key: total for key, total in sums(restated).items() if total}
    expected |= {} if is_complete else {gone: before[gone]}
    assert recorded() == expected
    assert SpendLog.objects.count() == entries + 2 + is_complete
    assert (facts["restated"], facts["new"], facts["gone"]) == (2 + is_complete, 0, 1)
    assert Decimal(str(facts["gone_amount"])) == before[gone]
    assert_totals_are_right()
