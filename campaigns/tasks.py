"""What time drives: Celery is one more entry point. Each task reads the clock once and makes one call.

They carry no money, and are safe 0, 1 or n times, late, in any order and in any number of workers.
`run_here` runs one of them without a worker.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from celery import Task, shared_task
from django.conf import settings
from django.utils import timezone
from kombu.exceptions import OperationalError

from campaigns.errors import BrandBusy
from campaigns.rules.periods import PeriodKind
from campaigns.services import mismatches, passes, pulses, resets, retention, simulation, totals, webhooks
from campaigns.services.imports import uploads
from campaigns.services.passes import PassReport

logger = logging.getLogger(__name__)

# A range that waits longer than this finds its work done by the next pass: a minute's, or an hour's.
RANGE_EXPIRES = 55
HOURLY_RANGE_EXPIRES = 3595
# Somebody waits for the page: a broker that is away, or that accepts and never answers, has a second, and one try.
QUICK_SENDING = {"socket_connect_timeout": 1, "socket_timeout": 1, "max_retries": 0}


@dataclass(frozen=True, slots=True)
class TaskReport:
    """What one run of a task did, in words.

    :param handled: how much it went through: brands, entries, messages.
    :param failed: how much of it was left undone, or found wrong; the log has the details.
    :param ranges: into how many tasks it was cut, which do the work.
    """

    text: str
    handled: int = 0
    failed: int = 0
    ranges: int = 0

    @property
    def is_bad(self) -> bool:
        """It left something undone or found something wrong."""
        return self.failed > 0


class _Find(Protocol):
    def __call__(self, *, now: datetime) -> list[int]: ...


class _Review(Protocol):
    def __call__(self, *, brand_ids: Sequence[int], now: datetime) -> PassReport: ...


class _Work(Protocol):
    def __call__(self, *, brand_ids: Sequence[int], now: datetime) -> TaskReport: ...


@dataclass(frozen=True, slots=True)
class _Pass:
    """A pass over brands: how it finds those that need it, and what it does to them."""

    find: _Find
    work: _Work
    range_expires: int = RANGE_EXPIRES

    def run(self, *, now: datetime) -> TaskReport:
        return self.work(brand_ids=self.find(now=now), now=now)


def _telling(review: _Review) -> _Work:
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
    return TaskReport(f"{_count(len(drifts), 'counter')} {verb} from the ledger", failed=len(drifts))


_DAYPARTING = _Pass(passes.due_brands, _telling(passes.review_due))
_BUDGETS = _Pass(mismatches.find_brands, _telling(passes.review_brands))
_EVERYTHING = _Pass(_find_all, _telling(passes.audit_brands), HOURLY_RANGE_EXPIRES)
_FORWARD = {
    kind: _Pass(partial(mismatches.find_behind, kind=kind), _telling(partial(passes.bring_forward, kind=kind)))
    for kind in PeriodKind
}
_LEDGER = _Pass(_find_all, _check_ledger)


@shared_task
def enforce_dayparting(first_brand: int | None = None, last_brand: int | None = None) -> str:
    """Review every campaign whose state time alone may have changed: windows, flights, local midnights."""
    return _run_pass(_DAYPARTING, enforce_dayparting, first_brand, last_brand)


@shared_task
def enforce_budgets(first_brand: int | None = None, last_brand: int | None = None) -> str:
    """Find campaigns whose stored state and budgets disagree, and review them."""
    return _run_pass(_BUDGETS, enforce_budgets, first_brand, last_brand)


@shared_task
def review_everything(first_brand: int | None = None, last_brand: int | None = None) -> str:
    """Review every campaign for every blocker, whether anything seems to disagree or not."""
    return _run_pass(_EVERYTHING, review_everything, first_brand, last_brand)


@shared_task
def reset_daily_spends(due_only: bool = False, first_brand: int | None = None, last_brand: int | None = None) -> str:
    """Start every brand's day now, by hand; with `due_only`, bring only those whose local day is over forward."""
    if not due_only:
        return _reset_now(PeriodKind.DAY, first_brand, last_brand, now=timezone.now()).text
    return _run_pass(_FORWARD[PeriodKind.DAY], reset_daily_spends, first_brand, last_brand, due_only=True)


@shared_task
def reset_monthly_spends(due_only: bool = False, first_brand: int | None = None, last_brand: int | None = None) -> str:
    """Start every brand's month now, by hand; with `due_only`, bring only those whose local month is over forward."""
    if not due_only:
        return _reset_now(PeriodKind.MONTH, first_brand, last_brand, now=timezone.now()).text
    return _run_pass(_FORWARD[PeriodKind.MONTH], reset_monthly_spends, first_brand, last_brand, due_only=True)


