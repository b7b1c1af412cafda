"""One part of the system as a process with everything that it starts: begin, watch, ask to stop, end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from ad_system.output import Output

LIFELINE = Path(__file__).with_name("lifeline.py")
LONGEST_LINE = 64 * 1024
LAST_LINES_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Part:
    """A program of the system: how to run it, and how to end it."""

    name: str
    command: tuple[str, ...]
    grace_seconds: float = 10
    # When the supervisor is killed, a part is killed with it. One that would leave children behind is asked instead.
    ends_its_children: bool = False
    umask: int = -1
    # What it is told besides the environment of its supervisor; secrets may be among it.
    environment: tuple[tuple[str, str], ...] = field(default=(), repr=False)


class PartProcess:
    """A running part. Start it from the main thread: its life is tied to the thread that starts it."""

    def __init__(self, part: Part, *, folder: Path, environment: Mapping[str, str], output: Output) -> None:
        self.part = part
        self.started_at = time.monotonic()
        self._process = _spawn(part, folder=folder, environment=environment)
        self._reader = threading.Thread(target=self._copy_lines, args=(output,), daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """The number of the part's first process, which is that of its group too."""
        return self._process.pid

    def ran_seconds(self) -> float:
        """This will return how long ago the part was started."""
        return time.monotonic() - self.started_at

    def exit_code(self) -> int | None:
        """This will return how the part ended, negative for a signal, or None while it runs."""
        return self._process.poll()

    def ask_to_stop(self) -> None:
        """This will tell the part to finish what it does and end."""
        if self._process.poll() is None:
            self._process.send_signal(_stop_signal())

    def end(self) -> None:
        """This will end the part and whatever it started and left behind, and wait until its last line is written."""
        if sys.platform == "win32":
            subprocess.run(["taskkill", "/PID", str(self.pid), "/T", "/F"], capture_output=True, check=False)
        else:
            _kill_group(self.pid)
        self._process.wait()
        self._reader.join(LAST_LINES_SECONDS)

    def _copy_lines(self, output: Output) -> None:
        with _stdout_of(self._process) as lines:
            while line := lines.readline(LONGEST_LINE):
                output.write_line(self.part.name, line.decode(errors="replace").rstrip())


def _spawn(part: Part, *, folder: Path, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    command = [*_lifeline(part), *part.command]
    # A session of its own: the terminal's Ctrl-C reaches the supervisor alone, which then stops the parts in order.
    return subprocess.Popen(
        command,
        cwd=folder,
        env={**environment, **dict(part.environment), "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        umask=part.umask,
        start_new_session=True,
        creationflags=_creation_flags(),
    )


def _lifeline(part: Part) -> tuple[str, ...]:
    if sys.platform != "linux":
        return ()
    orphan_signal = signal.SIGTERM if part.ends_its_children else signal.SIGKILL
    return (sys.executable, "-I", "-S", str(LIFELINE), str(int(orphan_signal)), str(os.getpid()))


def _creation_flags() -> int:
    if sys.platform == "win32":
        return subprocess.CREATE_NEW_PROCESS_GROUP
    return 0


def _stop_signal() -> signal.Signals:
    if sys.platform == "win32":
        return signal.CTRL_BREAK_EVENT
    return signal.SIGTERM


def _stdout_of(process: subprocess.Popen[bytes]) -> IO[bytes]:
    if process.stdout is None:
        raise RuntimeError("a part is always started with a pipe")
    return process.stdout


def _kill_group(group: int) -> None:
    if sys.platform == "win32":
        return
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        # Everything in it has ended by itself. (macOS says "not permitted" of a group of dead processes.)
        return
