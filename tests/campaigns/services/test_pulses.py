"""Pulses: what tasks and beat leave behind of themselves."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest
from django.db import connection

from campaigns.models import Pulse
from campaigns.services.pulses import (
    LONGEST_NAP,
    note_cut,
    note_end,
    note_failure,
    note_range,
    note_start,
    note_tick,
)
from tests.factories import HOUR, MINUTE, NOON, SECOND

pytestmark = pytest.mark.django_db


def pulse() -> Pulse:
    return Pulse.objects.get(name="sweep")


def run_once(*, failed: int = 0, error: str = "") -> None:
    note_start(name="sweep", now=NOON)
    note_end(name="sweep", now=NOON + SECOND, seconds=1.0, handled=5, failed=failed, error=error)


def test_run_leaves_its_start_its_end_and_what_it_did() -> None:
    run_once()

    row = pulse()
    assert (row.started_at, row.finished_at, row.seconds) == (NOON, NOON + SECOND, 1.0)
    assert (row.handled, row.failed, row.last_error, row.runs, row.bad_runs) == (5, 0, "", 1, 0)


def test_many_runs_are_one_row_and_a_count() -> None:
    for _ in range(3):
        run_once()
    run_once(failed=2, error="2 brands failed")

    row = pulse()
    assert (row.runs, row.bad_runs, row.failed, row.last_error) == (4, 1, 2, "2 brands failed")


def test_run_that_has_begun_leaves_what_the_one_before_said() -> None:
    run_once(failed=2, error="2 brands failed")

    note_start(name="sweep", now=NOON + MINUTE)

    row = pulse()
    assert (row.started_at, row.finished_at) == (NOON + MINUTE, NOON + SECOND)
    assert (row.failed, row.last_error) == (2, "2 brands failed")


def test_run_that_was_broken_off_has_no_end() -> None:
    run_once()
    note_start(name="sweep", now=NOON + MINUTE)

    note_failure(name="sweep", error="x" * 1000)

    row = pulse()
    assert (row.finished_at, row.runs, row.bad_runs) == (NOON + SECOND, 1, 1)
    assert row.last_error == "x" * 300


def test_run_that_was_cut_ends_with_its_last_range() -> None:
    note_start(name="sweep", now=NOON)
    note_cut(name="sweep", ranges=2)
    note_range(name="sweep", now=NOON + SECOND, handled=5, failed=1, error="1 brand failed")
    half = pulse()
    note_range(name="sweep", now=NOON + 3 * SECOND, handled=4, failed=0)

    assert (half.finished_at, half.runs, half.ranges_left) == (None, 0, 1)
    row = pulse()
    assert (row.finished_at, row.seconds, row.runs, row.bad_runs) == (NOON + 3 * SECOND, 3.0, 1, 1)
    assert (row.handled, row.failed, row.last_error, row.ranges_left) == (9, 1, "1 brand failed", 0)


def test_range_of_a_run_that_is_over_changes_nothing() -> None:
    run_once()
    before = Pulse.objects.values().get()

    note_range(name="sweep", now=NOON + MINUTE, handled=7, failed=7)

    assert Pulse.objects.values().get() == before


def test_clock_that_goes_round_keeps_the_moment_since_which_it_does() -> None:
    for seconds in (0, 10, 100):
        note_tick(name="beat", now=NOON + seconds * SECOND)

    row = Pulse.objects.get(name="beat")
    assert (row.started_at, row.finished_at) == (NOON, NOON + 100 * SECOND)


def test_clock_that_was_away_is_awake_since_it_came_back() -> None:
    note_tick(name="beat", now=NOON)
    note_tick(name="beat", now=NOON + LONGEST_NAP + SECOND)
    assert Pulse.objects.get(name="beat").started_at == NOON + LONGEST_NAP + SECOND

    # Set back: what stands there is of the future.
    note_tick(name="beat", now=NOON - HOUR)
    row = Pulse.objects.get(name="beat")
    assert (row.started_at, row.finished_at) == (NOON - HOUR, NOON - HOUR)


@pytest.mark.parametrize(
    "note",
    [
        lambda: note_start(name="sweep", now=NOON),
        lambda: note_end(name="sweep", now=NOON, seconds=1.0, handled=1, failed=0),
        lambda: note_failure(name="sweep", error="why"),
        lambda: note_cut(name="sweep", ranges=2),
        lambda: note_range(name="sweep", now=NOON, handled=1, failed=0),
        lambda: note_tick(name="sweep", now=NOON),
    ],
)
def test_word_that_cannot_be_left_is_logged_and_stops_nothing(
    note: Callable[[], None], caplog: pytest.LogCaptureFixture
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE campaigns_pulse RENAME TO campaigns_pulse_away")

    with caplog.at_level(logging.ERROR):
        note()

    assert caplog.messages == ["The pulse could not be written name=sweep"]
