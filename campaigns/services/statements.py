"""Statements: the SQL of the road that every spend takes, written by hand, in this one place.

The ORM does the same: `tests/campaigns/services/test_statements.py` compares. But putting its statements together takes
longer than the database takes to run them. Names of tables and columns, and how a column becomes a value, are the
ORM's. On PostgreSQL each text is prepared once for a connection. The caller is inside `atomic()`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Model

from campaigns.models import Brand, Campaign, SpendLog
from campaigns.rules.money import to_micros

if TYPE_CHECKING:
    import psycopg

# What a placeholder takes. PostgreSQL gets everything as text and casts it: to psycopg, numbers of different sizes are
# of different types, and a statement with one of each in every combination would have to be prepared again and again.
Value: TypeAlias = "int | str | list[str | None] | None"
AnyModel = TypeVar("AnyModel", bound=Model)

# Brand first, so that nobody who waits for a brand holds its campaigns. The campaigns as well: a statement that had to
# wait reads again only what it locks.
LOCKING = "FOR UPDATE OF brand, campaign"

_ENTRY_FIELDS = (
    *("campaign", "amount", "occurred_at", "recorded_at", "local_day"),
    *("description", "source", "reference", "corrects", "spend_import"),
)
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


def lock_with_campaigns(campaign_ids: Sequence[int]) -> list[tuple[Brand, Campaign]]:
    """Lock the brands of the campaigns, in the order of their keys, and return each campaign with its brand.

    All are as they are now that the lock is held. What does not exist is left out.
    """
    vendor = connection.vendor
    brand_reader, campaign_reader = _brand_reader(vendor), _campaign_reader(vendor)
    width = len(brand_reader.columns)
    brands: dict[object, Brand] = {}
    found: list[tuple[Brand, Campaign]] = []
    text = _lock_text(vendor, len(campaign_ids) == 1, LOCKING)
    for row in _execute(text, [_keys(campaign_ids)]).fetchall():
        brand = brands.get(row[0])
        if brand is None:
            brand = brands[row[0]] = brand_reader.read(row[:width])
        found.append((brand, campaign_reader.read(row[width:])))
    return found


def append(*, entries: Sequence[SpendLog], campaigns: Sequence[Move], brands: Sequence[Move]) -> None:
    """Append the entries to the ledger and move the counters; the entries get their keys.

    :param campaigns: at most one for each campaign; one that moves nothing may be left out.
    :param brands: the same for brands.
    :raises ReferenceTaken: if an entry's reference is taken; the transaction has to be rolled back.
    """
    steps = _append_at_once if connection.vendor == "postgresql" else _append_in_steps
    keys = steps(entries, campaigns, brands)
    if len(keys) != len(entries):
        raise ReferenceTaken
    for entry, key in zip(entries, keys, strict=True):
        entry.pk = key
        entry._state.adding = False
        entry._state.db = connection.alias


def _append_at_once(entries: Sequence[SpendLog], campaigns: Sequence[Move], brands: Sequence[Move]) -> list[int]:
    """Write everything with one statement: PostgreSQL."""
    rows = [_texts_of(entry) for entry in entries]
    values = [*_source_values(rows, len(_ENTRY_FIELDS)), *_move_values(campaigns), *_move_values(brands)]
    text = _append_text(len(entries) == 1, len(campaigns) == 1, len(brands) == 1)
    return [key for (key,) in _execute(text, values).fetchall()]


def _move_values(moves: Sequence[Move]) -> Sequence[Value]:
    return _source_values([(str(move.key), str(move.daily), str(move.monthly)) for move in moves], 3)


def _source_values(rows: Sequence[tuple[str | None, ...]], width: int) -> Sequence[Value]:
    """Return what `_source` takes: the values of one row, or the columns of any number."""
    if len(rows) == 1:
        return rows[0]
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]


def _texts_of(entry: SpendLog) -> tuple[str | None, ...]:
    """Return what the columns of `_ENTRY_FIELDS` take, as text."""
    return (
        str(entry.campaign_id),
        str(to_micros(entry.amount)),
        entry.occurred_at.isoformat(),
        entry.recorded_at.isoformat(),
        entry.local_day.isoformat(),
        entry.description,
        entry.source,
        entry.reference,
        None if entry.corrects_id is None else str(entry.corrects_id),
        None if entry.spend_import_id is None else str(entry.spend_import_id),
    )


def _append_in_steps(entries: Sequence[SpendLog], campaigns: Sequence[Move], brands: Sequence[Move]) -> list[int]:
    """Write one thing after the other: SQLite, where a statement costs no journey."""
    keys: list[int] = []
    for start in range(0, len(entries), _SQLITE_ROWS):
        rows = [_values_of(entry) for entry in entries[start : start + _SQLITE_ROWS]]
        keys += [key for (key,) in _execute(_insert_text(len(rows)), list(chain.from_iterable(rows))).fetchall()]
    for model, moves in (("campaign", campaigns), ("brand", brands)):
        text = _step_text(model)
        for move in moves:
            _execute(text, [move.daily, move.monthly, move.key])
    return keys


def _values_of(entry: SpendLog) -> tuple[Value, ...]:
    """Return what the columns of `_ENTRY_FIELDS` take on SQLite."""
    moment = connection.ops.adapt_datetimefield_value
    return (
        entry.campaign_id,
        to_micros(entry.amount),
        moment(entry.occurred_at),
        moment(entry.recorded_at),
        entry.local_day.isoformat(),
        entry.description,
        entry.source,
        entry.reference,
        entry.corrects_id,
        entry.spend_import_id,
    )


def _execute(text: str, values: Sequence[Value]) -> CursorWrapper:
    if connection.queries_logged:
        # Slower, but whoever listens reads what was run.
        cursor = connection.cursor()
        cursor.execute(text, values)
        return cursor
    connection.ensure_connection()
    cursor = CursorWrapper(_driver_cursor(), connection)
    cursor.execute(text.replace("%s", "?") if connection.vendor == "sqlite" else text, values)
    return cursor


def _driver_cursor() -> psycopg.Cursor | sqlite3.Cursor:
    """Return the driver's own cursor: the one that Django uses on PostgreSQL writes the values into the text."""
    if connection.vendor == "sqlite":
        return sqlite3.Cursor(connection.connection)
    # Not before it is needed: it takes a while to load.
    from psycopg import Cursor

    return Cursor(connection.connection)


