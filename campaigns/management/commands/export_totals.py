"""`manage.py export_totals`: day totals, as CSV."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from campaigns.management.exports import ExportCommand
from campaigns.queries.exports import export_totals, filtered_entries


class Command(ExportCommand):
    """Export day totals."""

    help = (
        "Exports what each campaign has spent on each local day, by source, corrections included.\n"
        "Texts that a spreadsheet would run as a formula have an apostrophe before them."
    )
    examples = ('export_totals --brand "Larkspur Coffee" --from 2026-11-01 --output totals.csv',)

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
        self.write_rows(export_totals(filtered_entries(self.filter_of(brand, first_day, last_day))), output)
