"""Parts beside those of the system: a second beat, a second worker, one that knows more tasks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ad_system import parts
from tests.faults.system import System
from tests.plugin.guard import Guarded
from tests.plugin.runs import ROOT

SECONDS_TO_START = 60


class Extra:
    """One more process of the system."""

    def __init__(self, process: Guarded, log: Path) -> None:
        self.process = process
        self._log = log

    @property
    def log(self) -> str:
        """What it has written so far."""
        return self._log.read_text(errors="replace")


@contextmanager
def extra_worker(system: System, *, include: str = "") -> Iterator[Extra]:
    """This will run a worker more, which knows the tasks of the module `include` as well."""
    command = (*parts.worker_part(log_level="INFO").command, *(("--include", include) if include else ()))
    with _extra(system, "extra_worker", command, ready=" ready.") as extra:
        yield extra


@contextmanager
def extra_beat(system: System) -> Iterator[Extra]:
    """This will run a beat more."""
    with _extra(system, "extra_beat", parts.beat_part(log_level="INFO").command, ready="beat: Starting") as extra:
        yield extra


@contextmanager
def _extra(system: System, name: str, command: tuple[str, ...], *, ready: str) -> Iterator[Extra]:
    file = system.data_dir / f"{name}.log"
    extra = Extra(Guarded(command, log=file, cwd=ROOT, environment=system.environment), file)
    try:
        system.wait_until(lambda: ready in extra.log, seconds=SECONDS_TO_START, what=f"the start of the {name}")
        yield extra
    finally:
        extra.process.stop()
