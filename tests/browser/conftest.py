"""A browser and a desk for all tests of this package; a new visit for each of them.

Of the package and not of the session: while Playwright runs, Django lets nobody in this thread use its database.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.chromium import NONE_FOUND, find_chromium, running_chromium
from tests.browser.desk import ServedDesk, open_desk
from tests.browser.visits import Visits
from tests.plugin.runs import Run
from tests.processes import Installation

HERE = Path(__file__).parent


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where there is no Chromium, leave one test in place of all: it is skipped, with a line that says why."""
    if find_chromium():
        return
    ours = [item for item in items if HERE in item.path.parents]
    for item in ours[:1]:
        item.add_marker(pytest.mark.skip(reason=f"all {len(ours)} tests in a browser: {NONE_FOUND}"))
    config.hook.pytest_deselected(items=ours[1:])
    items[:] = [item for item in items if item not in ours[1:]]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A Chromium."""
    program = find_chromium()
    assert program is not None, NONE_FOUND
    with running_chromium(program) as browser:
        yield browser


@pytest.fixture(scope="package")
def desk(browser: Browser, run: Run, migrated_database: str) -> Iterator[ServedDesk]:
    """The demo agency on a web server of ours."""
    name = f"browser_{run.worker or 'main'}"
    database_url = run.create_database(name, template=migrated_database)
    installation = Installation(run.home / name, database_url=database_url)
    try:
        yield open_desk(installation, with_extremes=True)
    finally:
        installation.close()


@pytest.fixture
def visits(browser: Browser, desk: ServedDesk) -> Iterator[Visits]:
    """Visits to the desk; the test fails if the browser complains of anything."""
    visits = Visits(browser, desk)
    yield visits
    visits.close()
    assert visits.complaints == []
