"""The desk, at noon, for every case anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from django.core.cache import cache

from tests.factories import NOON
from tests.matrix.desk import Desk, open_desk


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for the one file that there is at a time."""
    return tmp_path_factory.mktemp("matrix")


@pytest.fixture
def desk(db: None, folder: Path) -> Iterator[Desk]:
    """The desk; the clock stands, and nobody has called the API yet."""
    cache.clear()
    with time_machine.travel(NOON, tick=False):
        yield open_desk(folder)
