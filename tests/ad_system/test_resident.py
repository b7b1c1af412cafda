from __future__ import annotations

import gc
import sys
from collections.abc import Iterator

import pytest

from ad_system.resident import settle_in


@pytest.fixture(autouse=True)
def put_back() -> Iterator[None]:
    """Has the other tests collect their garbage as ever."""
    gc.unfreeze()
    yield
    gc.unfreeze()


def test_what_is_loaded_is_not_looked_through_again() -> None:
    looked_through = len(gc.get_objects())

    settle_in()

    assert "campaigns.api.site" in sys.modules
    assert len(gc.get_objects()) < looked_through // 10
    assert gc.get_freeze_count() > 0
