"""How a command ends when it does not end well. The name of the class is the first word of its line on stderr."""

from __future__ import annotations

from django.core.management.base import CommandError
from django.db import Error as AnyDatabaseError
from django.db import ProgrammingError

from campaigns.services.database import is_away, is_forbidden, refusal_of


class Refused(CommandError):
    """What was asked for is not possible; nothing of it was done, or what was done has been said."""


class Found(CommandError):
    """The command did its work, and found something that a person must see."""


class Usage(CommandError):
    """The command line itself is wrong."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, returncode=2)


def one_line(text: object) -> str:
    """Return the text with every line break and run of spaces as one space."""
    return " ".join(str(text).split())


def describe_database_error(error: AnyDatabaseError) -> str | None:
    """Return a sentence about a database that is not ready; None for an error of ours, which needs its traceback."""
    said = one_line(error)
    refusal = refusal_of(error)
    if refusal is not None:
        return one_line(refusal)
    is_behind = "no such table" in said or "no such column" in said
    if is_behind or (isinstance(error, ProgrammingError) and "does not exist" in said):
        return "The database lacks tables or columns of this version: run manage.py migrate."
    if is_forbidden(error):
        return f"The tables belong to another user of the database: restore them as the one of DATABASE_URL ({said})."
    if is_away(error):
        return f"The database cannot be reached: {said}"
    return "The database cannot be read: it is damaged, or no database." if "not a database" in said else None
