"""What a container runs: parts that wait for what is late, say what is missing, and answer their health checks."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command
from psycopg import sql
from pytest_django import Settings

from ad_system import installation as installation_module
from ad_system.errors import CannotStart
from ad_system.management.commands import run_part as run_part_command
from tests.ad_system.polling import wait_until
from tests.ad_system.running_part import RunningPart, is_alive, run_part, status_of
from tests.plugin.runs import Run
from tests.processes import Installation, free_port

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(sys.platform != "linux", reason="the parts' processes are read from /proc"),
]

NO_BROKER = "redis://:s3cr3t-of-the-broker@127.0.0.1:1/0"
NO_DATABASE = "postgres://desk:s3cr3t-of-the-desk@127.0.0.1:1/desk"
FLOWER_PASSWORD = "correct-horse-battery"


@pytest.fixture
def late_database(run: Run) -> Iterator[str]:
    """The name of a database that a test makes in its own time."""
    name = f"late_{run.worker or 'main'}"
    yield name
    with psycopg.connect(f"{run.address}/postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.mark.postgres
def test_a_database_that_is_late_is_waited_for_and_made_once_by_several(
    installation: Installation, run: Run, late_database: str, tmp_path: Path
) -> None:
    environment = {**installation.environment, "DATABASE_URL": run.database_url(late_database)}
    port = free_port()

    with RunningPart("web", "--no-prepare", "--port", str(port), environment=environment, folder=tmp_path) as web:
        web.wait_for(f'"{late_database}" does not exist. Waiting for up to 60 s.')
        run.create_database(late_database)
        web.wait_for("migrations: run manage.py run_part migrate.")
        with ThreadPoolExecutor() as pool:
            done = list(pool.map(lambda _: run_part("migrate", environment=environment), range(2)))
        wait_until(lambda: status_of(port, "/admin/login/") == 200, what=f"the login page\n{web.log}")

        assert is_alive("web", "--port", str(port), environment=environment)
        assert "granian" in web.command_line

    assert [one.returncode for one in done] == [0, 0], [one.stderr for one in done]
    said = "".join(one.stderr for one in done)
    assert said.count("Bringing the database up to date") == 1
    assert said.count("The database is up to date") == 1


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("name", "setting", "url"),
    [("web", "DATABASE_URL", NO_DATABASE), ("worker", "CELERY_BROKER_URL", NO_BROKER)],
)
def test_what_stays_away_ends_the_part(installation: Installation, name: str, setting: str, url: str) -> None:
    done = run_part(name, "--wait", "0.2", environment={**installation.environment, setting: url})

    last_line = done.stderr.splitlines()[-1]
    assert done.returncode == 1
    assert re.fullmatch(
        rf"CommandError: The (database|broker) of {setting} does not answer: .+\. Gave up after 0\.2 s\.", last_line
    )
    assert "s3cr3t" not in done.stdout + done.stderr


@pytest.mark.sqlite
def test_worker_without_any_broker_says_that_none_is_named(installation: Installation) -> None:
    done = run_part("worker", "--wait", "0.2", environment={**installation.environment, "CELERY_BROKER_URL": ""})

    assert done.returncode == 1
    assert "No CELERY_BROKER_URL is set, and the broker of manage.py up does not run" in done.stderr.splitlines()[-1]


@pytest.mark.sqlite
def test_worker_and_beat_wait_for_a_late_broker_and_are_found_out_when_it_fails(
    installation: Installation, tmp_path: Path
) -> None:
    environment = installation.environment
    with (
        RunningPart("worker", environment=environment, folder=tmp_path) as worker,
        RunningPart("beat", environment=environment, folder=tmp_path) as beat,
    ):
        worker.wait_for("The broker of CELERY_BROKER_URL does not answer")
        beat.wait_for("The broker of CELERY_BROKER_URL does not answer")
        assert not is_alive("beat", environment=environment)
        installation.start("broker")
        worker.wait_for(" ready.")
        beat.wait_for("Beat sends the tasks")
        assert is_alive("worker", environment=environment)
        assert is_alive("beat", environment=environment)

        installation.stop("broker")
        assert not is_alive("worker", environment=environment)


@pytest.mark.sqlite
def test_flower_shows_itself_to_whoever_knows_the_password(installation: Installation, tmp_path: Path) -> None:
    installation.start("broker")
    port = free_port()
    environment = {**installation.environment, "FLOWER_PASSWORD": FLOWER_PASSWORD}

    with RunningPart("flower", "--port", str(port), environment=environment, folder=tmp_path) as flower:
        wait_until(lambda: status_of(port, "/healthcheck") == 200, what=f"Flower's answer\n{flower.log}")

        assert is_alive("flower", "--port", str(port), environment=environment)
        assert status_of(port, "/workers") == 401
        assert status_of(port, "/api/workers") == 401
        assert status_of(port, "/workers", user="flower:guess") == 401
        assert status_of(port, "/workers", user=f"flower:{FLOWER_PASSWORD}") == 200
        assert FLOWER_PASSWORD not in flower.command_line + flower.log


@pytest.mark.parametrize("password", ["", "one,two"])
def test_flower_does_not_start_without_a_password_of_its_own(settings: Settings, password: str) -> None:
    settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update={"flower_password": password})

    with pytest.raises(CommandError, match="Flower needs a FLOWER_PASSWORD, without commas"):
        call_command("run_part", "flower")


def test_production_shows_nobody_around(settings: Settings) -> None:
    settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update={"production": True})

    with pytest.raises(CannotStart, match="--demo is for trials"):
        run_part_command.Command()._show_around()


@pytest.mark.django_db
def test_a_trial_shows_its_administrator_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation_module, "load_demo", lambda: None)
    out = StringIO()

    for _ in range(2):
        run_part_command.Command(stdout=out)._show_around()

    assert out.getvalue().count("User admin, password ") == 1
