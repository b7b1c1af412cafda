"""`manage.py export_spend`: the ledger's entries, as CSV."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from campaigns.management.exports import ExportCommand
from campaigns.queries.exports import ExportFilter, export_entries, filtered_entries


class Command(ExportCommand):
    """Export entries."""

    help = (
        "Exports the entries of the ledger, the oldest first. import_spend knows the file: imported\n"
        "into the empty brand of another desk it gives the same totals.\n"
        "Texts that a spreadsheet would run as a formula have an apostrophe before them."
    )
    examples = ('export_spend --brand "Larkspur Coffee" --from 2026-11-01 --output spend.csv',)

    def rows(self, wanted: ExportFilter) -> Iterable[Sequence[str]]:
        """Return the rows to be written, the header first."""
        return export_entries(filtered_entries(wanted))
