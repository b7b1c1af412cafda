"""Replay: runs a file's spend at the file's own clock through the services, to see when they would have paused what.

It writes brands, campaigns and entries as every door does, so it needs a database of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from zoneinfo import ZoneInfo

from campaigns.errors import ManyRefusals, Refusal, UnreadableFile
from campaigns.files import Layout, open_spend
from campaigns.models import Brand, Campaign, Cause, StatusChange
from campaigns.rules.dayparting import Window
from campaigns.rules.delivery import Blocker
from campaigns.rules.periods import PeriodKind, day_start, find_zone, local_day
from campaigns.services import passes
from campaigns.services.brands import create_brand
from campaigns.services.campaigns import create_campaign
from campaigns.services.imports.rows import Draft, Reading, tidy
from campaigns.services.spend import record_spend

# Called with how many rows are done, and of how many.
Progress = Callable[[int, int], None]

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ReplayOrder:
    """What to replay: a file, and the budgets and hours to try on it.

    :param daily_budget: of the brand, over all campaigns of the file; None: no limit. So is `monthly_budget`.
    :param window: the hours of every campaign; None: any.
    """

    path: Path
    layout: Layout
    time_zone: str
    daily_budget: Decimal | None = None
    monthly_budget: Decimal | None = None
    window: Window | None = None


@dataclass(frozen=True, slots=True)
class ReplayEvent:
    """Campaigns that stopped or started together.

    :param blockers: what holds them, the headline first; empty for a start.
    :param spent: of the budget that held them, or that let them go; None if no budget did.
    """

    at: datetime
    is_start: bool
    campaigns: tuple[str, ...]
    blockers: tuple[Blocker, ...]
    spent: Decimal | None
    limit: Decimal | None


@dataclass(slots=True)
class ReplayDay:
    """What the file reports for a local day: while its campaign was running, and while it was paused."""

    day: date
    allowed: Decimal = Decimal("0.00")
    while_paused: Decimal = Decimal("0.00")

    @property
    def reported(self) -> Decimal:
        """All of the day's spend."""
        return self.allowed + self.while_paused


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """What happened.

    :param duplicate: rows whose reference had come before; they count once.
    :param running_at_start: how many campaigns ran at the first local midnight.
    :param exact_total: the sum of all rows, to the last decimal.
    """

    zone: ZoneInfo
    rows: int
    zero: int
    duplicate: int
    campaigns: int
    running_at_start: int
    events: tuple[ReplayEvent, ...]
    days: tuple[ReplayDay, ...]
    exact_total: Decimal


def _say_nothing(done: int, total: int) -> None:
    """Take no notice of progress."""


def replay_file(*, order: ReplayOrder, now: datetime, on_progress: Progress = _say_nothing) -> ReplayReport:
    """Run the file's rows in time order, and the clock between them, from the first local midnight to the last.

    Rows of the same moment come in the order of the file. A row without a time comes at the end of its day.

    :param now: the present: a row may not lie ahead of it.
    :raises UnreadableFile: if the file is no table with these columns, or has no rows.
    :raises ManyRefusals: with every refused row by its line in the file.
    :raises Refusal: InvalidTimeZone or InvalidAmount, for the zone and the budgets; or a database that is not empty.
    """
    if Brand.objects.exists():
        raise Refusal("A replay needs an empty database of its own.")
    reading = Reading(open_spend(order.path, order.layout), find_zone(order.time_zone), now)
    drafts = _in_time_order(reading)
    stage = _Stage(order, reading, drafts[0].occurred_at)
    for done, draft in enumerate(drafts, 1):
        stage.run_clock_to(draft.occurred_at)
        stage.play(draft)
        on_progress(done, len(drafts))
    stage.run_clock_to(stage.next_midnight(drafts[-1].occurred_at))
    return stage.report()


def _in_time_order(reading: Reading) -> list[Draft]:
    drafts = sorted(reading.drafts(), key=lambda draft: draft.occurred_at)
    if reading.refusals:
        raise ManyRefusals(reading.refusals, row_word="line")
    if not drafts:
        raise UnreadableFile(f"{reading.file.path.name} has no rows below its header.")
    return drafts


