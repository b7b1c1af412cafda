"""Importing platforms' reports: day totals, restated both ways, and everything that is refused with its reason."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from campaigns.errors import CurrencyMismatch, ManyRefusals, OlderExport, Refusal, UnreadableFile
from campaigns.models import Brand, Campaign, SpendImport, SpendLog
from campaigns.services.imports import ImportOrder, ImportReport, Mode, check_file
from tests.campaigns.files import reports
from tests.campaigns.services.spend_files import amounts, counts, import_at
from tests.factories import make_brand, make_campaign
from tests.readings import assert_totals_are_right, everything_stored

pytestmark = pytest.mark.django_db

ROWS = reports.GOOGLE_ROWS[:2]
TOTALS = reports.GOOGLE_TOTALS


@pytest.fixture
def brand() -> Brand:
    return make_brand(name="Acme")


@pytest.fixture
def search(brand: Brand) -> Campaign:
    return make_campaign(brand, name="Search", external_id="901")


def order_of(path: Path, brand: Brand, *, creates: bool = False) -> ImportOrder:
    return ImportOrder(path, None, brand.pk, may_create_campaigns=creates)


def refused(order: ImportOrder) -> Refusal:
    """Try to import, and return what was said; nothing may have been written."""
    before = everything_stored(), SpendImport.objects.count()
    with pytest.raises(Refusal) as no:
        import_at(order)
    assert (everything_stored(), SpendImport.objects.count()) == before
    return no.value


def google_day(
    folder: Path, brand: Brand, *days: tuple[str, str], period: str = "", creates: bool = False
) -> ImportReport:
    """Import a Google Ads report with one row of the campaign Search for each of these days."""
    rows = [("Search", "901", day, "USD", cost, "1", "1") for day, cost in days]
    return import_at(order_of(reports.google(folder, rows=rows, totals=[], period=period), brand, creates=creates))


# --- what is recorded -------------------------------------------------------------------------------------------------


def test_report_is_imported_as_day_totals_of_its_platform(tmp_path: Path, search: Campaign) -> None:
    report = import_at(order_of(reports.google(tmp_path, rows=ROWS), search.brand))

    assert (report.mode, report.source, report.format) == (Mode.DAY_TOTALS, "google-ads", "google-ads")
    assert counts(report) == (2, 0, 2, 0, 0)
    assert set(SpendLog.objects.values_list("source", "spend_import_id")) == {("google-ads", report.import_id)}
    assert_totals_are_right()


def test_missing_is_not_zero(tmp_path: Path, search: Campaign) -> None:
    google_day(tmp_path, search.brand, ("2026-11-18", "5.00"))

    report = google_day(tmp_path, search.brand, ("2026-11-18", " --"), ("2026-11-19", "1.00"))

    assert amounts() == [Decimal(5), Decimal(1)]
    assert counts(report) == (2, 1, 1, 0, 0)


def test_newer_report_posts_the_differences_up_and_down(tmp_path: Path, search: Campaign) -> None:
    google_day(tmp_path, search.brand, ("2026-11-17", "5"), ("2026-11-18", "7"), ("2026-11-19", "9"))

    report = google_day(tmp_path, search.brand, ("2026-11-17", "6.5"), ("2026-11-18", "4"), ("2026-11-19", "9"))

    assert amounts()[3:] == [Decimal("1.50"), Decimal(-3)]
    assert counts(report) == (3, 0, 0, 1, 2)


def test_a_day_that_is_gone_is_left_alone_and_counted(tmp_path: Path, search: Campaign) -> None:
    google_day(tmp_path, search.brand, ("2026-11-17", "5"), ("2026-11-18", "7"), ("2026-11-19", "9"))

    report = google_day(tmp_path, search.brand, ("2026-11-17", "5"), ("2026-11-19", "9"))

    assert (report.gone, report.gone_amount, report.recorded) == (1, Decimal(7), Decimal(0))
    assert len(amounts()) == 3


def test_a_day_that_is_gone_is_taken_back_where_that_is_asked_for(tmp_path: Path, search: Campaign) -> None:
    google_day(tmp_path, search.brand, ("2026-11-17", "5"), ("2026-11-18", "7"), ("2026-11-19", "9"))
    rows = [("Search", "901", day, "USD", cost, "1", "1") for day, cost in (("2026-11-17", "5"), ("2026-11-19", "9"))]
    order = replace(order_of(reports.google(tmp_path, rows=rows, totals=[]), search.brand), missing_is_zero=True)

    checked = check_file(order=order, now=SpendLog.objects.latest("pk").recorded_at)
    report, again = import_at(order), import_at(order)

    assert amounts()[3:] == [Decimal(-7)]
    assert checked.recorded == report.recorded == Decimal(-7)
    assert (report.gone, again.gone, again.recorded) == (1, 0, Decimal(0))
    assert_totals_are_right()


def test_hours_of_a_day_are_summed(tmp_path: Path, brand: Brand) -> None:
    rows = [(f"2026-11-18|{hour}", "7", "Search", "USD", "Computer", "1", "0.10") for hour in range(24)]

    report = import_at(order_of(reports.microsoft(tmp_path, rows), brand, creates=True))

    assert amounts() == [Decimal("2.40")]
    assert counts(report) == (24, 0, 1, 0, 0)


# --- which campaign ---------------------------------------------------------------------------------------------------


def test_a_campaign_without_an_id_is_known_by_its_name(tmp_path: Path, brand: Brand) -> None:
    by_name = make_campaign(brand, name="Search")

    google_day(tmp_path, brand, ("2026-11-18", "5"))

    assert amounts(by_name) == [Decimal(5)]


def test_a_campaign_with_another_id_is_another_one(tmp_path: Path, brand: Brand) -> None:
    make_campaign(brand, name="Search", external_id="7")

    no = refused(order_of(reports.google(tmp_path, rows=ROWS), brand))

    assert "no campaign with the id or name '901'" in str(no)


def test_created_campaigns_have_name_and_id_from_the_report(tmp_path: Path, brand: Brand) -> None:
    make_campaign(brand, name="Search", external_id="7")

    google_day(tmp_path, brand, ("2026-11-18", "5"), creates=True)

    created = Campaign.objects.get(external_id="901")
    assert created.name == "Search (901)"


# --- currency ---------------------------------------------------------------------------------------------------------


def test_a_currency_that_is_not_the_brands_is_refused(tmp_path: Path, brand: Brand) -> None:
    rows = [("Spring", "23", "2026-11-18", "10", "5.25", "2026-11-18", "2026-11-18")]

    no = refused(order_of(reports.meta(tmp_path, rows, currency="EUR"), brand, creates=True))

    assert isinstance(no, ManyRefusals)
    assert [(line, type(one)) for line, one in no.refusals] == [(2, CurrencyMismatch)]
    assert "1 row has amounts in EUR, and Acme's spend is kept in USD." in str(no)


def test_mixed_currencies_are_refused_and_named(tmp_path: Path, search: Campaign) -> None:
    rows = [*ROWS, ("Search", "901", "2026-11-18", "EUR", "1.00", "1", "1")]

    no = refused(order_of(reports.google(tmp_path, rows=rows, totals=[]), search.brand))

    assert "The file mixes EUR, USD." in str(no)


# --- what a report says about itself ----------------------------------------------------------------------------------


def test_rows_that_are_missing_show_in_the_total(tmp_path: Path, search: Campaign) -> None:
    path = reports.google(tmp_path, rows=ROWS[:1])

    no = refused(order_of(path, search.brand))

    assert isinstance(no, UnreadableFile)
    assert "line 5: 'Total: Campaigns' says 1,033.34, and the rows add up to 1,033.33" in str(no)
    ignoring = replace(order_of(path, search.brand), ignores_totals=True)
    assert import_at(ignoring).recorded == Decimal("1033.33")


@pytest.mark.parametrize(("stated", "words"), [(3, "it was cut off"), (1, "something was added to it")])
def test_a_report_with_other_rows_than_it_says_is_refused(
    tmp_path: Path, brand: Brand, stated: int, words: str
) -> None:
    rows = [("2026-11-18", "7", "Search", "USD", device, "1", "1.00") for device in ("Computer", "Smartphone")]

    no = refused(order_of(reports.microsoft(tmp_path, rows, stated=stated), brand, creates=True))

    assert f"says that it has {stated} rows, and has 2: {words}" in str(no)


def test_float_dust_does_not_matter_for_the_total(tmp_path: Path, brand: Brand) -> None:
    rows = [("UGC", "17", "2026-11-18", "0.1000000000000000055", "1"), ("UGC", "17", "2026-11-19", "0.2", "1")]

    report = import_at(
        order_of(reports.tiktok(tmp_path, [*rows, ("Total of 2 results", "-", "-", "0.30", "2")]), brand, creates=True)
    )

    assert (report.exact_total, report.rounded_total) == (Decimal("0.3000000000000000055"), Decimal("0.30"))


# --- age --------------------------------------------------------------------------------------------------------------


def test_a_report_that_ends_earlier_is_older(tmp_path: Path, search: Campaign) -> None:
    google_day(tmp_path, search.brand, ("2026-11-17", "5"), ("2026-11-19", "9"))
    older = reports.google(tmp_path, rows=[("Search", "901", "2026-11-17", "USD", "3", "1", "1")], totals=[], period="")

    no = refused(order_of(older, search.brand))

    assert isinstance(no, OlderExport)
    assert "which goes to 2026-11-19" in str(no)
    allowing = replace(order_of(older, search.brand), allows_older=True)
    assert import_at(allowing).recorded == Decimal(-2)


def test_the_period_in_the_preamble_says_how_far_a_report_goes(tmp_path: Path, search: Campaign) -> None:
    google_day(tmp_path, search.brand, ("2026-11-17", "5"), ("2026-11-18", "9"))

    report = google_day(tmp_path, search.brand, ("2026-11-17", "4"), period="November 17, 2026 - November 19, 2026")

    assert report.recorded == Decimal(-1)


def test_reports_of_other_days_or_sources_are_not_older(tmp_path: Path, search: Campaign) -> None:
    google_day(tmp_path, search.brand, ("2026-11-18", "5"), ("2026-11-19", "9"))

    earlier_days = google_day(tmp_path, search.brand, ("2026-10-18", "5"), period="")
    rows = [("2026-11-18", "901", "Search", "USD", "Computer", "1", "1.00")]
    other_source = import_at(order_of(reports.microsoft(tmp_path, rows), search.brand))

    assert (earlier_days.new, other_source.new) == (1, 1)


def test_reports_that_say_when_they_were_made_are_compared_by_that(tmp_path: Path, search: Campaign) -> None:
    def come(cost: str, completed: str) -> ImportOrder:
        rows = [("2026-11-18", "901", "Search", "USD", "Computer", "1", cost)]
        return order_of(reports.microsoft(tmp_path, rows, completed=completed), search.brand)

    import_at(come("5.00", "11/20/2026 10:15:00 AM"))

    assert "made at 2026-11-20 10:15 UTC" in str(refused(come("3.00", "11/20/2026 9:15:00 AM")))
    assert import_at(come("4.00", "11/20/2026 11:15:00 AM")).recorded == Decimal(-1)
