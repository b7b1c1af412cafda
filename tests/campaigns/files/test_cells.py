"""Cells to values: amounts to the last decimal, and dates as a brand's clocks understand them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from campaigns.errors import InvalidAmount, InvalidMoment
from campaigns.files import FileDate, Unit
from campaigns.files.cells import read_amount, read_date
from tests.factories import HOUR, MINUTE, NOON, TICK, at

NEW_YORK = ZoneInfo("America/New_York")
CAIRO = ZoneInfo("Africa/Cairo")
APIA = ZoneInfo("Pacific/Apia")


@pytest.mark.parametrize(
    ("text", "unit", "amount"),
    [
        ("12.50", Unit.UNITS, "12.50"),
        ("-3", Unit.UNITS, "-3"),
        ("+3.", Unit.UNITS, "3"),
        (".5", Unit.UNITS, "0.5"),
        ("0.0", Unit.UNITS, "0.0"),
        ("1.5e-05", Unit.UNITS, "0.000015"),
        # What a binary float prints when it is asked for everything: not a digit of it is lost.
        (
            "0.1000000000000000055511151231257827021181583404541015625",
            Unit.UNITS,
            "0.1000000000000000055511151231257827021181583404541015625",
        ),
        ("2513448305", Unit.MICROS, "2513.448305"),
        ("1353", Unit.MICROS, "0.001353"),
        ("1353.25", Unit.MICROS, "0.00135325"),
        ("123456789012345.1234567890123456789012345", Unit.MICROS, "123456789.0123451234567890123456789012345"),
        ("999999999999.999999", Unit.UNITS, "999999999999.999999"),
    ],
)
def test_read_amount_is_exact(text: str, unit: Unit, amount: str) -> None:
    read = read_amount(text, unit)

    assert read is not None
    assert read.as_tuple() == Decimal(amount).as_tuple()


def test_read_amount_of_an_empty_cell_is_none() -> None:
    assert read_amount("", Unit.UNITS) is None


@pytest.mark.parametrize(
    "text",
    ["1,234.50", "12,50", "$12.50", "12.50 USD", "€5", "--", "-", "≤100", "<10", "n/a", "NaN", "inf", "1_000", "１２",
     "1e9", "1.5E+09", "(12.50)", "12.5.0", "0x10", "1 000", "'5", "=1+1", "12\n", "9" * 81],
)  # fmt: skip
def test_read_amount_refuses_what_is_not_plain(text: str) -> None:
    with pytest.raises(InvalidAmount, match="is not a plain amount"):
        read_amount(text, Unit.UNITS)


@pytest.mark.parametrize("text", ["1000000000000", "-999999999999.9999991", "9" * 80])
def test_read_amount_refuses_what_is_too_large(text: str) -> None:
    with pytest.raises(InvalidAmount, match="too large"):
        read_amount(text, Unit.UNITS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-20", FileDate(date(2026, 11, 20))),
        ("2028-02-29", FileDate(date(2028, 2, 29))),
        ("2026-11-20 14:05", FileDate(date(2026, 11, 20), time(14, 5))),
        ("2026-11-20 14:05:59", FileDate(date(2026, 11, 20), time(14, 5, 59))),
        ("2026-11-20 14:00:00.000", FileDate(date(2026, 11, 20), time(14))),
        ("2026-11-20T14:05:59.123456", FileDate(date(2026, 11, 20), time(14, 5, 59, 123456))),
        ("2026-11-20T14:05Z", FileDate(date(2026, 11, 20), time(14, 5), UTC)),
        ("2026-11-20 14:05:00 UTC", FileDate(date(2026, 11, 20), time(14, 5), UTC)),
        ("2026-11-20T14:05+05:45", FileDate(date(2026, 11, 20), time(14, 5), timezone(timedelta(hours=5, minutes=45)))),
        ("2026-11-20 14:05-0330", FileDate(date(2026, 11, 20), time(14, 5), timezone(-timedelta(hours=3, minutes=30)))),
    ],
)
def test_read_date(text: str, expected: FileDate) -> None:
    assert read_date(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "20.11.2026", "11/20/2026", "2026-11", "20261120", "2026-11-20 - 2026-11-26", "2026-11-20T",
     "2026-11-20Z", "2026-11-20 14", "2026-11-20 2:30 PM", "2026-W47-5", "２０２６-11-20", "1763596800", "Total",
     "2026-11-20 14:05 +0"],
)  # fmt: skip
def test_read_date_refuses_other_forms(text: str) -> None:
    with pytest.raises(InvalidMoment, match="is not a date"):
        read_date(text)


@pytest.mark.parametrize(
    "text",
    ["2026-02-29", "2026-13-01", "0000-01-01", "2026-11-20 24:00", "2026-11-20 14:60", "2026-11-20 14:05:60",
     "2026-11-20 14:05+24:00", "2026-11-20 14:05+01:75"],
)  # fmt: skip
def test_read_date_refuses_what_is_in_no_calendar(text: str) -> None:
    with pytest.raises(InvalidMoment, match="is in no calendar, or on no clock"):
        read_date(text)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        # Without an offset: the brand's local time, in winter and in summer.
        ("2026-01-20 12:00", datetime(2026, 1, 20, 17, tzinfo=UTC)),
        ("2026-07-20 12:00", datetime(2026, 7, 20, 16, tzinfo=UTC)),
        ("2026-07-20T12:00+00:00", datetime(2026, 7, 20, 12, tzinfo=UTC)),
        # The repeated hour: its first pass.
        ("2026-11-01 01:30", datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
        # A day alone: its last instant.
        ("2026-11-19", at("2026-11-20 00:00") - TICK),
        ("2026-03-08", at("2026-03-09 00:00") - TICK),
        # Today: now.
        ("2026-11-20", NOON),
    ],
)
def test_moment(text: str, moment: datetime) -> None:
    assert read_date(text).moment(NEW_YORK, now=NOON) == moment


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2026-03-08 02:30", "2026-03-08 02:30:00 does not exist in America/New_York: clocks skip it"),
        ("2026-11-21", "2026-11-21 has not begun in America/New_York"),
        ("2026-11-20 12:06", "lies in the future"),
        ("2026-11-20T17:06Z", "lies in the future"),
        ("1997-12-31", "The year 1997 cannot be right"),
        ("0001-01-01 00:00", "The year 0001 cannot be right"),
        ("0001-01-01T00:00+14:00", "The year 0001 cannot be right"),
        ("9999-12-31", "The year 9999 cannot be right"),
        ("9999-12-31T23:59-12:00", "The year 9999 cannot be right"),
    ],
)
def test_moment_refuses(text: str, words: str) -> None:
    with pytest.raises(InvalidMoment, match=words):
        read_date(text).moment(NEW_YORK, now=NOON)


def test_moment_may_lie_as_far_ahead_as_clocks_differ() -> None:
    assert read_date("2026-11-20 12:05").moment(NEW_YORK, now=NOON) == NOON + 5 * MINUTE


def test_moment_refuses_a_day_that_the_zone_skipped() -> None:
    with pytest.raises(InvalidMoment, match="2011-12-30 does not exist in Pacific/Apia"):
        read_date("2011-12-30").moment(APIA, now=NOON)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-19", date(2026, 11, 19)),
        ("2026-11-19 23:59", date(2026, 11, 19)),
        # 04:30 in London is half past eleven in New York, the day before.
        ("2026-11-19T04:30Z", date(2026, 11, 18)),
        ("2026-11-20", date(2026, 11, 20)),
    ],
)
def test_local_day(text: str, day: date) -> None:
    assert read_date(text).local_day(NEW_YORK, now=NOON) == day


def test_local_day_takes_a_midnight_that_clocks_skip() -> None:
    # Platforms write a day as its midnight; Cairo's clocks went from 23:59:59 to 01:00 that night.
    assert read_date("2026-04-24 00:00:00").local_day(CAIRO, now=NOON) == date(2026, 4, 24)


@pytest.mark.parametrize("text", ["2026-11-21", "2026-11-21 00:00", "1997-01-01", "2026-11-20T18:00Z"])
def test_local_day_refuses(text: str) -> None:
    with pytest.raises(InvalidMoment):
        read_date(text).local_day(NEW_YORK, now=NOON)


def test_local_day_refuses_a_day_that_the_zone_skipped() -> None:
    with pytest.raises(InvalidMoment, match="2011-12-30 does not exist in Pacific/Apia"):
        read_date("2011-12-30").local_day(APIA, now=NOON)


def test_local_day_of_today_has_begun_at_midnight() -> None:
    midnight = at("2026-11-21 00:00")

    assert read_date("2026-11-21").local_day(NEW_YORK, now=midnight) == date(2026, 11, 21)
    assert read_date("2026-11-21").moment(NEW_YORK, now=midnight + HOUR) == midnight + HOUR
