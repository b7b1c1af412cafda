"""Backups: the whole database in one file, as of one moment, while everybody goes on working."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ad_system.errors import CannotStart


def back_up(database: Mapping[str, Any], target: Path) -> None:
    """This will write a backup of Django's `database` to `target`, which only its owner can read.

    It appears under its name when it is whole.

    :raises CannotStart: if there is such a file already, or it cannot be written.
    """
    if target.exists():
        raise CannotStart(f"{target} is there already: choose another name.")
    draft = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        if database["ENGINE"] == "django.db.backends.sqlite3":
            _copy_sqlite(Path(database["NAME"]), draft)
        else:
            _dump_postgres(database, draft)
        draft.rename(target)
    except OSError as error:
        raise CannotStart(f"{target} cannot be written: {error.strerror}.") from error
    finally:
        draft.unlink(missing_ok=True)


def _copy_sqlite(source: Path, draft: Path) -> None:
    """Copy by SQLite itself: a copy of the file alone would lack what is still in its log beside it."""
    try:
        with (
            contextlib.closing(sqlite3.connect(source)) as database,
            contextlib.closing(sqlite3.connect(draft)) as copy,
        ):
            database.backup(copy)
            found = str(copy.execute("PRAGMA integrity_check").fetchone()[0])
    except sqlite3.DatabaseError as error:
        found = str(error)
    if found != "ok":
        raise CannotStart(f"The database is damaged: {found}. Restore an older backup.")


def _dump_postgres(database: Mapping[str, Any], draft: Path) -> None:
    if shutil.which("pg_dump") is None:
        raise CannotStart(
            "pg_dump is not on the PATH: install PostgreSQL's client programs, of the server's version or newer, or "
            "run it where the server is (docs/operations.md)."
        )
    options = {
        "--host": database["HOST"],
        "--port": str(database["PORT"] or ""),
        "--username": database["USER"],
        "--dbname": database["NAME"],
        "--file": str(draft),
    }
    named = [f"{name}={value}" for name, value in options.items() if value]
    done = subprocess.run(
        ["pg_dump", "--format=custom", "--no-owner", "--no-password", *named],
        env={**os.environ, **({"PGPASSWORD": database["PASSWORD"]} if database["PASSWORD"] else {})},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CannotStart(f"pg_dump failed: {' '.join(done.stderr.split())}")
