"""One case in a process of its own, so that its settings, its memory and its faults are its own."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from benchmarks.results import About, Result

Answer = TypeVar("Answer")

ROOT = Path(__file__).resolve().parent.parent
_PROFILED_OPERATIONS = 300


class CaseFailed(Exception):
    """The process of a case ended with an error; what it said is the text."""


def run(work: Callable[[], Answer], *, directory: Path, database_url: str = "") -> Answer:
    """Have the work done by a process with a desk on that database (without one: a new file), and return its answer.

    :param work: a partial of one of the functions below.
    :raises CaseFailed: if it ended with an error.
    """
    environment = {
        **os.environ,
        "DATABASE_URL": database_url,
        "DATA_DIR": str(directory / "desk"),
        "CELERY_BROKER_URL": "memory://",
        "SECRET_KEY": "only-for-benchmarks",
        "LOG_LEVEL": "WARNING",
        "DEBUG": "no",
    }
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.process"],
        cwd=ROOT,
        env=environment,
        input=pickle.dumps(work),
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise CaseFailed(done.stderr.decode(errors="replace"))
    # Only what this very program has written, a moment ago.
    answer: Answer = pickle.loads(done.stdout)
    return answer


def list_cases() -> list[About]:
    """Say which cases there are."""
    from benchmarks.cases import all_cases

    return [case.about for case in all_cases()]


def build(*, size: str) -> None:
    """Make the tables, and fill them."""
    from django.core.management import call_command

    from benchmarks import datasets

    call_command("migrate", verbosity=0)
    datasets.build(datasets.SIZES[size])


def measure(name: str, *, rounds: int, seconds: float) -> Result:
    """Measure a case."""
    from benchmarks import measuring
    from benchmarks.cases import find_case
    from benchmarks.datasets import look_around

    return measuring.measure(find_case(name), look_around(os.environ["DATABASE_URL"]), rounds=rounds, seconds=seconds)


def profile(name: str) -> str:
    """Say where the time of a case's side of ours goes."""
    from benchmarks import measuring
    from benchmarks.cases import find_case
    from benchmarks.datasets import look_around

    scene = look_around(os.environ["DATABASE_URL"])
    case = find_case(name)
    return measuring.profile(case, scene, operations=1 if case.about.is_long else _PROFILED_OPERATIONS)


def _main() -> None:
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "ad_system.settings"
    django.setup()
    work: partial[object] = pickle.load(sys.stdin.buffer)
    sys.stdout.buffer.write(pickle.dumps(work()))


if __name__ == "__main__":
    _main()
