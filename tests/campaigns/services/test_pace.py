"""How much to do in one transaction, by how long the last one took."""

from __future__ import annotations

import pytest

from campaigns.services.pace import Pace


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        # As many as fit, and at most four times as many as before.
        (0.4, 25),
        (0.1, 100),
        (0.0625, 160),
        (0.03125, 320),
        (0.01, 400),
        (0.0, 400),
        # However long it took.
        (60.0, 10),
    ],
)
def test_the_next_part_is_as_large_as_fits(seconds: float, expected: int) -> None:
    pace = Pace(seconds=0.1, first=100, least=10, most=1_000)

    pace.learn(100, seconds)

    assert pace.size == expected


def test_no_part_is_larger_than_the_most() -> None:
    pace = Pace(seconds=0.1, first=100, least=50, most=30)
    assert pace.size == 30

    pace.learn(30, 0.001)
    assert pace.size == 30

    pace.learn(30, 1.0)
    assert pace.size == 30


def test_parts_are_cut_as_they_are_asked_for() -> None:
    pace = Pace(seconds=0.1, first=1, most=6)
    cut: list[list[int]] = []

    for part in pace.parts(range(13)):
        cut.append(part)
        pace.learn(len(part), 0.001)

    assert cut == [[0], [1, 2, 3, 4], [5, 6, 7, 8, 9, 10], [11, 12]]
