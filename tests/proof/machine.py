"""The state machine: hypothesis makes up steps, and each of them is taken in the oracle and in the desk."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.proof.both import Both
from tests.proof.steps import CRASHES, STARTS, VOCABULARY, WEIGHTS, ZONES, Step, step_of

_KINDS = [kind for kind in VOCABULARY for _ in range(WEIGHTS.get(kind, 1))]
_NO_CRASH = ("",) * 4


@st.composite
def steps(draw: st.DrawFn) -> Step:
    """This will make up a step."""
    do = draw(st.sampled_from(_KINDS))
    chosen = {name: draw(st.sampled_from(texts)) for name, texts in VOCABULARY[do].items()}
    crash = draw(st.sampled_from((*_NO_CRASH, *CRASHES)))
    return step_of(do, who=draw(st.integers(0, 5)), crash=crash, **chosen)


class Story(RuleBasedStateMachine):
    """A desk and its oracle."""

    def __init__(self) -> None:
        super().__init__()
        # Everything that the machine writes is taken back at its end.
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.both: Both | None = None

    @initialize(
        now=st.sampled_from(STARTS),
        zones=st.lists(st.sampled_from(ZONES), min_size=1, max_size=3),
        campaigns=st.integers(1, 4),
    )
    def open(self, now: datetime, zones: list[str], campaigns: int) -> None:
        """This will open the desk."""
        self.both = Both(now, zones, campaigns)

    @rule(step=steps())
    def take(self, step: Step) -> None:
        """This will take one step in both, and compare."""
        assert self.both is not None
        self.both.take(step)

    def teardown(self) -> None:
        """This will have everything come to rest, compare a last time, and take it all back."""
        try:
            if self.both is not None:
                self.both.settle()
        finally:
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)
