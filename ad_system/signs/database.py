"""The database: whether it answers, and whether it has the tables of this version."""

from __future__ import annotations

from functools import cache

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from ad_system.signs.findings import Finding, Level, Part

PULSES_MIGRATION = ("campaigns", "0006_signs_of_life")


def unreachable(error: Exception) -> Finding:
    """This will return the finding for a database that said no. Its own words are for those who may see details."""
    return Finding(
        Part.DATABASE,
        Level.ILL,
        "The database does not answer: nothing can be recorded or read.",
        "Start it, or correct DATABASE_URL. Whoever sends spend sends it again: what has a reference counts once.",
        (f"{type(error).__name__}: {' '.join(str(error).split())}",),
    )


def look_at_database() -> list[Finding]:
    """This will ask the database one question, and say whether it answers and which migrations it lacks.

    :raises django.db.Error: if it does not answer.
    """
    missing = missing_migrations()
    answers = Finding(Part.DATABASE, Level.OK, f"The database ({connection.vendor}) answers.")
    if not missing:
        return [answers, Finding(Part.MIGRATIONS, Level.OK, "The database has the tables of this version.")]
    apps = "1 app lacks" if len(missing) == 1 else f"{len(missing)} apps lack"
    sentence = f"The database is behind the program: {apps} migrations."
    return [answers, Finding(Part.MIGRATIONS, Level.ILL, sentence, "Run manage.py migrate.", tuple(missing))]


def missing_migrations() -> list[str]:
    """This will return, for every app that the database is behind with, the migration that it has to come to."""
    recorder = MigrationRecorder(connection)
    if not recorder.has_table():
        return [".".join(leaf) for leaf in _newest_migrations()]
    applied = set(recorder.migration_qs.values_list("app", "name"))
    return [".".join(leaf) for leaf in _newest_migrations() if leaf not in applied]


@cache
def _newest_migrations() -> list[tuple[str, str]]:
    # What is on the disk does not change while a process runs, and reading it takes as long as all questions together.
    return sorted(MigrationLoader(None, ignore_no_migrations=True).graph.leaf_nodes())
