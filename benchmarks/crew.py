"""A crew: processes that each work on a connection of their own, all at the same time, on command."""

from __future__ import annotations

import multiprocessing
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from typing import Generic, TypeVar

from django.db import connections

from ad_system.resident import settle_in
from benchmarks.case import Case, Scene, Sides

Answer = TypeVar("Answer")

# A copy of this process, with all that was imported; Django's connections were closed before.
_PROCESSES = multiprocessing.get_context("fork")


class CrewError(Exception):
    """One of the crew failed; the text says where."""


@dataclass(frozen=True, slots=True)
class Station:
    """Where one of the crew works.

    :param start: at which all of them wait for each other.
    """

    sides: Sides
    start: Barrier


@dataclass(frozen=True, slots=True)
class _Answered(Generic[Answer]):
    answer: Answer


@dataclass(frozen=True, slots=True)
class _Failed:
    traceback: str


class Crew:
    """So many processes as the case wants."""

    def __init__(self, case: Case, scene: Scene) -> None:
        self._start = _PROCESSES.Barrier(case.about.processes)
        self._lines: list[Connection] = []
        self._processes = []
        for number in range(case.about.processes):
            line, far_end = _PROCESSES.Pipe()
            process = _PROCESSES.Process(
                target=_obey, args=(case, replace(scene, worker=number), self._start, far_end), daemon=True
            )
            process.start()
            far_end.close()
            self._lines.append(line)
            self._processes.append(process)

    def ask_all(self, work: Callable[[Station], Answer]) -> list[Answer]:
        """Have all of them do the work at once, and return their answers.

        :param work: a function of a module, or a partial of one: it is sent by its name.
        """
        for line in self._lines:
            line.send(work)
        return [_receive(line, work) for line in self._lines]

    def ask_one(self, work: Callable[[Station], Answer]) -> Answer:
        """Have the first of them do the work while the others wait."""
        self._lines[0].send(work)
        return _receive(self._lines[0], work)

    def dismiss(self) -> None:
        """End the processes."""
        for process in self._processes:
            process.terminate()
            process.join()


@contextmanager
def crew_of(case: Case, scene: Scene) -> Iterator[Crew]:
    """Start a crew, and end it whatever happens."""
    # A connection belongs to one process.
    connections.close_all()
    crew = Crew(case, scene)
    try:
        yield crew
    finally:
        crew.dismiss()


def _receive(line: Connection, work: Callable[[Station], Answer]) -> Answer:
    # Named, so that the answer has the type of this work's.
    received: _Answered[Answer] | _Failed = line.recv()
    if isinstance(received, _Failed):
        raise CrewError(f"{work} failed in a process of the crew:\n{received.traceback}")
    return received.answer


def _obey(case: Case, scene: Scene, start: Barrier, line: Connection) -> None:
    """Do what is asked for until the other end ends this process."""
    try:
        station = Station(case.make(scene), start)
        # As the web server does.
        settle_in()
        while True:
            line.send(_Answered(line.recv()(station)))
    except Exception:
        # Whoever asked raises it there, and ends the run.
        line.send(_Failed(traceback.format_exc()))
        raise
