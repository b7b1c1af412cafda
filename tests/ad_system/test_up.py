from __future__ import annotations

import contextlib
import re
import signal
import socket
import sqlite3
import sys
from pathlib import Path

import pytest
from django.core.management import execute_from_command_line

from tests.ad_system.polling import wait_until
from tests.ad_system.running import RunningUp, none_is_running, run_python, run_up
from tests.processes import Installation, free_port

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the processes are read from /proc")

BROKER, WORKER, BEAT, WEB = "-server", " worker ", " beat ", " granian "
POSTGRES_IN_VAIN = "postgres://desk@127.0.0.1:1/desk"
SAFE = {
    "PRODUCTION": "1",
    "SECRET_KEY": "correct horse battery staple " * 2,
    "ALLOWED_HOSTS": "desk.example.com",
    "ALLOW_SQLITE": "1",
}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--port", "0"], "'0' is not a port: use a number from 1 to 65535"),
        (["--port", "65536"], "'65536' is not a port"),
        (["--port", "eighty"], "'eighty' is not a port"),
        (["--port", "８０８０"], "is not a port"),
        (["--only", "webb"], "choose from broker, worker, beat, web"),
        (["--only", ""], "choose from broker, worker, beat, web"),
        (["--nodemo"], "unrecognized arguments: --nodemo"),
    ],
)
def test_up_used_wrongly_says_how_and_ends_with_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        execute_from_command_line(["manage.py", "up", *arguments])

    assert ended.value.code == 2
    assert sentence in capsys.readouterr().err


