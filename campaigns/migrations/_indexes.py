"""Indexes on tables that grow: made and dropped while others write. For migrations that are not `atomic`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Table
from django.db.migrations.state import ProjectState
from django.db.models import Index, Model


class AddIndexWhileOthersWrite(migrations.AddIndex):
    """Makes an index, on PostgreSQL without keeping writers out.

    What a run that was broken off has left, an index that is there and not valid, is made anew.
    """

    atomic = False

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Make the index."""
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            _make(schema_editor, model, self.index)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Drop the index."""
        model = from_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            _drop(schema_editor, model, self.index)


class RemoveIndexWhileOthersWrite(migrations.RemoveIndex):
    """Drops an index, on PostgreSQL without waiting in the way of writers."""

    atomic = False

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Drop the index."""
        model = from_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            _drop(schema_editor, model, self._index(app_label, from_state))

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Make the index again."""
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            _make(schema_editor, model, self._index(app_label, to_state))

    def _index(self, app_label: str, state: ProjectState) -> Index:
        index: Index = state.models[app_label, self.model_name_lower].get_index_by_name(str(self.name))
        return index


def _make(schema_editor: BaseDatabaseSchemaEditor, model: type[Model], index: Index) -> None:
    if schema_editor.connection.vendor != "postgresql":
        schema_editor.add_index(model, index)
        return
    _drop(schema_editor, model, index)
    partitions = _partitions(schema_editor, model)
    with _patiently(schema_editor):
        for table in partitions or [model._meta.db_table]:
            statement = index.create_sql(model, schema_editor, concurrently=True)
            if partitions:
                statement.parts["table"] = Table(table, schema_editor.quote_name)
                statement.parts["name"] = Table(_name_in(table, model, index), schema_editor.quote_name)
            schema_editor.execute(str(statement), params=None)
    if partitions:
        # That of the whole cannot be made concurrently, but takes those of the partitions for its own: a moment.
        schema_editor.execute(str(index.create_sql(model, schema_editor)), params=None)


def _drop(schema_editor: BaseDatabaseSchemaEditor, model: type[Model], index: Index) -> None:
    if schema_editor.connection.vendor != "postgresql":
        schema_editor.remove_index(model, index)
        return
    partitions = _partitions(schema_editor, model)
    if partitions:
        # With those of its partitions. Writers wait for a moment, and we for LOCK_TIMEOUT at most.
        schema_editor.execute(f"DROP INDEX IF EXISTS {schema_editor.quote_name(index.name)}", params=None)
    # Of partitions: what a run has left that was broken off before there was one of the whole.
    names = [_name_in(table, model, index) for table in partitions] or [index.name]
    with _patiently(schema_editor):
        for name in names:
            schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {schema_editor.quote_name(name)}", params=None)


def _partitions(schema_editor: BaseDatabaseSchemaEditor, model: type[Model]) -> list[str]:
    """Return the tables that the model's one consists of; none where it is one table."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT part.relname FROM pg_inherits JOIN pg_class part ON part.oid = inhrelid "
            "WHERE inhparent = to_regclass(%s) ORDER BY part.relname",
            [model._meta.db_table],
        )
        return [str(name) for (name,) in cursor.fetchall()]


def _name_in(table: str, model: type[Model], index: Index) -> str:
    return f"{index.name}{table.removeprefix(model._meta.db_table)}"


@contextmanager
def _patiently(schema_editor: BaseDatabaseSchemaEditor) -> Iterator[None]:
    """Wait for every transaction that had begun before, however long: an export's, say. Nobody waits for us meanwhile.

    Otherwise LOCK_TIMEOUT would end it half done.
    """
    schema_editor.execute("SET lock_timeout = 0", params=None)
    try:
        yield
    finally:
        # To what the connection began with.
        schema_editor.execute("RESET lock_timeout", params=None)
