"""The mutants still fit the code: a fault that can no longer be put in would prove nothing."""

from __future__ import annotations

import pytest

from tests.mutants import MUTANTS, ROOT, Mutant


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_mutant_fits_the_code(mutant: Mutant) -> None:
    code = (ROOT / mutant.file).read_text()

    assert mutant.before in code
    assert mutant.before != mutant.after
    assert all((ROOT / test.partition("::")[0]).exists() for test in mutant.tests)