@shared_task
def check_ledger(first_brand: int | None = None, last_brand: int | None = None) -> str:
    """Compare every counter with the ledger. Each difference is logged as an error; nothing is changed."""
    return _run_pass(_LEDGER, check_ledger, first_brand, last_brand)


@shared_task
def simulate_spend(minutes: int = 1, seed: int | None = None) -> str:
    """Make the running campaigns spend a little. For demos."""
    return _noted("simulate_spend", partial(_simulate, minutes=minutes, seed=seed), now=timezone.now()).text


@shared_task
def run_import(import_id: int) -> str:
    """Check or import an upload, whichever it waits for. Twice at once is once: the second finds it taken."""
    row = uploads.work_on(import_id=import_id, clock=timezone.now)
    return f"import {import_id}: {row.get_state_display() if row else 'nothing to do'}"


@shared_task
def take_up_imports() -> str:
    """Send the uploads that nobody has taken up to the workers: their message was lost, or waits behind others."""
    return _noted("take_up_imports", _send_waiting_imports, now=timezone.now()).text


def send_import(import_id: int) -> bool:
    """Tell the workers of an upload, from a request, within about a second.

    :returns: False if the broker took no message: `take_up_imports` sends it once there is one again.
    """
    try:
        with run_import.app.connection_for_write(transport_options=QUICK_SENDING) as connection:
            producer = run_import.app.amqp.Producer(connection, auto_declare=False)
            run_import.apply_async(args=(import_id,), retry=False, producer=producer)
    except OperationalError:
        logger.warning("The broker took no message of import=%s: it is sent again within a minute", import_id)
        return False
    return True


@shared_task
def deliver_webhooks() -> str:
    """Send what endpoints are to be told of, at least once and in order."""
    return _noted("deliver_webhooks", _deliver, now=timezone.now()).text


@shared_task
def forget_old_records() -> str:
    """Delete what is older than the settings keep it. The ledger is never touched."""
    return _noted("forget_old_records", _forget, now=timezone.now()).text


def run_here(name: str, *, now: datetime, by_hand: bool = False) -> TaskReport:
    """Run a task as beat would have it run, but in this process, over all brands at once, and at `now`.

    :param name: one of `TASKS`.
    :param by_hand: of a reset: start every period now, as a person who calls the task does.
    """
    if by_hand:
        return _BY_HAND[name](now=now)
    return _noted(name, _AS_BEAT[name], now=now)


def _noted(name: str, work: _Run, *, now: datetime) -> TaskReport:
    """Run a task, and leave word of its start and its end, however it ends."""
    start = time.monotonic()
    pulses.note_start(name=name, now=now)
    try:
        report = work(now=now)
    except Exception as error:
        pulses.note_failure(name=name, error=f"{type(error).__name__}: {error}")
        raise
    seconds = time.monotonic() - start
    if not report.ranges:
        pulses.note_end(
            name=name,
            now=now + timedelta(seconds=seconds),
            seconds=seconds,
            handled=report.handled,
            failed=report.failed,
            error=report.text if report.is_bad else "",
        )
    return report


def _run_pass(
    work: _Pass, task: Task[..., str], first_brand: int | None, last_brand: int | None, **arguments: bool
) -> str:
    """Run a pass in this worker; where it found too many brands, only cut it into ranges."""
    now, name = timezone.now(), task.name.rpartition(".")[2]
    if first_brand is None and last_brand is None:
        return _noted(name, partial(_whole_pass, work, task, arguments), now=now).text
    report = work.work(brand_ids=_within(work.find(now=now), first_brand, last_brand), now=now)
    error = report.text if report.is_bad else ""
    pulses.note_range(name=name, now=timezone.now(), handled=report.handled, failed=report.failed, error=error)
    return report.text


def _whole_pass(work: _Pass, task: Task[..., str], arguments: dict[str, bool], *, now: datetime) -> TaskReport:
    found = work.find(now=now)
    if len(found) <= settings.FAN_OUT_BRANDS:
        return work.work(brand_ids=found, now=now)
    ranges = _fan_out(task, found, arguments, expires=work.range_expires)
    return TaskReport(f"{_count(len(found), 'brand')}, cut into ranges", ranges=ranges)


def _within(brand_ids: Sequence[int], first: int | None, last: int | None) -> list[int]:
    """Keep the keys that lie in the range of this task, both ends included."""
    return [key for key in brand_ids if (first is None or key >= first) and (last is None or key <= last)]


