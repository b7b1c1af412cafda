"""What an installation without any settings runs on: SQLite, a broker on a private socket, a key made on first use."""

from __future__ import annotations

import hashlib
import os
import secrets
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

import dj_database_url

from ad_system import broker

# The shortest limit for the path of a unix socket is 104 bytes (macOS; Linux has 108).
LONGEST_SOCKET_PATH = 100


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


def database(url: str, data_dir: Path) -> dict[str, Any]:
    """Return Django's settings for the database at `url`, or for SQLite in `data_dir` where `url` is empty."""
    if not url:
        data_dir.mkdir(parents=True, exist_ok=True)
        url = f"sqlite:///{quote((data_dir / 'ad_system.sqlite3').as_posix())}"
    settings: dict[str, Any] = {**dj_database_url.parse(url, conn_max_age=600)}
    if settings["ENGINE"] == "django.db.backends.sqlite3":
        # Without IMMEDIATE a transaction that reads first and writes later fails at once when another one writes.
        settings["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        }
    else:
        settings["CONN_HEALTH_CHECKS"] = True
        options = settings.setdefault("OPTIONS", {})
        # Those of campaigns/services/statements.py are prepared at once; Django's own never are.
        options["prepare_threshold"] = None if options.get("prepare_threshold") == "none" else 0
    return settings


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
