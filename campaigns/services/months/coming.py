"""Coming months: each gets a partition of its own before it begins."""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime, timedelta
from functools import partial

from campaigns.errors import BrandBusy, MonthsRefused
from campaigns.services.months.catalog import (
    BOUND,
    DEFAULT_PART,
    LEDGER,
    changing_tables,
    first_of_month,
    has_bound,
    is_partitioned,
    keep_out,
    parts,
    patiently,
    rows_of,
    run,
)
from campaigns.services.months.triggers import MOVING

logger = logging.getLogger(__name__)

MONTHS_AHEAD = 3
# A bound that a broken-off switch has left is taken away so long before it would refuse anything.
_DAYS_BEFORE_BOUND = timedelta(days=7)


def tend(*, now: datetime) -> int:
    """Make the months that are missing, and return how many: what the clock calls for. One cheap look where it is none.

    What a switch has left that was broken off goes before it refuses a spend. Whoever is in the way is not waited for:
    the next call does it.
    """
    if not is_partitioned():
        _take_old_bound_away(now)
        return 0
    try:
        return make_coming(now=now, tries=1)
    except BrandBusy:
        logger.info("The ledger is busy: its coming months are made by the next run")
        return 0


def make_coming(*, now: datetime, ahead: int = MONTHS_AHEAD, tries: int | None = None) -> int:
    """Make the month of `now` and so many after it, as far as they are missing, and return how many were made.

    What the rest holds of a month moves into it.

    :param tries: how often, a second apart, the locks of each month are tried for; None: as a person's command does.
    :raises MonthsRefused: if the ledger is one table.
    :raises BrandBusy: if others were in the way; months that were made stay.
    """
    if not is_partitioned():
        raise MonthsRefused("The spend log is one table: switch it over first, with partition_spend_log --start.")
    last = first_of_month(now.astimezone(UTC).date(), later=ahead)
    made = 0
    while (first := _first_missing()) <= last:
        made += patiently(partial(_make_if_missing, first), tries=tries)
    if made:
        # PostgreSQL counts partitions by itself, but never the whole.
        run(f"ANALYZE {LEDGER}")
    return made


def make_part(table: str, bounds: str, *, moved: str = "") -> None:
    """Make a partition with the keys that the ledger itself cannot have. The caller holds the locks.

    :param bounds: `FOR VALUES …`, or `DEFAULT`.
    :param moved: the condition of the entries of the rest that move into it.
    """
    run(f"CREATE TABLE {table} (LIKE {LEDGER} INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE)")
    if moved:
        run(
            f"INSERT INTO {table} SELECT * FROM {DEFAULT_PART} WHERE {moved}",
            f"SET LOCAL {MOVING} = 'on'",
            f"DELETE FROM {DEFAULT_PART} WHERE {moved}",
            f"SET LOCAL {MOVING} = 'off'",
            # A table whose rows are still to be checked cannot be changed.
            "SET CONSTRAINTS ALL IMMEDIATE",
        )
    run(
        f"ALTER TABLE {table} ADD PRIMARY KEY (id)",
        f"CREATE UNIQUE INDEX {table}_reference ON {table} (campaign_id, reference) WHERE NOT (reference = '')",
        # A correction counts on the day of its entry, so that both are always in one partition.
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_corrects FOREIGN KEY (corrects_id) REFERENCES {table} (id) "
        "DEFERRABLE INITIALLY DEFERRED",
        f"ALTER TABLE {LEDGER} ATTACH PARTITION {table} {bounds}",
    )


def _first_missing() -> date:
    return max(part.until for part in parts() if part.until)


def _make_if_missing(first: date) -> int:
    # Somebody else may have made it meanwhile.
    if first != _first_missing():
        return 0
    _make(first)
    return 1


def _make(first: date) -> None:
    end = first_of_month(first, later=1)
    # No entry of the month must come into the rest meanwhile.
    keep_out(DEFAULT_PART)
    make_part(
        f"{LEDGER}_{first:%Y_%m}",
        f"FOR VALUES FROM ('{first}') TO ('{end}')",
        moved=f"local_day >= '{first}' AND local_day < '{end}'",
    )
    logger.info("A month of the ledger was made month=%s", f"{first:%Y-%m}")


def _take_old_bound_away(now: datetime) -> None:
    if not has_bound():
        return
    text = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = to_regclass(%s) AND conname = %s"
    [(definition,)] = rows_of(text, [LEDGER, BOUND])
    until = date.fromisoformat(definition.split("'")[1])
    if now.astimezone(UTC).date() + _DAYS_BEFORE_BOUND < until:
        return
    try:
        with changing_tables():
            keep_out()
            run(f"ALTER TABLE {LEDGER} DROP CONSTRAINT IF EXISTS {BOUND}")
    except BrandBusy:
        logger.warning("The bound that a broken-off switch left is still there: the next run tries again")
    else:
        logger.warning("The bound that a broken-off switch left was taken away bound=%s", until)
