"""Spend files: from bytes to checked rows. No Django, no database: what the rows mean for brands is said in services.

    text    which encoding, which physical line       table   which delimiter, which header, which record
    cells   what an amount and a date may look like    spend   a table read as spend, by a layout of named columns

A platform's own format is one more way to come by a `Layout`; what follows after it stays the same.
"""

from __future__ import annotations

from campaigns.files.cells import FileDate, Unit
from campaigns.files.spend import Layout, RefusedRow, SpendRow, read_spend

__all__ = ["FileDate", "Layout", "RefusedRow", "SpendRow", "Unit", "read_spend"]
