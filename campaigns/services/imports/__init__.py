"""Imports: a file's spend into the ledger, once each.

importing   check the whole file, then record it        rows     one reading of the file, and what it counts
entries     each row is an entry of the ledger          totals   rows are summed to a platform's day totals
recorded    what the ledger has under references        book     the campaigns that a file names
checks      currency, own totals, count and age         report   what an import did, or would do
history     one row for each import                     undo     everything that an import recorded, reversed
uploads     files that wait for a yes, or for a worker
"""

from __future__ import annotations

from campaigns.services.imports.importing import check_file, import_file
from campaigns.services.imports.report import ImportReport
from campaigns.services.imports.rows import ImportOrder, Mode, Progress
from campaigns.services.imports.undo import UndoReport, undo_import

__all__ = [
    "ImportOrder",
    "ImportReport",
    "Mode",
    "Progress",
    "UndoReport",
    "check_file",
    "import_file",
    "undo_import",
]
