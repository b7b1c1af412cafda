"""The switch: the one table becomes the first partition of a ledger in months. No row is moved.

What takes long is done beside those who write: references are noted, and every entry is known to lie before a month to
come. What keeps them out is one short transaction, all or nothing. Broken off anywhere, it is run again.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import TypeVar

from django.db import IntegrityError, connection

from campaigns.errors import MonthsRefused
from campaigns.models import SpendLog
from campaigns.services.driver import column_of
from campaigns.services.months import triggers
from campaigns.services.months.catalog import (
    AWAY,
    BOUND,
    DEFAULT_PART,
    LEDGER,
    REFERENCES,
    first_of_month,
    has_bound,
    however_long,
    is_partitioned,
    keep_out,
    patiently,
    rows_of,
    run,
)
from campaigns.services.months.coming import MONTHS_AHEAD, make_coming, make_part

logger = logging.getLogger(__name__)

Answer = TypeVar("Answer")

OLDEST_SERVER = 130_000
# Entries that are looked at in one transaction. Nobody waits for it.
_AT_ONCE = 20_000
# A month that is nearer than this is still part of the first partition: its spend must not be refused meanwhile.
_DAYS_TO_SPARE = timedelta(days=10)


@dataclass(frozen=True, slots=True)
class Switched:
    """What the switch did.

    :param until: the first partition has everything before this day.
    :param references: how many were noted.
    :param seconds: for how long writers were kept out, once the lock was held.
    """

    until: date
    references: int
    seconds: float


def start(*, now: datetime, ahead: int = MONTHS_AHEAD, tell: Callable[[str], None] = logger.info) -> Switched:
    """Switch the ledger over to months, while others write. Call it outside of transactions.

    :param ahead: how many months are made at once, besides the one that is under way.
    :param tell: is told of each step, and of how far it is.
    :raises MonthsRefused: if it cannot be switched over: not PostgreSQL, switched over already, or something in the
        database hangs on the table.
    :raises BrandBusy: if others held the table again and again; what was made ready stays, and is used the next time.
    """
    _refuse_where_impossible()
    # With the reserve, or a switch shortly before a month's end would have the next month's spend refused.
    until = first_of_month((now.astimezone(UTC) + _DAYS_TO_SPARE).date(), later=1)
    tell("References are noted from now on.")
    patiently(_note_references)
    count = _fill(tell)
    try:
        tell(f"All entries are checked to lie before {until}.")
        patiently(partial(_bind, until))
        _check_bound(until)
        tell("The table is switched over: writers wait for a moment.")
        seconds = patiently(partial(_switch, until))
    finally:
        # Left there, it would refuse the spend of the month that it names.
        if has_bound():
            patiently(_unbind)
    run(f"ANALYZE {LEDGER}")
    make_coming(now=now, ahead=ahead)
    logger.warning("The ledger was switched over to months until=%s seconds=%.3f", until, seconds)
    return Switched(until, count, seconds)


def abandon() -> None:
    """Take away what a switch has made ready. The ledger goes on as one table.

    :raises MonthsRefused: if it has been switched over: there is no way back.
    :raises BrandBusy: if others held the table again and again.
    """
    if is_partitioned():
        raise MonthsRefused("The spend log is in months already: what keeps its references is needed.")
    patiently(_take_down)


def _refuse_where_impossible() -> None:
    if connection.vendor != "postgresql":
        raise MonthsRefused("Months are for PostgreSQL: on SQLite the spend log stays one table.")
    if is_partitioned():
        raise MonthsRefused("The spend log is in months already.")
    [(version,)] = rows_of("SELECT current_setting('server_version_num')::int")
    if version < OLDEST_SERVER:
        raise MonthsRefused("Months need PostgreSQL 13 or newer.")
    if rows_of("SELECT 1 FROM pg_class WHERE oid = to_regclass(%s) AND NOT pg_has_role(relowner, 'USAGE')", [LEDGER]):
        raise MonthsRefused("The spend log belongs to another user of the database: run this as that one.")
    in_the_way = [str(name) for (name,) in rows_of(_IN_THE_WAY, [LEDGER, list(triggers.OWN)])]
    if in_the_way:
        raise MonthsRefused(
            f"These hang on the spend log and would stay with its first part: {', '.join(in_the_way)}. "
            "Drop them, switch over, and make them again."
        )


# Views, keys of other tables, and triggers, rules, policies and publications that are not ours.
_IN_THE_WAY = """
WITH ledger AS (SELECT to_regclass(%s)::oid AS key)
SELECT DISTINCT 'view ' || view.relname FROM ledger JOIN pg_depend ON refobjid = ledger.key
    JOIN pg_rewrite rule ON rule.oid = objid AND classid = 'pg_rewrite'::regclass
    JOIN pg_class view ON view.oid = rule.ev_class
