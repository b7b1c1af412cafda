"""Keeps the parts of the system running: starts again what dies, and stops everything in order."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

from ad_system.errors import CannotStart
from ad_system.output import Output
from ad_system.processes import Part, PartProcess

LOOK_EVERY_SECONDS = 0.2
STOP_LOOK_SECONDS = 0.05
LONGEST_DELAY = 30
# At its start a part gets this many tries; one that has answered once is started again for ever.
HOPELESS_DEATHS = 4
# A part that ran this long has recovered: its next death is a first one again.
RECOVERED_AFTER_SECONDS = 60

Handler = Callable[[int, FrameType | None], object] | int | None


def restart_delay(deaths: int) -> int:
    """This will return how many seconds to wait after so many deaths in a row: 1, 2, 4 … 30."""
    return min(1 << min(deaths - 1, 10), LONGEST_DELAY)


@dataclass(slots=True)
class _Charge:
    """A part that the supervisor answers for."""

    part: Part
    process: PartProcess | None = None
    deaths: int = 0
    start_at: float = 0.0


class Supervisor:
    """Runs parts from the first `start` to the end of the `with` block, which stops them, the last one first.

    Use it in the main thread: it takes over the signals, and the parts' lives are tied to the thread.
    """

    def __init__(self, output: Output, *, folder: Path, environment: Mapping[str, str]) -> None:
        self._output = output
        self._folder = folder
        self._environment = environment
        self._charges: list[_Charge] = []
        self._previous_handlers: dict[signal.Signals, Handler] = {}
        self._stop_requests = 0

    def __enter__(self) -> Self:
        for number in _stop_signals():
            self._previous_handlers[number] = signal.signal(number, self._request_stop)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._stop_all()
        finally:
            for number, handler in self._previous_handlers.items():
                signal.signal(number, handler)

    @property
    def is_stopping(self) -> bool:
        """Somebody asked for the end, or nobody can read what we write any more."""
        return self._stop_requests > 0 or self._output.is_closed

    def start(self, part: Part) -> None:
        """This will start a part and keep it running from now on."""
        charge = _Charge(part)
        self._charges.append(charge)
        self._start(charge)

    def wait_until(self, answers: Callable[[], bool], *, name: str, seconds: float, hint: str = "") -> None:
        """This will look after the parts until the one called `name` answers, or somebody asks to stop.

        :raises CannotStart: ending with `hint`, after `seconds` without an answer or too many deaths.
        """
        deadline = time.monotonic() + seconds
        while not self.is_stopping and not answers():
            deaths = max((charge.deaths for charge in self._charges if charge.part.name == name), default=0)
            if deaths >= HOPELESS_DEATHS:
                raise CannotStart(f"The {name} died {deaths} times: its lines above say why.{hint}")
            if time.monotonic() > deadline:
                raise CannotStart(f"The {name} did not answer within {seconds:g} s: its lines above say why.{hint}")
            self._look_after_parts()

    def watch(self) -> None:
        """This will look after the parts until somebody asks to stop."""
        while not self.is_stopping:
            self._look_after_parts()

    def _look_after_parts(self) -> None:
        for charge in self._charges:
            if charge.process is None:
                if time.monotonic() >= charge.start_at:
                    self._start(charge)
            elif (exit_code := charge.process.exit_code()) is not None:
                self._bury(charge, charge.process, exit_code)
        time.sleep(LOOK_EVERY_SECONDS)

    def _start(self, charge: _Charge) -> None:
        try:
            charge.process = PartProcess(
                charge.part, folder=self._folder, environment=self._environment, output=self._output
            )
        except OSError as error:
            # No memory, no process, no descriptor left: that may pass, and the other parts still run.
            self._plan_restart(charge, f"cannot be started ({error.strerror})")

    def _bury(self, charge: _Charge, process: PartProcess, exit_code: int) -> None:
        # What it started must not live on beside its successor, holding the port or a task.
        process.end()
        charge.process = None
        if process.ran_seconds() >= RECOVERED_AFTER_SECONDS:
            charge.deaths = 0
        self._plan_restart(charge, f"died ({_describe(exit_code)})")

    def _plan_restart(self, charge: _Charge, what_happened: str) -> None:
        charge.deaths += 1
        delay = restart_delay(charge.deaths)
        charge.start_at = time.monotonic() + delay
        self._output.say(f"{charge.part.name} {what_happened}; starting it again in {delay} s")

    def _request_stop(self, number: int, frame: FrameType | None) -> None:
        # Counts, and no more: a lock, even an event's, could be held by the very code that the signal interrupts.
        self._stop_requests += 1

    def _stop_all(self) -> None:
        running = [charge.process for charge in reversed(self._charges) if charge.process]
        if running:
            names = ", ".join(process.part.name for process in running)
            self._output.say(f"Stopping {names} (Ctrl-C again: at once)")
        requests_at_start = self._stop_requests
        for process in running:
            process.ask_to_stop()
            deadline = time.monotonic() + process.part.grace_seconds
            while process.exit_code() is None and self._stop_requests == requests_at_start:
                if time.monotonic() > deadline:
                    self._output.say(f"{process.part.name} did not stop in {process.part.grace_seconds:g} s: killed")
                    break
                time.sleep(STOP_LOOK_SECONDS)
            process.end()


def _stop_signals() -> list[signal.Signals]:
    if sys.platform == "win32":
        return [signal.SIGINT, signal.SIGBREAK]
    numbers = [signal.SIGINT, signal.SIGTERM]
    # Under nohup the end of the terminal is no reason to stop.
    return numbers if signal.getsignal(signal.SIGHUP) == signal.SIG_IGN else [*numbers, signal.SIGHUP]


def _describe(exit_code: int) -> str:
    if exit_code >= 0:
        return f"exit code {exit_code}"
    name = signal.Signals(-exit_code).name if -exit_code in set(signal.Signals) else str(-exit_code)
    return f"killed by {name}" if os.name == "posix" else f"exit code {exit_code}"
