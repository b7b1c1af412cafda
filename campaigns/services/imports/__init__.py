"""Imports: a file's spend into the ledger, once each.

importing   check the whole file, then record it        rows   one reading of the file, its campaigns and counts
entries     each row is an entry of the ledger          totals   rows are summed to a platform's day totals
"""

from __future__ import annotations

from campaigns.services.imports.importing import ImportReport, check_file, import_file
from campaigns.services.imports.rows import ImportOrder, Mode, Progress

__all__ = ["ImportOrder", "ImportReport", "Mode", "Progress", "check_file", "import_file"]