class _Stage:
    """A brand with the file's campaigns, and a clock that goes on from row to row."""

    def __init__(self, order: ReplayOrder, reading: Reading, first: datetime) -> None:
        self._reading = reading
        self._zone = reading.zone
        self._uses_references = order.layout.reference is not None
        self._duplicate = 0
        self._clock = day_start(local_day(first, self._zone), self._zone)
        self._brand_id = create_brand(
            now=self._clock,
            name="Replay",
            time_zone=order.time_zone,
            daily_budget=order.daily_budget,
            monthly_budget=order.monthly_budget,
        ).pk
        windows = None if order.window is None else [order.window]
        self._campaign_ids = {
            value: create_campaign(brand_id=self._brand_id, name=value, now=self._clock, windows=windows).pk
            for value in reading.campaigns
        }
        self._running_at_start = Campaign.objects.running().count()
        self._days: dict[date, ReplayDay] = {}

    def play(self, draft: Draft) -> None:
        """Record a row at its own moment, and note whether its campaign was running."""
        day = local_day(draft.occurred_at, self._zone)
        played = self._days.setdefault(day, ReplayDay(day))
        if not draft.amount:
            return
        receipt = record_spend(
            campaign_id=self._campaign_ids[draft.campaign],
            amount=draft.amount,
            occurred_at=draft.occurred_at,
            reference=draft.reference if self._uses_references else "",
            now=draft.occurred_at,
        )
        if receipt.is_replay:
            self._duplicate += 1
        elif receipt.was_paused:
            played.while_paused += draft.amount
        else:
            played.allowed += draft.amount

    def run_clock_to(self, moment: datetime) -> None:
        """Do what the beat does up to that moment: reviews when they are due, resets at local midnights."""
        while (at := self._next_tick()) <= moment:
            self._clock = at
            if at == day_start(local_day(at, self._zone), self._zone):
                for kind in PeriodKind:
                    self._check(passes.bring_forward(brand_ids=[self._brand_id], kind=kind, now=at))
            self._check(passes.review_due(brand_ids=passes.due_brands(now=at), now=at))
        self._clock = max(self._clock, moment)

    def next_midnight(self, moment: datetime) -> datetime:
        """Return the first instant of the local day after that moment's."""
        return day_start(local_day(moment, self._zone) + _ONE_DAY, self._zone)

    def report(self) -> ReplayReport:
        """Say what happened so far."""
        return ReplayReport(
            zone=self._zone,
            rows=self._reading.rows,
            zero=self._reading.zero,
            duplicate=self._duplicate,
            campaigns=len(self._campaign_ids),
            running_at_start=self._running_at_start,
            # What a person did, that is: creating the campaigns, is no event of the file's.
            events=_events(StatusChange.objects.exclude(cause=Cause.PERSON).select_related("campaign").order_by("pk")),
            days=tuple(self._days.values()),
            exact_total=tidy(self._reading.exact_total),
        )

    def _next_tick(self) -> datetime:
        """Return the next moment at which the clock alone has something to do; always later than the last one."""
        midnight = self.next_midnight(self._clock)
        waiting = Campaign.objects.filter(review_at__gt=self._clock).order_by("review_at")
        due = waiting.values_list("review_at", flat=True).first()
        return midnight if due is None else min(due, midnight)

    def _check(self, report: passes.PassReport) -> None:
        if report.failed or report.busy:
            raise RuntimeError("a pass failed; the log says why")


def _events(changes: Iterable[StatusChange]) -> tuple[ReplayEvent, ...]:
    return tuple(_event(list(together)) for _, together in groupby(changes, key=_moment_and_reason))


def _moment_and_reason(change: StatusChange) -> tuple[object, ...]:
    return change.changed_at, change.is_active, change.blockers, change.spent, change.limit


def _event(changes: Sequence[StatusChange]) -> ReplayEvent:
    first = changes[0]
    return ReplayEvent(
        at=first.changed_at,
        is_start=first.is_active,
        campaigns=tuple(change.campaign.name for change in changes),
        blockers=tuple(Blocker(code) for code in first.blockers),
        spent=first.spent,
        limit=first.limit,
    )
