"""The command lines of the system's parts, and how to tell that each of them answers."""

from __future__ import annotations

import os
import socket
import sys
from importlib.util import find_spec
from pathlib import Path

from kombu.exceptions import OperationalError

from ad_system import broker
from ad_system.address import Address
from ad_system.celery import app
from ad_system.environment import Environment
from ad_system.errors import CannotStart
from ad_system.processes import Part

# In the order of their start; they stop the other way round.
NAMES = ("broker", "worker", "beat", "web")

JSON_LOGS = Path(__file__).with_name("web_logs.json")
FLOWER_USER = "flower"
PING_SECONDS = 1.0


def part(name: str, *, address: Address, environment: Environment) -> Part:
    """This will return the part called `name`, set up by the settings.

    :param name: worker, beat, web or flower; the broker needs more than settings, see `broker_part`.
    :param address: where web and Flower listen.
    :raises CannotStart: if a setting that it needs is missing.
    """
    makers = {
        "worker": lambda: worker_part(log_level=environment.log_level, processes=environment.worker_processes),
        "beat": lambda: beat_part(log_level=environment.log_level),
        "web": lambda: web_part(address, processes=environment.web_processes, log_format=environment.log_format),
        "flower": lambda: flower_part(address, password=environment.flower_password),
    }
    return makers[name]()


def broker_part(server: broker.Server, *, socket_path: Path, folder: Path) -> Part:
    """This will return the embedded broker."""
    command = broker.command_line(server, socket_path=socket_path, folder=folder)
    # No moment in which others could read its files or reach the socket.
    return Part(name="broker", command=command, umask=0o077)


def web_part(address: Address, *, processes: int = 1, log_format: str = "line") -> Part:
    """This will return the web server: processes with as many threads as the cores can feed.

    :param log_format: `json` for the server's own lines too.
    """
    # Each thread holds a database connection, and Python runs one thread at a time: more would only wait in here.
    threads = min(2 * (os.cpu_count() or 1) + 1, 16)
    command = (
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", "--workers", str(processes)),
        *("--blocking-threads", str(threads), "--workers-kill-timeout", "5"),
        *(("--log-config", str(JSON_LOGS)) if log_format == "json" else ()),
        *("--host", address.host, "--port", str(address.port), "ad_system.wsgi:application"),
    )
    return Part(name="web", command=command, ends_its_children=True)


def worker_part(*, log_level: str, processes: int = 2) -> Part:
    """This will return the Celery worker, which may take a while to finish its tasks.

    :param processes: how many tasks it runs at once.
    """
    command = (
        *(sys.executable, "-m", "celery", "--quiet", "--app", "ad_system", "worker", "--hostname", _worker_name()),
        *("--loglevel", log_level, "--without-gossip", "--without-mingle"),
        # Windows cannot fork.
        *(("--pool", "solo") if sys.platform == "win32" else ("--concurrency", str(processes))),
    )
    return Part(name="worker", command=command, grace_seconds=20)


def beat_part(*, log_level: str) -> Part:
    """This will return Celery beat, which sends the tasks of the schedule."""
    command = (sys.executable, "-m", "celery", "--quiet", "--app", "ad_system", "beat", "--loglevel", log_level)
    return Part(name="beat", command=command)


def flower_part(address: Address, *, password: str) -> Part:
    """This will return Flower, the pages on which people watch workers, for the user `flower` alone.

    :raises CannotStart: if there is no password, or one that Flower would cut into two, or if Flower is not installed.
    """
    if not password or "," in password:
        raise CannotStart("Flower needs a FLOWER_PASSWORD, without commas: whoever sees it may stop the workers.")
    if find_spec("flower") is None:
        raise CannotStart("Flower is not installed: pip install -r requirements-flower.txt")
    command = (
        *(sys.executable, "-m", "celery", "--quiet", "--app", "ad_system", "flower"),
        *(f"--address={address.host}", f"--port={address.port}", "--logging=warning"),
    )
    # Not as an option: everybody on the machine can read those.
    return Part(name="flower", command=command, environment=(("FLOWER_BASIC_AUTH", f"{FLOWER_USER}:{password}"),))


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
