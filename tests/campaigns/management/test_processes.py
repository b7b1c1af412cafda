"""Commands as real processes: exit codes, one line on stderr, and no traceback for what a person or a pipe did."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping

import pytest

from tests.plugin.runs import ROOT
from tests.processes import Installation

pytestmark = pytest.mark.system

SECONDS = 120


def start(
    installation: Installation, *arguments: str, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**installation.environment, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


@pytest.mark.parametrize(
    ("arguments", "code", "line"),
    [
        (("record_spend", "Acme/Search", "5"), 1, "Refused: There is no brand for 'Acme/Search'."),
        (("record_spend", "Acme/Search"), 2, "Usage: the following arguments are required: AMOUNT"),
        (("reset_budgets",), 2, "Usage: say which count to start anew"),
        (("run_task", "nope"), 2, "Usage: argument NAME: invalid choice: 'nope'"),
    ],
)
def test_process_ends_with_a_code_and_one_line(
    installation: Installation, arguments: tuple[str, ...], code: int, line: str
) -> None:
    done = start(installation, *arguments)

    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.startswith(line)
    assert done.stderr.count("\n") == 1


def test_process_that_is_done_ends_with_0_and_says_nothing_on_stderr(installation: Installation) -> None:
    done = start(installation, "status")

    assert (done.returncode, done.stderr) == (0, "")


def test_process_that_finds_something_ends_with_1(installation: Installation) -> None:
    broken = "from campaigns.models import Brand; Brand.objects.create(name='Acme', current_daily_spend=1)"
    start(installation, "shell", "-c", broken)

    done = start(installation, "check_ledger")

    assert done.returncode == 1
    assert done.stderr == "Found: 1 counter differs from the ledger: run manage.py rebuild_totals.\n"
    assert done.stdout.startswith("Acme: the counter of the day since ")


def test_process_with_a_name_that_is_no_text_is_used_wrongly(installation: Installation) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "explain", b"\xff/Search"],
        cwd=ROOT,
        env=installation.environment,
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )

    assert done.returncode == 2
    assert b"has characters that no name can have" in done.stderr
    assert done.stderr.count(b"\n") == 1


@pytest.mark.parametrize(
    ("url", "line"),
    [
        ("postgres://nobody:secret@127.0.0.1:9/desk", "Refused: The database cannot be reached: "),
        ("sqlite:///{empty}", "Refused: The database lacks tables or columns of this version: run manage.py migrate."),
        ("sqlite:///{missing}/desk.sqlite3", "Refused: The database cannot be reached: "),
        ("sqlite:///{damaged}", "Refused: The database cannot be read"),
    ],
)
def test_process_without_a_database_says_so(installation: Installation, url: str, line: str) -> None:
    damaged = installation.data_dir / "damaged.sqlite3"
    damaged.write_text("this is no database at all, but long enough to be taken for one " * 20)
    places = {
        "empty": installation.data_dir / "empty.sqlite3",
        "missing": installation.data_dir / "missing",
        "damaged": damaged,
    }

    done = start(installation, "status", environment={"DATABASE_URL": url.format(**places)})

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(line)
    assert done.stderr.count("\n") == 1
    assert "secret" not in done.stderr


@pytest.mark.parametrize("unbuffered", ["1", ""])
def test_process_whose_reader_goes_away_ends_in_peace(installation: Installation, unbuffered: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "manage.py", "status", "--json"],
        cwd=ROOT,
        env={**installation.environment, "PYTHONUNBUFFERED": unbuffered},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None

    _, stderr = process.communicate(timeout=SECONDS)

    assert (process.returncode, stderr) == (0, b"")


def test_process_writes_what_its_terminal_lacks_as_question_marks(installation: Installation) -> None:
    create = (
        "from django.utils import timezone; from campaigns.services import create_brand; "
        "create_brand(name='Kōhī', now=timezone.now())"
    )
    start(installation, "shell", "-c", create)

    done = start(installation, "status", environment={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})

    assert (done.returncode, done.stderr) == (0, "")
    assert "K?h? (USD)" in done.stdout
