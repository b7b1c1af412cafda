"""The desk against the oracle, step by step: whatever people, platforms, the beat and power cuts do."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.proof.machine import Story

# Stories in a part, each of a whole desk. The long run has 30 parts, because no test may take over five minutes.
STORIES = 24
PARTS = max(1, settings().max_examples // 100)
STEPS = 30
# A story that fails is told as it is, with what it takes to tell it again: to shorten it would take minutes.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)


@pytest.mark.django_db
@pytest.mark.parametrize("part", range(PARTS))
def test_desk_and_oracle_agree_after_every_step(part: int, audited: None) -> None:
    depth = settings(
        max_examples=STORIES,
        stateful_step_count=STEPS,
        deadline=None,
        phases=PHASES,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )

    run_state_machine_as_test(Story, settings=depth)
