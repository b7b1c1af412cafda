"""The straight line over the active hours: what is expected by now, where it is heading, what is at risk."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from campaigns.rules.budgets import BudgetUse
from campaigns.rules.dayparting import Weekday, Window
from campaigns.rules.pacing import Line, Pace, Risk, RiskKind, find_risk, line_between, pace_of
from campaigns.rules.periods import PeriodKind, period_at
from tests.factories import HOUR, at, hours

BERLIN = "Europe/Berlin"
WORKDAYS = tuple(Weekday)[:5]


def use(spent: str, limit: str | None = None) -> BudgetUse:
    return BudgetUse(None if limit is None else Decimal(limit), Decimal(spent))


def line(now: datetime, windows: list[Window] | None, kind: PeriodKind = PeriodKind.DAY, zone: str = BERLIN) -> Line:
    period = period_at(kind, now, ZoneInfo(zone))
    return line_between(start=period.start, now=now, end=period.end, hours=windows, zone=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("wall", "windows", "elapsed", "total"),
    [
        ("2026-11-20 06:00", None, 6, 24),
        ("2026-11-20 00:00", None, 0, 24),
        ("2026-11-20 06:00", [], 0, 0),
        ("2026-11-20 06:00", [hours("08:00", "20:00")], 0, 12),
        ("2026-11-20 11:00", [hours("08:00", "20:00")], 3, 12),
        ("2026-11-20 23:00", [hours("08:00", "20:00")], 12, 12),
        # Several windows add up, and count once where they overlap.
        ("2026-11-20 12:00", [hours("08:00", "12:00"), hours("10:00", "14:00")], 4, 6),
        ("2026-11-20 12:00", [hours("08:00", "10:00"), hours("16:00", "18:00")], 2, 4),
        # Over midnight: the evening before reaches into the day.
        ("2026-11-20 03:00", [hours("22:00", "06:00")], 3, 8),
        ("2026-11-20 23:00", [hours("22:00", "06:00")], 7, 8),
        ("2026-11-20 12:00", [hours("22:00", "06:00"), hours("05:00", "09:00")], 9, 11),
        ("2026-11-20 12:00", [hours("00:00", "00:00")], 12, 24),
        # A Saturday has none of the workdays' hours but what Friday's night leaves it.
        ("2026-11-21 12:00", [hours("08:00", "20:00", *WORKDAYS)], 0, 0),
        ("2026-11-21 12:00", [hours("22:00", "06:00", *WORKDAYS)], 6, 6),
        # The days of both clock changes.
        ("2026-10-25 12:00", None, 13, 25),
        ("2026-03-29 12:00", None, 11, 23),
        ("2026-10-25 12:00", [hours("01:00", "04:00")], 4, 4),
        ("2026-03-29 12:00", [hours("01:00", "04:00")], 2, 2),
    ],
)
def test_active_hours_of_a_day(wall: str, windows: list[Window] | None, elapsed: int, total: int) -> None:
    assert line(at(wall, BERLIN), windows) == Line(elapsed * HOUR, total * HOUR)


def test_active_hours_of_a_month() -> None:
    # November 2026 has 21 workdays; by Friday the 20th at noon, 14 of them and four hours have passed.
    found = line(at("2026-11-20 12:00", BERLIN), [hours("08:00", "18:00", *WORKDAYS)], PeriodKind.MONTH)

    assert found == Line(timedelta(hours=144), timedelta(hours=210))


def test_line_starts_where_the_count_does() -> None:
    start, end = at("2026-11-20 18:00", BERLIN), at("2026-11-21 00:00", BERLIN)

    found = line_between(start=start, now=start + HOUR, end=end, hours=None, zone=ZoneInfo(BERLIN))

    assert found == Line(HOUR, 6 * HOUR)


@pytest.mark.parametrize(("now", "elapsed"), [(-HOUR, 0 * HOUR), (30 * HOUR, 24 * HOUR)])
def test_line_ends_with_its_period(now: timedelta, elapsed: timedelta) -> None:
    start = at("2026-11-20 00:00")

    found = line_between(start=start, now=start + now, end=start + 24 * HOUR, hours=None, zone=ZoneInfo(BERLIN))

    assert found.elapsed == elapsed


@pytest.mark.parametrize(
    ("spent", "limit", "elapsed", "expected", "heading", "projected"),
    [
        ("30", "100", 6, "25.00", "120.00", "100"),
        ("10", "100", 6, "25.00", "40.00", "40.00"),
        # Of a limit that is passed already, what is passed is not taken back.
        ("110", "100", 12, "50.00", "220.00", "110"),
        ("10", None, 6, None, "40.00", "40.00"),
        ("10", "100", 1, "4.17", None, None),
        ("0", "100", 12, "50.00", "0", "0"),
        ("-5", "100", 12, "50.00", "-5", "-5"),
        ("0", "0", 12, "0.00", "0", "0"),
        ("1", "9", 18, "6.75", "1.33", "1.33"),
    ],
)
def test_pace(
    spent: str, limit: str | None, elapsed: int, expected: str | None, heading: str | None, projected: str | None
) -> None:
    pace = pace_of(use(spent, limit), Line(elapsed * HOUR, 24 * HOUR))

    found = (pace.expected, pace.heading, pace.projected)
    assert tuple(None if amount is None else str(amount) for amount in found) == (expected, heading, projected)


def test_without_an_active_hour_it_stays_where_it_is() -> None:
    assert pace_of(use("7", "10"), Line(0 * HOUR, 0 * HOUR)) == Pace(use("7", "10"), None, Decimal(7))


def pace(heading: str | None, limit: str | None) -> Pace:
    return Pace(use("1", limit), None, None if heading is None else Decimal(heading))


@pytest.mark.parametrize(
    ("day", "month", "risk"),
    [
        (pace("90", "100"), pace("1000", "1000"), None),
        (pace("104", "100"), pace("960", "1000"), None),
        (pace("150", "100"), pace("1000", "1000"), Risk(RiskKind.BEYOND, PeriodKind.DAY, Decimal(50), Decimal("0.5"))),
        # A day's budget is a ceiling, a month's a plan.
        (pace("10", "100"), pace("1000", "1000"), None),
        (
            pace("10", "100"),
            pace("400", "1000"),
            Risk(RiskKind.UNSPENT, PeriodKind.MONTH, Decimal(600), Decimal("0.6")),
        ),
        (
            pace("150", "100"),
            pace("1600", "1000"),
            Risk(RiskKind.BEYOND, PeriodKind.MONTH, Decimal(600), Decimal("0.6")),
        ),
        (
            pace(None, "100"),
            pace("-50", "1000"),
            Risk(RiskKind.UNSPENT, PeriodKind.MONTH, Decimal(1000), Decimal(1)),
        ),
        (pace(None, "100"), pace(None, "1000"), None),
        (pace("100", None), pace("1000", None), None),
        (pace("5", "0"), pace("5", "0"), None),
    ],
)
def test_risk_is_the_largest_share(day: Pace, month: Pace, risk: Risk | None) -> None:
    assert find_risk(day=day, month=month) == risk
