"""A process, and a directory, that never outlive the one that asked for them.

`Guarded` starts this file as a small program of its own, which runs the command, waits for its parent to say stop,
or to die by whatever means, and then ends the command and removes the directory. So neither Ctrl-C, nor `kill -9`, nor
a crash leaves a server or a file behind.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

SECONDS_TO_STOP = 15.0
SECONDS_TO_REMOVE = 5.0


class Guarded:
    """A command that runs until `stop()`, and a directory that is there until then."""

    def __init__(
        self,
        command: Sequence[str | Path] = (),
        *,
        removes: Path | None = None,
        user: str = "",
        stop_signal: signal.Signals = signal.SIGTERM,
        log: Path | None = None,
        cwd: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        arguments = [str(removes or ""), user, str(int(stop_signal)), *map(str, command)]
        with (log or Path(os.devnull)).open("ab") as output:
            self._guard = subprocess.Popen(
                [sys.executable, "-I", "-S", __file__, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                cwd=cwd,
                env=environment,
                # Ctrl-C reaches the whole group of a terminal; when to stop is for us to say.
                start_new_session=True,
            )
        assert self._guard.stdout is not None
        line = self._guard.stdout.readline()
        if not line:
            self.stop()
            raise RuntimeError(f"{command[0] if command else 'the guard'} could not be started; see {log}")
        self.pid = int(line)

    @property
    def is_running(self) -> bool:
        """Whether the command has not ended yet."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def kill(self) -> None:
        """This will end the command at once, and all that it started: what a power cut would do."""
        os.killpg(self.pid, signal.SIGKILL)

    def stop(self) -> None:
        """This will end the command in order, wait for it, and remove the directory. Twice is harmless."""
        assert self._guard.stdin is not None
        assert self._guard.stdout is not None
        if not self._guard.stdin.closed:
            # A byte, not only the end of the file: a forked child of ours may hold the pipe open.
            try:
                self._guard.stdin.write(b".")
                self._guard.stdin.close()
            except BrokenPipeError:
                pass
        self._guard.wait()
        self._guard.stdout.close()


def main(directory: str, user: str, stop_signal: str, *command: str) -> None:
    """This will run `command` as `user` until standard input ends, then end it and remove `directory`."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # A handler and not SIG_IGN, which the command would inherit.
        signal.signal(number, lambda *_: None)
    child = _start(command, user) if command else None
    sys.stdout.write(f"{child.pid if child else os.getpid()}\n")
    sys.stdout.flush()
    # Reaps a command that ends by itself, so that its parent's parent sees that it has ended.
    reaper = threading.Thread(target=child.wait, daemon=True) if child else None
    if reaper:
        reaper.start()
    sys.stdin.buffer.read(1)
    if child:
        _end(child, int(stop_signal))
    if directory:
        _remove(Path(directory))


def _start(command: Sequence[str], user: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
        stderr=sys.stderr,
        start_new_session=True,
        user=user or None,
        group=group_of(user) if user else None,
        extra_groups=() if user else None,
    )


def group_of(user: str) -> int:
    """This will return the group that the account `user` belongs to."""
    import pwd

    return pwd.getpwnam(user).pw_gid


def _end(child: subprocess.Popen[bytes], stop_signal: int) -> None:
    child.send_signal(stop_signal)
    try:
        child.wait(SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        sys.stderr.write(f"{child.args!r} ignored signal {stop_signal} for {SECONDS_TO_STOP:g} s: killed\n")
    try:
        # Whatever it started and left behind goes as well: it led a session of its own.
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    child.wait()


def _remove(directory: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_REMOVE
    while directory.exists():
        shutil.rmtree(directory, ignore_errors=True)
        if time.monotonic() > deadline:
            sys.exit(f"{directory} could not be removed")
        # Others that end at this moment may still be writing into it.
        time.sleep(0.02)


if __name__ == "__main__":
    main(*sys.argv[1:])
