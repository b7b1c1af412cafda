"""What there is: which partitions the ledger has, which months were taken out, and what a switch has left half done."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from django.db import connection

from campaigns.errors import BrandBusy
from campaigns.models import Brand, Campaign, SpendImport, SpendLog
from campaigns.services.database import writing

Answer = TypeVar("Answer")

LEDGER = SpendLog._meta.db_table
DEFAULT_PART = f"{LEDGER}_default"
# Which references the ledger has, and those of months that were taken out. The app's tables begin alike.
REFERENCES = f"{SpendLog._meta.app_label}_spendreference"
# Which months were taken out.
AWAY = f"{SpendLog._meta.app_label}_spendaway"
# What all entries of the one table are below, while it is made ready.
BOUND = f"{LEDGER}_bound"

# What a partition refers to.
REFERRED = (Campaign._meta.db_table, SpendImport._meta.db_table)

# For each of two locks: long enough that PostgreSQL's own vacuum, which has a second, gives way to us; and short
# enough that whoever waits behind us does not give up.
_LOCK_MILLISECONDS = 1200
# How often a person's command tries for the locks. In between, those who waited go on.
TRIES = 20
_PAUSE_SECONDS = 1.0
# Any number: whoever changes partitions holds it.
_ALONE = 7_361_105


@dataclass(frozen=True, slots=True)
class Part:
    """A partition of the ledger, or a month that was taken out.

    :param since: its first day; None: from the beginning.
    :param until: the day after its last; None: the rest, whatever has no month of its own.
    :param rows: about how many entries it has, as of PostgreSQL's statistics; None: not counted yet, or gone.
    :param size: bytes with its indexes; None: the table is gone from this database.
    :param is_away: True if it was taken out of the ledger.
    """

    table: str
    since: date | None
    until: date | None
    rows: int | None = None
    size: int | None = None
    is_away: bool = False

    @property
    def is_rest(self) -> bool:
        """Whether it is the net for entries without a month."""
        return not self.is_away and self.until is None

    @property
    def name(self) -> str:
        """What a person calls it: `2026-11`, `until 2026-12` (that one not included), or `rest`."""
        if self.until is None:
            return "rest"
        return f"until {self.until:%Y-%m}" if self.since is None else f"{self.since:%Y-%m}"


@dataclass(frozen=True, slots=True)
class Survey:
    """What there is.

    :param parts: of the ledger, the oldest first; none where it is one table.
    :param away: months that were taken out.
    :param rest: how many entries have no month of their own, counted up to a thousand.
    :param is_prepared: a switch was broken off, and has left what it had made.
    """

    parts: tuple[Part, ...] = ()
    away: tuple[Part, ...] = ()
    rest: int = 0
    is_prepared: bool = False

    @property
    def is_partitioned(self) -> bool:
        """Whether the ledger has been switched over."""
        return bool(self.parts)

    @property
    def end(self) -> date | None:
        """The day after the last one that has a month of its own."""
        return max((part.until for part in self.parts if part.until), default=None)


def survey() -> Survey:
    """Say what partitions the ledger has. Cheap."""
    if connection.vendor != "postgresql":
        return Survey()
    is_prepared = has_table(REFERENCES)
    if not is_partitioned():
        return Survey(is_prepared=is_prepared or has_bound())
    return Survey(tuple(parts()), tuple(parts_away()), _count_rest())


def is_partitioned() -> bool:
    """Tell whether the ledger has been switched over: one look at the catalog."""
    if connection.vendor != "postgresql":
        return False
    return bool(rows_of("SELECT 1 FROM pg_class WHERE oid = to_regclass(%s) AND relkind = 'p'", [LEDGER]))


def parts() -> Iterator[Part]:
    """Yield the ledger's partitions, the oldest first and the rest last."""
    found = rows_of(
        "SELECT part.relname, pg_get_expr(part.relpartbound, part.oid), part.reltuples, "
        "pg_total_relation_size(part.oid) FROM pg_inherits JOIN pg_class part ON part.oid = inhrelid "
        "WHERE inhparent = to_regclass(%s)",
        [LEDGER],
    )
    made = [Part(table, *_days_of(bound), _count(tuples), size) for table, bound, tuples, size in found]
    yield from sorted(made, key=lambda part: part.until or date.max)