def _keys(keys: Sequence[int]) -> Value:
    """Return one key, or several as one value."""
    if len(keys) == 1:
        return keys[0] if connection.vendor == "sqlite" else str(keys[0])
    return f"[{','.join(map(str, keys))}]" if connection.vendor == "sqlite" else f"{{{','.join(map(str, keys))}}}"


class _Reader(Generic[AnyModel]):
    """Makes models of rows, as the ORM does."""

    def __init__(self, model: type[AnyModel]) -> None:
        fields = model._meta.concrete_fields
        self._model = model
        self._names = [field.attname for field in fields]
        self._converters = [
            (index, convert, column)
            for index, column in enumerate(field.get_col(model._meta.db_table) for field in fields)
            for convert in (*connection.ops.get_db_converters(column), *column.get_db_converters(connection))
        ]
        self.columns = [_column(model, field.name) for field in fields]

    def read(self, row: Sequence[object]) -> AnyModel:
        """Return the model of a row with all its columns."""
        values = list(row)
        for index, convert, column in self._converters:
            values[index] = convert(values[index], column, connection)
        return self._model.from_db(connection.alias, self._names, values)


# --- Put together once, for each database -----------------------------------------------------------------------------


@cache
def _brand_reader(_vendor: str) -> _Reader[Brand]:
    return _Reader(Brand)


@cache
def _campaign_reader(_vendor: str) -> _Reader[Campaign]:
    return _Reader(Campaign)


@cache
def _lock_text(vendor: str, is_one: bool, locking: str) -> str:
    columns = [f"brand.{column}" for column in _brand_reader(vendor).columns]
    columns += [f"campaign.{column}" for column in _campaign_reader(vendor).columns]
    is_wanted = "= %s"
    if not is_one:
        is_wanted = "IN (SELECT value FROM json_each(%s))" if vendor == "sqlite" else "= ANY (%s::bigint[])"
    return (
        f"SELECT {', '.join(columns)} FROM {_table(Brand)} AS brand "
        f"JOIN {_table(Campaign)} AS campaign ON campaign.{_column(Campaign, 'brand')} = brand.id "
        f"WHERE campaign.id {is_wanted} ORDER BY brand.id, campaign.id {'' if vendor == 'sqlite' else locking}"
    )


@cache
def _append_text(is_one_entry: bool, is_one_campaign: bool, is_one_brand: bool) -> str:
    """Return PostgreSQL's statement for all three tables."""
    move_types = ["bigint"] * 3
    return (
        f"WITH entry AS ({_insert(_source(_entry_types(), is_one_entry))}), "
        f"campaign AS ({_moves(Campaign, _source(move_types, is_one_campaign))}), "
        f"brand AS ({_moves(Brand, _source(move_types, is_one_brand))}) SELECT id FROM entry"
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


def _moves(model: type[Brand | Campaign], source: str) -> str:
    daily, monthly = (_column(model, name) for name in _COUNTERS)
    return (
        f"UPDATE {_table(model)} AS counted SET {daily} = counted.{daily} + move.daily, "
        f"{monthly} = counted.{monthly} + move.monthly "
        f"FROM ({source}) AS move (key, daily, monthly) WHERE counted.id = move.key"
    )


@cache
def _insert_text(rows: int) -> str:
    """Return SQLite's statement for so many entries."""
    places = f"({', '.join(['%s'] * len(_ENTRY_FIELDS))})"
    return _insert(f"VALUES {', '.join([places] * rows)}")


@cache
def _step_text(kind: str) -> str:
    """Return SQLite's statement for one row's counters."""
    model = Brand if kind == "brand" else Campaign
    counters = ", ".join(f"{_column(model, name)} = {_column(model, name)} + %s" for name in _COUNTERS)
    return f"UPDATE {_table(model)} SET {counters} WHERE id = %s"


def _insert(source: str) -> str:
    columns = ", ".join(_column(SpendLog, name) for name in _ENTRY_FIELDS)
    # Of what may conflict, only references are not given out by the database.
    return f"INSERT INTO {_table(SpendLog)} ({columns}) {source} ON CONFLICT DO NOTHING RETURNING id"


def _table(model: type[Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _column(model: type[Model], name: str) -> str:
    field = next(field for field in model._meta.concrete_fields if field.name == name)
    return connection.ops.quote_name(str(field.column))
