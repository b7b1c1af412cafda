"""The database: whether it answers, and whether it has the tables of this version."""

from __future__ import annotations

from django.db import connection

from ad_system.signs.findings import Finding, Level, Part
from ad_system.tables import missing_migrations

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
    lacks = "1 migration" if len(missing) == 1 else f"{len(missing)} migrations"
    sentence = f"The database is behind the program: it lacks {lacks}."
    return [answers, Finding(Part.MIGRATIONS, Level.ILL, sentence, "Run manage.py migrate.", tuple(missing))]