def test_up_explains_its_options(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        execute_from_command_line(["manage.py", "up", "--help"])

    assert ended.value.code == 0
    text = capsys.readouterr().out
    assert [option in text for option in ("--port", "--host", "--no-demo", "--only")] == [True] * 4


@pytest.mark.system
def test_up_without_a_broker_for_its_worker_is_used_wrongly(tmp_path: Path) -> None:
    done = run_up(tmp_path, "--only", "worker,beat")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == ("CommandError: Worker and beat need a broker: add it to --only, or set CELERY_BROKER_URL.\n")


@pytest.mark.system
def test_up_with_no_broker_of_its_own_has_none_to_run(tmp_path: Path) -> None:
    done = run_up(tmp_path, "--only", "broker", CELERY_BROKER_URL="redis://127.0.0.1:1/0")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "CommandError: There is no broker to run: CELERY_BROKER_URL names one.\n"


@pytest.mark.system
def test_up_refuses_a_port_in_use(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        done = run_up(tmp_path, "--port", str(port))

    assert done.returncode == 1
    assert done.stderr == (
        f"CommandError: Port {port} of 127.0.0.1 is in use by another program. Choose another one with --port.\n"
    )


@pytest.mark.system
def test_up_refuses_a_database_that_does_not_answer(tmp_path: Path) -> None:
    done = run_up(tmp_path, "--port", str(free_port()), DATABASE_URL=POSTGRES_IN_VAIN)

    assert done.returncode == 1
    assert done.stderr.startswith("CommandError: The database cannot be used: connection ")
    assert done.stderr.count("\n") == 1


STEPS = """
import django
django.setup()
from ad_system import installation
from ad_system.errors import CannotStart
for step in (lambda: installation.prepare_database(print), installation.prepare_groups, installation.load_demo,
             installation.ensure_administrator):
    try:
        step()
    except CannotStart as refusal:
        print(refusal)
"""


@pytest.mark.system
def test_database_that_dies_at_any_step_of_the_start_is_a_sentence(tmp_path: Path) -> None:
    done = run_python(tmp_path, "-c", STEPS, DATABASE_URL=POSTGRES_IN_VAIN, DJANGO_SETTINGS_MODULE="ad_system.settings")

    said = done.stdout.splitlines()
    assert len(said) == 4, done.stderr
    assert all(line.startswith("The database cannot be used: connection failed") for line in said)


@pytest.mark.system
def test_up_refuses_a_broker_of_an_unknown_kind(tmp_path: Path) -> None:
    done = run_up(tmp_path, "--no-demo", "--port", str(free_port()), CELERY_BROKER_URL="reddis://127.0.0.1/0")

    assert done.returncode == 1
    assert done.stderr.startswith("CommandError: CELERY_BROKER_URL cannot be used: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.system
def test_up_runs_everything_keeps_it_running_and_stops_it(tmp_path: Path) -> None:
    with RunningUp(tmp_path / "data", "--no-demo") as up:
        # It answers, and lets in whom it named.
        assert up.login_page_status() == 200
        password = re.search(r"Password  (\S+)", up.log)
        assert password is not None
        assert up.may_sign_in("admin", password[1])
        assert not up.may_sign_in("admin", "a guess")
        assert up.worker_answers()

        # What is killed comes back, and works again.
        up.kill_part(WORKER)
        wait_until(up.worker_answers, what="the new worker's answer")
        up.kill_part(BROKER)
        wait_until(up.worker_answers, what="the worker's answer through the new broker")
        up.kill_part(WEB)
        wait_until(lambda: up.login_page_status() == 200, what="the new web server's answer")
        up.kill_part(BEAT)

        # Another one is sent away.
        second = run_up(up.data_dir, "--port", str(free_port()))
        assert second.returncode == 1
        assert f"already runs in {up.data_dir} (process {up.process.pid}, http://127.0.0.1:{up.port}/)" in second.stderr

        # Ctrl-C ends all of it, in order and without an outcry.
        running = up.processes()
        assert len(running) >= 6
        before = len(up.log)
        assert up.stop(signal.SIGINT) == 0

    assert none_is_running(running)
    last_words = up.log[before:]
    assert "Stopping web, beat, worker, broker" in last_words
    assert last_words.endswith("up     | Stopped\n")
    assert "Traceback" not in last_words
    left = {path.name for path in up.data_dir.iterdir()}
    assert left == {"ad_system.sqlite3", "beat.lock", "broker", "secret_key", "static", "up.lock"}


@pytest.mark.system
def test_up_starts_again_after_a_kill(tmp_path: Path) -> None:
    with RunningUp(tmp_path / "data", "--no-demo") as killed:
        running = killed.processes()
        assert killed.stop(signal.SIGKILL) == -signal.SIGKILL

        # At once, beside what the kernel is still ending.
        with RunningUp(tmp_path / "data", "--no-demo") as again:
            assert "Password" not in again.log
            assert "User      admin" in again.log
            assert again.worker_answers()
            wait_until(lambda: none_is_running(running), what="the end of the killed run's parts")
            assert again.stop(signal.SIGTERM) == 0


@pytest.mark.system
def test_up_runs_only_what_it_is_told_to(tmp_path: Path) -> None:
    with RunningUp(tmp_path / "data", "--no-demo", "--only", "web") as up:
        assert up.login_page_status() == 200
        assert {process.command.split(" -m ")[1].split()[0] for process in up.processes()} == {"granian"}


@pytest.mark.parametrize(("arguments", "has_brands"), [([], True), (["--no-demo"], False)])
@pytest.mark.system
def test_up_loads_the_demo_unless_it_is_told_not_to(tmp_path: Path, arguments: list[str], has_brands: bool) -> None:
    with RunningUp(tmp_path / "data", "--only", "broker", *arguments) as up:
        pass

    with contextlib.closing(sqlite3.connect(up.data_dir / "ad_system.sqlite3")) as connection:
        (brands,) = connection.execute("SELECT COUNT(*) FROM campaigns_brand").fetchone()
    assert (brands > 0) is has_brands


@pytest.mark.system
def test_up_runs_on_the_database_that_it_is_given(installation: Installation, tmp_path: Path) -> None:
    url = installation.database_url

    with RunningUp(tmp_path / "data", "--no-demo", "--only", "web", DATABASE_URL=url) as up:
        assert up.login_page_status() == 200
        assert not (up.data_dir / "ad_system.sqlite3").exists()

    with RunningUp(tmp_path / "other", "--no-demo", "--only", "web", DATABASE_URL=url) as up:
        assert "The database is up to date" in up.log
        assert "User      admin (password forgotten" in up.log


@pytest.mark.system
def test_up_runs_without_its_own_broker_beside_one_that_does_not_answer(tmp_path: Path) -> None:
    with RunningUp(tmp_path / "data", "--no-demo", CELERY_BROKER_URL="redis://127.0.0.1:1/0") as up:
        assert "The broker of CELERY_BROKER_URL does not answer" in up.log
        assert up.login_page_status() == 200
        assert not any(BROKER in process.command for process in up.processes())


@pytest.mark.system
def test_up_in_a_folder_with_a_long_name_leaves_nothing_elsewhere(tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()

    with RunningUp(tmp_path / ("with space #" + "x" * 100), "--no-demo", TMPDIR=str(temporary)) as up:
        assert "ad_system-" in up.part(BROKER).command
        assert up.worker_answers()
        assert up.stop() == 0

    assert list(temporary.iterdir()) == []


@pytest.mark.system
def test_up_in_production_collects_its_static_files(tmp_path: Path) -> None:
    with RunningUp(tmp_path / "data", "--no-demo", "--host", "0.0.0.0", **SAFE) as up:
        assert up.login_page_status("desk.example.com") == 301
        assert up.login_page_status("localhost") == 400
        assert (up.data_dir / "static" / "staticfiles.json").is_file()
        assert "Others can reach" not in up.log


@pytest.mark.system
def test_up_warns_if_others_would_be_turned_away(tmp_path: Path) -> None:
    with RunningUp(tmp_path / "data", "--no-demo", "--host", "0.0.0.0", "--only", "web") as up:
        assert "Others can reach 0.0.0.0, but the web server answers only to the names in ALLOWED_HOSTS" in up.log


@pytest.mark.system
def test_up_stops_when_its_terminal_closes(tmp_path: Path) -> None:
    with RunningUp(tmp_path / "data", "--no-demo", "--only", "broker") as up:
        running = up.processes()
        assert up.stop(signal.SIGHUP) == 0

    assert none_is_running(running)
    assert list((up.data_dir / "broker").iterdir())
