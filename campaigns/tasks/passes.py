"""The passes: reviews, resets and the ledger's check, over all brands or a range of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Protocol

from celery import shared_task
from django.utils import timezone

from campaigns.rules.periods import PeriodKind
from campaigns.services import mismatches, passes, resets, totals
from campaigns.services.passes import PassReport
from campaigns.tasks.ranges import Pass, Work, run_pass, within
from campaigns.tasks.runs import TaskReport, count


class _Review(Protocol):
    def __call__(self, *, brand_ids: Sequence[int], now: datetime) -> PassReport: ...


def _telling(review: _Review) -> Work:
    """Return a review that says in words what it did."""

    def work(*, brand_ids: Sequence[int], now: datetime) -> TaskReport:
        return _tell_pass(review(brand_ids=brand_ids, now=now))

    return work


def _find_all(*, now: datetime) -> list[int]:
    del now  # whatever the time
    return passes.all_brands()


def _check_ledger(*, brand_ids: Sequence[int], now: datetime) -> TaskReport:
    drifts = totals.check_ledger(brand_ids=brand_ids, now=now)
    verb = "differs" if len(drifts) == 1 else "differ"
    return TaskReport(f"{count(len(drifts), 'counter')} {verb} from the ledger", failed=len(drifts))


DAYPARTING = Pass(passes.due_brands, _telling(passes.review_due))
BUDGETS = Pass(mismatches.find_brands, _telling(passes.review_brands))
EVERYTHING = Pass(_find_all, _telling(passes.audit_brands), every_minutes=60)
FORWARD = {
    kind: Pass(
        partial(mismatches.find_behind, kind=kind),
        _telling(partial(passes.bring_forward, kind=kind)),
        every_minutes=15,
    )
    for kind in PeriodKind
}
LEDGER = Pass(_find_all, _check_ledger, every_minutes=5)


@shared_task(name="campaigns.tasks.enforce_dayparting")
def enforce_dayparting(first_brand: int | None = None, last_brand: int | None = None) -> str:
    """Review every campaign whose state time alone may have changed: windows, flights, local midnights."""
    return run_pass(DAYPARTING, enforce_dayparting, first_brand, last_brand)


@shared_task(name="campaigns.tasks.enforce_budgets")
def enforce_budgets(first_brand: int | None = None, last_brand: int | None = None) -> str:
    """Find campaigns whose stored state and budgets disagree, and review them."""
    return run_pass(BUDGETS, enforce_budgets, first_brand, last_brand)


@shared_task(name="campaigns.tasks.review_everything")
def review_everything(first_brand: int | None = None, last_brand: int | None = None) -> str:
    """Review every campaign for every blocker, whether anything seems to disagree or not."""
    return run_pass(EVERYTHING, review_everything, first_brand, last_brand)


@shared_task(name="campaigns.tasks.reset_daily_spends")
def reset_daily_spends(due_only: bool = False, first_brand: int | None = None, last_brand: int | None = None) -> str:
    """Start every brand's day now, by hand; with `due_only`, bring only those whose local day is over forward."""
    if not due_only:
        return reset_now(PeriodKind.DAY, first_brand, last_brand, now=timezone.now()).text
    return run_pass(FORWARD[PeriodKind.DAY], reset_daily_spends, first_brand, last_brand, due_only=True)


@shared_task(name="campaigns.tasks.reset_monthly_spends")
def reset_monthly_spends(due_only: bool = False, first_brand: int | None = None, last_brand: int | None = None) -> str:
    """Start every brand's month now, by hand; with `due_only`, bring only those whose local month is over forward."""
    if not due_only:
        return reset_now(PeriodKind.MONTH, first_brand, last_brand, now=timezone.now()).text
    return run_pass(FORWARD[PeriodKind.MONTH], reset_monthly_spends, first_brand, last_brand, due_only=True)


@shared_task(name="campaigns.tasks.check_ledger")
def check_ledger(first_brand: int | None = None, last_brand: int | None = None) -> str:
    """Compare every counter with the ledger. Each difference is logged as an error; nothing is changed."""
    return run_pass(LEDGER, check_ledger, first_brand, last_brand)


def reset_now(
    kind: PeriodKind, first_brand: int | None = None, last_brand: int | None = None, *, now: datetime
) -> TaskReport:
    """Start the period of every brand, or of those in the range, at this moment."""
    brand_ids = within(passes.all_brands(), first_brand, last_brand)
    report = resets.reset_brands(brand_ids=brand_ids, kinds=[kind], now=now)
    campaigns = count(report.campaigns, "campaign")
    text = f"{count(len(report.brands), 'brand')} and {campaigns} start their {kind.value} now"
    refused = f", {count(len(report.refused), 'brand')} refused" if report.refused else ""
    busy = f", {count(len(report.busy), 'brand')} left out, because somebody else held them" if report.busy else ""
    failed = len(report.refused) + len(report.busy)
    return TaskReport(text + refused + busy, handled=len(report.brands), failed=failed)


def _tell_pass(report: PassReport) -> TaskReport:
    text = f"{count(report.brands, 'brand')} reviewed, {count(len(report.changes), 'change')} of state"
    failed = f", {count(len(report.failed), 'brand')} failed" if report.failed else ""
    busy = f", {count(len(report.busy), 'brand')} left for the next pass" if report.busy else ""
    return TaskReport(text + failed + busy, handled=report.brands, failed=len(report.failed) + len(report.busy))
