"""Reports as the platforms write them, made up: same preambles, headers, footers, encodings and oddities."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

GOOGLE_HEADER = ("Campaign", "Campaign ID", "Day", "Currency code", "Cost", "Impr.", "Clicks")
GOOGLE_ROWS = (
    ("Search", "901", "2026-11-18", "USD", "1033.33", "12,345", "321"),
    ("Search", "901", "2026-11-19", "USD", "0.01", "1", " --"),
    ("Brand, exact", "902", "2026-11-19", "USD", " --", "0", "0"),
)
GOOGLE_TOTALS = (
    ("Total: Campaigns", " --", " --", "USD", "1033.34", "12,346", "321"),
    ("Total: Account", " --", " --", "USD", "2000.00", "20,000", "400"),
)


def _cell(text: str, delimiter: str) -> str:
    return f'"{text}"' if delimiter in text else text


def table(rows: Sequence[Sequence[str]], delimiter: str = ",") -> str:
    return "".join(delimiter.join(_cell(cell, delimiter) for cell in row) + "\r\n" for row in rows)


def google(
    folder: Path,
    *,
    rows: Sequence[Sequence[str]] = GOOGLE_ROWS,
    totals: Sequence[Sequence[str]] = GOOGLE_TOTALS,
    header: Sequence[str] = GOOGLE_HEADER,
    period: str = "November 18, 2026 - November 19, 2026",
    is_for_excel: bool = True,
    name: str = "Campaign report.csv",
) -> Path:
    """Write a Google Ads campaign report: for Excel in UTF-16LE with tabs, else in UTF-8 with commas."""
    delimiter = "\t" if is_for_excel else ","
    text = f"Campaign report\r\n{_cell(period, delimiter)}\r\n" + table([header, *rows, *totals], delimiter)
    path = folder / name
    path.write_bytes(b"\xff\xfe" + text.encode("utf-16-le") if is_for_excel else text.encode())
    return path


def microsoft(
    folder: Path,
    rows: Sequence[Sequence[str]],
    *,
    stated: int | None = None,
    completed: str = "11/20/2026 10:15:00 AM",
    name: str = "microsoft.csv",
) -> Path:
    """Write a Microsoft Advertising report, all of it in quotes, between its preamble and its copyright."""
    count = len(rows) if stated is None else stated
    above = [
        "Report Name: Campaigns",
        "Report Time: 11/18/2026,11/19/2026",
        "Time Zone: (GMT-05:00) Eastern Time (US & Canada)",
        f"Last Completed Available Day: {completed} (GMT)",
        f"Last Completed Available Hour: {completed} (GMT)",
        "Report Aggregation: Daily",
        "Report Filter: ",
        "Potential Incomplete Data: false",
        f"Rows: {count}",
    ]
    header = ("TimePeriod", "CampaignId", "CampaignName", "CurrencyCode", "DeviceType", "Clicks", "Spend")
    body = [",".join(f'"{cell}"' for cell in row) for row in (header, *rows)]
    lines = [
        *(f'"{line}"' for line in above),
        "",
        *body,
        "",
        '"©2026 Microsoft Corporation. All rights reserved. "',
        "",
    ]
    path = folder / name
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(lines).encode())
    return path


def meta(folder: Path, rows: Sequence[Sequence[str]], *, currency: str = "USD", has_day: bool = True) -> Path:
    """Write a Meta Ads Manager report, whose currency stands in the name of a column only."""
    day = ("Day",) if has_day else ()
    header = (
        *("Campaign name", "Campaign ID", *day),
        *("Impressions", f"Amount spent ({currency})", "Reporting starts", "Reporting ends"),
    )
    path = folder / "meta.csv"
    path.write_bytes(table([header, *rows]).encode("utf-8-sig"))
    return path


def linkedin(folder: Path, rows: Sequence[Sequence[str]], *, generated: str = "November 20, 2026, 9:00 AM") -> Path:
    """Write a LinkedIn campaign performance report: UTF-16 with tabs below a preamble."""
    above = (
        "Campaign Performance Report (in UTC)\r\n"
        "Report Start: November 1, 2026, 12:00 AM\r\n"
        "Report End: November 20, 2026, 12:00 AM\r\n"
        f"Date Generated: {generated}\r\n\r\n"
    )
    header = (
        "Start Date (in UTC)",
        "Account Name",
        "Currency",
        "Campaign Name",
        "Campaign ID",
        "Total Spent",
        "Clicks",
    )
    path = folder / "linkedin.csv"
    path.write_bytes((above + table([header, *rows], "\t")).encode("utf-16"))
    return path


def tiktok(folder: Path, rows: Sequence[Sequence[str]], *, day: str = "By Day") -> Path:
    """Write a TikTok Ads Manager report with its total at the foot."""
    header = ("Campaign name", "Campaign ID", day, "Cost", "Impressions")
    path = folder / "tiktok.csv"
    path.write_bytes(table([header, *rows]).encode())
    return path
