"""Delivery: whether a campaign runs, as a pure function of facts and a moment.

`decide(facts, now)` is the only place that knows what holds a campaign. Everything else loads facts, asks, and stores.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from campaigns.rules.budgets import BudgetUse, BudgetUses
from campaigns.rules.dayparting import Window, is_inside, next_edge
from campaigns.rules.periods import Period, current_periods, day_start

_ONE_DAY = timedelta(days=1)
# Dates such as 0001-01-01 and 9999-12-31 are how many programs write "no first day" and "no last day".
_LONG_AGO = date(1900, 1, 1)
_FAR_AWAY = date(9000, 1, 1)


class Blocker(StrEnum):
    """What can hold a campaign, in the order in which it is shown: the first one that holds is the headline."""

    ZONE_UNREADABLE = "zone_unreadable"
    BRAND_OFF = "brand_off"
    CAMPAIGN_OFF = "campaign_off"
    FLIGHT_NOT_STARTED = "flight_not_started"
    FLIGHT_ENDED = "flight_ended"
    BRAND_MONTH = "brand_month"
    BRAND_DAY = "brand_day"
    CAMPAIGN_MONTH = "campaign_month"
    CAMPAIGN_DAY = "campaign_day"
    OUTSIDE_WINDOWS = "outside_windows"

    @property
    def label(self) -> str:
        """The words that people read: `brand's daily budget`."""
        return _LABELS[self]

    @classmethod
    def of_code(cls, code: str) -> Blocker | None:
        """This will return the blocker that is stored as `code`, or None: a newer version may have known more."""
        return _BY_CODE.get(code)


_LABELS = {
    Blocker.ZONE_UNREADABLE: "brand's time zone unreadable",
    Blocker.BRAND_OFF: "brand switched off",
    Blocker.CAMPAIGN_OFF: "campaign switched off",
    Blocker.FLIGHT_NOT_STARTED: "flight not started",
    Blocker.FLIGHT_ENDED: "flight ended",
    Blocker.BRAND_MONTH: "brand's monthly budget",
    Blocker.BRAND_DAY: "brand's daily budget",
    Blocker.CAMPAIGN_MONTH: "campaign's monthly budget",
    Blocker.CAMPAIGN_DAY: "campaign's daily budget",
    Blocker.OUTSIDE_WINDOWS: "outside its windows",
}

_BY_CODE = {blocker.value: blocker for blocker in Blocker}

BUDGET_BLOCKERS = (Blocker.BRAND_MONTH, Blocker.BRAND_DAY, Blocker.CAMPAIGN_MONTH, Blocker.CAMPAIGN_DAY)


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that decides about one campaign, as of one moment.

    :param zone: the brand's time zone, or None if it cannot be read.
    :param brand: use of the brand's budgets over all its campaigns, in the periods that contain the moment.
    :param campaign: use of the campaign's own budgets in the same periods.
    :param start_date: first day of the flight, inclusive; None: no first day.
    :param end_date: last day of the flight, inclusive; None: no last day.
    :param windows: None: always. Empty: never.
    """

    zone: ZoneInfo | None
    is_brand_enabled: bool
    is_campaign_enabled: bool
    brand: BudgetUses
    campaign: BudgetUses
    start_date: date | None = None
    end_date: date | None = None
    windows: tuple[Window, ...] | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """One blocker that holds.

    :param until: the moment at which time alone may lift it, in UTC; None if time alone never does.
    :param use: the budget that is used up, for the four budget blockers.
    """

    blocker: Blocker
    until: datetime | None = None
    use: BudgetUse | None = None


