"""Waiting, with a deadline, for what a part needs before it can begin: the database, its tables, the broker."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError, connection
from kombu import Connection
from kombu.exceptions import OperationalError

from ad_system.errors import CannotStart
from ad_system.tables import missing_migrations

LOOK_EVERY_SECONDS = 0.5
CONNECT_SECONDS = 3


def wait_until(trouble: Callable[[], str], *, seconds: float, say: Callable[[str], object]) -> None:
    """This will return once `trouble` gives no sentence any more, telling each new one.

    :raises CannotStart: with the last one, after `seconds`.
    """
    deadline = time.monotonic() + seconds
    told = ""
    while sentence := trouble():
        if time.monotonic() > deadline:
            raise CannotStart(f"{sentence} Gave up after {seconds:g} s.")
        if sentence != told:
            say(f"{sentence} Waiting for up to {seconds:g} s.")
        told = sentence
        time.sleep(LOOK_EVERY_SECONDS)


def database_trouble() -> str:
    """This will return why the database cannot be used, or nothing."""
    try:
        connection.close_if_unusable_or_obsolete()
        connection.ensure_connection()
    except DatabaseError as error:
        return f"The database of DATABASE_URL does not answer: {_one_line(error)}."
    return ""


def tables_trouble() -> str:
    """This will return why this version cannot work on the database as it is, or nothing."""
    if trouble := database_trouble():
        return trouble
    try:
        missing = missing_migrations()
    except DatabaseError as error:
        return f"The database cannot be read: {_one_line(error)}."
    if not missing:
        return ""
    lacks = "1 migration" if len(missing) == 1 else f"{len(missing)} migrations"
    return f"The database lacks {lacks}: run manage.py run_part migrate."


def broker_trouble() -> str:
    """This will return why the broker cannot be used, or nothing.

    :raises CannotStart: if its address names no kind of broker that is installed here.
    """
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    try:
        with Connection(
            settings.CELERY_BROKER_URL, connect_timeout=CONNECT_SECONDS, transport_options=options
        ) as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=CONNECT_SECONDS)
    except OperationalError as error:
        if settings.ENVIRONMENT.celery_broker_url:
            return f"The broker of CELERY_BROKER_URL does not answer: {_one_line(error)}."
        return f"No CELERY_BROKER_URL is set, and the broker of manage.py up does not run: {_one_line(error)}."
    except (KeyError, ImportError, ValueError) as error:
        raise CannotStart(f"CELERY_BROKER_URL cannot be used: {error}") from error
    return ""


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".")
