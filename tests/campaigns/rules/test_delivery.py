"""What holds a campaign, in which order, and what time alone changes next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from campaigns.rules.budgets import BudgetUse, BudgetUses
from campaigns.rules.dayparting import EVERY_DAY, Weekday, Window
from campaigns.rules.delivery import BUDGET_BLOCKERS, Blocker, Facts, NextChange, decide

_TICK = timedelta(microseconds=1)
_NEW_YORK = ZoneInfo("America/New_York")
# A Monday, noon in New York.
_NOON = datetime.fromisoformat("2026-06-15T12:00-04:00")
_MIDNIGHT = datetime.fromisoformat("2026-06-16T00:00-04:00")
_NEXT_MONTH = datetime.fromisoformat("2026-07-01T00:00-04:00")

_FREE = BudgetUse(None, Decimal(0))
_LEFT = BudgetUse(Decimal(100), Decimal("99.999999"))
_USED = BudgetUse(Decimal(100), Decimal(100))
_FORBIDDEN = BudgetUse(Decimal(0), Decimal(0))

_OFFICE_HOURS = (Window(EVERY_DAY, time(8), time(20)),)
_EVENINGS = (Window(EVERY_DAY, time(18), time(22)),)
_TUESDAYS = (Window(frozenset({Weekday.TUESDAY}), time(8), time(20)),)
_ALWAYS = (Window(EVERY_DAY, time(0), time(0)),)

_RUNNING = Facts(
    zone=_NEW_YORK,
    is_brand_enabled=True,
    is_campaign_enabled=True,
    brand=BudgetUses(day=_FREE, month=_FREE),
    campaign=BudgetUses(day=_FREE, month=_FREE),
)
_BRAND_OFF = replace(_RUNNING, is_brand_enabled=False)
_CAMPAIGN_OFF = replace(_RUNNING, is_campaign_enabled=False)
_EARLY = replace(_RUNNING, start_date=date(2026, 6, 20))
_OVER = replace(_RUNNING, end_date=date(2026, 6, 14))
_BRAND_MONTH = replace(_RUNNING, brand=BudgetUses(day=_FREE, month=_USED))
_BRAND_DAY = replace(_RUNNING, brand=BudgetUses(day=_USED, month=_FREE))
_CAMPAIGN_MONTH = replace(_RUNNING, campaign=BudgetUses(day=_FREE, month=_USED))
_CAMPAIGN_DAY = replace(_RUNNING, campaign=BudgetUses(day=_USED, month=_FREE))
_CLOSED = replace(_RUNNING, windows=_EVENINGS)
_HELD_BY_ALL = Facts(
    zone=_NEW_YORK,
    is_brand_enabled=False,
    is_campaign_enabled=False,
    brand=BudgetUses(day=_USED, month=_USED),
    campaign=BudgetUses(day=_USED, month=_USED),
    start_date=date(2026, 6, 20),
    end_date=date(2026, 6, 14),
    windows=(),
)

_ORDER = (
    Blocker.BRAND_OFF,
    Blocker.CAMPAIGN_OFF,
    Blocker.FLIGHT_NOT_STARTED,
    Blocker.FLIGHT_ENDED,
    Blocker.BRAND_MONTH,
    Blocker.BRAND_DAY,
    Blocker.CAMPAIGN_MONTH,
    Blocker.CAMPAIGN_DAY,
    Blocker.OUTSIDE_WINDOWS,
)
_ALONE = {
    Blocker.BRAND_OFF: _BRAND_OFF,
    Blocker.CAMPAIGN_OFF: _CAMPAIGN_OFF,
    Blocker.FLIGHT_NOT_STARTED: _EARLY,
    Blocker.FLIGHT_ENDED: _OVER,
    Blocker.BRAND_MONTH: _BRAND_MONTH,
    Blocker.BRAND_DAY: _BRAND_DAY,
    Blocker.CAMPAIGN_MONTH: _CAMPAIGN_MONTH,
    Blocker.CAMPAIGN_DAY: _CAMPAIGN_DAY,
    Blocker.OUTSIDE_WINDOWS: _CLOSED,
}

# What lifts each of them, in the same order.
_LIFTS: tuple[Callable[[Facts], Facts], ...] = (
    lambda facts: replace(facts, is_brand_enabled=True),
    lambda facts: replace(facts, is_campaign_enabled=True),
    lambda facts: replace(facts, start_date=None),
    lambda facts: replace(facts, end_date=None),
    lambda facts: replace(facts, brand=replace(facts.brand, month=_LEFT)),
    lambda facts: replace(facts, brand=replace(facts.brand, day=_LEFT)),
    lambda facts: replace(facts, campaign=replace(facts.campaign, month=_LEFT)),
    lambda facts: replace(facts, campaign=replace(facts.campaign, day=_LEFT)),
    lambda facts: replace(facts, windows=None),
)


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize("blocker", _ORDER)
def test_decide_finds_each_blocker_alone(blocker: Blocker) -> None:
    verdict = decide(_ALONE[blocker], _NOON)

    assert verdict.blockers == (blocker,)
    assert verdict.headline is blocker
    assert not verdict.is_running


def test_decide_reports_all_blockers_in_the_order_shown() -> None:
    verdict = decide(_HELD_BY_ALL, _NOON)

    assert verdict.blockers == _ORDER
    assert verdict.headline is Blocker.BRAND_OFF


def test_decide_shows_the_next_blocker_when_those_before_it_are_gone() -> None:
    facts = _HELD_BY_ALL
    found = []

    for lift in _LIFTS:
        facts = lift(facts)
        found.append(decide(facts, _NOON).blockers)

    assert found == [_ORDER[number:] for number in range(1, len(_ORDER) + 1)]


def test_decide_lets_a_campaign_run_that_nothing_holds() -> None:
    verdict = decide(_RUNNING, _NOON)

    assert verdict.is_running
    assert verdict.blockers == ()
    assert verdict.headline is None
    assert verdict.review_at is None


def test_decide_stops_a_brand_whose_zone_is_unreadable() -> None:
    verdict = decide(replace(_RUNNING, zone=None), _NOON)

    assert verdict.headline is Blocker.ZONE_UNREADABLE
    assert verdict.review_at is None


def test_decide_takes_any_offset_of_now() -> None:
    for facts in (_RUNNING, _EARLY, _BRAND_DAY, _CLOSED, replace(_RUNNING, windows=_OFFICE_HOURS)):
        assert decide(facts, _NOON) == decide(facts, _NOON.astimezone(ZoneInfo("Asia/Tokyo")))


@pytest.mark.parametrize(
    ("use", "holds"),
    [
        pytest.param(_FREE, False, id="no limit"),
        pytest.param(_LEFT, False, id="a micro left"),
        pytest.param(_USED, True, id="reached"),
        pytest.param(BudgetUse(Decimal(100), Decimal("100.000001")), True, id="crossed"),
        pytest.param(_FORBIDDEN, True, id="limit 0"),
        pytest.param(BudgetUse(Decimal(0), Decimal(-5)), True, id="limit 0 and a credit"),
        pytest.param(BudgetUse(Decimal(100), Decimal(-5)), False, id="a credit"),
    ],
)
def test_decide_pauses_where_spent_reaches_a_budget(use: BudgetUse, holds: bool) -> None:
    held = {
        Blocker.BRAND_MONTH: replace(_RUNNING, brand=BudgetUses(day=_FREE, month=use)),
        Blocker.BRAND_DAY: replace(_RUNNING, brand=BudgetUses(day=use, month=_FREE)),
        Blocker.CAMPAIGN_MONTH: replace(_RUNNING, campaign=BudgetUses(day=_FREE, month=use)),
        Blocker.CAMPAIGN_DAY: replace(_RUNNING, campaign=BudgetUses(day=use, month=_FREE)),
    }

    found = {blocker: decide(facts, _NOON).blockers for blocker, facts in held.items()}

    assert found == {blocker: (blocker,) if holds else () for blocker in BUDGET_BLOCKERS}


# (id, zone, first and last day of the flight, first instant, first instant after it)
_FLIGHTS = [
    ("one day", "America/New_York", "2026-06-15", "2026-06-15", "2026-06-15T00:00-04:00", "2026-06-16T00:00-04:00"),
    ("over a month end", "Asia/Kathmandu", "2026-01-31", "2026-02-01", "2026-01-30T18:15Z", "2026-02-01T18:15Z"),
    ("leap day", "America/New_York", "2028-02-29", "2028-02-29", "2028-02-29T05:00Z", "2028-03-01T05:00Z"),
    ("25 hours", "America/New_York", "2026-11-01", "2026-11-01", "2026-11-01T04:00Z", "2026-11-02T05:00Z"),
    ("first midnight missing", "Africa/Cairo", "2026-04-24", "2026-04-24", "2026-04-23T22:00Z", "2026-04-24T21:00Z"),
    ("midnight after it missing", "Africa/Cairo", "2026-04-23", "2026-04-23", "2026-04-22T22:00Z", "2026-04-23T22:00Z"),
    ("midnight twice", "America/Havana", "2026-11-01", "2026-11-01", "2026-11-01T04:00Z", "2026-11-02T05:00Z"),
    ("last day missing", "Pacific/Apia", "2011-12-29", "2011-12-30", "2011-12-29T10:00Z", "2011-12-30T10:00Z"),
    ("first day missing", "Pacific/Apia", "2011-12-30", "2011-12-31", "2011-12-30T10:00Z", "2011-12-31T10:00Z"),
    ("back over midnight", "America/St_Johns", "2009-11-01", "2009-11-01", "2009-11-01T02:30Z", "2009-11-02T03:30Z"),
]


@pytest.mark.parametrize(
    ("zone", "first", "last", "starts", "ends"), [row[1:] for row in _FLIGHTS], ids=[row[0] for row in _FLIGHTS]
)
def test_decide_runs_a_flight_from_its_first_to_its_last_tick(
    zone: str, first: str, last: str, starts: str, ends: str
) -> None:
    facts = replace(
        _RUNNING, zone=ZoneInfo(zone), start_date=date.fromisoformat(first), end_date=date.fromisoformat(last)
    )

    verdicts = [decide(facts, at) for at in (_at(starts) - _TICK, _at(starts), _at(ends) - _TICK, _at(ends))]

    assert [verdict.headline for verdict in verdicts] == [Blocker.FLIGHT_NOT_STARTED, None, None, Blocker.FLIGHT_ENDED]
    assert [verdict.review_at for verdict in verdicts] == [_at(starts), _at(ends), _at(ends), None]


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo", "Pacific/Kiritimati", "Etc/GMT+12", "UTC"])
@pytest.mark.parametrize(
    ("start", "end"),
    [
        pytest.param(None, date.max, id="until 9999-12-31"),
        pytest.param(None, date.max - timedelta(days=1), id="until 9999-12-30"),
        pytest.param(date.min, None, id="since 0001-01-01"),
    ],
)
def test_decide_takes_the_first_and_the_last_dates_there_are(zone: str, start: date | None, end: date | None) -> None:
    facts = replace(_RUNNING, zone=ZoneInfo(zone), start_date=start, end_date=end)

    assert decide(facts, _NOON).is_running


# (id, facts, now, what changes next)
_NEXT = [
    ("always", replace(_RUNNING, windows=_ALWAYS), _NOON, None),
    ("budgets with something left", replace(_RUNNING, brand=BudgetUses(day=_LEFT, month=_LEFT)), _NOON, None),
    ("window closes", replace(_RUNNING, windows=_OFFICE_HOURS), _NOON,
     NextChange(_at("2026-06-15T20:00-04:00"), Blocker.OUTSIDE_WINDOWS)),
    ("window opens", _CLOSED, _NOON, NextChange(_at("2026-06-15T18:00-04:00"), Blocker.OUTSIDE_WINDOWS)),
    ("window opens on Tuesday", replace(_RUNNING, windows=_TUESDAYS), _NOON,
     NextChange(_at("2026-06-16T08:00-04:00"), Blocker.OUTSIDE_WINDOWS)),
    ("window as it opens", _CLOSED, _at("2026-06-15T18:00-04:00"),
     NextChange(_at("2026-06-15T22:00-04:00"), Blocker.OUTSIDE_WINDOWS)),
    ("no window: never", replace(_RUNNING, windows=()), _NOON, None),
    ("flight starts", _EARLY, _NOON, NextChange(_at("2026-06-20T00:00-04:00"), Blocker.FLIGHT_NOT_STARTED)),
    ("flight ends", replace(_RUNNING, end_date=date(2026, 6, 20)), _NOON,
     NextChange(_at("2026-06-21T00:00-04:00"), Blocker.FLIGHT_ENDED)),
    ("flight ended", _OVER, _NOON, None),
    ("flight ended, window opens later", replace(_OVER, windows=_EVENINGS), _NOON, None),
    ("brand day", _BRAND_DAY, _NOON, NextChange(_MIDNIGHT, Blocker.BRAND_DAY)),
    ("campaign day", _CAMPAIGN_DAY, _NOON, NextChange(_MIDNIGHT, Blocker.CAMPAIGN_DAY)),
    ("brand month", _BRAND_MONTH, _NOON, NextChange(_NEXT_MONTH, Blocker.BRAND_MONTH)),
    ("campaign month", _CAMPAIGN_MONTH, _NOON, NextChange(_NEXT_MONTH, Blocker.CAMPAIGN_MONTH)),
    ("month in December", _BRAND_MONTH, _at("2026-12-31T23:59-05:00"),
     NextChange(_at("2027-01-01T00:00-05:00"), Blocker.BRAND_MONTH)),
    ("day of 25 hours", _BRAND_DAY, _at("2026-11-01T00:00-04:00"),
     NextChange(_at("2026-11-02T00:00-05:00"), Blocker.BRAND_DAY)),
    ("the next midnight is missing", replace(_BRAND_DAY, zone=ZoneInfo("Africa/Cairo")), _at("2026-04-23T12:00Z"),
     NextChange(_at("2026-04-24T01:00+03:00"), Blocker.BRAND_DAY)),
    ("the next date is missing", replace(_BRAND_DAY, zone=ZoneInfo("Pacific/Apia")), _at("2011-12-30T09:00Z"),
     NextChange(_at("2011-12-30T10:00Z"), Blocker.BRAND_DAY)),
    ("after the missing date", replace(_BRAND_DAY, zone=ZoneInfo("Pacific/Apia")), _at("2011-12-30T10:00Z"),
     NextChange(_at("2011-12-31T10:00Z"), Blocker.BRAND_DAY)),
    ("brand day 0", replace(_RUNNING, brand=BudgetUses(day=_FORBIDDEN, month=_FREE)), _NOON, None),
    ("brand month 0", replace(_RUNNING, brand=BudgetUses(day=_FREE, month=_FORBIDDEN)), _NOON, None),
    ("brand month 0, day used up", replace(_RUNNING, brand=BudgetUses(day=_USED, month=_FORBIDDEN)), _NOON, None),
    ("month before day", replace(_RUNNING, brand=BudgetUses(day=_USED, month=_USED)), _NOON,
     NextChange(_NEXT_MONTH, Blocker.BRAND_MONTH)),
    ("brand day before campaign day 0", replace(_BRAND_DAY, campaign=BudgetUses(day=_FORBIDDEN, month=_FREE)), _NOON,
     NextChange(_MIDNIGHT, Blocker.BRAND_DAY)),
    ("window behind the brand day", replace(_BRAND_DAY, windows=_OFFICE_HOURS), _NOON,
     NextChange(_MIDNIGHT, Blocker.BRAND_DAY)),
    ("flight ends before the month", replace(_BRAND_MONTH, end_date=date(2026, 6, 20)), _NOON,
     NextChange(_at("2026-06-21T00:00-04:00"), Blocker.FLIGHT_ENDED)),
    ("flight ends with the day", replace(_BRAND_DAY, end_date=date(2026, 6, 15)), _NOON,
     NextChange(_MIDNIGHT, Blocker.FLIGHT_ENDED)),
    ("flight ends before the window opens", replace(_RUNNING, windows=_TUESDAYS, end_date=date(2026, 6, 15)), _NOON,
     NextChange(_MIDNIGHT, Blocker.FLIGHT_ENDED)),
    ("window closes before the flight ends", replace(_RUNNING, windows=_OFFICE_HOURS, end_date=date(2026, 6, 15)),
     _NOON, NextChange(_at("2026-06-15T20:00-04:00"), Blocker.OUTSIDE_WINDOWS)),
    ("brand off", _BRAND_OFF, _NOON, None),
    ("campaign off", _CAMPAIGN_OFF, _NOON, None),
    ("brand off, all else waits for time", replace(_EARLY, is_brand_enabled=False, windows=_EVENINGS), _NOON, None),
    ("campaign off, budget waits for midnight", replace(_BRAND_DAY, is_campaign_enabled=False), _NOON, None),
    ("campaign off, flight waits for its start", replace(_EARLY, is_campaign_enabled=False), _NOON, None),
    ("held by all", _HELD_BY_ALL, _NOON, None),
]  # fmt: skip


@pytest.mark.parametrize(("facts", "now", "change"), [row[1:] for row in _NEXT], ids=[row[0] for row in _NEXT])
def test_decide_says_what_time_alone_changes_next(facts: Facts, now: datetime, change: NextChange | None) -> None:
    verdict = decide(facts, now)

    assert verdict.next_change == change
    assert verdict.review_at == (change.at if change else None)


def test_decide_says_until_when_each_blocker_holds() -> None:
    facts = replace(_HELD_BY_ALL, is_brand_enabled=True, is_campaign_enabled=True, end_date=None, windows=_EVENINGS)

    holds = {hold.blocker: hold.until for hold in decide(facts, _NOON).holds}

    assert holds == {
        Blocker.FLIGHT_NOT_STARTED: _at("2026-06-20T00:00-04:00"),
        Blocker.BRAND_MONTH: _NEXT_MONTH,
        Blocker.BRAND_DAY: _MIDNIGHT,
        Blocker.CAMPAIGN_MONTH: _NEXT_MONTH,
        Blocker.CAMPAIGN_DAY: _MIDNIGHT,
        Blocker.OUTSIDE_WINDOWS: _at("2026-06-15T18:00-04:00"),
    }


@pytest.mark.parametrize("facts", [_BRAND_OFF, _CAMPAIGN_OFF, _OVER, replace(_RUNNING, windows=())])
def test_decide_says_that_time_alone_never_lifts_it(facts: Facts) -> None:
    assert [hold.until for hold in decide(facts, _NOON).holds] == [None]


@pytest.mark.parametrize("blocker", BUDGET_BLOCKERS)
def test_decide_shows_the_numbers_of_a_budget_that_holds(blocker: Blocker) -> None:
    holds = decide(_ALONE[blocker], _NOON).holds

    assert [hold.use for hold in holds] == [_USED]


@pytest.mark.parametrize(
    ("blocker", "label"),
    [
        (Blocker.BRAND_OFF, "brand switched off"),
        (Blocker.CAMPAIGN_OFF, "campaign switched off"),
        (Blocker.FLIGHT_NOT_STARTED, "flight not started"),
        (Blocker.FLIGHT_ENDED, "flight ended"),
        (Blocker.BRAND_DAY, "brand's daily budget"),
        (Blocker.OUTSIDE_WINDOWS, "outside its windows"),
    ],
)
def test_blockers_have_the_words_that_people_read(blocker: Blocker, label: str) -> None:
    assert blocker.label == label


def test_every_blocker_has_its_own_words() -> None:
    assert len({blocker.label for blocker in Blocker}) == len(Blocker)
