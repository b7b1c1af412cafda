"""Fixtures that tests of every package share. What a test needs of the desk itself, it makes in its own words."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from campaigns.services import months
from tests.ledgers import database_numbers, in_months, one_table, switched_database
from tests.plugin import RUN
from tests.plugin.runs import ROOT, Run
from tests.processes import Installation

# Fixtures that stand elsewhere.
__all__ = ["database_numbers", "in_months", "one_table", "switched_database"]

SHARED_DATA = ROOT.parent / "shared" / "data"

# A slow machine is no failure. `--hypothesis-profile=long` (./test.sh --long) looks at far more cases.
hypothesis.settings.register_profile("default", deadline=None)
hypothesis.settings.register_profile("long", deadline=None, max_examples=3000)
# For code that is broken on purpose: that it fails is enough, how little it takes is not asked.
FINDING = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
hypothesis.settings.register_profile("mutants", deadline=None, phases=FINDING)
hypothesis.settings.load_profile("default")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what takes long in a normal run, and what reads real reports where there are none."""
    skips: dict[str, str] = {}
    if config.getoption("--hypothesis-profile") != "long":
        skips["long"] = "takes long: ./test.sh --long"
    if not SHARED_DATA.is_dir():
        skips["needs_data"] = f"the real reports are not here: {SHARED_DATA} does not exist"
    if config.getoption("--partitioned"):
        skips["one_table"] = "about the ledger as one table"
    for item in items:
        for name, reason in skips.items():
            if item.get_closest_marker(name):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session", autouse=True)
def static_files_are_found_when_asked_for() -> Iterator[None]:
    """Else each new test client lists all of them first, which takes longer than most requests."""
    with override_settings(WHITENOISE_AUTOREFRESH=True):
        yield


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, request: pytest.FixtureRequest, run: Run
) -> None:
    """Has the tables ready; with `--partitioned`, the spend log of PostgreSQL in months."""
    if request.config.getoption("--partitioned") and run.vendor == "postgres":
        with django_db_blocker.unblock():
            # The month of most tests has a partition of its own, and so has the one that comes next.
            months.start(now=datetime(2026, 10, 5, tzinfo=UTC))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real platform reports; a test that asks for it is skipped where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"the real reports are not here: {SHARED_DATA} does not exist")
    return SHARED_DATA


@pytest.fixture(scope="session")
def run(request: pytest.FixtureRequest) -> Run:
    """The run that this test is part of: its vendor, its directory."""
    return request.config.stash[RUN]


@pytest.fixture(scope="session")
def migrated_database(run: Run) -> str:
    """The name of a database with empty tables, from which installations are copied."""
    name = f"template_{run.worker or 'main'}"
    Installation(run.home / "template", database_url=run.create_database(name)).manage("migrate", "--verbosity=0")
    return name


@pytest.fixture(scope="session")
def installation_numbers() -> Iterator[int]:
    """Counts the installations of this process."""
    return itertools.count(1)


@pytest.fixture
def installation(run: Run, migrated_database: str, installation_numbers: Iterator[int]) -> Iterator[Installation]:
    """A separate installation with empty tables; its broker, worker and beat run when the test starts them."""
    number = next(installation_numbers)
    database_url = run.create_database(f"installation_{run.worker or 'main'}_{number}", template=migrated_database)
    installation = Installation(run.home / str(number), database_url=database_url)
    yield installation
    installation.close()