def _fan_out(task: Task[..., str], brand_ids: Sequence[int], arguments: dict[str, bool], *, expires: int) -> int:
    """Send one task for each range of brands, and return how many."""
    parts = [
        brand_ids[start : start + settings.FAN_OUT_BRANDS]
        for start in range(0, len(brand_ids), settings.FAN_OUT_BRANDS)
    ]
    # Before the first of them may be done.
    pulses.note_cut(name=task.name.rpartition(".")[2], ranges=len(parts))
    for part in parts:
        ends = {"first_brand": part[0], "last_brand": part[-1]}
        task.apply_async(kwargs={**arguments, **ends}, expires=expires)
    return len(parts)


def _tell_pass(report: PassReport) -> TaskReport:
    text = f"{_count(report.brands, 'brand')} reviewed, {_count(len(report.changes), 'change')} of state"
    failed = f", {_count(len(report.failed), 'brand')} failed" if report.failed else ""
    busy = f", {_count(len(report.busy), 'brand')} left for the next pass" if report.busy else ""
    return TaskReport(text + failed + busy, handled=report.brands, failed=len(report.failed) + len(report.busy))


def _reset_now(
    kind: PeriodKind, first_brand: int | None = None, last_brand: int | None = None, *, now: datetime
) -> TaskReport:
    brand_ids = _within(passes.all_brands(), first_brand, last_brand)
    report = resets.reset_brands(brand_ids=brand_ids, kinds=[kind], now=now)
    campaigns = _count(report.campaigns, "campaign")
    text = f"{_count(len(report.brands), 'brand')} and {campaigns} start their {kind.value} now"
    refused = f", {_count(len(report.refused), 'brand')} refused" if report.refused else ""
    busy = f", {_count(len(report.busy), 'brand')} left out, because somebody else held them" if report.busy else ""
    failed = len(report.refused) + len(report.busy)
    return TaskReport(text + refused + busy, handled=len(report.brands), failed=failed)


def _simulate(*, now: datetime, minutes: int = 1, seed: int | None = None) -> TaskReport:
    try:
        report = simulation.simulate_spend(now=now, minutes=minutes, seed=seed)
    except BrandBusy as refusal:
        return TaskReport(f"nothing simulated: {refusal}", failed=1)
    entries = "1 entry" if report.entries == 1 else f"{report.entries} entries"
    return TaskReport(f"{entries}, {_count(len(report.changes), 'change')} of state", handled=report.entries)


def _send_waiting_imports(*, now: datetime) -> TaskReport:
    del now  # an upload waits from the moment on at which it is there
    waiting = uploads.waiting()
    for import_id in waiting:
        run_import.apply_async(args=(import_id,), expires=RANGE_EXPIRES)
    return TaskReport(f"{_count(len(waiting), 'import')} sent to the workers", handled=len(waiting))


def _take_up_imports(*, now: datetime) -> TaskReport:
    taken_up = [uploads.work_on(import_id=import_id, clock=lambda: now) for import_id in uploads.waiting()]
    return TaskReport(f"{_count(len(taken_up), 'import')} taken up", handled=len(taken_up))


def _deliver(*, now: datetime) -> TaskReport:
    report = webhooks.send_due(now=now)
    text = f"{_count(report.delivered, 'message')} delivered"
    failed = f", {report.failed} to be tried again" if report.failed else ""
    dead = f", {report.dead} given up" if report.dead else ""
    return TaskReport(text + failed + dead, handled=report.delivered, failed=report.dead)


def _forget(*, now: datetime) -> TaskReport:
    forgotten = retention.forget_old(now=now)
    return TaskReport(f"{_count(forgotten.total, 'old record')} deleted", handled=forgotten.total)


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


class _Run(Protocol):
    def __call__(self, *, now: datetime) -> TaskReport: ...


_AS_BEAT: dict[str, _Run] = {
    "enforce_budgets": _BUDGETS.run,
    "review_everything": _EVERYTHING.run,
    "enforce_dayparting": _DAYPARTING.run,
    "reset_daily_spends": _FORWARD[PeriodKind.DAY].run,
    "reset_monthly_spends": _FORWARD[PeriodKind.MONTH].run,
    "check_ledger": _LEDGER.run,
    "simulate_spend": _simulate,
    "deliver_webhooks": _deliver,
    "forget_old_records": _forget,
    "take_up_imports": _take_up_imports,
}
_BY_HAND: dict[str, _Run] = {
    "reset_daily_spends": partial(_reset_now, PeriodKind.DAY),
    "reset_monthly_spends": partial(_reset_now, PeriodKind.MONTH),
}

TASKS = tuple(_AS_BEAT)
RESETS = tuple(_BY_HAND)
