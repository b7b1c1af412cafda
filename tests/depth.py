"""How deep a run looks, and what it measured: `./test.sh --long` kills for minutes what a normal run kills once."""

from __future__ import annotations

import hypothesis
import pytest

IS_LONG = hypothesis.settings().max_examples > 1000
LONG = pytest.mark.long


def report(sentence: str) -> None:
    """This will say what was measured: a failure shows it, and so does `-s`."""
    print(sentence)  # noqa: T201
