"""The driver: runs statements that are written by hand, and makes models of their rows as the ORM does."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.db.models import Model
from django.db.models.base import ModelState

if TYPE_CHECKING:
    import psycopg

# What a placeholder takes.
Value: TypeAlias = int | str | None
AnyModel = TypeVar("AnyModel", bound=Model)


def current_database() -> BaseDatabaseWrapper:
    """Return the connection of this thread."""
    # Asked for once: each look at `django.db.connection` finds out anew whose it is, which takes its time.
    return connections[DEFAULT_DB_ALIAS]


def rows_of(
    database: BaseDatabaseWrapper, text: str, values: Sequence[Value], *, ends: bool = False
) -> list[tuple[Any, ...]]:
    """Run the statement, which returns rows, and return all of them.

    :param ends: nothing is written after it. On PostgreSQL, the caller's transaction is then committed on the same
        journey, unless it stands inside of another one.
    """
    if _takes_short_road(database):
        return _journey(database, text, values, ends=ends)
    cursor, text = _cursor_and_text(database, text)
    cursor.execute(text, values)
    # It is not asked whether there are any: to answer, psycopg describes each column, which takes longer than the rest.
    rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def run(database: BaseDatabaseWrapper, text: str, values: Sequence[Value]) -> None:
    """Run the statement, which returns nothing."""
    if _takes_short_road(database):
        _journey(database, text, values, ends=False)
        return
    cursor, text = _cursor_and_text(database, text)
    cursor.execute(text, values)


def run_for_each(database: BaseDatabaseWrapper, text: str, rows: Sequence[Sequence[Value]]) -> None:
    """Run the statement, which returns nothing, with each of the rows."""
    cursor, text = _cursor_and_text(database, text)
    cursor.executemany(text, rows)


def table_of(model: type[Model]) -> str:
    """Return the name of the model's table, quoted."""
    return connection.ops.quote_name(model._meta.db_table)


def column_of(model: type[Model], name: str) -> str:
    """Return the name of the column that the field of that name has, quoted."""
    field = next(field for field in model._meta.concrete_fields if field.name == name)
    return connection.ops.quote_name(str(field.column))


def arrays_of(rows: Sequence[tuple[str | None, ...]], *, is_text: Sequence[bool]) -> Sequence[Value]:
    """Return the columns of the rows as PostgreSQL's arrays; psycopg takes ten times as long to put one together.

    :param is_text: for each column, whether it holds what people write; numbers and moments need no quotes.
    """
    columns = zip(*rows, strict=True) if rows else [()] * len(is_text)
    return [
        f"{{{','.join(map(_quoted if needs_quotes else _plain, column))}}}"
        for column, needs_quotes in zip(columns, is_text, strict=True)
    ]


def _plain(value: str | None) -> str:
    return "NULL" if value is None else value


def _quoted(value: str | None) -> str:
    """Return a text as an element of an array, in which these two characters alone mean something."""
    return "NULL" if value is None else '"' + value.replace("\\", r"\\").replace('"', r"\"") + '"'


def _cursor_and_text(database: BaseDatabaseWrapper, text: str) -> tuple[CursorWrapper, str]:
    if database.queries_logged:
        # Slower, but whoever listens reads what was run.
        return database.cursor(), text
    return CursorWrapper(_driver_cursor(database), database), _in_own_style(database.vendor, text)


def _takes_short_road(database: BaseDatabaseWrapper) -> bool:
    """Tell whether the statement goes to PostgreSQL, and nobody listens; Windows cannot wait as it has to."""
    if database.vendor == "sqlite" or sys.platform == "win32" or database.queries_logged or database.execute_wrappers:
        return False
    database.validate_no_broken_transaction()
    database.ensure_connection()
    return True


def _journey(database: BaseDatabaseWrapper, text: str, values: Sequence[Value], *, ends: bool) -> list[tuple[Any, ...]]:
    # Not before it is needed: psycopg takes a while to load.
    from campaigns.services import journeys

    # Django's own name for a pooler that gives out connections for a transaction at a time.
    has_pooler = database.settings_dict["DISABLE_SERVER_SIDE_CURSORS"]
    with database.wrap_database_errors:
        return journeys.ask(
            database.connection, text, values, prepares=not has_pooler, ends=ends and _is_outermost(database)
        )


def _is_outermost(database: BaseDatabaseWrapper) -> bool:
    return len(database.atomic_blocks) == 1 and database.commit_on_exit and not database.needs_rollback


def _driver_cursor(database: BaseDatabaseWrapper) -> psycopg.Cursor | sqlite3.Cursor:
    """Return the driver's own cursor: the one that Django uses on PostgreSQL writes the values into the text."""
    database.ensure_connection()
    if database.vendor == "sqlite":
        return sqlite3.Cursor(database.connection)
    # Not before it is needed: it takes a while to load.
    from psycopg import Cursor, pq

    cursor = Cursor(database.connection)
    # In binary, psycopg reads moments by its fast code, and not by what Django puts in its place for text.
    cursor.format = pq.Format.BINARY
    return cursor


def make_model(model: type[AnyModel], values: Mapping[str, object]) -> AnyModel:
    """Return a model that is not saved yet, with a value for each of its columns, by the names of its attributes.

    As unpickling does. The model's own way goes through all columns once more, and tells listeners that there are none.
    """
    made = model.__new__(model)
    made.__dict__.update(values)
    made._state = ModelState()
    return made


class ModelReader(Generic[AnyModel]):
    """Makes models of rows, as the ORM does.

    :ivar columns: that a row has, quoted, in their order.
    """

    def __init__(self, model: type[AnyModel], database: BaseDatabaseWrapper) -> None:
        fields = model._meta.concrete_fields
        self._model = model
        self._names = [field.attname for field in fields]
        self._converters = [
            (field.attname, convert, column)
            for field, column in ((field, field.get_col(model._meta.db_table)) for field in fields)
            for convert in (*database.ops.get_db_converters(column), *column.get_db_converters(database))
        ]
        self.columns = [database.ops.quote_name(str(field.column)) for field in fields]

    def read(self, database: BaseDatabaseWrapper, row: Sequence[object]) -> AnyModel:
        """Return the model of a row with all its columns."""
        values = dict(zip(self._names, row, strict=True))
        for name, convert, column in self._converters:
            values[name] = convert(values[name], column, database)
        made = make_model(self._model, values)
        made._state.adding = False
        made._state.db = database.alias
        return made


@cache
def _in_own_style(vendor: str, text: str) -> str:
    return text.replace("%s", "?") if vendor == "sqlite" else text
