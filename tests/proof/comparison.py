"""Compares what the desk stores with what the oracle says.

A stored state may be a minute old: it is right if it is what the oracle says, of the facts as they are now, for some
moment since everything was last reviewed. So no fact may wait for a pass; only time may.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from campaigns import models
from campaigns.rules.delivery import Blocker
from campaigns.rules.periods import PeriodKind
from campaigns.services import should_campaign_be_active
from tests.proof.actions import Actions
from tests.proof.oracle import DAY, MONTH, Brand, Campaign, Entry, Oracle, period_of
from tests.proof.steps import Step

# What may be given as the cause of a start or stop. Time that has passed unseen may come to light at any step.
_SPEND, _RESET, _PERSON, _BUDGET = ({cause, "clock"} for cause in ("spend", "reset", "person", "budget"))
CAUSES = {
    "spend": _SPEND,
    "batch": _SPEND,
    "replay": _SPEND,
    "correct": _SPEND,
    "reverse": _SPEND,
    "report": _SPEND,
    "brand_reset": _RESET,
    "campaign_reset": _RESET,
    "rebuild": _RESET,
    "task": _RESET,
    "brand_limit": _BUDGET,
    "campaign_limit": _BUDGET,
    "zone": _PERSON,
    "brand_switch": _PERSON,
    "campaign_switch": _PERSON,
    "flight": _PERSON,
    "windows": _PERSON,
    "new_campaign": _PERSON,
    "save_form": _PERSON | _BUDGET,
}
MINUTE_TASKS = ("enforce_dayparting", "enforce_budgets")


@dataclass(frozen=True, slots=True)
class View:
    """What a campaign's row of history shows: all blockers and, where the first is a budget, its numbers."""

    holds: tuple[str, ...]
    spent: Decimal | None = None
    limit: Decimal | None = None


