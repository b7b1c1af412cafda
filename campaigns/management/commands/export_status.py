"""`manage.py export_status`: starts and stops, as CSV."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from campaigns.management.exports import ExportCommand
from campaigns.queries.exports import export_status, filtered_changes


class Command(ExportCommand):
    """Export starts and stops."""

    help = (
        "Exports every start and stop of a campaign, with what held it. Days are UTC days.\n"
        "Texts that a spreadsheet would run as a formula have an apostrophe before them."
    )
    examples = ('export_status --brand "Larkspur Coffee" --from 2026-11-01 --output status.csv',)

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
        self.write_rows(export_status(filtered_changes(self.filter_of(brand, first_day, last_day))), output)
