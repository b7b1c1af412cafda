"""What a first start does before anything runs: tables, static files, groups, demo; at its end, an administrator."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import Error as AnyDatabaseError
from django.db import connection
from django.db.migrations.exceptions import InconsistentMigrationHistory
from filelock import FileLock

from ad_system.errors import CannotStart
from ad_system.tables import missing_migrations
from campaigns.errors import BrandBusy
from campaigns.services.database import refusal_of

ADMINISTRATOR = "admin"
PASSWORD_BYTES = 12
# Any number, as long as nobody else takes it for a lock in this database.
PREPARING = 7_265_701
SECONDS_BETWEEN_LOOKS = 0.2


@dataclass(frozen=True, slots=True)
class Administrator:
    """Who can sign in. `password` is there only at the moment in which it was made."""

    name: str
    password: str | None


def prepare_database(say: Callable[[str], object]) -> None:
    """This will bring the tables up to date, saying what it does.

    :raises CannotStart: if the database does not answer or refuses.
    """
    try:
        with _told_of_the_database(), _alone():
            missing = missing_migrations()
            if missing:
                say(f"Bringing the database up to date ({len(missing)} migrations)")
                call_command("migrate", interactive=False, verbosity=0)
            else:
                say("The database is up to date")
    except InconsistentMigrationHistory as error:
        raise CannotStart(
            f"The history of the database's migrations has a gap: {' '.join(str(error).split())} Nothing was changed. "
            "Restore the newest backup, or ask whoever migrated by hand."
        ) from error


@contextmanager
def _told_of_the_database() -> Iterator[None]:
    """Say it in a sentence where the database is away, or goes away between two steps."""
    try:
        yield
    except AnyDatabaseError as error:
        said = " ".join(str(error).split())
        if isinstance(refusal_of(error), BrandBusy):
            raise CannotStart(
                f"Somebody else holds a table, and did not let go of it in time ({said}). What was begun was taken "
                "back: start again when nothing long runs (a backup, an export), or end it."
            ) from error
        raise CannotStart(f"The database cannot be used: {said}") from error


@contextmanager
def _alone() -> Iterator[None]:
    """Keep others out who start at the same moment, on other machines too."""
    # A pooler would give the lock to one connection, and have another one give it back.
    if connection.vendor != "postgresql" or settings.ENVIRONMENT.database_pooler:
        yield
        return
    # For as long as it takes: the others may have much to do. Asked again and again: an index that is made beside
    # running writers waits for every statement that had begun before, and so for one that waited here.
    while not _may_begin():
        time.sleep(SECONDS_BETWEEN_LOOKS)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [PREPARING])


def _may_begin() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [PREPARING])
        return bool(cursor.fetchone()[0])


def prepare_static_files(say: Callable[[str], object]) -> None:
    """This will collect the static files where they are served from one folder, and make the folder in any case.

    :raises CannotStart: if they cannot be written.
    """
    try:
        Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
        if settings.ENVIRONMENT.production:
            # Several web servers may share the folder.
            with FileLock(settings.ENVIRONMENT.data_dir / "static.lock"):
                say("Collecting static files")
                call_command("collectstatic", interactive=False, verbosity=0)
    except OSError as error:
        raise CannotStart(
            f"The static files cannot be written to DATA_DIR ({error.filename}: {error.strerror}): give the folder to "
            "this user, or name another one."
        ) from error


@_told_of_the_database()
def load_demo() -> None:
    """This will load the demo agency at the first start, if the database is empty; the command sees whether it is.

    Later it is for people to say: who removed it, or began without it, does not want it back at every start.

    :raises CannotStart: if the database does not answer.
    """
    if not get_user_model()._default_manager.exists():
        call_command("load_demo")


@_told_of_the_database()
def prepare_groups() -> None:
    """This will make the ready groups of people where there is no group yet; later they are people's own matter.

    :raises CannotStart: if the database does not answer.
    """
    if not Group.objects.exists():
        call_command("create_groups", stdout=StringIO())


@_told_of_the_database()
def ensure_administrator() -> Administrator | None:
    """This will return an administrator, made here and now if there is none.

    None: nobody can sign in as one, and it is for a person to decide who may (the only ones were switched off, or an
    ordinary user has the name).

    :raises CannotStart: if the database does not answer.
    """
    users = get_user_model()._default_manager
    administrators = users.filter(is_superuser=True)
    if administrators.exists() or users.filter(username=ADMINISTRATOR).exists():
        first = administrators.filter(is_active=True).order_by("pk").first()
        return Administrator(name=first.get_username(), password=None) if first else None
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    users.create_superuser(username=ADMINISTRATOR, email="", password=password)
    return Administrator(name=ADMINISTRATOR, password=password)
