"""The desk against the oracle, step by step: whatever people, platforms, the beat and power cuts do."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.proof.machine import Story

# Of a hundred cases that other tests look at, the machine looks at so many; each is a whole story of a desk.
SHARE = 4
STEPS = 30


@pytest.mark.django_db
def test_desk_and_oracle_agree_after_every_step(audited: None) -> None:
    depth = settings(
        max_examples=max(1, settings().max_examples // SHARE),
        stateful_step_count=STEPS,
        deadline=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )

    run_state_machine_as_test(Story, settings=depth)
