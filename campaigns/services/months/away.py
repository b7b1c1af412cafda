"""Old months: taken out of the ledger as tables of their own, and put back in."""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime, timedelta
from functools import partial

from django.db import IntegrityError
from django.db.models import Q

from campaigns.errors import MonthsRefused
from campaigns.models import Brand, Campaign
from campaigns.services.months.catalog import (
    AWAY,
    BOUND,
    LEDGER,
    Part,
    first_of_month,
    has_table,
    however_long,
    is_partitioned,
    keep_out,
    parts,
    parts_away,
    patiently,
    run,
)

logger = logging.getLogger(__name__)


def detach_before(*, month: date, now: datetime) -> list[Part]:
    """Take every month before that one out of the ledger, and return them. Their tables stay in the database.

    Their references stay taken, and their days take no spend any more. Nothing else in the desk reads them.

    :raises MonthsRefused: for the current and the previous month, or if a counter still counts entries of them.
    :raises BrandBusy: if others were in the way; months that were taken out are.
    """
    old = detachable(month=month, now=now)
    _refuse_if_counted(old)
    for part in old:
        patiently(partial(_detach, part))
        logger.warning("A month was taken out of the ledger month=%s table=%s", part.name, part.table)
    return old


def detachable(*, month: date, now: datetime) -> list[Part]:
    """Return the months that `detach_before` would take out.

    :raises MonthsRefused: if the ledger is one table, or for the current and the previous month.
    """
    if not is_partitioned():
        raise MonthsRefused("The spend log is one table: there are no months to take out.")
    latest = first_of_month(now.astimezone(UTC).date(), later=-1)
    if month > latest:
        raise MonthsRefused(
            f"The current and the previous month stay: counters, midnights, late spend and restated days need them. "
            f"Use {latest:%Y-%m} or earlier."
        )
    return [part for part in parts() if part.until and part.until <= month]


def attach(*, month: date) -> Part:
    """Put the month, or the first part that contains it, back into the ledger, and return it.

    :raises MonthsRefused: if it was not taken out, its table is gone, or has entries that do not belong there.
    :raises BrandBusy: if others were in the way; nothing was done.
    """
    if not is_partitioned():
        raise MonthsRefused("The spend log is one table: there are no months to put back.")
    part = next((one for one in parts_away() if (one.since or date.min) <= month < (one.until or date.min)), None)
    if part is None:
        raise MonthsRefused(f"{month:%Y-%m} was not taken out of the spend log.")
    if not has_table(part.table):
        raise MonthsRefused(f"The table {part.table} is not in the database: restore it from its dump first.")
    _check(part)
    patiently(partial(_attach, part))
    logger.warning("A month was put back into the ledger month=%s table=%s", part.name, part.table)
    return part


def _detach(part: Part) -> None:
    keep_out()
    run(
        f"ALTER TABLE {LEDGER} DETACH PARTITION {part.table}",
        f"INSERT INTO {AWAY} (table_name, since, until) "
        f"VALUES ('{part.table}', '{part.since or '-infinity'}', '{part.until}')",
    )


def _attach(part: Part) -> None:
    since = f"'{part.since}'" if part.since else "MINVALUE"
    keep_out()
    run(
        f"ALTER TABLE {LEDGER} ATTACH PARTITION {part.table} FOR VALUES FROM ({since}) TO ('{part.until}')",
        f"ALTER TABLE {part.table} DROP CONSTRAINT {BOUND}",
        f"DELETE FROM {AWAY} WHERE table_name = '{part.table}'",
    )


def _check(part: Part) -> None:
    """Look at every entry of the table before anybody has to wait for it."""
    bounds = [f"local_day < '{part.until}'", *([f"local_day >= '{part.since}'"] if part.since else [])]
    try:
        with however_long():
            run(
                f"ALTER TABLE {part.table} DROP CONSTRAINT IF EXISTS {BOUND}",
                f"ALTER TABLE {part.table} ADD CONSTRAINT {BOUND} CHECK ({' AND '.join(bounds)})",
            )
    except IntegrityError as error:
        raise MonthsRefused(f"The table {part.table} has entries of other days than its own.") from error


def _refuse_if_counted(old: list[Part]) -> None:
    """Refuse where a counter that is not zero counts since a day of these months: its entries would be missed."""
    if not old:
        return
    # Days of brands begin up to a day before or after those of UTC.
    last = max(part.until for part in old if part.until)
    horizon = datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=1)
    counts = Q(daily_since__lt=horizon) & ~Q(current_daily_spend=0)
    counts |= Q(monthly_since__lt=horizon) & ~Q(current_monthly_spend=0)
    names = [str(row) for model in (Brand, Campaign) for row in model._default_manager.filter(counts)[:3]]
    if names:
        raise MonthsRefused(
            f"Counters still count entries of these months: {', '.join(names)}. They come to the present at the next "
            "midnight, where their time zone can be read; run_task reset_daily_spends and reset_monthly_spends bring "
            "them there now."
        )