UNION ALL SELECT 'foreign key ' || conname FROM pg_constraint, ledger WHERE confrelid = key AND conrelid <> key
UNION ALL SELECT 'trigger ' || tgname FROM pg_trigger, ledger
    WHERE tgrelid = key AND NOT tgisinternal AND tgname <> ALL (%s)
UNION ALL SELECT 'policy ' || polname FROM pg_policy, ledger WHERE polrelid = key
UNION ALL SELECT 'publication ' || pubname FROM pg_publication_rel JOIN pg_publication one ON one.oid = prpubid, ledger
    WHERE prrelid = key
"""


def _note_references() -> None:
    reference = next(field for field in SpendLog._meta.concrete_fields if field.name == "reference")
    run(
        f"CREATE TABLE IF NOT EXISTS {REFERENCES} (campaign_id bigint NOT NULL, "
        f"reference {reference.db_type(connection)} NOT NULL, local_day date NOT NULL, "
        "PRIMARY KEY (campaign_id, reference))",
        f"CREATE TABLE IF NOT EXISTS {AWAY} (table_name text PRIMARY KEY, since date NOT NULL, until date NOT NULL)",
    )
    # Whoever wrote before has ended by then, or the lock is not given.
    keep_out()
    triggers.watch_the_one_table()


def _fill(tell: Callable[[str], None]) -> int:
    """Note the references of the entries that were there before."""
    [(last,)] = rows_of(f"SELECT coalesce(max(id), 0) FROM {LEDGER}")
    steps = range(0, last, _AT_ONCE)
    for number, first in enumerate(steps, 1):
        run(
            f"INSERT INTO {REFERENCES} (campaign_id, reference, local_day) SELECT campaign_id, reference, local_day "
            f"FROM {LEDGER} WHERE id > {first} AND id <= {first + _AT_ONCE} AND reference <> '' ON CONFLICT DO NOTHING"
        )
        if number % 50 == 0 or number == len(steps):
            tell(f"References: {min(first + _AT_ONCE, last)} of {last} entries looked at.")
    # What the whole promise hangs on is looked at once more.
    missing = rows_of(
        f"SELECT entry.id FROM {LEDGER} entry WHERE entry.reference <> '' AND NOT EXISTS (SELECT 1 FROM {REFERENCES} "
        "noted WHERE noted.campaign_id = entry.campaign_id AND noted.reference = entry.reference) LIMIT 1"
    )
    if missing:
        raise MonthsRefused(f"The reference of entry {missing[0][0]} was not noted: run --abandon, and start again.")
    [(count,)] = rows_of(f"SELECT count(*) FROM {REFERENCES}")
    return int(count)


def _bind(until: date) -> None:
    keep_out()
    day = column_of(SpendLog, "local_day")
    run(
        f"ALTER TABLE {LEDGER} DROP CONSTRAINT IF EXISTS {BOUND}",
        f"ALTER TABLE {LEDGER} ADD CONSTRAINT {BOUND} CHECK ({day} < '{until}'::date) NOT VALID",
    )


def _check_bound(until: date) -> None:
    """Look at every entry. Writers go on: this lock is one that they do not ask for."""
    try:
        with however_long():
            run(f"ALTER TABLE {LEDGER} VALIDATE CONSTRAINT {BOUND}")
    except IntegrityError as error:
        raise MonthsRefused(
            f"There are entries of {until} or later: a clock was wrong. Months can begin only after them."
        ) from error


def _unbind() -> None:
    keep_out()
    run(f"ALTER TABLE {LEDGER} DROP CONSTRAINT IF EXISTS {BOUND}")


def _take_down() -> None:
    _unbind()
    triggers.forget_the_one_table()
    run(f"DROP TABLE IF EXISTS {REFERENCES}, {AWAY}")


def _switch(until: date) -> float:
    """Put a partitioned table in the place of the one table, which becomes its first partition."""
    keep_out()
    began = time.monotonic()
    old = f"{LEDGER}_until_{until:%Y_%m}"
    [(last, is_called, largest)] = rows_of(
        f"SELECT last_value, is_called, (SELECT coalesce(max(id), 0) FROM {LEDGER}) "
        f"FROM {rows_of('SELECT pg_get_serial_sequence(%s, %s)', [LEDGER, 'id'])[0][0]}"
    )
    next_id = max(last + is_called, largest + 1)
    indexes, keys, grants = _indexes(), _foreign_keys(), _grants()
    triggers.forget_the_one_table()
    run(
        *(f"ALTER INDEX {name} RENAME TO {name}_until_{until:%Y_%m}" for name, _, _ in indexes),
        f"ALTER TABLE {LEDGER} ALTER COLUMN id DROP IDENTITY",
        f"ALTER TABLE {LEDGER} RENAME TO {old}",
        f"CREATE TABLE {LEDGER} (LIKE {old} INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE "
        "INCLUDING COMMENTS) PARTITION BY RANGE (local_day)",
        # PostgreSQL knows by the bound that all entries of the old table belong there, and does not look at them.
        f"ALTER TABLE {LEDGER} DROP CONSTRAINT {BOUND}",
        f"ALTER TABLE {LEDGER} ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (START WITH {next_id})",
        *(f"ALTER TABLE {LEDGER} ADD CONSTRAINT {name} {definition}" for name, definition in keys),
        f"ALTER TABLE {LEDGER} ATTACH PARTITION {old} FOR VALUES FROM (MINVALUE) TO ('{until}')",
        f"ALTER TABLE {old} DROP CONSTRAINT {BOUND}",
        # In the same words, so that the old table's own ones become their parts. Nothing is built.
        *(definition for _, definition, is_unique in indexes if not is_unique),
        *grants,
    )
    make_part(DEFAULT_PART, "DEFAULT")
    triggers.watch_the_parts()
    return time.monotonic() - began


def _indexes() -> list[tuple[str, str, bool]]:
    return [
        (str(name), str(definition), bool(is_unique))
        for name, definition, is_unique in rows_of(
            "SELECT index.relname, pg_get_indexdef(indexrelid), indisunique FROM pg_index "
            "JOIN pg_class index ON index.oid = indexrelid WHERE indrelid = to_regclass(%s) ORDER BY index.relname",
            [LEDGER],
        )
    ]


def _foreign_keys() -> list[tuple[str, str]]:
    """Return the keys to other tables; that of a correction stays one of each partition."""
    text = (
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE conrelid = to_regclass(%s) AND contype = 'f' AND confrelid <> conrelid"
    )
    return [(str(name), str(definition)) for name, definition in rows_of(text, [LEDGER])]


def _grants() -> list[str]:
    """Return what others may do with the table, as statements."""
    text = (
        "SELECT privilege_type, CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END, "
        "is_grantable FROM pg_class, aclexplode(relacl) WHERE oid = to_regclass(%s) AND grantee <> relowner"
    )
    return [
        f"GRANT {privilege} ON {LEDGER} TO {role}{' WITH GRANT OPTION' if is_grantable else ''}"
        for privilege, role, is_grantable in rows_of(text, [LEDGER])
    ]
