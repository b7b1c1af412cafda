"""Statements: the SQL of the road that every spend takes, written by hand, in this one place.

The ORM does the same: `tests/campaigns/services/test_statements.py` compares. But putting its statements together takes
longer than the database takes to run them. Names of tables and columns, and how a column becomes a value, are the
ORM's. On PostgreSQL each text is prepared once for a connection. The caller is inside `writing()`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from itertools import chain

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from campaigns.models import Brand, Campaign, SpendLog
from campaigns.rules.money import to_micros
from campaigns.services.driver import (
    ModelReader,
    Value,
    arrays_of,
    column_of,
    current_database,
    rows_of,
    run,
    run_for_each,
    table_of,
)

# Brand first, so that nobody who waits for a brand holds its campaigns. The campaigns as well: a statement that had to
# wait reads again only what it locks.
LOCKING = "FOR UPDATE OF brand, campaign"

_ENTRY_FIELDS = (
    *("campaign", "amount", "occurred_at", "recorded_at", "local_day"),
    *("description", "source", "reference", "corrects", "spend_import"),
)
# Of these, which hold what people write.
_IS_TEXT = tuple(name in {"description", "source", "reference"} for name in _ENTRY_FIELDS)
_COUNTED: dict[str, type[Brand | Campaign]] = {"brand": Brand, "campaign": Campaign}
_COUNTERS = ("current_daily_spend", "current_monthly_spend")
# Ten values each, below the limit of 999 that old builds of SQLite have.
_SQLITE_ROWS = 90


class ReferenceTaken(Exception):
    """One of the references stands in the ledger already. What the transaction wrote so far has to go."""


@dataclass(frozen=True, slots=True)
class Move:
    """How far the counters of a brand or campaign move, in micros."""

    key: int
    daily: int
    monthly: int


def lock_with_campaigns(
    campaign_ids: Sequence[int], *, within: Collection[int] | None = None, may_wait: bool = True
) -> list[tuple[Brand, Campaign]]:
    """Lock the brands of the campaigns, in the order of their keys, and return each campaign with its brand.

    All are as they are now that the lock is held. What does not exist is left out.

    :param within: keys of brands: campaigns of others are left out as well, and their brands are not locked.
    :param may_wait: False: on PostgreSQL, fail at once where somebody else holds one of them.
    """
    database = current_database()
    brand_reader, campaign_reader = _brand_reader(database.vendor), _campaign_reader(database.vendor)
    width = len(brand_reader.columns)
    brands: dict[object, Brand] = {}
    found: list[tuple[Brand, Campaign]] = []
    locking = LOCKING if may_wait or not LOCKING else f"{LOCKING} NOWAIT"
    values = [_keys(database.vendor, campaign_ids)]
    if within is not None:
        values.append(_array(database.vendor, within))
    text = _lock_text(database.vendor, len(campaign_ids) == 1, within is not None, locking)
    for row in rows_of(database, text, values):
        brand = brands.get(row[0])
        if brand is None:
            brand = brands[row[0]] = brand_reader.read(database, row[:width])
        found.append((brand, campaign_reader.read(database, row[width:])))
    return found


def append(
    *, entries: Sequence[SpendLog], campaigns: Sequence[Move], brands: Sequence[Move], ends: bool = False
) -> None:
    """Append the entries to the ledger and move the counters; the entries get their keys.

    :param campaigns: at most one for each campaign; one that moves nothing may be left out.
    :param brands: the same for brands.
    :param ends: the caller writes nothing after it in this transaction.
    :raises ReferenceTaken: if an entry's reference is taken. Of several, the transaction has to be rolled back; of one,
        nothing was written.
    """
    database = current_database()
    if database.vendor == "sqlite":
        keys = _append_on_sqlite(database, entries, campaigns, brands)
    elif len(entries) == 1:
        keys = _append_one_on_postgres(database, entries[0], campaigns, brands, ends=ends)
    else:
        keys = _append_many_on_postgres(database, entries, campaigns, brands)
    if len(keys) != len(entries):
        raise ReferenceTaken
    for entry, key in zip(entries, keys, strict=True):
        entry.id = key
        entry._state.adding = False
        entry._state.db = database.alias


def _append_one_on_postgres(
    database: BaseDatabaseWrapper, entry: SpendLog, campaigns: Sequence[Move], brands: Sequence[Move], *, ends: bool
) -> list[int]:
    """Write with one statement, which does all or nothing: so that the commit may travel with it."""
    text = _append_one_text(len(campaigns) == 1, len(brands) == 1)
    values = [*_texts_of(entry), *_move_values(campaigns), *_move_values(brands)]
    return [key for (key,) in rows_of(database, text, values, ends=ends)]


def _append_many_on_postgres(
    database: BaseDatabaseWrapper, entries: Sequence[SpendLog], campaigns: Sequence[Move], brands: Sequence[Move]
) -> list[int]:
    """Write with three statements: for many, putting the results of one together costs more."""
    rows = [_texts_of(entry) for entry in entries]
    found = rows_of(database, _append_many_text(), arrays_of(rows, is_text=_IS_TEXT))
    for model, moves in (("campaign", campaigns), ("brand", brands)):
        run(database, _move_text(model, len(moves) == 1), _move_values(moves))
    return [key for (key,) in found]


def _move_values(moves: Sequence[Move]) -> Sequence[Value]:
    """Return what `_source` takes: the values of one move, or the columns of any number."""
    rows = [(str(move.key), str(move.daily), str(move.monthly)) for move in moves]
    return rows[0] if len(rows) == 1 else arrays_of(rows, is_text=(False, False, False))


def _texts_of(entry: SpendLog) -> tuple[str | None, ...]:
    """Return what the columns of `_ENTRY_FIELDS` take, as text.

    To psycopg, numbers of different sizes are of different types: a statement with one of each, in every combination,
    would have to be prepared again and again. What is text takes its type from the statement.
    """
    corrects_id, import_id = entry.corrects_id, entry.spend_import_id
    return (
        str(entry.campaign_id),
        str(to_micros(entry.amount)),
        _utc_text(entry.occurred_at.astimezone(UTC)),
        _utc_text(entry.recorded_at.astimezone(UTC)),
        entry.local_day.isoformat(),
        entry.description,
        entry.source,
        entry.reference,
        None if corrects_id is None else str(corrects_id),
        None if import_id is None else str(import_id),
    )


# Entries of a batch are recorded in one moment, and often occurred in few. In UTC alone, equal moments have one text.
@lru_cache(maxsize=256)
def _utc_text(moment: datetime) -> str:
    return moment.isoformat()


def _append_on_sqlite(
    database: BaseDatabaseWrapper, entries: Sequence[SpendLog], campaigns: Sequence[Move], brands: Sequence[Move]
) -> list[int]:
    """Write one thing after the other: here, a statement costs no journey."""
    keys: list[int] = []
    for start in range(0, len(entries), _SQLITE_ROWS):
        rows = [_values_of(entry) for entry in entries[start : start + _SQLITE_ROWS]]
        keys += [key for (key,) in rows_of(database, _insert_text(len(rows)), list(chain.from_iterable(rows)))]
    for model, moves in (("campaign", campaigns), ("brand", brands)):
        run_for_each(database, _step_text(model), [(move.daily, move.monthly, move.key) for move in moves])
    return keys


def _values_of(entry: SpendLog) -> tuple[Value, ...]:
    """Return what the columns of `_ENTRY_FIELDS` take on SQLite."""
    return (
        entry.campaign_id,
        to_micros(entry.amount),
        _in_utc(entry.occurred_at),
        _in_utc(entry.recorded_at),
        entry.local_day.isoformat(),
        entry.description,
        entry.source,
        entry.reference,
        entry.corrects_id,
        entry.spend_import_id,
    )


def _in_utc(moment: datetime) -> str:
    """Return the moment as Django keeps it on SQLite."""
    return str(moment.astimezone(UTC).replace(tzinfo=None))


def _keys(vendor: str, keys: Sequence[int]) -> Value:
    """Return one key, or several as one value."""
    if len(keys) == 1:
        return keys[0] if vendor == "sqlite" else str(keys[0])
    return _array(vendor, keys)


def _array(vendor: str, keys: Collection[int]) -> Value:
    """Return any number of keys as one value."""
    return f"[{','.join(map(str, keys))}]" if vendor == "sqlite" else f"{{{','.join(map(str, keys))}}}"


# --- Put together once, for each database -----------------------------------------------------------------------------


@cache
def _brand_reader(_vendor: str) -> ModelReader[Brand]:
    return ModelReader(Brand, current_database())


@cache
def _campaign_reader(_vendor: str) -> ModelReader[Campaign]:
    return ModelReader(Campaign, current_database())


@cache
def _lock_text(vendor: str, is_one: bool, is_within: bool, locking: str) -> str:
    columns = [f"brand.{column}" for column in _brand_reader(vendor).columns]
    columns += [f"campaign.{column}" for column in _campaign_reader(vendor).columns]
    is_among = "IN (SELECT value FROM json_each(%s))" if vendor == "sqlite" else "= ANY (%s::bigint[])"
    is_wanted = f"campaign.id {'= %s' if is_one else is_among}"
    if is_within:
        is_wanted += f" AND brand.id {is_among}"
    return (
        f"SELECT {', '.join(columns)} FROM {table_of(Brand)} AS brand "
        f"JOIN {table_of(Campaign)} AS campaign ON campaign.{column_of(Campaign, 'brand')} = brand.id "
        f"WHERE {is_wanted} ORDER BY brand.id, campaign.id {'' if vendor == 'sqlite' else locking}"
    )


@cache
def _append_one_text(moves_campaign: bool, moves_brand: bool) -> str:
    """Return PostgreSQL's statement for one entry and what it moves: nothing, where the reference is taken."""
    return (
        f"WITH entry AS ({_insert(_source(_entry_types(), is_one=True))}), "
        f"campaign AS ({_move_text('campaign', moves_campaign, beside='entry, ')}), "
        f"brand AS ({_move_text('brand', moves_brand, beside='entry, ')}) SELECT id FROM entry"
    )


