"""`manage.py up` as a process of its own, in a folder of its own, on a port of its own."""

from __future__ import annotations

import http.client
import http.cookiejar
import os
import re
import signal
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.ad_system.polling import is_running, wait_until
from tests.processes import free_port

ROOT = Path(__file__).resolve().parent.parent.parent
SECONDS_TO_START = 120
SECONDS_TO_STOP = 60
EMBEDDED = {"DATABASE_URL": "", "CELERY_BROKER_URL": "", "SECRET_KEY": ""}


@dataclass(frozen=True, slots=True)
class Process:
    """A process below `manage.py up`."""

    pid: int
    parent: int
    command: str


def run_up(data_dir: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """This will run `manage.py up`, which is expected to end by itself, and return what it said."""
    return run_manage(data_dir, "up", *arguments, **settings)


def run_manage(data_dir: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """This will run a command in an installation of its own, and return what it said."""
    return run_python(data_dir, "manage.py", *arguments, **settings)


def run_python(data_dir: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """This will run Python in an installation of its own, and return what it said."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=_environment(data_dir, settings),
        capture_output=True,
        text=True,
        timeout=SECONDS_TO_START,
        check=False,
    )


class RunningUp:
    """A `manage.py up` that has said that it runs. The `with` block ends it and all that it started."""

    def __init__(self, data_dir: Path, *arguments: str, **settings: str) -> None:
        self.data_dir = data_dir
        self.port = free_port()
        self._environment = _environment(data_dir, settings)
        data_dir.mkdir(parents=True, exist_ok=True)
        self._log = data_dir.parent / f"{data_dir.name}.log"
        with self._log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up", "--port", str(self.port), *arguments],
                cwd=ROOT,
                env=self._environment,
                stdout=log,
                stderr=log,
            )

    def __enter__(self) -> Self:
        try:
            # The last line of the greeting.
            self.wait_for("Stop      Ctrl-C", seconds=SECONDS_TO_START)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *failure: object) -> None:
        self._end()

    def _end(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(SECONDS_TO_STOP)

    @property
    def log(self) -> str:
        """All that it has written so far."""
        return self._log.read_text()

    def wait_for(self, text: str, *, times: int = 1, seconds: float = 60) -> None:
        """This will wait until it has written `text` so many times; a test fails with the log if it ends before."""
        wait_until(
            lambda: self.log.count(text) >= times or self.process.poll() is not None,
            what=f"{text!r} in\n{self.log}",
            seconds=seconds,
        )
        assert self.log.count(text) >= times, self.log

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """This will ask it to stop and return its exit code."""
        self.process.send_signal(number)
        return self.process.wait(SECONDS_TO_STOP)

    def processes(self) -> list[Process]:
        """All processes below it, the oldest first."""
        below = {self.process.pid}
        found = []
        for process in sorted(_all_processes(), key=lambda process: process.pid):
            if process.parent in below:
                below.add(process.pid)
                found.append(process)
        return found

    def part(self, words: str) -> Process:
        """The first process of the part whose command contains `words`."""
        return wait_until(
            lambda: next((p for p in self.processes() if words in p.command and p.parent == self.process.pid), None),
            what=f"a process with {words!r}",
        )

    def kill_part(self, words: str) -> None:
        """This will `kill -9` the first process of a part, and wait until another one is in its place."""
        killed = self.part(words)
        restarts = self.log.count("starting it again")
        os.kill(killed.pid, signal.SIGKILL)
        self.wait_for("starting it again", times=restarts + 1)
        wait_until(lambda: self.part(words).pid != killed.pid, what=f"another process with {words!r}")

    def worker_answers(self) -> bool:
        """Whether the worker answers through the broker, asked by another process with the same settings."""
        command = [sys.executable, "-m", "celery", "--app", "ad_system", "inspect", "ping", "--timeout", "2"]
        asked = subprocess.run(command, cwd=ROOT, env=self._environment, capture_output=True, timeout=60, check=False)
        return asked.returncode == 0 and b"pong" in asked.stdout

    def login_page_status(self, host: str = "localhost") -> int:
        """The status of the login page; 0 where nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/admin/login/", headers={"Host": host})
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()

    def may_sign_in(self, name: str, password: str) -> bool:
        """Whether the admin lets a person with this name and password in."""
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
        url = f"http://127.0.0.1:{self.port}/admin/login/?next=/admin/"
        page = opener.open(url, timeout=30).read().decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token is not None, page
        form = {"csrfmiddlewaretoken": token[1], "username": name, "password": password}
        answer = opener.open(url, data=urllib.parse.urlencode(form).encode(), timeout=30)
        return "/admin/logout/" in answer.read().decode()


def none_is_running(processes: list[Process]) -> bool:
    """Whether all of them have ended."""
    return not any(is_running(process.pid) for process in processes)


def _environment(data_dir: Path, settings: Mapping[str, str]) -> dict[str, str]:
    return {**os.environ, **EMBEDDED, "DATA_DIR": str(data_dir), **settings}


def _all_processes() -> list[Process]:
    return [process for process in map(_process, Path("/proc").glob("[0-9]*")) if process]


def _process(folder: Path) -> Process | None:
    try:
        parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        # It has ended since it was listed.
        return None
    return Process(pid=int(folder.name), parent=parent, command=command)
