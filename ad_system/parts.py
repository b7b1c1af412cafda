"""The command lines of the system's parts, and how to tell that each of them answers."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

from kombu import Connection
from kombu.exceptions import OperationalError

from ad_system import broker
from ad_system.address import Address
from ad_system.celery import app
from ad_system.errors import CannotStart
from ad_system.processes import Part

# In the order of their start; they stop the other way round.
NAMES = ("broker", "worker", "beat", "web")

WORKER_PROCESSES = 2
PING_SECONDS = 1.0
CONNECT_SECONDS = 3


def broker_part(server: broker.Server, *, socket_path: Path, folder: Path) -> Part:
    """This will return the embedded broker."""
    command = broker.command_line(server, socket_path=socket_path, folder=folder)
    # No moment in which others could read its files or reach the socket.
    return Part(name="broker", command=command, umask=0o077)


def web_part(address: Address) -> Part:
    """This will return the web server: one process with as many threads as its cores can feed."""
    # Each thread holds a database connection, and Python runs one thread at a time: more would only wait in here.
    threads = min(2 * (os.cpu_count() or 1) + 1, 16)
    command = (
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", "--workers", "1"),
        *("--blocking-threads", str(threads), "--workers-kill-timeout", "5"),
        *("--host", address.host, "--port", str(address.port), "ad_system.wsgi:application"),
    )
    return Part(name="web", command=command, ends_its_children=True)


def worker_part(*, log_level: str) -> Part:
    """This will return the Celery worker, which may take a while to finish its tasks."""
    command = (
        *(sys.executable, "-m", "celery", "--quiet", "--app", "ad_system", "worker", "--hostname", _worker_name()),
        *("--loglevel", log_level, "--without-gossip", "--without-mingle"),
        # Windows cannot fork.
        *(("--pool", "solo") if sys.platform == "win32" else ("--concurrency", str(WORKER_PROCESSES))),
    )
    return Part(name="worker", command=command, grace_seconds=20)


def beat_part(*, log_level: str) -> Part:
    """This will return Celery beat, which sends the tasks of the schedule."""
    command = (sys.executable, "-m", "celery", "--quiet", "--app", "ad_system", "beat", "--loglevel", log_level)
    return Part(name="beat", command=command)


def _worker_name() -> str:
    return f"ad_system@{socket.gethostname()}"


def worker_answers() -> bool:
    """This will say whether this machine's worker answers through the broker."""
    with app.connection_for_write() as connection:
        broker_errors: tuple[type[BaseException], ...] = (
            OperationalError,
            *connection.connection_errors,
            *connection.channel_errors,
        )
        try:
            replies = app.control.ping([_worker_name()], timeout=PING_SECONDS, limit=1, connection=connection)
        except broker_errors:
            return False
    return bool(replies)


def broker_answers(url: str) -> bool:
    """This will say whether the broker at `url` answers.

    :raises CannotStart: if `url` names no kind of broker that is installed here.
    """
    try:
        with Connection(url, connect_timeout=CONNECT_SECONDS) as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=CONNECT_SECONDS)
    except OperationalError:
        return False
    except (KeyError, ImportError, ValueError) as error:
        raise CannotStart(f"CELERY_BROKER_URL cannot be used: {error}") from error
    return True
