"""`manage.py import_spend` as a process: a progress bar for a person, one line for a log."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.campaigns.management.test_import_spend import COLUMNS, write_file
from tests.plugin.runs import ROOT
from tests.processes import Installation

pytestmark = pytest.mark.system


def process_arguments(path: Path) -> list[str]:
    return [sys.executable, "manage.py", "import_spend", str(path), "--brand", "Acme", *COLUMNS, "--create-campaigns"]


def add_brand(installation: Installation) -> None:
    create = "from django.utils import timezone; from campaigns.services import create_brand"
    installation.manage("shell", "-c", f"{create}; create_brand(name='Acme', now=timezone.now())")


def test_process_shows_a_progress_bar_to_a_person(installation: Installation, tmp_path: Path) -> None:
    add_brand(installation)
    path = write_file(tmp_path, *[f"Search,2026-01-20 09:00,{number}" for number in range(1, 200)])
    watching, screen = pty.openpty()

    process = subprocess.Popen(
        process_arguments(path),
        cwd=ROOT,
        env={**installation.environment, "TERM": "xterm"},
        stdout=subprocess.PIPE,
        stderr=screen,
    )
    os.close(screen)
    shown = read_all(watching)
    printed, _ = process.communicate(timeout=120)

    assert (process.returncode, b"19,900.00" in printed) == (0, True)
    assert "recording" in shown
    assert "199/199" in shown


def read_all(terminal: int) -> str:
    """Read what is written to a terminal until nobody holds it any more."""
    shown = b""
    try:
        while block := os.read(terminal, 65536):
            shown += block
    except OSError:
        # How Linux says that the other side was closed.
        pass
    finally:
        os.close(terminal)
    return shown.decode()


def test_process_shows_no_progress_bar_to_a_log(installation: Installation, tmp_path: Path) -> None:
    add_brand(installation)
    path = write_file(tmp_path, "Search,2026-01-20 09:00,1.50", "Search,2026-01-20 09:00,x")

    done = subprocess.run(
        process_arguments(path),
        cwd=ROOT,
        env=installation.environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.startswith("Refused: spend.csv, line 3: 'x' is not a plain amount")
    assert done.stdout.startswith("line 3: 'x'")
