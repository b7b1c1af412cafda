"""What the export commands have in common: what to export, and where to."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from django.core.management.base import CommandParser

from campaigns import queries
from campaigns.management.arguments import read_text
from campaigns.management.base import DeskCommand
from campaigns.management.refusals import Refused
from campaigns.queries.exports import ExportFilter, csv_lines


class ExportCommand(DeskCommand):
    """A command that writes CSV: to stdout, or to a file."""

    has_now = False

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare what to export, and where to."""
        parser.add_argument("--brand", type=read_text, metavar="NAME", help="one brand only (default: all)")
        parser.add_argument("--from", dest="first_day", type=_read_day, metavar="DAY", help="from this day on")
        parser.add_argument("--to", dest="last_day", type=_read_day, metavar="DAY", help="up to this day, inclusive")
        parser.add_argument(
            "--output", type=Path, metavar="FILE", help="write to this file, in UTF-8 (default: stdout)"
        )

    def handle(
        self,
        *,
        brand: str | None,
        first_day: date | None,
        last_day: date | None,
        output: Path | None,
        **options: object,
    ) -> None:
        """Write the rows."""
        brand_id = None if brand is None else queries.find_brand(brand).pk
        self._write(self.rows(ExportFilter(brand_id, first_day, last_day)), output)

    def rows(self, wanted: ExportFilter) -> Iterable[Sequence[str]]:
        """Return the rows to be written, the header first."""
        raise NotImplementedError

    def _write(self, rows: Iterable[Sequence[str]], output: Path | None) -> None:
        if output is None:
            for line in csv_lines(rows):
                self.stdout.write(line, ending="")
            return
        try:
            with output.open("w", encoding="utf-8", newline="") as file:
                count = sum(1 for line in csv_lines(rows) if file.write(line))
        except OSError as error:
            raise Refused(f"{output} cannot be written: {error.strerror}.") from error
        self.stderr.write(f"{count - 1:,} rows written to {output}.")


def _read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text[:40]!a} is not a day: write it as 2026-11-20") from None
