"""One `manage.py up` per DATA_DIR: two would share a broker's files, and two beats would send everything twice."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from ad_system.errors import CannotStart


@dataclass(frozen=True, slots=True)
class Run:
    """A running `manage.py up`, as it describes itself to one that comes later."""

    pid: int
    address: str


@contextmanager
def run_alone(data_dir: Path, *, address: str) -> Iterator[Run | None]:
    """This will keep other runs in `data_dir` away, and give the run before this one if it could not clean up.

    The lock itself is the kernel's: it ends with its process, so a file left behind never blocks a start.

    :raises CannotStart: if another run holds `data_dir`.
    """
    note = data_dir / "up.json"
    lock = FileLock(data_dir / "up.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise CannotStart(_already_runs(_read(note), data_dir)) from None
    try:
        killed_run = _read(note)
        _write(note, Run(pid=os.getpid(), address=address))
        yield killed_run
    finally:
        note.unlink(missing_ok=True)
        lock.release()


def _already_runs(run: Run | None, data_dir: Path) -> str:
    who = f"process {run.pid}, {run.address}" if run else "it is just starting"
    how = "press Ctrl-C in its terminal" + (f" or run: kill {run.pid}" if run else "")
    return f"ad_system already runs in {data_dir} ({who}). To stop it, {how}. For a second one, set another DATA_DIR."


def _read(note: Path) -> Run | None:
    try:
        content = json.loads(note.read_text())
        return Run(pid=int(content["pid"]), address=str(content["address"]))
    except (OSError, ValueError, KeyError, TypeError):
        # Missing or half written. It only makes a sentence better, so nothing may depend on it.
        return None


def _write(note: Path, run: Run) -> None:
    draft = note.with_suffix(".draft")
    draft.write_text(json.dumps(asdict(run)))
    draft.replace(note)
