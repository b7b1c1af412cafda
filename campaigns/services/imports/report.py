"""The report: what an import did, or would do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from campaigns.models import StatusChange
from campaigns.services.imports.rows import Mode


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or what it would do.

    :param import_id: its number in the history; None for a dry run.
    :param format: the code of the platform's report that the file is, or `columns`.
    :param read_as: how the file was read, in words.
    :param rows: rows of the file; the header, totals and blank lines are none.
    :param zero: rows without an amount, or with zero: they are no spend.
    :param new: entries recorded; in `DAY_TOTALS` campaign days that had no spend from this source before.
    :param duplicate: rows (campaign days) whose spend was recorded before, as it is.
    :param restated: campaign days whose total had changed.
    :param gone: campaign days recorded before, among the file's days, that the file does not have; over `gone_amount`.
        They are left alone unless `missing_is_zero`; then they are among those restated.
    :param exact_total: the sum of all rows, to the last decimal.
    :param rounded_total: the same in whole micros, as it is kept; the difference is a platform's float noise.
    :param recorded: what the ledger gained, signed.
    :param campaigns: how many campaigns the file names.
    :param created_campaigns: those among them that the brand did not have.
    :param changes: the starts and stops that followed.
    :param first_day: the first day with an amount, `last_day` the last one that the file knows about.
    :param made_at: when the report was made, where it says so.
    """

    import_id: int | None
    brand: str
    currency: str
    mode: Mode
    source: str
    format: str
    read_as: str
    is_dry_run: bool
    rows: int
    zero: int
    new: int
    duplicate: int
    restated: int
    gone: int
    gone_amount: Decimal
    missing_is_zero: bool
    exact_total: Decimal
    rounded_total: Decimal
    recorded: Decimal
    campaigns: int
    created_campaigns: tuple[str, ...]
    changes: tuple[StatusChange, ...]
    first_day: date | None
    last_day: date | None
    made_at: datetime | None