def parts_away() -> Iterator[Part]:
    """Yield the months that were taken out, the oldest first."""
    found = rows_of(
        f"SELECT table_name, NULLIF(since, '-infinity'), until, part.reltuples, pg_total_relation_size(part.oid) "
        f"FROM {AWAY} LEFT JOIN pg_class part ON part.oid = to_regclass(quote_ident(table_name)) ORDER BY until"
    )
    for table, since, until, tuples, size in found:
        yield Part(table, since, until, _count(tuples), size, is_away=True)


def has_table(name: str) -> bool:
    """Tell whether there is such a table."""
    return rows_of("SELECT to_regclass(%s) IS NOT NULL", [name]) == [(True,)]


def has_bound() -> bool:
    """Tell whether a switch that was broken off has left its bound: later entries would be refused."""
    if connection.vendor != "postgresql":
        return False
    text = "SELECT 1 FROM pg_constraint WHERE conrelid = to_regclass(%s) AND conname = %s"
    return bool(rows_of(text, [LEDGER, BOUND]))


def first_of_month(day: date, *, later: int = 0) -> date:
    """Return the first day of the day's month, or of one so many months later."""
    months = day.year * 12 + day.month - 1 + later
    return date(months // 12, months % 12 + 1, 1)


def rows_of(text: str, values: Sequence[str | int | list[str] | list[int]] | None = None) -> list[tuple[Any, ...]]:
    """Run the statement and return its rows."""
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def run(*texts: str) -> None:
    """Run the statements, which return nothing."""
    with connection.cursor() as cursor:
        for text in texts:
            cursor.execute(text)


@contextmanager
def changing_tables() -> Iterator[None]:
    """Change tables in one short transaction, alone, and give in at once where others are in the way.

    :raises BrandBusy: if somebody held a table for longer than a moment; nothing was done.
    """
    with writing():
        run(f"SELECT pg_advisory_xact_lock({_ALONE})")
        yield


def patiently(work: Callable[[], Answer], *, tries: int | None = None) -> Answer:
    """Do the work in one short transaction, tried again where others are in the way.

    :param tries: how often; None: as often as a person's command does.
    :raises BrandBusy: if they were each time; nothing was done.
    """
    for _ in range((tries or TRIES) - 1):
        try:
            with changing_tables():
                return work()
        except BrandBusy:
            time.sleep(_PAUSE_SECONDS)
    with changing_tables():
        return work()


def keep_out(table: str = LEDGER) -> None:
    """Keep everybody from the table until the transaction of `changing_tables` ends, and all writers from writing.

    Writers lock a brand first. Held up at the ledger, they would hold their campaigns' table, of which we need a lock
    as well, and that again and again. That one is the whole lock at once, as attaching a partition takes it in the end;
    and it is not waited for, because whoever has it may wait for us.

    :raises BrandBusy: if others have it for longer than a moment.
    """
    run(
        f"SET LOCAL lock_timeout = {_LOCK_MILLISECONDS}",
        f"LOCK TABLE {Brand._meta.db_table} IN EXCLUSIVE MODE",
        f"LOCK TABLE {table}",
        f"LOCK TABLE {', '.join(REFERRED)} NOWAIT",
    )


@contextmanager
def however_long() -> Iterator[None]:
    """Wait for others however long, where nobody waits for us meanwhile."""
    with writing():
        run("SET LOCAL lock_timeout = 0")
        yield


def _days_of(bound: str) -> tuple[date | None, date | None]:
    """Read `FOR VALUES FROM ('2026-11-01') TO ('2026-12-01')`, with MINVALUE for the first; or `DEFAULT`."""
    if bound == "DEFAULT":
        return None, None
    since, until = (text.strip("()'") for text in bound.removeprefix("FOR VALUES FROM ").split(" TO "))
    return None if since == "MINVALUE" else date.fromisoformat(since), date.fromisoformat(until)


def _count(tuples: float | None) -> int | None:
    # -1: nobody has counted yet.
    return None if tuples is None or tuples < 0 else int(tuples)


def _count_rest() -> int:
    [(count,)] = rows_of(f"SELECT count(*) FROM (SELECT 1 FROM {DEFAULT_PART} LIMIT 1000) AS found")
    return int(count)
