"""`manage.py export_totals`: day totals, as CSV."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from campaigns.management.exports import ExportCommand
from campaigns.queries.exports import ExportFilter, export_totals, filtered_entries


class Command(ExportCommand):
    """Export day totals."""

    help = (
        "Exports what each campaign has spent on each local day, by source, corrections included.\n"
        "Texts that a spreadsheet would run as a formula have an apostrophe before them."
    )
    examples = ('export_totals --brand "Larkspur Coffee" --from 2026-11-01 --output totals.csv',)

    def rows(self, wanted: ExportFilter) -> Iterable[Sequence[str]]:
        """Return the rows to be written, the header first."""
        return export_totals(filtered_entries(wanted))
