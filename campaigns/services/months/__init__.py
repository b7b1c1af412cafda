"""Months: the ledger of PostgreSQL as a partitioned table, for those who switch it over.

`switch` turns the one table into partitions, `parts` says what there is and makes coming months, `away` takes old ones
out of the ledger and back in, `skipped` says why an entry was not taken. `triggers` are what keeps a reference from
counting twice where no unique key can. Nothing else needs to know: the table keeps its name and its columns.
"""

from __future__ import annotations

from campaigns.services.months.away import attach, detach_before, detachable
from campaigns.services.months.catalog import Part, Survey, survey
from campaigns.services.months.coming import make_coming, tend
from campaigns.services.months.skipped import days_away, wanted_of, why_skipped
from campaigns.services.months.switch import Switched, abandon, start

__all__ = [
    "Part",
    "Survey",
    "Switched",
    "abandon",
    "attach",
    "days_away",
    "detach_before",
    "detachable",
    "make_coming",
    "start",
    "survey",
    "tend",
    "wanted_of",
    "why_skipped",
]
