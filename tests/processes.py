"""A separate installation of the system for one test: a database, a broker, and real processes.

    installation.start("broker", "worker")
    installation.manage("run_task", "enforce_budgets")
    installation.wait_until(lambda: "Pausing campaign" in installation.log("worker"), seconds=30, what="the pause")

What it writes stays in a directory of its own, which goes at the end of the run.
"""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal, TypeVar

import pytest

from tests.plugin.guard import Guarded
from tests.plugin.runs import ROOT

Part = Literal["broker", "worker", "beat", "web"]
# In the order of their start.
PARTS: tuple[Part, ...] = ("broker", "worker", "beat", "web")
Answer = TypeVar("Answer")

SECONDS_TO_START = 60.0
SECONDS_TO_RUN_A_COMMAND = 120.0
SECONDS_BETWEEN_LOOKS = 0.05
LAST_LINES = 100


class Installation:
    """The system as `manage.py up` runs it, part by part, on a database that the test's own connection does not see."""

    def __init__(self, directory: Path, *, database_url: str, settings: Mapping[str, str] | None = None) -> None:
        from ad_system import embedded
        from ad_system.address import Address

        self.data_dir = directory
        self.database_url = database_url
        self.broker_url = embedded.broker_url(directory)
        self.environment = {
            **os.environ,
            "DATA_DIR": str(directory),
            "DATABASE_URL": database_url,
            "CELERY_BROKER_URL": self.broker_url,
            "PYTHONUNBUFFERED": "1",
            **(settings or {}),
        }
        self.web_address = Address("127.0.0.1", free_port())
        self._running: dict[Part, Guarded] = {}
        directory.mkdir(parents=True, exist_ok=True)

    def manage(self, *arguments: str) -> str:
        """This will run `manage.py` with `arguments` and return what it printed.

        A test fails, with all that was said, if the command fails.
        """
        return self._manage(arguments, expected_code=0).stdout

    def refusal(self, *arguments: str) -> str:
        """This will run a command that is to be refused, and return the line that says why.

        A test fails if it is not refused, or says anything else.
        """
        done = self._manage(arguments, expected_code=1)
        assert done.stdout == "", done.stdout
        assert done.stderr.count("\n") == 1, done.stderr
        return done.stderr.strip()

    def start(self, *parts: Part) -> None:
        """This will start parts, a broker before the others, and wait until all are ready."""
        started = {part: self._launch(part) for part in sorted(parts, key=PARTS.index)}
        for part, before in started.items():
            self._wait_until_ready(part, before)

    def stop(self, part: Part) -> None:
        """This will stop a part in order and wait until it has ended."""
        self._running.pop(part).stop()

    def kill(self, part: Part) -> None:
        """This will end a part and all its processes at once, as `kill -9` does.

        A test fails, with the logs, if the part has ended by itself.
        """
        if not self.is_running(part):
            pytest.fail(f"{part} has ended by itself{self.logs()}")
        self._running[part].kill()
        self.stop(part)

    @contextmanager
    def frozen(self, part: Part) -> Iterator[None]:
        """This will stop a part in its tracks: the kernel accepts connections for it, and nobody answers."""
        group = self.group(part)
        os.killpg(group, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(group, signal.SIGCONT)

    def group(self, part: Part) -> int:
        """The number of a part's group of processes, for somebody else to signal it."""
        return self._running[part].pid

    def is_running(self, part: Part) -> bool:
        """Whether the part was started and has not ended since, by itself or otherwise."""
        return part in self._running and self._running[part].is_running

    def log(self, part: Part) -> str:
        """What the part has written so far, over all its starts."""
        file = self._log_file(part)
        return file.read_text(errors="replace") if file.exists() else ""

    def logs(self) -> str:
        """What all parts have written last, for the message of a failure."""
        last = {part: self.log(part).splitlines()[-LAST_LINES:] for part in PARTS}
        return "".join(f"\n--- {part} ---\n" + "\n".join(lines) for part, lines in last.items() if lines)

    def wait_until(self, look: Callable[[], Answer], *, seconds: float, what: str) -> Answer:
        """This will look again and again until the answer is true, and return it.

        A test fails, with the logs, if `what` has not happened after `seconds`.
        """
        deadline = time.monotonic() + seconds
        while not (answer := look()):
            if time.monotonic() > deadline:
                pytest.fail(f"{what} did not happen within {seconds:g} s{self.logs()}")
            time.sleep(SECONDS_BETWEEN_LOOKS)
        return answer

    def close(self) -> None:
        """This will stop all parts, the broker last."""
        for part in reversed(PARTS):
            if part in self._running:
                self.stop(part)

    def _manage(self, arguments: Sequence[str], *, expected_code: int) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=SECONDS_TO_RUN_A_COMMAND,
            check=False,
        )
        if done.returncode != expected_code:
            pytest.fail(
                f"manage.py {' '.join(arguments)} ended with {done.returncode}, not {expected_code}:\n"
                f"{done.stdout}{done.stderr}{self.logs()}"
            )
        return done

    def _launch(self, part: Part) -> int:
        """Start a part, and return how long its log was before."""
        assert part not in self._running, f"the {part} is running already"
        before = len(self.log(part))
        self._running[part] = Guarded(
            self._command(part), log=self._log_file(part), cwd=ROOT, environment=self.environment
        )
        if part == "broker":
            self._wait_until_ready(part, before)
        return before

    def _wait_until_ready(self, part: Part, before: int) -> None:
        self.wait_until(lambda: self._is_ready(part, before), seconds=SECONDS_TO_START, what=f"the {part}'s start")

    def _command(self, part: Part) -> tuple[str, ...]:
        from ad_system import broker, embedded, parts

        if part == "worker":
            return parts.worker_part(log_level="INFO").command
        if part == "beat":
            return parts.beat_part(log_level="INFO").command
        if part == "web":
            return parts.web_part(self.web_address).command
        server = broker.find_server()
        if server is None:
            pytest.skip("no Valkey or Redis server runs here: install the requirements, or valkey-server")
        socket_path = embedded.broker_socket(self.data_dir)
        folder = broker.prepare(server, socket_path=socket_path, data_dir=self.data_dir)
        return parts.broker_part(server, socket_path=socket_path, folder=folder).command

    def _is_ready(self, part: Part, before: int) -> bool:
        from ad_system import address, broker, embedded

        if not self._running[part].is_running:
            pytest.fail(f"the {part} ended as it started{self.logs()}")
        if part == "broker":
            return broker.answers(embedded.broker_socket(self.data_dir))
        if part == "web":
            return address.answers(self.web_address, allowed_hosts=["localhost"])
        return {"worker": " ready.", "beat": "beat: Starting"}[part] in self.log(part)[before:]

    def _log_file(self, part: Part) -> Path:
        return self.data_dir / f"{part}.log"


def free_port() -> int:
    """This will return a port that nobody has at the moment."""
    while True:
        # Below those that the kernel gives to callers: one who calls a dead server there may be put through to himself,
        # and then holds its port.
        port = random.randint(16_384, 32_767)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
