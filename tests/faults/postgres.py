"""A PostgreSQL that keeps its promises, and that a test may kill: one of a system's own.

server.kill()        the first process is gone at once, as by `kill -9`; the others notice
server.crash()       "immediate" stop: nothing is written any more, the next start recovers
server.start()       the same data again
"""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Mapping
from pathlib import Path

from tests.plugin.guard import Guarded
from tests.plugin.postgres import (
    Binaries,
    NoPostgresError,
    Postgres,
    find_binaries,
    making,
    serving,
    wait_until_it_answers,
)

# Unlike the server of the other tests: what was acknowledged is on the disk.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "max_connections": "100",
    "shared_buffers": "16MB",
    "log_min_messages": "warning",
    "timezone": "UTC",
}
SECONDS_TO_START = 60.0


class OwnPostgres(Postgres):
    """A server whose data outlives its processes, until `close`."""

    def __init__(self, binaries: Binaries | None = None, *, settings: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self._keeper = Guarded(removes=self.directory)
        self._binaries = binaries or find_binaries(self.user, self.directory)
        self.settings = {**SETTINGS, **(settings or {})}
        self._running: Guarded | None = None

    @property
    def log(self) -> Path:
        """What the server has written."""
        return self.directory / "log"

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.directory / "data"

    def copy_data(self, source: Path) -> None:
        """This will take over the data of a server that was stopped in order."""
        shutil.copytree(source, self.data, symlinks=True, dirs_exist_ok=True)
        for path in [self.data, *self.data.rglob("*")]:
            self.own(path)

    def own(self, path: Path) -> None:
        """This will give a file or folder to the account that the server runs under."""
        if self.user:
            shutil.chown(path, self.user)

    def start(self) -> Binaries:
        """This will serve the data, an empty one where there is none yet, and wait until somebody is let in.

        After a kill the old processes may need a moment to notice; until then a new server is refused.
        """
        serve = f"exec {serving(self._binaries, self.directory, self.settings)}"
        command = serve if self.data.exists() else f"{making(self._binaries, self.directory)} && {serve}"
        deadline = time.monotonic() + SECONDS_TO_START
        while True:
            running = Guarded(
                ["/bin/sh", "-c", command],
                user=self.user,
                stop_signal=signal.SIGINT,
                log=self.log,
                cwd=self.directory,
            )
            try:
                wait_until_it_answers(self.address, running, self.log)
            except NoPostgresError:
                running.stop()
                if time.monotonic() > deadline:
                    raise
            else:
                self._running = running
                return self._binaries

    def kill(self) -> None:
        """This will end the first process of the server at once."""
        os.kill(self._server_now().pid, signal.SIGKILL)
        self.halt()

    def crash(self) -> None:
        """This will stop the server at once, without writing what it has in memory."""
        os.kill(self._server_now().pid, signal.SIGQUIT)
        self.halt()

    def halt(self) -> None:
        """This will wait until the server has ended, in order if nobody has ended it otherwise."""
        running, self._running = self._server_now(), None
        running.stop()

    def stop(self) -> None:
        """This will stop the server, if it runs, and remove its data."""
        if self._running:
            self.halt()
        self._keeper.stop()

    def _server_now(self) -> Guarded:
        assert self._running, "the server does not run"
        return self._running
