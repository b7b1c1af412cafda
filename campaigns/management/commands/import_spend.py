"""`manage.py import_spend`: a file's spend into the ledger."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from django.core.management.base import CommandParser

from campaigns import queries
from campaigns.files import DateOrder, DecimalMark, Unit
from campaigns.management.arguments import read_text
from campaigns.management.base import ACTOR, DeskCommand, Json
from campaigns.management.receipts import change_facts, change_lines
from campaigns.management.spend_files import (
    add_file_arguments,
    add_reading_arguments,
    known_layout_of,
    progress_bar,
    showing_refused_rows,
)
from campaigns.rules.money import format_amount, format_money
from campaigns.services.imports import ImportOrder, ImportReport, Mode, check_file, import_file

_MOST_CHANGES_SHOWN = 20


class Command(DeskCommand):
    """Import a file."""

    help = (
        "Imports the spend in a CSV or TSV file into a brand's ledger.\n"
        "\n"
        "The reports of Google Ads, Microsoft Advertising, Meta, LinkedIn and TikTok, and\n"
        "extracts of the APIs of Google Ads and Snapchat, are known by their columns. Of\n"
        "any other table, name the columns. How the file is read is said first.\n"
        "\n"
        "The whole file is checked before anything is written: one bad row refuses\n"
        "the file, and every bad row is named by its line. The same file again adds\n"
        "nothing. Amounts are read exactly; parts smaller than a millionth are rounded,\n"
        "and both totals are shown. A zero or an empty amount is no spend.\n"
        "\n"
        "--mode entries (the default for named columns): each row is one entry. A row is known again by\n"
        "--reference-column or, without it, by its whole content: equal rows of one\n"
        "file count each, the same rows of the next file do not.\n"
        "--mode day-totals (the default for known reports): platforms restate their last days.\n"
        "The rows of a campaign and day are summed, and only the difference to what is\n"
        "recorded for that day from --source is added or taken back."
    )
    has_json = True
    door = "file"
    examples = (
        'import_spend "Campaign report.csv" --brand Acme --dry-run',
        (
            "import_spend hours.csv --brand Acme --unit micros --create-campaigns"
            " --campaign-column ad_id --date-column date --amount-column spend"
        ),
        (
            "import_spend report.csv --brand Acme --mode day-totals --source microsoft --dry-run"
            " --campaign-column campaign_id --date-column day --amount-column cost"
        ),
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the file, the brand, and what may be done with it."""
        add_file_arguments(parser, needs_columns=False)
        add_reading_arguments(parser)
        parser.add_argument("--brand", required=True, type=read_text, metavar="NAME", help="the brand that spent it")
        parser.add_argument("--mode", type=Mode, choices=list(Mode), help="what the rows are, see above")
        parser.add_argument(
            "--source",
            type=read_text,
            metavar="NAME",
            help="where the spend comes from (default: the platform of a known report, or file). Day totals from "
            "different sources add up: give every export of a platform the same one",
        )
        parser.add_argument(
            "--create-campaigns",
            action="store_true",
            help="create campaigns that the brand does not have, switched on; without it their rows are refused",
        )
        parser.add_argument(
            "--allow-older",
            action="store_true",
            help="import day totals although a newer report of the same days was imported before",
        )
        parser.add_argument(
            "--missing-is-zero",
            action="store_true",
            help="day totals: take back what is recorded for campaigns and days between the file's first and last that "
            "it does not have; without it they are left alone, and counted",
        )
        parser.add_argument(
            "--ignore-totals",
            action="store_true",
            help="import a report although its rows do not add up to its own row of totals",
        )
        parser.add_argument("--dry-run", action="store_true", help="check the file and report, but write nothing")

    def handle(
        self,
        *,
        now: datetime,
        file: Path,
        brand: str,
        campaign_column: str | None,
        date_column: str | None,
        amount_column: str | None,
        unit: Unit,
        reference_column: str | None,
        currency_column: str | None,
        date_format: DateOrder | None,
        decimal: DecimalMark | None,
        mode: Mode | None,
        source: str | None,
        create_campaigns: bool,
        allow_older: bool,
        missing_is_zero: bool,
        ignore_totals: bool,
        dry_run: bool,
        as_json: bool,
        **options: object,
    ) -> None:
        """Check the file; unless it is a dry run, record it."""
        layout = known_layout_of(
            campaign_column=campaign_column,
            date_column=date_column,
            amount_column=amount_column,
            unit=unit,
            reference_column=reference_column,
            currency_column=currency_column,
        )
        order = ImportOrder(
            path=file,
            layout=layout,
            brand_id=queries.find_brand(brand).pk,
            mode=mode,
            source=source,
            may_create_campaigns=create_campaigns,
            date_order=date_format,
            decimal_mark=decimal,
            allows_older=allow_older,
            missing_is_zero=missing_is_zero,
            ignores_totals=ignore_totals,
        )
        with showing_refused_rows(self, file, as_json=as_json), progress_bar(self) as on_progress:
            if dry_run:
                report = check_file(order=order, now=now, on_progress=on_progress)
            else:
                report = import_file(order=order, clock=RunningClock(now), actor=ACTOR, on_progress=on_progress)
        if as_json:
            self.say_json(_facts(report, file))
        else:
            self.say("\n".join(_lines(report, file)))


