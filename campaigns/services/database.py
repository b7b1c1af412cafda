"""Writing: one transaction, all or nothing; and what the database itself says no to, as refusals.

Here, and nowhere else, it is known how PostgreSQL and SQLite say that somebody else holds a lock, that the disk is full
and that they may only be read.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import Error as AnyDatabaseError
from django.db import InterfaceError, OperationalError, transaction

from campaigns.errors import BrandBusy, DatabaseFull, DatabaseReadOnly, Refusal

logger = logging.getLogger(__name__)

BUSY = (
    "Somebody else is changing the same, and did not finish in time. Nothing was written: try again in a few seconds."
)
_FULL = (
    "The disk of the database is full: nothing was written. An administrator has to make room; "
    "then send the same again."
)
_READ_ONLY = (
    "The database can only be read at the moment: nothing was written. An administrator has to make it writable "
    "(its disk, its folder, or the server itself); then send the same again."
)

# What PostgreSQL calls it (SQLSTATE), and how the names begin that SQLite has for it.
_REFUSALS: dict[str, tuple[type[Refusal], str]] = {
    "55P03": (BrandBusy, BUSY),
    "53100": (DatabaseFull, _FULL),
    "25006": (DatabaseReadOnly, _READ_ONLY),
    "SQLITE_BUSY": (BrandBusy, BUSY),
    "SQLITE_FULL": (DatabaseFull, _FULL),
    "SQLITE_READONLY": (DatabaseReadOnly, _READ_ONLY),
}

_FORBIDDEN = "42501"


@contextmanager
def writing() -> Iterator[None]:
    """Write in one transaction: all of it or nothing.

    :raises Refusal: BrandBusy, DatabaseFull or DatabaseReadOnly, if the database itself refuses; nothing was written.
    """
    try:
        with transaction.atomic():
            yield
    except AnyDatabaseError as error:
        refusal = refusal_of(error)
        if refusal is None:
            raise
        raise refusal from error


def refusal_of(error: BaseException) -> Refusal | None:
    """Return the refusal that a database's error stands for; None where it stands for none.

    None, too, if the database is away: whether something was written is then not known.
    """
    cause = error.__cause__
    state: object = getattr(cause, "sqlstate", None)
    name: object = getattr(cause, "sqlite_errorname", None)
    code = state if isinstance(state, str) else "_".join(str(name).split("_")[:2])
    if code not in _REFUSALS:
        return None
    refusal, sentence = _REFUSALS[code]
    return refusal(sentence)


def is_forbidden(error: BaseException) -> bool:
    """Tell whether the tables belong to another user of the database: somebody else made or restored them."""
    return getattr(error.__cause__, "sqlstate", None) == _FORBIDDEN


def is_away(error: BaseException) -> bool:
    """Tell whether the database does not answer, or stopped answering: nobody knows then what was written."""
    return isinstance(error, OperationalError | InterfaceError) and refusal_of(error) is None
