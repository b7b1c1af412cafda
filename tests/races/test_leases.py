"""Several beats start at the same moment: one of them sends."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from campaigns.services.leases import hold_lease
from tests.factories import MINUTE, NOON

BEATS = 6


def ask_at_once(moment_offset: timedelta) -> list[bool]:
    """Return the answers of several beats that ask at the same moment."""
    barrier = Barrier(BEATS)

    def ask(number: int) -> bool:
        try:
            barrier.wait(timeout=30)
            return hold_lease(
                name="beat", holder=f"beat {number}", lasts=timedelta(seconds=30), now=NOON + moment_offset
            )
        finally:
            connection.close()

    with ThreadPoolExecutor(BEATS) as pool:
        return list(pool.map(ask, range(BEATS)))


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_several_beats_that_start_at_once_one_sends() -> None:
    first = ask_at_once(timedelta())
    # All of them find it ended.
    second = ask_at_once(MINUTE)

    assert (first.count(True), second.count(True)) == (1, 1)
