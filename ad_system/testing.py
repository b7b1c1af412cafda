"""Lets `manage.py test` run the one suite there is: that of pytest."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec

from ad_system.environment import BASE_DIR

# Two workers for each database; more than the cores of a laptop, because tests of real processes mostly wait.
WORKERS = 4


class PytestRunner:
    """Django's test runner, in name: it hands everything to pytest, in a process whose settings are not loaded yet."""

    def __init__(
        self,
        *,
        verbosity: int = 1,
        failfast: bool = False,
        test_name_patterns: Sequence[str] | None = None,
        workers: int = WORKERS,
        **_ignored: object,
    ) -> None:
        self._options = ["-n", str(workers)]
        self._options += ["--verbose"] * (verbosity - 1)
        self._options += ["--exitfirst"] if failfast else []
        self._options += ["-k", " or ".join(test_name_patterns)] if test_name_patterns else []

    @classmethod
    def add_arguments(cls, parser: argparse.ArgumentParser) -> None:
        """Add the options that pytest understands as well."""
        parser.add_argument(
            "-k", action="append", dest="test_name_patterns", help="Only tests whose name contains this."
        )
        parser.add_argument(
            "--workers",
            type=int,
            default=WORKERS,
            help="How many run at once (%(default)s). 0: in one process, on SQLite only.",
        )

    def run_tests(self, test_labels: Sequence[str], **_ignored: object) -> int:
        """This will run pytest on the files named by `test_labels`, or on all, and return 0 if all is well."""
        if find_spec("pytest") is None:
            sys.exit(
                "The tests need more than the system itself: run ./test.sh, or pip install -r requirements-dev.txt"
            )
        command = [sys.executable, "-m", "pytest", *self._options, *test_labels]
        with subprocess.Popen(command, cwd=BASE_DIR) as pytest:
            try:
                return pytest.wait()
            except KeyboardInterrupt:
                # Ctrl-C reached pytest as well; it stops its servers and says how far it came.
                return pytest.wait()
