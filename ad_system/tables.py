"""The tables: which migrations of this version the database lacks, and where its history of them has a gap."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

# The app, and the name of the migration.
Key: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Step:
    """One migration, as the disk has it.

    :param replaces: those that it stands for, all together.
    """

    key: Key
    replaces: frozenset[Key]


def missing_migrations() -> list[str]:
    """This will return the migrations of this version that the database lacks, sorted; others' do not count.

    All of them: one that is missing below another one that is there, too.

    :raises django.db.Error: if the database does not answer.
    """
    recorder = MigrationRecorder(connection)
    applied: set[Key] = set(recorder.migration_qs.values_list("app", "name")) if recorder.has_table() else set()
    return [
        ".".join(step.key)
        for step in _steps()
        if step.key not in applied and not (step.replaces and step.replaces <= applied)
    ]


@cache
def _steps() -> tuple[_Step, ...]:
    # What is on the disk does not change while a process runs, and reading it takes as long as all questions together.
    nodes = MigrationLoader(None, ignore_no_migrations=True).graph.nodes
    return tuple(_Step(key, frozenset(map(tuple, nodes[key].replaces))) for key in sorted(nodes))
