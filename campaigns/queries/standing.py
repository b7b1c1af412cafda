"""Standing: how brands stand beside their plan at one moment, what of them runs, and what is at risk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.db.models import Count, Q

from campaigns.facts import budget_uses, readable_zone
from campaigns.models import Brand, Campaign, DaypartingWindow
from campaigns.rules.budgets import BudgetUse
from campaigns.rules.dayparting import Window
from campaigns.rules.delivery import Blocker
from campaigns.rules.pacing import Line, Pace, Risk, RiskKind, find_risk, line_between, pace_of
from campaigns.rules.periods import Period, PeriodKind, current_periods

# Where no hour is active.
_NEVER = Line(timedelta(), timedelta())

# What is switched on, but out of its flight, has no active hours.
_OUT_OF_FLIGHT = (Blocker.FLIGHT_NOT_STARTED.value, Blocker.FLIGHT_ENDED.value)
_IN_PLAY = Q(is_enabled=True) & ~Q(paused_because__in=_OUT_OF_FLIGHT)
_NO_SCHEDULE = Q(schedule__isnull=True) | Q(schedule__is_enabled=False)


class Outlook(StrEnum):
    """How a brand stands, in one word; the first that applies, in this order.

    Idle: none of its campaigns may run at any hour of the present periods, or it has none.
    """

    UNREADABLE = "unreadable"
    OFF = "off"
    USED_UP = "used_up"
    NEARLY = "nearly"
    IDLE = "idle"
    BEYOND = "beyond"
    UNSPENT = "unspent"
    NO_BUDGET = "no_budget"
    ON_TRACK = "on_track"


# What somebody should look at.
NEEDS_A_LOOK = frozenset(
    {Outlook.UNREADABLE, Outlook.USED_UP, Outlook.NEARLY, Outlook.BEYOND, Outlook.UNSPENT, Outlook.IDLE}
)


@dataclass(frozen=True, slots=True)
class CampaignCounts:
    """How many campaigns run, are held by a rule, and are switched off by a person."""

    running: int = 0
    paused: int = 0
    off: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.running + self.paused + self.off

    def __add__(self, other: CampaignCounts) -> CampaignCounts:
        return CampaignCounts(self.running + other.running, self.paused + other.paused, self.off + other.off)


@dataclass(frozen=True, slots=True)
class BrandStanding:
    """A brand at one moment.

    :param today: its local date; None if its time zone cannot be read.
    :param hours: the windows in which any of its campaigns may run; None: any hour.
    :param used_up: the period whose budget is used up, the month first; None: none is.
    :param risk: None: all goes as planned, or nothing is planned.
    """

    id: int
    name: str
    currency: str
    time_zone: str
    today: date | None
    day: Pace
    month: Pace
    campaigns: CampaignCounts
    outlook: Outlook
    used_up: PeriodKind | None
    risk: Risk | None
    hours: frozenset[Window] | None


@dataclass(slots=True)
class _Play:
    """What of a brand may run: its campaigns, and the hours in which any of them may."""

    counts: CampaignCounts = field(default_factory=CampaignCounts)
    at_any_hour: bool = False
    windows: set[Window] = field(default_factory=set)

    @property
    def hours(self) -> frozenset[Window] | None:
        return None if self.at_any_hour else frozenset(self.windows)


def brand_standings(*, brands: Sequence[Brand], now: datetime) -> list[BrandStanding]:
    """Return how the brands stand at `now`, in their order; two queries, however many there are."""
    plays = _plays([brand.pk for brand in brands])
    return [_standing(brand, plays[brand.pk], now) for brand in brands]


def _plays(brand_ids: Sequence[int]) -> defaultdict[int, _Play]:
    plays: defaultdict[int, _Play] = defaultdict(_Play)
    counted = (
        Campaign.objects.filter(brand__in=brand_ids)
        .order_by()
        .values("brand_id")
        .annotate(
            running=Count("pk", filter=Q(is_active=True)),
            paused=Count("pk", filter=Q(is_active=False, is_enabled=True)),
            off=Count("pk", filter=Q(is_enabled=False)),
            at_any_hour=Count("pk", filter=_IN_PLAY & _NO_SCHEDULE),
        )
        .values_list("brand_id", "running", "paused", "off", "at_any_hour")
    )
    for brand_id, running, paused, off, at_any_hour in counted:
        plays[brand_id].counts = CampaignCounts(running, paused, off)
        plays[brand_id].at_any_hour = at_any_hour > 0
    for brand_id, bits, start, end in _windows([pk for pk in brand_ids if not plays[pk].at_any_hour]):
        plays[brand_id].windows.add(_window(bits, start, end))
    return plays


def _windows(brand_ids: Sequence[int]) -> Iterable[tuple[int, int, time, time]]:
    in_play = Campaign.objects.filter(_IN_PLAY, schedule__is_enabled=True, brand__in=brand_ids).order_by()
    columns = ("schedule__campaign__brand_id", "weekday_bits", "start_time", "end_time")
    windows = DaypartingWindow.objects.filter(schedule__campaign__in=in_play.values("pk"))
    return windows.order_by().values_list(*columns).distinct()


@lru_cache(maxsize=4096)
def _window(weekday_bits: int, start: time, end: time) -> Window:
    return DaypartingWindow(weekday_bits=weekday_bits, start_time=start, end_time=end).window


def _standing(brand: Brand, play: _Play, now: datetime) -> BrandStanding:
    zone = readable_zone(brand)
    uses = budget_uses(brand, zone, now)
    hours = play.hours if brand.is_enabled else frozenset()
    today = None if zone is None else current_periods(now, zone)
    of_day = of_month = _NEVER
    if zone is not None and today is not None:
        of_day = _line(today.day, brand.daily_since, now, hours, zone)
        of_month = _line(today.month, brand.monthly_since, now, hours, zone)
    day, month = pace_of(uses.day, of_day), pace_of(uses.month, of_month)
    risk = find_risk(day=day, month=month) if zone is not None and brand.is_enabled else None
    return BrandStanding(
        id=brand.pk,
        name=brand.name,
        currency=brand.currency,
        time_zone=brand.time_zone,
        today=None if today is None else today.day.first_day,
        day=day,
        month=month,
        campaigns=play.counts,
        outlook=_outlook(brand, zone, hours, (day, month), risk),
        used_up=_used_up(day.use, month.use),
        risk=risk,
        hours=hours,
    )


def _line(period: Period, since: datetime, now: datetime, hours: frozenset[Window] | None, zone: ZoneInfo) -> Line:
    # After a reset by hand the budget is whole again, for what is left of the period.
    start = since if since in period else period.start
    return line_between(start=start, now=now, end=period.end, hours=hours, zone=zone)


def _used_up(day: BudgetUse, month: BudgetUse) -> PeriodKind | None:
    if month.is_used_up:
        return PeriodKind.MONTH
    return PeriodKind.DAY if day.is_used_up else None


def _outlook(
    brand: Brand,
    zone: ZoneInfo | None,
    hours: frozenset[Window] | None,
    paces: tuple[Pace, Pace],
    risk: Risk | None,
) -> Outlook:
    uses = [pace.use for pace in paces]
    if zone is None:
        return Outlook.UNREADABLE
    if not brand.is_enabled:
        return Outlook.OFF
    if any(use.is_used_up for use in uses):
        return Outlook.USED_UP
    if any(use.is_nearly_used_up for use in uses):
        return Outlook.NEARLY
    if hours == frozenset():
        return Outlook.IDLE
    if risk is not None:
        return Outlook.BEYOND if risk.kind is RiskKind.BEYOND else Outlook.UNSPENT
    return Outlook.NO_BUDGET if all(use.limit is None for use in uses) else Outlook.ON_TRACK
