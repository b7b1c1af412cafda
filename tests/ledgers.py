"""Databases whose spend log can be switched over: each test has one of its own, which goes at its end."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest
from django.db import connection, connections
from pytest_django import DjangoDbBlocker

from campaigns.services import months
from tests.factories import at
from tests.plugin.runs import Run

# Everything before November is the first part; November, December and January are made.
SWITCHED_AT: datetime = at("2026-10-05 12:00")


@contextmanager
def using(name: str, blocker: DjangoDbBlocker) -> Iterator[None]:
    """This will have every thread use that database."""
    before = connection.settings_dict["NAME"]
    connections.close_all()
    connection.settings_dict["NAME"] = name
    try:
        with blocker.unblock():
            yield
            connections.close_all()
    finally:
        connection.settings_dict["NAME"] = before


@pytest.fixture(scope="session")
def database_numbers() -> Iterator[int]:
    """Counts the databases of this process."""
    return itertools.count(1)


@pytest.fixture(scope="session")
def switched_database(run: Run, migrated_database: str, django_db_blocker: DjangoDbBlocker) -> str:
    """The name of a database in months, from which others are copied."""
    name = f"in_months_{run.worker or 'main'}"
    run.create_database(name, template=migrated_database)
    with using(name, django_db_blocker):
        months.start(now=SWITCHED_AT)
    return name


@pytest.fixture
def one_table(
    run: Run, migrated_database: str, database_numbers: Iterator[int], django_db_blocker: DjangoDbBlocker
) -> Iterator[str]:
    """A database of the test's own, with the spend log as it is at first; its name."""
    yield from _copy(run, migrated_database, database_numbers, django_db_blocker)


@pytest.fixture
def in_months(
    run: Run, switched_database: str, database_numbers: Iterator[int], django_db_blocker: DjangoDbBlocker
) -> Iterator[str]:
    """A database of the test's own, with the spend log in months; its name."""
    yield from _copy(run, switched_database, database_numbers, django_db_blocker)


def _copy(run: Run, template: str, numbers: Iterator[int], blocker: DjangoDbBlocker) -> Iterator[str]:
    name = f"months_{run.worker or 'main'}_{next(numbers)}"
    run.create_database(name, template=template)
    with using(name, blocker):
        yield name
    with blocker.unblock(), connection._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
