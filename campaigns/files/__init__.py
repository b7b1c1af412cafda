"""Spend files: from bytes to checked rows. No Django, no database: what the rows mean for brands is said in services.

text    which encoding, which physical line       table     which delimiter, which header, which record
cells   what an amount and a date may look like   numbers, dates   how a whole column writes them
layout  which column is what                      formats   the platforms' reports, known by their columns
about   what a report says about itself           opening   what a file is, and how to read it
spend   the rows                                  guard     cells that a spreadsheet would run
"""

from __future__ import annotations

from campaigns.files.cells import FileDate, Unit
from campaigns.files.dates import DateOrder
from campaigns.files.formats import FORMATS, Format
from campaigns.files.layout import Layout
from campaigns.files.numbers import DecimalMark
from campaigns.files.opening import describe, open_spend, read_spend
from campaigns.files.spend import MOST_REMEMBERED, AnyRow, RefusedRow, SpendFile, SpendRow, TotalRow

__all__ = [
    "FORMATS",
    "MOST_REMEMBERED",
    "AnyRow",
    "DateOrder",
    "DecimalMark",
    "FileDate",
    "Format",
    "Layout",
    "RefusedRow",
    "SpendFile",
    "SpendRow",
    "TotalRow",
    "Unit",
    "describe",
    "open_spend",
    "read_spend",
]
