"""`manage.py export_spend`: the ledger's entries, as CSV."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from campaigns.management.exports import ExportCommand
from campaigns.queries.exports import export_entries, filtered_entries


class Command(ExportCommand):
    """Export entries."""

    help = (
        "Exports the entries of the ledger, the oldest first. import_spend knows the file: imported\n"
        "into the empty brand of another desk it gives the same totals.\n"
        "Texts that a spreadsheet would run as a formula have an apostrophe before them."
    )
    examples = ('export_spend --brand "Larkspur Coffee" --from 2026-11-01 --output spend.csv',)

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
        self.write_rows(export_entries(filtered_entries(self.filter_of(brand, first_day, last_day))), output)