@cache
def _append_many_text() -> str:
    """Return PostgreSQL's statement for any number of entries."""
    return _insert(_source(_entry_types(), is_one=False))


@cache
def _move_text(kind: str, is_one: bool, beside: str = "") -> str:
    """Return PostgreSQL's statement for the counters of one brand or campaign, or of any number.

    :param beside: without rows of which nothing moves.
    """
    model = _COUNTED[kind]
    daily, monthly = (column_of(model, name) for name in _COUNTERS)
    return (
        f"UPDATE {table_of(model)} AS counted SET {daily} = counted.{daily} + move.daily, "
        f"{monthly} = counted.{monthly} + move.monthly "
        f"FROM {beside}({_source(['bigint'] * 3, is_one)}) AS move (key, daily, monthly) WHERE counted.id = move.key"
    )


def _source(types: Sequence[str], is_one: bool) -> str:
    """Return rows as a table: one is far cheaper to plan and to run than any number."""
    if is_one:
        return f"VALUES ({', '.join(f'%s::{kind}' for kind in types)})"
    return f"SELECT * FROM unnest({', '.join(f'%s::{kind}[]' for kind in types)})"


def _entry_types() -> list[str]:
    by_name = {field.name: field for field in SpendLog._meta.concrete_fields}
    fields = [by_name[name] for name in _ENTRY_FIELDS]
    # Not `varchar(50)`: a cast to it would cut off what is longer, without a word.
    return ["text" if field.get_internal_type() == "CharField" else str(field.db_type(connection)) for field in fields]


@cache
def _insert_text(rows: int) -> str:
    """Return SQLite's statement for so many entries."""
    places = f"({', '.join(['%s'] * len(_ENTRY_FIELDS))})"
    return _insert(f"VALUES {', '.join([places] * rows)}")


@cache
def _step_text(kind: str) -> str:
    """Return SQLite's statement for one row's counters."""
    model = _COUNTED[kind]
    counters = ", ".join(f"{column_of(model, name)} = {column_of(model, name)} + %s" for name in _COUNTERS)
    return f"UPDATE {table_of(model)} SET {counters} WHERE id = %s"


def _insert(source: str) -> str:
    columns = ", ".join(column_of(SpendLog, name) for name in _ENTRY_FIELDS)
    # Of what may conflict, only references are not given out by the database.
    return f"INSERT INTO {table_of(SpendLog)} ({columns}) {source} ON CONFLICT DO NOTHING RETURNING id"
