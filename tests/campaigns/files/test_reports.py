"""The platforms' reports are known by their own columns, and read as they are meant."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path

import pytest

from campaigns.errors import InvalidAmount, InvalidMoment, UnreadableFile
from campaigns.files import DateOrder, RefusedRow, SpendFile, SpendRow, TotalRow, describe, open_spend
from tests.campaigns.files import reports


def spends(file: SpendFile) -> list[SpendRow]:
    return [row for row in file.rows() if isinstance(row, SpendRow)]


def facts(file: SpendFile) -> list[tuple[str, str, date, str | None, str]]:
    """What each row says: campaign, its name, day, amount, currency."""
    return [
        (row.campaign, row.campaign_name, row.date.day, None if row.amount is None else str(row.amount), row.currency)
        for row in spends(file)
    ]


def totals(file: SpendFile) -> list[tuple[str, Decimal | None]]:
    return [(row.label, row.amount) for row in file.rows() if isinstance(row, TotalRow)]


def refused(file: SpendFile) -> list[tuple[int, type[Exception]]]:
    return [(row.line, type(row.refusal)) for row in file.rows() if isinstance(row, RefusedRow)]


D18, D19 = date(2026, 11, 18), date(2026, 11, 19)


@pytest.mark.parametrize("is_for_excel", [True, False])
def test_google_ads_report(tmp_path: Path, is_for_excel: bool) -> None:
    file = open_spend(reports.google(tmp_path, is_for_excel=is_for_excel))

    assert file.format is not None
    assert file.format.code == "google-ads"
    assert facts(file) == [
        ("901", "Search", D18, "1033.33", "USD"),
        ("901", "Search", D19, "0.01", "USD"),
        ("902", "Brand, exact", D19, None, "USD"),
    ]
    assert totals(file) == [("Total: Campaigns", Decimal("1033.34")), ("Total: Account", Decimal("2000.00"))]
    assert file.about.last_day == D19
    assert [row.line for row in spends(file)] == [4, 5, 6]


def test_reading_is_stated_back(tmp_path: Path) -> None:
    file = open_spend(reports.google(tmp_path))

    assert describe(file, is_total_by_day=True) == (
        "Google Ads campaign report, day totals, tabs between the cells, campaigns by Campaign ID, days by Day, "
        "amounts by Cost (currency by Currency code)"
    )


def test_google_ads_report_without_the_id_names_campaigns(tmp_path: Path) -> None:
    header = ("Day", "Campaign", "Currency code", "Cost")

    file = open_spend(reports.google(tmp_path, header=header, rows=[("2026-11-18", "Search", "USD", "5")], totals=[]))

    assert facts(file) == [("Search", "", D18, "5", "USD")]


def test_microsoft_report(tmp_path: Path) -> None:
    rows = [
        ("2026-11-18", "7", "Search", "USD", "Computer", "1,024", "12.34"),
        ("2026-11-18|7", "7", "Search", "USD", "Smartphone", "0", "0.00"),
    ]

    file = open_spend(reports.microsoft(tmp_path, rows))

    assert facts(file) == [("7", "Search", D18, "12.34", "USD"), ("7", "Search", D18, "0.00", "USD")]
    assert [row.date.clock for row in spends(file)] == [None, time(7)]
    assert (file.about.rows, file.about.made_at) == (2, datetime(2026, 11, 20, 10, 15, tzinfo=UTC))
    assert refused(file) == []


def test_meta_report_takes_its_currency_from_the_header(tmp_path: Path) -> None:
    rows = [
        ("Spring, sale", "23", "2026-11-18", "10,000", "5.25", "2026-11-18", "2026-11-18"),
        ("", "", "", "10,000", "5.25", "2026-11-18", "2026-11-19"),
    ]

    file = open_spend(reports.meta(tmp_path, rows, currency="EUR"))

    assert facts(file) == [("23", "Spring, sale", D18, "5.25", "EUR")]
    assert totals(file) == [("row without campaign and day", Decimal("5.25"))]


def test_meta_report_without_day_is_good_where_each_row_is_one_day(tmp_path: Path) -> None:
    rows = [
        ("Spring", "23", "10", "5.25", "2026-11-18", "2026-11-18"),
        ("Spring", "23", "10", "9.75", "2026-11-18", "2026-11-19"),
    ]

    file = open_spend(reports.meta(tmp_path, rows, has_day=False))

    assert facts(file) == [("23", "Spring", D18, "5.25", "USD")]
    assert refused(file) == [(3, InvalidMoment)]


def test_linkedin_report(tmp_path: Path) -> None:
    rows = [
        ("11/18/2026", "Acme", "USD", "Leads", "11", "1,234.50", "3"),
        ("11/19/2026", "Acme", "USD", "Leads", "11", "", "0"),
    ]

    file = open_spend(reports.linkedin(tmp_path, rows))

    assert facts(file) == [("11", "Leads", D18, "1234.50", "USD"), ("11", "Leads", D19, None, "USD")]
    assert file.order is DateOrder.MONTH_FIRST
    assert (file.about.last_day, file.about.made_at) == (D19, datetime(2026, 11, 20, 9, tzinfo=UTC))
    assert "UTC days" in describe(file, is_total_by_day=True)


@pytest.mark.parametrize("day", ["By Day", "Date"])
def test_tiktok_report(tmp_path: Path, day: str) -> None:
    rows = [("UGC", "17", "2026-11-18", "8.00", "5000"), ("UGC", "17", "2026-11-19", "-", "0")]

    file = open_spend(reports.tiktok(tmp_path, [*rows, ("Total of 2 results", "-", "-", "8.00", "5000")], day=day))

    assert facts(file) == [("17", "UGC", D18, "8.00", ""), ("17", "UGC", D19, None, "")]
    assert totals(file) == [("Total of 2 results", Decimal("8.00"))]


def test_snapchat_extract_counts_in_micros(tmp_path: Path) -> None:
    path = tmp_path / "snap.csv"
    path.write_text("\ufeffad_id,date,impressions,spend,swipes\na-1,2026-11-18 08:00:00.000,42,1353,1\n")

    file = open_spend(path)

    assert facts(file) == [("a-1", "", D18, "0.001353", "")]


def test_google_api_extract_counts_in_micros(tmp_path: Path) -> None:
    path = tmp_path / "api.csv"
    path.write_text("customer_id,date,cost_micros,device,id\n1,2026-11-18,36150000,MOBILE,99\n")

    file = open_spend(path)

    assert [(row.campaign, row.amount) for row in spends(file)] == [("99", Decimal("36.15"))]
    assert file.format is not None
    assert file.format.source == "google-ads"


@pytest.mark.parametrize("campaign", ["Total: Campaigns", "Total", "© 2026", "-", "Gesamt"])
def test_a_campaign_may_be_called_as_it_likes(tmp_path: Path, campaign: str) -> None:
    rows = [("2026-11-18", campaign, "USD", "5")]

    file = open_spend(
        reports.google(tmp_path, header=("Day", "Campaign", "Currency code", "Cost"), rows=rows, totals=[])
    )

    assert [(row.campaign, row.amount) for row in spends(file)] == [(campaign, Decimal(5))]


@pytest.mark.parametrize("amount", ["≤100", "<10", "$5", "5 USD", "n/a"])
def test_what_is_no_amount_is_refused(tmp_path: Path, amount: str) -> None:
    rows = [("Search", "901", "2026-11-18", "USD", amount, "1", "1")]

    assert refused(open_spend(reports.google(tmp_path, rows=rows, totals=[]))) == [(4, InvalidAmount)]


@pytest.mark.parametrize("day", ["2026-11-01 - 2026-11-07", "Nov 1, 2026 – Nov 7, 2026", "Monday", "November 2026", ""])
def test_what_is_no_single_day_is_refused(tmp_path: Path, day: str) -> None:
    rows = [("Search", "901", day, "USD", "1.00", "1", "1")]

    assert refused(open_spend(reports.google(tmp_path, rows=rows, totals=[], is_for_excel=True))) == [
        (4, InvalidMoment)
    ]


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (("Campaign", "Currency code", "Cost"), "its rows cover the whole period"),
        (("Campaign", "Day of the week", "Hour of the day", "Cost"), "days of the week and hours of the day"),
        (("Campaign", "Week", "Cost"), "its rows are weeks"),
    ],
)
def test_reports_without_days_are_refused_with_the_reason(tmp_path: Path, header: tuple[str, ...], words: str) -> None:
    path = reports.google(tmp_path, header=header, rows=[("x",) * len(header)], totals=[])

    with pytest.raises(UnreadableFile, match=f"Google Ads campaign report without .*{words}.*Export it by day"):
        open_spend(path)


def test_an_unknown_table_is_refused_with_its_columns(tmp_path: Path) -> None:
    path = tmp_path / "any.csv"
    path.write_text("day,campaign name,euros\n2026-11-18,Search,5\n")

    with pytest.raises(UnreadableFile, match=r"no report that is known by its columns \(day, campaign name, euros\)"):
        open_spend(path)


@pytest.mark.parametrize(
    "start",
    [b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b\x08", b"\xd0\xcf\x11\xe0", b"%PDF-1.7", b"BZh9", b"7z\xbc\xaf\x27\x1c"],
)
def test_what_was_renamed_to_csv_is_refused(tmp_path: Path, start: bytes) -> None:
    path = tmp_path / "report.csv"
    path.write_bytes(start + b"Day,Campaign,Cost\n" * 20)

    with pytest.raises(UnreadableFile, match=r"report.csv is an? "):
        open_spend(path)
