"""What time drives: Celery is one more entry point. Each task reads the clock once and makes one call.

They carry no money, and are safe 0, 1 or n times, late, in any order and in any number of workers.
"""

from __future__ import annotations

from collections.abc import Sequence

from celery import Task, shared_task
from django.conf import settings
from django.utils import timezone

from campaigns.rules.periods import PeriodKind
from campaigns.services import mismatches, passes, resets, simulation, totals
from campaigns.services.passes import PassReport

# A range that waits longer than this finds its work done by the next pass.
RANGE_EXPIRES = 55
# At this minute of the hour the net looks at every blocker, not at budgets alone.
FULL_REVIEW_MINUTE = 7


@shared_task
def enforce_dayparting(first_brand: int | None = None, last_brand: int | None = None) -> str:
    """Review every campaign whose state time alone may have changed: windows, flights, local midnights."""
    now = timezone.now()
    due = _within(passes.due_brands(now=now), first_brand, last_brand)
    if first_brand is None and _fan_out(enforce_dayparting, due):
        return f"{len(due)} brands, cut into ranges"
    return _told(passes.review_due(brand_ids=due, now=now))


@shared_task
def enforce_budgets(first_brand: int | None = None, last_brand: int | None = None) -> str:
    """Find campaigns whose stored state and budgets disagree, and review them; once an hour, review everything."""
    now = timezone.now()
    is_full = now.minute == FULL_REVIEW_MINUTE
    found = passes.all_brands() if is_full else mismatches.find_brands(now=now)
    wrong = _within(found, first_brand, last_brand)
    if first_brand is None and _fan_out(enforce_budgets, wrong):
        return f"{len(wrong)} brands, cut into ranges"
    return _told(passes.review_brands(brand_ids=wrong, now=now))


@shared_task
def reset_daily_spends(due_only: bool = False, first_brand: int | None = None, last_brand: int | None = None) -> str:
    """Start every brand's day now, by hand; with `due_only`, bring only those whose local day is over forward."""
    return _reset(PeriodKind.DAY, reset_daily_spends, due_only, first_brand, last_brand)


@shared_task
def reset_monthly_spends(due_only: bool = False, first_brand: int | None = None, last_brand: int | None = None) -> str:
    """Start every brand's month now, by hand; with `due_only`, bring only those whose local month is over forward."""
    return _reset(PeriodKind.MONTH, reset_monthly_spends, due_only, first_brand, last_brand)


@shared_task
def check_ledger() -> str:
    """Compare every counter with the ledger. Each difference is logged as an error; nothing is changed."""
    drifts = totals.find_drift()
    return f"{len(drifts)} counters differ from the ledger"


@shared_task
def simulate_spend(minutes: int = 1, seed: int | None = None) -> str:
    """Make the running campaigns spend a little. For demos."""
    report = simulation.simulate_spend(now=timezone.now(), minutes=minutes, seed=seed)
    return f"{report.entries} entries, {len(report.changes)} changes of state"


def _reset(
    kind: PeriodKind, task: Task[..., str], due_only: bool, first_brand: int | None, last_brand: int | None
) -> str:
    now = timezone.now()
    if not due_only:
        report = resets.reset_brands(
            brand_ids=_within(passes.all_brands(), first_brand, last_brand), kinds=[kind], now=now
        )
        return f"{len(report.brands)} brands and {report.campaigns} campaigns start their {kind.value} now"
    behind = _within(mismatches.find_behind(kind=kind, now=now), first_brand, last_brand)
    if first_brand is None and _fan_out(task, behind, due_only=True):
        return f"{len(behind)} brands, cut into ranges"
    return _told(passes.bring_forward(brand_ids=behind, kind=kind, now=now))


def _within(brand_ids: Sequence[int], first: int | None, last: int | None) -> list[int]:
    """Keep the keys that lie in the range of this task, both ends included."""
    return [key for key in brand_ids if (first is None or key >= first) and (last is None or key <= last)]


def _fan_out(task: Task[..., str], brand_ids: Sequence[int], *, due_only: bool = False) -> bool:
    """Cut a pass over many brands into ranges, one task each, and tell whether that was needed."""
    size = settings.FAN_OUT_BRANDS
    if len(brand_ids) <= size:
        return False
    for start in range(0, len(brand_ids), size):
        part = brand_ids[start : start + size]
        arguments: dict[str, object] = {"first_brand": part[0], "last_brand": part[-1]}
        task.apply_async(kwargs={**arguments, "due_only": True} if due_only else arguments, expires=RANGE_EXPIRES)
    return True


def _told(report: PassReport) -> str:
    told = f"{report.brands} brands reviewed, {len(report.changes)} changes of state"
    return f"{told}, {len(report.failed)} brands failed" if report.failed else told
