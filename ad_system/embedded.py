"""What an installation without any settings runs on: SQLite, a broker on a private socket, a key made on first use."""

from __future__ import annotations

import hashlib
import os
import secrets
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import dj_database_url

from ad_system import broker

# The shortest limit for the path of a unix socket is 104 bytes (macOS; Linux has 108).
LONGEST_SOCKET_PATH = 100

# A brand is held for as long as a spend takes, or some thousand rows of an import. SQLite has one lock for all brands,
# and those who wait for it get it in no order.
POSTGRES_LOCK_SECONDS = 5.0
SQLITE_LOCK_SECONDS = 20.0

# libpq's own patience with a server that accepts and never answers has no end, and with a host that is gone, hours.
POSTGRES_PATIENCE = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}


def secret_key(data_dir: Path) -> str:
    """Return the key kept in `data_dir`, made on first use and readable by its owner only."""
    path = data_dir / "secret_key"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"secret_key.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(64))
        try:
            # Two processes may start at once: the first key in place is everybody's key.
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()


def database(
    url: str, data_dir: Path, *, password: str = "", has_pooler: bool = False, lock_timeout: float = 0
) -> dict[str, Any]:
    """Return Django's settings for the database at `url`, or for SQLite in `data_dir` where `url` is empty.

    :param password: takes the place of the one in `url`.
    :param has_pooler: a pooler gives out PostgreSQL's connections for a transaction at a time.
    :param lock_timeout: seconds that a writer waits for another one; 0: what suits the database.
    """
    if not url:
        data_dir.mkdir(parents=True, exist_ok=True)
        url = f"sqlite:///{quote((data_dir / 'ad_system.sqlite3').as_posix())}"
    settings: dict[str, Any] = {**dj_database_url.parse(url, conn_max_age=600)}
    if settings["ENGINE"] == "django.db.backends.sqlite3":
        # Without IMMEDIATE a transaction that reads first and writes later fails at once when another one writes.
        settings["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": lock_timeout or SQLITE_LOCK_SECONDS,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        }
    else:
        if settings["ENGINE"] == "django.db.backends.postgresql":
            settings["ENGINE"] = "ad_system.postgresql"
        settings["CONN_HEALTH_CHECKS"] = True
        settings["PASSWORD"] = password or settings["PASSWORD"]
        # First, so that whoever gives options of his own in the URL has the last word, here and below.
        # psycopg prepares nothing: what is worth it, campaigns/services/journeys.py does.
        settings["OPTIONS"] = {**POSTGRES_PATIENCE, "prepare_threshold": None, **settings.get("OPTIONS", {})}
        if has_pooler:
            _share_connections(settings)
        else:
            options = settings["OPTIONS"]
            milliseconds = round((lock_timeout or POSTGRES_LOCK_SECONDS) * 1000)
            options["options"] = f"-c lock_timeout={milliseconds} {options.get('options', '')}".strip()
    return settings


def _share_connections(settings: dict[str, Any]) -> None:
    """Ask nothing that lives longer than a transaction: the next one comes by another connection.

    Nor options at the start, which PgBouncer refuses: the role in the database has them (docs/scale.md).
    """
    settings["DISABLE_SERVER_SIDE_CURSORS"] = True
    settings["OPTIONS"].pop("options", None)


def broker_socket(data_dir: Path) -> Path:
    """Return the path of the embedded broker's socket: in `data_dir`, or a short one where that is too long.

    The short one lies in a folder of its own, because only a folder can be kept private before a server listens.
    """
    path = data_dir.resolve() / "broker.sock"
    folder = f"ad_system-{hashlib.sha256(os.fsencode(path)).hexdigest()[:16]}"
    for candidate in (path, Path(tempfile.gettempdir()) / folder / "broker.sock"):
        if len(os.fsencode(candidate)) <= LONGEST_SOCKET_PATH:
            return candidate
    return Path("/tmp") / folder / "broker.sock"


def broker_url(data_dir: Path) -> str:
    """Return Celery's URL of the embedded broker: a socket, or files where no server runs (Windows, say)."""
    return (
        f"redis+socket://{quote(str(broker_socket(data_dir)))}" if broker.find_server() else "filesystem://localhost/"
    )


def with_password(url: str, password: str) -> str:
    """Return the broker's `url` with `password` in the place of its own; as it is where there is none to put in."""
    if not password:
        return url
    parts = urlsplit(url)
    name, _, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{name.partition(':')[0]}:{quote(password, safe='')}@{host}"))


def transport_options(url: str, data_dir: Path) -> dict[str, Any]:
    """Return kombu's options for the broker at `url`: other transports refuse those of Redis."""
    if url.startswith("filesystem:"):
        folder = data_dir / "broker"
        folder.mkdir(parents=True, exist_ok=True)
        return {
            "data_folder_in": str(folder),
            "data_folder_out": str(folder),
            "control_folder": str(folder / "control"),
        }
    if not url.startswith(("redis", "rediss")):
        return {}
    return {
        # A task that a dead worker held is given to another one within about ten minutes and ten seconds.
        "visibility_timeout": 600,
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
        "socket_timeout": 30,
        "socket_connect_timeout": 5,
        "socket_keepalive": True,
        "health_check_interval": 25,
    }
