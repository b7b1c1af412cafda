"""`manage.py run_part NAME` as a process of its own, as a container runs it."""

from __future__ import annotations

import http.client
import subprocess
import sys
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from tests.ad_system.polling import wait_until
from tests.plugin.guard import Guarded
from tests.plugin.runs import ROOT

SECONDS = 60


class RunningPart:
    """A part that runs until the end of the `with` block, or ends by itself before."""

    def __init__(self, name: str, *arguments: str, environment: Mapping[str, str], folder: Path) -> None:
        number = len(list(folder.glob("*.part.log")))
        self._log = folder / f"{name}-{number}.part.log"
        self._guarded = Guarded(
            [sys.executable, "manage.py", "run_part", name, *arguments],
            log=self._log,
            cwd=ROOT,
            environment=environment,
        )
        self.pid = self._guarded.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self._guarded.stop()

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self._guarded.is_running

    @property
    def log(self) -> str:
        """All that it has written so far."""
        return self._log.read_text() if self._log.exists() else ""

    @property
    def command_line(self) -> str:
        """What everybody on the machine can read of it."""
        return Path(f"/proc/{self.pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()

    def wait_for(self, text: str) -> None:
        """This will wait until it has written `text`; a test fails with the log if it ends before."""
        wait_until(lambda: text in self.log or not self.is_running, what=f"{text!r} in\n{self.log}", seconds=SECONDS)
        assert text in self.log, self.log

    def stop(self) -> None:
        """This will ask it to stop and wait for its end."""
        self._guarded.stop()


def run_part(*arguments: str, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """This will run `manage.py run_part`, which is expected to end by itself, and return what it said."""
    return _manage("run_part", *arguments, environment=environment)


def is_alive(*arguments: str, environment: Mapping[str, str]) -> bool:
    """This will ask the health check of a container."""
    return _manage("is_alive", *arguments, environment=environment).returncode == 0


def status_of(port: int, path: str, *, host: str = "localhost", user: str = "", **headers: str) -> int:
    """This will return the status of a page, 0 where nobody answers.

    :param user: name and password, as `name:password`.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if user:
        named["Authorization"] = f"Basic {b64encode(user.encode()).decode()}"
    try:
        connection.request("GET", path, headers={"Host": host, **named})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def _manage(*arguments: str, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=dict(environment),
        capture_output=True,
        text=True,
        timeout=SECONDS * 2,
        check=False,
    )
