"""The desk against the oracle, step by step: whatever people, platforms, the beat and power cuts do."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.proof.machine import Story

# The machine tells one story of a desk where other tests look at four cases. They come in parts, because no test may
# take longer than five minutes, and in the long run there are 750.
SHARE = 4
PARTS = 6
STEPS = 30
# A story that fails is told as it is, with what it takes to tell it again: to shorten it would take minutes.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)


@pytest.mark.django_db
@pytest.mark.parametrize("part", range(PARTS))
def test_desk_and_oracle_agree_after_every_step(part: int, audited: None) -> None:
    depth = settings(
        max_examples=max(1, settings().max_examples // SHARE // PARTS),
        stateful_step_count=STEPS,
        deadline=None,
        phases=PHASES,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )

    run_state_machine_as_test(Story, settings=depth)