@dataclass(slots=True)
class Comparison:
    """The oracle, the desk's tables, and the moments of which stored states may be."""

    oracle: Oracle
    actions: Actions
    now: datetime
    moments: list[datetime] = field(default_factory=list)
    views: dict[int, set[View]] = field(default_factory=dict)
    running: dict[int, bool] = field(default_factory=dict)
    last_change: int = 0
    reviews: dict[str, datetime] = field(default_factory=dict)

    def look(self, *moments: datetime) -> None:
        """This will remember what the oracle says before a step, for these moments too."""
        earliest = min(self.moments, default=moments[0])
        for moment in moments:
            if moment >= earliest and moment not in self.moments:
                self.moments.append(moment)
        self.views = {number: self._views(campaign) for number, campaign in self.oracle.campaigns.items()}

    def reviewed(self, task: str, now: datetime) -> None:
        """This will hold every state to this moment, once both of the minute's tasks have run at it."""
        if now == self.moments[-1] and task in MINUTE_TASKS:
            self.reviews[task] = now
            if all(self.reviews.get(name) == now for name in MINUTE_TASKS):
                self.moments = [now]

    def check(self, now: datetime, step: Step) -> None:
        """This will compare the ledger, the counters, the states and what is new in the history."""
        if now not in self.moments:
            self.moments.append(now)
        self._check_ledger()
        stored = {row.pk: row for row in models.Campaign.objects.order_by("pk")}
        for number, brand_row in enumerate(models.Brand.objects.order_by("pk")):
            self._check_counters(brand_row, self.oracle.brands[number], now)
        for number, key in enumerate(self.actions.campaigns):
            self._check_counters(stored[key], self.oracle.campaigns[number], now)
        for number, key in enumerate(self.actions.campaigns):
            self._check_state(stored[key], self.oracle.campaigns[number])
        self._check_history(step, {number: stored[key] for number, key in enumerate(self.actions.campaigns)})
        if not self._is_uncounted(now):
            self._check_answer(len(self.oracle.ledger) % len(self.actions.campaigns), now)

    def _check_ledger(self) -> None:
        """New entries of the desk have to be those of the oracle's; a batch may write them in another order."""
        known = set(self.actions.entries)
        expected = dict(enumerate(self.oracle.ledger[len(known) :], start=len(known)))
        placed: dict[int, int] = {}
        for row in models.SpendLog.objects.exclude(pk__in=known).order_by("pk"):
            desk = self.entry_of(row)
            number = next((number for number, truth in expected.items() if truth == desk), None)
            assert number is not None, f"{desk} is none of {list(expected.values())}"
            del expected[number]
            placed[number] = row.pk
        assert not expected, f"missing in the ledger: {list(expected.values())}"
        self.actions.entries += [placed[number] for number in sorted(placed)]
        assert models.SpendLog.objects.count() == len(self.oracle.ledger)

    def entry_of(self, row: models.SpendLog) -> Entry:
        """This will return the entry as the oracle writes it."""
        return Entry(
            self.actions.campaigns.index(row.campaign_id),
            row.amount,
            row.occurred_at,
            row.local_day,
            row.source,
            row.reference,
            None if row.corrects_id is None else self.actions.entries.index(row.corrects_id),
        )

    def _check_counters(self, row: models.Brand | models.Campaign, truth: Brand | Campaign, now: datetime) -> None:
        for kind in (DAY, MONTH):
            since, counter = row.since(PeriodKind(kind)), row.counter(PeriodKind(kind))
            in_ledger = self.oracle.counted(truth, kind, since)
            assert counter == in_ledger, f"{row} {kind}: {counter} since {since}, in the ledger {in_ledger}"
            if since >= period_of(kind, now, self.oracle.zone_of(truth))[0]:
                expected = self.oracle.since(truth, kind, now)
                assert since == expected, f"{row} {kind}: since {since}, not {expected}"
            elif self.moments[0] >= period_of(kind, now, self.oracle.zone_of(truth))[0]:
                spent = self.oracle.spent(truth, kind, now)
                assert spent == 0, f"{row} {kind}: read as 0, since it is of {since}, but {spent} were spent"

    def _check_state(self, row: models.Campaign, truth: Campaign) -> None:
        expected = {(holds[0] if holds else "") for holds in (self.oracle.holds(truth, at) for at in self.moments)}
        assert row.paused_because in expected, f"{row}: {row.paused_because!r}, not {expected}"
        assert row.is_active is (row.paused_because == "")
        assert row.is_enabled is truth.is_enabled

    def _check_history(self, step: Step, stored: dict[int, models.Campaign]) -> None:
        changes = models.StatusChange.objects.filter(pk__gt=self.last_change).order_by("pk")
        after = {number: self._views(campaign) for number, campaign in self.oracle.campaigns.items()}
        for change in changes:
            number = self.actions.campaigns.index(change.campaign_id)
            self.last_change = change.pk
            assert change.is_active is not self.running.get(number, False), f"{change} though it had"
            self.running[number] = change.is_active
            assert change.cause in CAUSES.get(step.do, set()), f"{change} because of {change.cause}, at {step}"
            shown = View(tuple(change.blockers), change.spent, change.limit)
            views = self.views.get(number, set()) | after[number]
            expected = {View(view.holds) for view in views} if change.is_active else views
            assert (View(()) if change.is_active else shown) in expected, f"{change}: {shown}, not {expected}"
        for number, row in stored.items():
            assert row.is_active is self.running.get(number, False), f"{row} changed without a line in the history"

    def _views(self, campaign: Campaign) -> set[View]:
        return {self._view(campaign, moment) for moment in self.moments}

    def _view(self, campaign: Campaign, moment: datetime) -> View:
        holds = tuple(self.oracle.holds(campaign, moment))
        owner, _, kind = holds[0].partition("_") if holds else ("", "", "")
        if kind not in (DAY, MONTH):
            return View(holds)
        row = campaign if owner == "campaign" else self.oracle.brands[campaign.brand]
        return View(holds, self.oracle.spent(row, kind, moment), row.limits[kind])

    def _is_uncounted(self, now: datetime) -> bool:
        """A spend that was ahead of the clock when a period began is not counted in it until the minute's pass."""
        starts = [period_of(kind, now, brand.zone)[0] for brand in self.oracle.brands.values() for kind in (DAY, MONTH)]
        return any(self.moments[0] < start and self._has_entry_since(start) for start in starts)

    def _has_entry_since(self, start: datetime) -> bool:
        return any(entry.at >= start for entry in self.oracle.ledger)

    def _check_answer(self, number: int, now: datetime) -> None:
        """One campaign is asked for what holds it at this very moment: that answer is never old."""
        truth = self.oracle.holds(self.oracle.campaigns[number], now)
        _, reasons = should_campaign_be_active(campaign_id=self.actions.campaigns[number], now=now)
        assert reasons == [Blocker(name).label for name in truth]
