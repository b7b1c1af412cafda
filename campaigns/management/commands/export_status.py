"""`manage.py export_status`: starts and stops, as CSV."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from campaigns.management.exports import ExportCommand
from campaigns.queries.exports import ExportFilter, export_status, filtered_changes


class Command(ExportCommand):
    """Export starts and stops."""

    help = (
        "Exports every start and stop of a campaign, with what held it. Days are UTC days.\n"
        "Texts that a spreadsheet would run as a formula have an apostrophe before them."
    )
    examples = ('export_status --brand "Larkspur Coffee" --from 2026-11-01 --output status.csv',)

    def rows(self, wanted: ExportFilter) -> Iterable[Sequence[str]]:
        """Return the rows to be written, the header first."""
        return export_status(filtered_changes(wanted))
