"""How long faults last: moments in a normal run, minutes in a long one (`./test.sh --long`)."""

from __future__ import annotations

from hypothesis import settings

# The profile says it for all tests that can look longer or deeper.
IS_LONG = settings().max_examples >= 1000


def seconds(*, normal: float, long: float) -> float:
    """This will return how long a fault lasts in this run."""
    return long if IS_LONG else normal
