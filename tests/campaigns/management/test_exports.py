"""`manage.py export_spend`, `export_totals`, `export_status`: what they write, and that it comes back."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from pathlib import Path

import pytest
from django.db.models import Sum

from campaigns.models import Brand, Campaign, SpendImport, SpendLog
from campaigns.services import correct_spend
from tests.campaigns.management.desk import run
from tests.factories import NOON, at, make_brand, make_campaign, spend
from tests.readings import assert_totals_are_right, everything_stored

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time_travel")]


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.fixture
def acme() -> Brand:
    """A brand with everything that is hard to write down."""
    brand = make_brand(name="=Acme", daily_budget="100.00")
    formula = make_campaign(brand, name="@SUM(A1)", external_id="-7")
    plain = make_campaign(brand, name='Brand, "exact"')
    entry = spend(formula, "12.345678", reference="+r", source="google")
    spend(formula, "-2.00", occurred_at=at("2026-11-01 23:30"))
    # Two that are equal in everything.
    spend(plain, "40", occurred_at=at("2026-11-20 09:00"))
    spend(plain, "40", occurred_at=at("2026-11-20 09:00"))
    correct_spend(entry_id=entry.pk, new_amount="12.00", description="=1+1", now=NOON)
    spend(plain, "50")
    return brand


def test_export_spend_writes_texts_guarded_and_numbers_as_numbers(acme: Brand) -> None:
    rows = read(run("export_spend", now=None).out)

    first = rows[0]
    assert (first["brand"], first["campaign"], first["external_id"]) == ("'=Acme", "'@SUM(A1)", "'-7")
    assert (first["reference"], first["amount"], first["local_day"]) == ("'+r", "12.345678", "2026-11-20")
    assert [row["amount"] for row in rows] == ["12.345678", "-2.00", "40.00", "40.00", "-0.345678", "50.00"]
    assert (rows[4]["description"], rows[4]["corrects"]) == ("'=1+1", first["entry"])


def test_export_and_import_into_an_empty_desk_give_the_same_totals(acme: Brand, tmp_path: Path) -> None:
    path = tmp_path / "spend.csv"
    assert run("export_spend", "--output", str(path), now=None).code == 0
    exported = totals_of(acme)
    Brand.objects.filter(pk=acme.pk).update(name="Old")
    # Numbers of entries are another desk's there.
    path.write_bytes(path.read_bytes().replace(b"+00:00\r\n", b".000001+00:00\r\n"))
    empty = make_brand(name="=Acme")

    first = run("import_spend", str(path), "--brand", "=Acme", "--create-campaigns", "--json").facts
    second = run("import_spend", str(path), "--brand", "=Acme", "--json").facts

    assert first["format"] == "entries"
    assert totals_of(empty) == exported
    assert sorted(empty.campaigns.values_list("name", flat=True)) == ["@SUM(A1)", 'Brand, "exact"']
    assert (first["new"], second["new"], second["duplicate"]) == (6, 0, 6)
    assert_totals_are_right()


def totals_of(brand: Brand) -> list[tuple[object, ...]]:
    sums = SpendLog.objects.filter(campaign__brand=brand).order_by("campaign__name", "local_day")
    return list(sums.values_list("campaign__name", "local_day").annotate(total=Sum("amount")))


def test_an_export_is_not_imported_where_it_came_from(acme: Brand, tmp_path: Path) -> None:
    path = tmp_path / "spend.csv"
    run("export_spend", "--output", str(path), now=None)
    before = everything_stored()

    answer = run("import_spend", str(path), "--brand", "=Acme")

    assert (answer.code, "was exported from this database" in answer.err) == (1, True)
    assert (everything_stored(), SpendImport.objects.count()) == (before, 0)


def test_an_export_of_two_brands_is_not_imported_into_one(acme: Brand, tmp_path: Path) -> None:
    spend(make_campaign(make_brand(name="Other"), name="X"), "1")
    path = tmp_path / "spend.csv"
    run("export_spend", "--output", str(path), now=None)

    answer = run("import_spend", str(path), "--brand", "Other", "--create-campaigns")

    assert "has entries of several brands" in answer.err


def test_export_totals_sums_by_campaign_day_and_source(acme: Brand) -> None:
    rows = read(run("export_totals", "--brand", "=Acme", now=None).out)

    assert [(row["campaign"], row["day"], row["source"], row["total"], row["entries"]) for row in rows] == [
        ("'@SUM(A1)", "2026-11-01", "", "-2.00", "1"),
        ("'@SUM(A1)", "2026-11-20", "google", "12.00", "2"),
        ('Brand, "exact"', "2026-11-20", "", "130.00", "3"),
    ]


def test_export_status_says_what_held_it(acme: Brand) -> None:
    rows = read(run("export_status", now=None).out)

    stopped = [row for row in rows if row["state"] == "stopped"]
    assert {(row["blockers"], row["cause"], row["limit"]) for row in stopped} == {("brand_day", "spend", "100.00")}
    assert {row["spent"] for row in stopped} == {"142.00"}


@pytest.mark.parametrize("command", ["export_spend", "export_totals", "export_status"])
def test_exports_can_be_narrowed(acme: Brand, command: str) -> None:
    everything = read(run(command, now=None).out)
    november = read(run(command, "--from", "2026-11-02", "--to", "2026-11-30", now=None).out)
    december = read(run(command, "--from", "2026-12-01", now=None).out)

    assert (len(everything) >= len(november) > 0, december) == (True, [])
    assert run(command, "--brand", "Nobody", now=None).code == 1
    assert run(command, "--from", "soon", now=None).code == 2


def test_export_to_a_place_that_cannot_be_written(acme: Brand, tmp_path: Path) -> None:
    answer = run("export_spend", "--output", str(tmp_path), now=None)

    assert (answer.code, "cannot be written" in answer.err) == (1, True)


def test_undo_import_says_what_it_took_back(tmp_path: Path) -> None:
    brand = make_brand(name="Acme")
    make_campaign(brand, name="Search")
    path = tmp_path / "spend.csv"
    path.write_text("campaign,day,cost\nSearch,2026-11-19,2.50\n")
    columns = ("--campaign-column", "campaign", "--date-column", "day", "--amount-column", "cost")
    number = str(run("import_spend", str(path), "--brand", "Acme", *columns, "--json").facts["import"])

    first, second = run("undo_import", number), run("undo_import", number, "--json")

    assert first.lines == [f"Import {number} (spend.csv) undone: 1 entry over 2.50 USD reversed."]
    assert (second.facts["reversals"], second.facts["taken_back"]) == (0, "0")
    assert run("undo_import", number).lines == [
        f"Import {number} (spend.csv) counts for nothing already: nothing was written."
    ]
    assert (run("undo_import", "999999").code, run("undo_import", "x").code) == (1, 2)
    assert SpendLog.objects.aggregate(total=Sum("amount"))["total"] == Decimal(0)
    assert Campaign.objects.count() == 1
