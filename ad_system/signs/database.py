"""The database: whether it answers, and whether it has the tables of this version."""

from __future__ import annotations

from django.db import connection

from ad_system.signs.findings import Finding, Level, Part
from ad_system.signs.question import Question
from ad_system.tables import missing_migrations
from campaigns.services.database import is_forbidden

# A busy one may take a while to let somebody in. Nobody who looks waits for longer.
PATIENCE_SECONDS = 3.0

PULSES_MIGRATION = ("campaigns", "0006_signs_of_life")


def unreachable(error: Exception) -> Finding:
    """This will return the finding for a database that said no, or nothing.

    Its own words are for those who may see details.
    """
    sentence = "The database does not answer: nothing can be recorded or read."
    advice = "Start it, or correct DATABASE_URL. Whoever sends spend sends it again: what has a reference counts once."
    if is_forbidden(error):
        sentence = "The database answers, but its tables belong to another user."
        advice = "Give them to the user of DATABASE_URL, or restore them as that user."
    return Finding(
        Part.DATABASE, Level.ILL, sentence, advice, (f"{type(error).__name__}: {' '.join(str(error).split())}",)
    )


def look_at_database() -> list[Finding]:
    """This will ask the database, and say whether it answers and which migrations it lacks.

    :raises django.db.Error: if it says no.
    :raises NoAnswer: if it says nothing in time.
    """
    if connection.vendor == "postgresql":
        _QUESTION.ask()
    missing = missing_migrations()
    answers = Finding(Part.DATABASE, Level.OK, f"The database ({connection.vendor}) answers.")
    if not missing:
        return [answers, Finding(Part.MIGRATIONS, Level.OK, "The database has the tables of this version.")]
    lacks = "1 migration" if len(missing) == 1 else f"{len(missing)} migrations"
    sentence = f"The database is behind the program: it lacks {lacks}."
    return [answers, Finding(Part.MIGRATIONS, Level.ILL, sentence, "Run manage.py migrate.", tuple(missing))]


def _answers() -> None:
    """Come in as somebody new would, and ask: on a connection that is open already, a dead server is waited for."""
    own = connection.copy()
    own.settings_dict["OPTIONS"] = {
        **own.settings_dict["OPTIONS"],
        # Later than whoever asks gives up, so that all of them hear the same.
        "connect_timeout": round(PATIENCE_SECONDS) + 2,
        # The question ends some time after its host is gone, and can be asked again.
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 2,
        "tcp_user_timeout": 10_000,
    }
    try:
        with own.cursor() as cursor:
            cursor.execute("SELECT 1")
    finally:
        own.close()


_QUESTION = Question(_answers, name="database-probe", seconds=PATIENCE_SECONDS)
