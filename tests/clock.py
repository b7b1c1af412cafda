"""The beat's work at a moment that the test says, without a beat: what the tasks ask the services for."""

from __future__ import annotations

from datetime import datetime, timedelta

from campaigns.models import StatusChange
from campaigns.rules.periods import PeriodKind
from campaigns.services import mismatches, passes


def enforce_dayparting(now: datetime) -> tuple[StatusChange, ...]:
    """Review what is due."""
    return passes.review_due(brand_ids=passes.due_brands(now=now), now=now).changes


def enforce_budgets(now: datetime) -> tuple[StatusChange, ...]:
    """Review the brands in which stored states and budgets disagree."""
    return passes.review_brands(brand_ids=mismatches.find_brands(now=now), now=now).changes


def reset_due(kind: PeriodKind, now: datetime) -> tuple[StatusChange, ...]:
    """Bring forward the brands that are behind their day, or month."""
    behind = mismatches.find_behind(kind=kind, now=now)
    return passes.bring_forward(brand_ids=behind, kind=kind, now=now).changes


def run_minute(now: datetime) -> tuple[StatusChange, ...]:
    """Run everything that the beat starts at that moment: two tasks every minute, two more every 15 minutes."""
    changes = (*enforce_dayparting(now), *enforce_budgets(now))
    if now.minute % 15 == 0:
        changes += (*reset_due(PeriodKind.DAY, now), *reset_due(PeriodKind.MONTH, now))
    return changes


def run_clock(start: datetime, end: datetime, *, every: timedelta = timedelta(minutes=1)) -> list[StatusChange]:
    """Run the beat from `start` up to and including `end`, and return the starts and stops."""
    changes: list[StatusChange] = []
    now = start
    while now <= end:
        changes += run_minute(now)
        now += every
    return changes