@dataclass(frozen=True, slots=True)
class NextChange:
    """The next moment at which time alone may change the headline, and the rule that may change it then."""

    at: datetime
    blocker: Blocker


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer about one campaign at one moment: every blocker that holds, in order, and what time changes next."""

    holds: tuple[Hold, ...]
    next_change: NextChange | None

    @property
    def is_running(self) -> bool:
        """True if nothing holds the campaign."""
        return not self.holds

    @property
    def blockers(self) -> tuple[Blocker, ...]:
        """The blockers that hold, the headline first."""
        return tuple(hold.blocker for hold in self.holds)

    @property
    def headline(self) -> Blocker | None:
        """The first blocker that holds, or None for a running campaign."""
        return self.holds[0].blocker if self.holds else None

    @property
    def review_at(self) -> datetime | None:
        """When to ask again if no fact changes before; None if time alone changes nothing."""
        return self.next_change.at if self.next_change else None


@dataclass(frozen=True, slots=True)
class _Rule:
    """What one rule says: whether it holds now, and when time alone may change that."""

    blocker: Blocker
    holds: bool
    changes_at: datetime | None = None
    use: BudgetUse | None = None


def decide(facts: Facts, now: datetime) -> Verdict:
    """Say what holds the campaign at `now`, and when time alone may next change the headline.

    Rules behind the headline cannot change it, so only those up to it (all, for a running campaign) count for the
    next change. A campaign that a person switched off waits for a person.
    """
    rules = list(_rules(facts, now))
    holds = tuple(Hold(rule.blocker, rule.changes_at, rule.use) for rule in rules if rule.holds)
    return Verdict(holds, _next_change(rules))


def _rules(facts: Facts, now: datetime) -> Iterator[_Rule]:
    if facts.zone is None:
        yield _Rule(Blocker.ZONE_UNREADABLE, holds=True)
        yield from _switches(facts)
        return
    today = current_periods(now, facts.zone)
    yield from _switches(facts)
    yield from _flight(facts, now, facts.zone)
    yield _budget(Blocker.BRAND_MONTH, facts.brand.month, today.month)
    yield _budget(Blocker.BRAND_DAY, facts.brand.day, today.day)
    yield _budget(Blocker.CAMPAIGN_MONTH, facts.campaign.month, today.month)
    yield _budget(Blocker.CAMPAIGN_DAY, facts.campaign.day, today.day)
    yield _dayparting(facts.windows, now, facts.zone)


def _switches(facts: Facts) -> Iterator[_Rule]:
    yield _Rule(Blocker.BRAND_OFF, holds=not facts.is_brand_enabled)
    yield _Rule(Blocker.CAMPAIGN_OFF, holds=not facts.is_campaign_enabled)


def _flight(facts: Facts, now: datetime, zone: ZoneInfo) -> Iterator[_Rule]:
    starts_at = None if facts.start_date is None or facts.start_date < _LONG_AGO else day_start(facts.start_date, zone)
    is_early = starts_at is not None and now < starts_at
    yield _Rule(Blocker.FLIGHT_NOT_STARTED, holds=is_early, changes_at=starts_at if is_early else None)
    ends_at = _end_of_flight(facts.end_date, zone)
    is_over = ends_at is not None and now >= ends_at
    yield _Rule(Blocker.FLIGHT_ENDED, holds=is_over, changes_at=None if is_over else ends_at)


def _end_of_flight(end_date: date | None, zone: ZoneInfo) -> datetime | None:
    if end_date is None or end_date > _FAR_AWAY:
        return None
    return day_start(max(end_date, _LONG_AGO) + _ONE_DAY, zone)


def _budget(blocker: Blocker, use: BudgetUse, period: Period) -> _Rule:
    # A new period starts at nothing spent, which is less than any limit but 0.
    is_lifted_by_time = use.is_used_up and use.limit != 0
    return _Rule(blocker, holds=use.is_used_up, changes_at=period.end if is_lifted_by_time else None, use=use)


def _dayparting(windows: tuple[Window, ...] | None, now: datetime, zone: ZoneInfo) -> _Rule:
    if windows is None:
        return _Rule(Blocker.OUTSIDE_WINDOWS, holds=False)
    is_outside = not is_inside(windows, now, zone)
    return _Rule(Blocker.OUTSIDE_WINDOWS, holds=is_outside, changes_at=next_edge(windows, now, zone))


def _next_change(rules: list[_Rule]) -> NextChange | None:
    changes: list[NextChange] = []
    for rule in rules:
        if rule.changes_at is not None:
            changes.append(NextChange(rule.changes_at, rule.blocker))
        if rule.holds:
            break
    return min(changes, key=lambda change: change.at, default=None)
