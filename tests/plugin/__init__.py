"""The pytest plugin of this project: which databases a run uses, and the servers it needs.

It is loaded by `-p tests.plugin` in `pytest.ini`, because pytest-django reads the settings before any `conftest.py`.

    pytest                  in this process, on SQLite (a file); what needs PostgreSQL is skipped, with a sentence
    pytest --db=postgres    in this process, on a private PostgreSQL
    pytest -n 4             the whole suite: every test that touches the database runs on both
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import pytest

from tests.plugin import runs
from tests.plugin.postgres import NoPostgresError
from tests.plugin.runs import Run

if TYPE_CHECKING:
    from xdist.remote import Producer

    from tests.plugin.scheduler import EachDatabaseScheduling

RUN = pytest.StashKey[Run]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--db`."""
    parser.getgroup("ad_system").addoption(
        "--db",
        choices=("auto", *runs.VENDORS, "both"),
        default="auto",
        help="Database of the tests: sqlite (a file), postgres (a private server), or both, which needs -n 2 or more. "
        "auto: both with -n 2 or more, else sqlite.",
    )
    parser.getgroup("ad_system").addoption(
        "--partitioned",
        action="store_true",
        help="Have the spend log of PostgreSQL in months (manage.py partition_spend_log --start) in every test.",
    )


# First, so that the environment is set before pytest-django reads the settings from it.
@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Choose the directory and the database of this process, and set its environment."""
    run = runs.of_worker() or runs.of_controller(early_config)
    early_config.stash[RUN] = run
    early_config.add_cleanup(run.close)
    run.set_environment()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Keep all temporary files in the run's directory, and give each worker its database."""
    run = config.stash[RUN]
    if not run.worker:
        config.option.basetemp = config.option.basetemp or str(run.directory / "tmp")
        runs.assign_workers(config, run)
    runs.use_database_file(run)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Start PostgreSQL, before the workers, where this run uses it."""
    run = session.config.stash[RUN]
    if not session.config.option.collectonly:
        try:
            run.start_postgres()
        except NoPostgresError as missing:
            raise pytest.UsageError(str(missing)) from missing


def pytest_report_header(config: pytest.Config) -> str:
    """Say which databases this run uses."""
    return f"database: {config.stash[RUN].describe()}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep what belongs to this process's database; skip, with a sentence, what cannot run here."""
    runs.select(config, config.stash[RUN], items)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Say on which database a test failed, where there are two."""
    report = yield
    run = item.config.stash[RUN]
    if report.failed and run.is_on_both and runs.touches_database(item):
        report.sections.append(("database", run.vendor))
    return report


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> EachDatabaseScheduling | None:
    """Deal tests out to the workers of each database."""
    if not config.stash[RUN].is_on_both:
        return None
    from tests.plugin.scheduler import EachDatabaseScheduling

    return EachDatabaseScheduling(config, log)
