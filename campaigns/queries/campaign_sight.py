"""A campaign in sight: what its page shows beside the explanation, at one moment, with a constant number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from campaigns.facts import facts_of, readable_zone
from campaigns.models import Campaign, StatusChange
from campaigns.queries.spending import Hour, campaign_days, hours_of
from campaigns.rules.delivery import Blocker, decide
from campaigns.rules.periods import Period, PeriodKind, day_start, period_at

SHOWN_DAYS = 28
SHOWN_CHANGES = 10
# Enough for four weeks of a campaign that stops every other hour.
_DRAWN_CHANGES = 400

_ZERO = Decimal(0)
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of time in which the campaign ran, or was held.

    :param why: the first reason that held it; empty where it ran, or where that is not known.
    """

    start: datetime
    end: datetime
    is_running: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """A local day, its first instant, its end, and what was spent on it."""

    day: date
    start: datetime
    end: datetime
    spent: Decimal


@dataclass(frozen=True, slots=True)
class CampaignSight:
    """A campaign's last four weeks and its today.

    :param today: None, and nothing by day and hour, if its brand's time zone cannot be read.
    :param runs: when it ran and when it was held in the days shown, oldest first.
    :param changes: the last starts and stops, newest first.
    :param has_more: True if there are older ones.
    :param then: what will hold it after the next moment at which time changes something, as things are now; None: it
        runs then, or there is no such moment.
    """

    zone: ZoneInfo | None
    today: Period | None
    days: tuple[Day, ...]
    hours: tuple[Hour, ...]
    runs: tuple[Run, ...]
    changes: tuple[StatusChange, ...]
    has_more: bool
    then: Blocker | None


def see_campaign(*, campaign: Campaign, now: datetime) -> CampaignSight:
    """Return the campaign's past, and what follows, at `now`; five queries.

    :param campaign: loaded with its brand.
    """
    zone = readable_zone(campaign.brand)
    loaded = Campaign.objects.with_windows().select_related("brand", "schedule").get(pk=campaign.pk)
    changes = _changes(campaign)
    today: Period | None = None
    days: tuple[Day, ...] = ()
    hours: tuple[Hour, ...] = ()
    runs: tuple[Run, ...] = ()
    if zone is not None:
        today = period_at(PeriodKind.DAY, now, zone)
        days = _days(campaign, today.first_day, zone)
        hours = hours_of(campaign_ids=[campaign.pk], day=today)
        runs = find_runs(changes, is_active=campaign.is_active, start=days[0].start, end=now)
    return CampaignSight(
        zone=zone,
        today=today,
        days=days,
        hours=hours,
        runs=runs,
        changes=tuple(changes[:SHOWN_CHANGES]),
        has_more=len(changes) > SHOWN_CHANGES,
        then=_then(loaded, now),
    )


def find_runs(changes: Sequence[StatusChange], *, is_active: bool, start: datetime, end: datetime) -> tuple[Run, ...]:
    """Return when in [start, end) a campaign ran and when it was held, oldest first.

    Before its first start nothing is known: it may not have been there.

    :param changes: its starts and stops, newest first.
    :param is_active: whether it runs at `end`.
    """
    runs: list[Run] = []
    until = end
    for change in changes:
        since = max(change.changed_at, start)
        if since < until:
            runs.append(Run(since, until, change.is_active, _why(change)))
        until = min(since, until)
        if change.changed_at <= start:
            break
    ran_before = not changes[-1].is_active if changes else is_active
    if ran_before and start < until:
        runs.append(Run(start, until, is_running=True))
    return tuple(reversed(runs))


def _then(campaign: Campaign, now: datetime) -> Blocker | None:
    at = decide(facts_of(campaign, campaign.brand, now), now).review_at
    return None if at is None else decide(facts_of(campaign, campaign.brand, at), at).headline


def _why(change: StatusChange) -> str:
    return "" if change.is_active or not change.reasons else change.reasons[0]


def _changes(campaign: Campaign) -> list[StatusChange]:
    changes = list(StatusChange.objects.filter(campaign=campaign).order_by("-pk")[:_DRAWN_CHANGES])
    for change in changes:
        change.campaign = campaign
    return changes


def _days(campaign: Campaign, today: date, zone: ZoneInfo) -> tuple[Day, ...]:
    first = today - (SHOWN_DAYS - 1) * _ONE_DAY
    spent = campaign_days(campaign_id=campaign.pk, first_day=first, last_day=today)
    days = [first + number * _ONE_DAY for number in range(SHOWN_DAYS)]
    return tuple(Day(day, day_start(day, zone), day_start(day + _ONE_DAY, zone), spent.get(day, _ZERO)) for day in days)
