"""What the commands that read a spend file have in common: their options, their bad rows, their progress bar."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from campaigns.errors import ManyRefusals, NotFound, Refusal
from campaigns.files import DateOrder, DecimalMark, Layout, Unit
from campaigns.management.arguments import read_text
from campaigns.management.base import DeskCommand, Json
from campaigns.management.refusals import Usage
from campaigns.services.imports import Progress as OnProgress

MOST_ROWS_SHOWN = 20
_CREATES = "To create campaigns that are missing, add --create-campaigns."


def add_file_arguments(parser: CommandParser, *, needs_columns: bool = True) -> None:
    """Add the file, and which of its columns is what."""
    parser.add_argument(
        "file", type=Path, metavar="FILE", help="CSV or TSV in UTF-8 or UTF-16; its first row is a header"
    )
    parser.add_argument(
        "--campaign-column",
        required=needs_columns,
        metavar="NAME",
        type=read_text,
        help="column with the campaign's id or name",
    )
    parser.add_argument(
        "--date-column",
        required=needs_columns,
        metavar="NAME",
        type=read_text,
        help="column with dates: 2026-11-20, 2026-11-20 14:00 or 2026-11-20T14:00+02:00. Without an offset it is the "
        "brand's local time; without a time it is the day's last moment that has passed",
    )
    parser.add_argument(
        "--amount-column", required=needs_columns, metavar="NAME", type=read_text, help="column with amounts: 1234.50"
    )
    parser.add_argument(
        "--unit",
        type=Unit,
        choices=list(Unit),
        default=Unit.UNITS,
        help="what the amounts count: units of the currency (default), or micros, millionths of it",
    )
    parser.add_argument(
        "--reference-column",
        metavar="NAME",
        type=read_text,
        help="column that names each row, so that it counts once; without it a row is known by its whole content",
    )


def add_reading_arguments(parser: CommandParser) -> None:
    """Add what a person can say about a file where it does not tell by itself."""
    parser.add_argument(
        "--currency-column",
        metavar="NAME",
        type=read_text,
        help="column with the currency, which has to be the brand's (default: one called Currency, if there is one)",
    )
    parser.add_argument(
        "--date-format",
        type=DateOrder,
        choices=list(DateOrder),
        help="what 03/04/2026 means (default: what the whole column tells)",
    )
    parser.add_argument(
        "--decimal",
        type=DecimalMark,
        choices=list(DecimalMark),
        help="whether 1,234 is a thousand (point) or a fraction (comma); default: what the whole column tells",
    )


def layout_of(
    *,
    campaign_column: str,
    date_column: str,
    amount_column: str,
    unit: Unit,
    reference_column: str | None,
    currency_column: str | None = None,
) -> Layout:
    """Return the layout that the options describe."""
    return Layout(campaign_column, date_column, amount_column, reference_column, unit, currency=currency_column)


def known_layout_of(
    *, campaign_column: str | None, date_column: str | None, amount_column: str | None, **others: Any
) -> Layout | None:
    """Return the layout that the options describe, or None if they name no column: the file has to be a known report.

    :raises Usage: if only some of the columns are named.
    """
    if campaign_column and date_column and amount_column:
        return layout_of(
            campaign_column=campaign_column, date_column=date_column, amount_column=amount_column, **others
        )
    named = {"--campaign-column": campaign_column, "--date-column": date_column, "--amount-column": amount_column}
    if any(named.values()) or any((others["reference_column"], others["currency_column"])):
        missing = ", ".join(option for option, column in named.items() if not column)
        raise Usage(f"of a table whose columns are named, these are missing: {missing}")
    return None


@contextmanager
def showing_refused_rows(command: DeskCommand, file: Path, *, as_json: bool) -> Iterator[None]:
    """Print refused rows, the first of them each with its line, and go on with one sentence.

    :raises Refusal: in place of `ManyRefusals`.
    """
    try:
        yield
    except ManyRefusals as many:
        if as_json:
            rows: list[Json] = [
                {"line": line, "code": refusal.code, "reason": str(refusal)} for line, refusal in many.refusals
            ]
            command.say_json({"refused": rows})
        else:
            command.say("\n".join(_refused_lines(many)))
        count, (line, first) = len(many.refusals), many.refusals[0]
        what = f"{count:,} problems in {file.name}, the first on" if count > 1 else f"{file.name},"
        hint = "" if all(refusal.code != NotFound.code for _, refusal in many.refusals) else f" {_CREATES}"
        raise Refusal(f"{what} line {line}: {first} Nothing was written.{hint}") from many


@contextmanager
def progress_bar(command: DeskCommand) -> Iterator[OnProgress]:
    """Show a progress bar on stderr while a person watches; into a pipe or a log, nothing."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=not command.stderr.isatty(),
    )
    with bar:
        task = bar.add_task("", total=None)
        yield lambda step, done, total: bar.update(task, description=step, completed=done, total=total)


def _refused_lines(many: ManyRefusals) -> Iterator[str]:
    for line, refusal in many.refusals[:MOST_ROWS_SHOWN]:
        yield f"line {line}: {refusal}"
    if len(many.refusals) > MOST_ROWS_SHOWN:
        yield f"and {len(many.refusals) - MOST_ROWS_SHOWN:,} more"