class RunningClock:
    """The command's clock, which goes on from the moment at which the command read it."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._started = time.monotonic()

    def __call__(self) -> datetime:
        return self._now + timedelta(seconds=time.monotonic() - self._started)


def _lines(report: ImportReport, file: Path) -> Iterator[str]:
    yield f"{'Would import' if report.is_dry_run else 'Imported'} {file.name} into {report.brand}:"
    yield f"  Read as: {report.read_as}."
    if report.import_id is not None:
        yield _line("import", str(report.import_id), f"undo_import {report.import_id} takes it back")
    changes = list(change_lines(report.changes))
    yield from islice(changes, _MOST_CHANGES_SHOWN)
    if len(changes) > _MOST_CHANGES_SHOWN:
        yield f"  and {len(changes) - _MOST_CHANGES_SHOWN:,} more starts and stops"
    unit = "entries" if report.mode is Mode.ENTRIES else "campaign days"
    yield _line("rows", f"{report.rows:,}", f"{report.zero:,} of them without spend: zero or empty")
    yield _line("new", f"{report.new:,}", unit)
    yield _line("duplicate", f"{report.duplicate:,}", "recorded before")
    yield _line("restated", f"{report.restated:,}", "recorded before with another total")
    if report.gone:
        done = "taken back, for the file does not have them" if report.missing_is_zero else "left alone"
        amount = format_money(report.gone_amount, report.currency)
        yield _line("gone", f"{report.gone:,}", f"recorded before and not in the file ({amount}): {done}")
    created = ", ".join(report.created_campaigns[:3]) + (", …" if len(report.created_campaigns) > 3 else "")
    is_new = f"{len(report.created_campaigns):,} of them new{': ' if created else ''}{created}"
    yield _line("campaigns", f"{report.campaigns:,}", is_new)
    yield _line(
        "recorded", format_amount(report.recorded, report.currency), f"{report.currency}, what the ledger gains"
    )
    if report.exact_total != report.rounded_total:
        kept = format_amount(report.rounded_total, report.currency)
        yield _line("kept", kept, f"{report.currency}, the file's total in whole micros")
    yield _line("total", f"{report.exact_total:,f}", f"{report.currency}, the file's exact total")


def _line(word: str, value: str, remark: str) -> str:
    return f"  {word:<10}{value:>18}  {remark}"


def _facts(report: ImportReport, file: Path) -> Json:
    return {
        "import": report.import_id,
        "file": file.name,
        "format": report.format,
        "read_as": report.read_as,
        "source": report.source,
        "brand": report.brand,
        "currency": report.currency,
        "mode": report.mode,
        "dry_run": report.is_dry_run,
        "rows": report.rows,
        "zero": report.zero,
        "new": report.new,
        "duplicate": report.duplicate,
        "restated": report.restated,
        "gone": report.gone,
        "gone_amount": report.gone_amount,
        "campaigns": report.campaigns,
        "created_campaigns": report.created_campaigns,
        "recorded": report.recorded,
        "exact_total": report.exact_total,
        "rounded_total": report.rounded_total,
        "changes": change_facts(report.changes),
    }
