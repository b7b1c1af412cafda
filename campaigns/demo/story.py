"""When things happen in the demo agency: two weeks, played in the order of time, with the beat's work in between."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from campaigns.demo import acts
from campaigns.demo.agency import AGENCY, BrandPlan, Ending
from campaigns.models import Campaign
from campaigns.rules.periods import PeriodKind, day_start, find_zone, local_day
from campaigns.services import mismatches, passes

_ONE_DAY = timedelta(days=1)
# When campaigns spend, counted from local midnight, and which percentage of an ordinary day each time.
_TICKS = ((timedelta(hours=9, minutes=20), 30), (timedelta(hours=14, minutes=5), 40), (timedelta(hours=20), 30))
# When people decide, counted from local midnight.
_OFFICE_HOUR = timedelta(hours=11, minutes=10)
# The ends come this long before the present, and nothing after them.
_ENDS_BEFORE = timedelta(minutes=7)

# How many days ago people did what they did.
_BRAND_OFF_DAYS = 3
_CAMPAIGN_OFF_DAYS = 5
_CORRECTED_DAYS = 1


@dataclass(frozen=True, slots=True)
class _Event:
    at: datetime
    act: Callable[[datetime], None]


def play(*, now: datetime, days: int, seed: int) -> None:
    """Make the agency and play its past up to `now`.

    :param days: full days before today; 0: only today.
    :param seed: the same seed at the same moment makes the same agency.
    """
    dice = random.Random(seed)  # noqa: S311 - play money, no secret
    events = [event for plan in AGENCY for event in _events(plan, dice, days, now)]
    for event in sorted(events, key=lambda event: event.at):
        _run_clock(event.at)
        event.act(event.at)
    _run_clock(now)
    for kind in PeriodKind:
        passes.bring_forward(brand_ids=mismatches.find_behind(kind=kind, now=now), kind=kind, now=now)


def _events(plan: BrandPlan, dice: random.Random, days: int, now: datetime) -> Iterator[_Event]:
    """Yield everything that happens in one brand; it begins with its creation, and ends with its end."""
    zone = find_zone(plan.time_zone)
    today = local_day(now, zone)
    first = day_start(today - days * _ONE_DAY, zone)
    last = max(day_start(today, zone), now - _ENDS_BEFORE)
    yield _Event(first, partial(acts.create, plan, dice, today))
    for days_ago in range(days + 1):
        midnight = day_start(today - days_ago * _ONE_DAY, zone)
        for offset, percent in _TICKS:
            if midnight + offset < last:
                yield _Event(midnight + offset, partial(acts.spend, plan, dice, percent))
    for days_ago, act in _decisions(plan):
        decided_at = day_start(today - days_ago * _ONE_DAY, zone) + _OFFICE_HOUR
        yield _Event(min(max(decided_at, first), last), partial(act, plan))
    yield _Event(last, partial(acts.end, plan))


def _decisions(plan: BrandPlan) -> Iterator[tuple[int, Callable[[BrandPlan, datetime], None]]]:
    if plan.ending is Ending.SWITCHED_OFF:
        yield _BRAND_OFF_DAYS, acts.switch_brand_off
    if any(campaign.ending is Ending.SWITCHED_OFF for campaign in plan.campaigns):
        yield _CAMPAIGN_OFF_DAYS, acts.switch_campaigns_off
    if plan is AGENCY[0]:
        yield _CORRECTED_DAYS, acts.correct_and_reverse


def _run_clock(until: datetime) -> None:
    """Review what falls due up to that moment, each at its own, as beat would have it done."""
    while (due_at := _next_review(until)) is not None:
        report = passes.review_due(brand_ids=passes.due_brands(now=due_at), now=due_at)
        if report.failed:
            raise RuntimeError(f"The demo stopped at {due_at.isoformat()}: the log says why.")


def _next_review(until: datetime) -> datetime | None:
    return Campaign.objects.due(until).order_by("review_at").values_list("review_at", flat=True).first()
