"""Takes each step twice, in the oracle and in the desk, and compares everything that can be seen after it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from django.db import connection

from campaigns import tasks
from campaigns.errors import ManyRefusals, Refusal
from campaigns.services import create_brand, create_campaign
from tests.proof.actions import Actions
from tests.proof.comparison import Comparison
from tests.proof.crashes import CrashError, crash_after
from tests.proof.oracle import Brand, Campaign, No, Oracle
from tests.proof.steps import OPENING, Step, advanced

# What the beat starts at a quarter of an hour. Whoever missed all of it is up to date after this.
PASSES = ("enforce_dayparting", "enforce_budgets", "reset_daily_spends", "reset_monthly_spends", "check_ledger")
MOST_CAMPAIGNS = 6

# How many entries were written, or the code of the refusal.
Answer = int | str


class Alone:
    """The oracle without a desk: says what has to come of the steps."""

    def __init__(self, now: datetime, zones: Sequence[str], campaigns: int) -> None:
        self.now = now
        self.oracle = Oracle()
        self.actions = Actions(self.oracle)
        for zone in zones:
            self.open_brand(zone)
        for number in range(campaigns):
            self.open_campaign(number, is_enabled=True)

    def take(self, step: Step) -> None:
        """This will take the step."""
        if step.do == "advance":
            zone = self.oracle.brands[step.who % len(self.oracle.brands)].zone
            self.now = advanced(self.now, step.value, zone)
        elif step.do == "task":
            self.run_tasks(step)
        elif step.do == "new_campaign":
            if len(self.oracle.campaigns) < MOST_CAMPAIGNS:
                self.open_campaign(step.who, is_enabled=step.value == "on")
        else:
            self.ask(step, self.now - timedelta(seconds=step.age))

    def ask(self, step: Step, now: datetime) -> Answer:
        """This will ask for what the step says, and return the answer."""
        action = self.actions.of(step, now)
        before = len(self.oracle.ledger)
        refusal = None if action is None else refusal_of(action.truth)
        return refusal or len(self.oracle.ledger) - before

    def run_tasks(self, step: Step) -> None:
        """This will do nothing: the oracle needs no beat."""

    def open_brand(self, zone: str) -> None:
        """This will make a brand."""
        self.oracle.brands[len(self.oracle.brands)] = Brand(zone=zone)

    def open_campaign(self, who: int, *, is_enabled: bool) -> None:
        """This will make a campaign of one of the brands."""
        number = who % len(self.oracle.brands)
        self.oracle.campaigns[len(self.oracle.campaigns)] = Campaign(is_enabled=is_enabled, brand=number)


class Both(Alone):
    """The oracle, and the desk beside it."""

    def __init__(self, now: datetime, zones: Sequence[str], campaigns: int) -> None:
        self.comparison: Comparison | None = None
        super().__init__(now, zones, campaigns)
        self.comparison = Comparison(self.oracle, self.actions, now)
        self.compare(Step("new_campaign"))
        for step in OPENING:
            self.take(step)

    def take(self, step: Step) -> None:
        """This will take the step in both, after a power cut in the middle of it if the step says so, and compare."""
        super().take(step)
        self.compare(step)

    def settle(self) -> None:
        """This will have the beat come round once: whatever time changed has to be seen after it."""
        for name in PASSES:
            self._run_task(name, self.now)
        self.compare(Step("task", value="tick"))

    def compare(self, step: Step) -> None:
        """This will compare everything that can be seen."""
        assert self.comparison is not None
        self.comparison.check(self.now, step)
        # What a commit would check, the auditor's triggers among it.
        connection.check_constraints()

    def ask(self, step: Step, now: datetime) -> Answer:
        """This will ask both, and compare their answers."""
        self._look(now)
        action = self.actions.of(step, now)
        if action is None:
            return 0
        desk = self._ask_and_crash(step, action.desk) if step.crash else None
        if desk is None:
            desk = answer_of(action.desk)
        truth = super().ask(step, now)
        assert desk == truth, f"{step}: the desk answers {desk!r}, the oracle {truth!r}"
        return truth

    def run_tasks(self, step: Step) -> None:
        """This will run the step's tasks, as often as it says, and compare after each."""
        now = self.now - timedelta(seconds=step.age)
        names = PASSES if step.value == "tick" else (step.value,)
        for name in names:
            if step.crash:
                self._look(now)
                self._ask_and_crash(step, partial(_run, name, now))
            for _ in range(int(step.when)):
                self._run_task(name, now)
                self.compare(step)

    def open_brand(self, zone: str) -> None:
        """This will make a brand in both."""
        name = f"Brand {len(self.oracle.brands)}"
        self.actions.brands.append(create_brand(name=name, time_zone=zone, now=self.now).pk)
        super().open_brand(zone)

    def open_campaign(self, who: int, *, is_enabled: bool) -> None:
        """This will make a campaign in both."""
        brand = self.actions.brands[who % len(self.actions.brands)]
        name = f"Campaign {len(self.oracle.campaigns)}"
        row = create_campaign(brand_id=brand, name=name, is_enabled=is_enabled, now=self.now)
        self.actions.campaigns.append(row.pk)
        super().open_campaign(who, is_enabled=is_enabled)

    def _ask_and_crash(self, step: Step, work: Callable[[], int]) -> Answer | None:
        """Cut the power in the middle of the work: all of it has to be as if nobody had asked.

        :returns: the answer, if the work never came to where the power was cut.
        """
        with crash_after(step.crash):
            try:
                return answer_of(work)
            except CrashError:
                pass
        self.compare(step)
        return None

    def _run_task(self, name: str, now: datetime) -> None:
        assert self.comparison is not None
        self._look(now)
        _run(name, now)
        self.comparison.reviewed(name, now)

    def _look(self, now: datetime) -> None:
        if self.comparison is not None:
            self.comparison.look(now, self.now)


def answer_of(work: Callable[[], int]) -> Answer:
    """This will return what the desk answers, or the codes of its refusals."""
    try:
        return work()
    except ManyRefusals as refusals:
        return ", ".join(refusal.code for _, refusal in refusals.refusals)
    except Refusal as refusal:
        return refusal.code


def refusal_of(work: Callable[[], object]) -> str:
    """This will return why the oracle says no, or nothing."""
    try:
        work()
    except No as no:
        return str(no)
    return ""


def _run(name: str, now: datetime) -> int:
    report = tasks.run_here(name, now=now)
    assert not report.is_bad, f"{name}: {report.text}"
    return 0
