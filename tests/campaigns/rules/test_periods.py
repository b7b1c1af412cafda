"""Local days and months, zones, and which moments and clocks are believed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from campaigns.errors import InvalidMoment, InvalidTimeZone
from campaigns.rules.periods import (
    CLOCK_TOLERANCE,
    PeriodKind,
    believed_now,
    check_day,
    check_flight_day,
    check_moment,
    current_periods,
    day_start,
    find_zone,
    local_day,
    parse_moment,
    period_at,
    period_of_day,
    wall_moment,
)

_TICK = timedelta(microseconds=1)
_NOW = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)

# (id, zone, date, its first instant, its hours)
_DAYS = [
    ("ordinary", "Europe/Berlin", "2026-06-15", "2026-06-15T00:00+02:00", 24),
    ("New York, clocks forward", "America/New_York", "2026-03-08", "2026-03-08T00:00-05:00", 23),
    ("New York, clocks back", "America/New_York", "2026-11-01", "2026-11-01T00:00-04:00", 25),
    ("New York, the day after", "America/New_York", "2026-11-02", "2026-11-02T00:00-05:00", 24),
    ("Lord Howe, half an hour forward", "Australia/Lord_Howe", "2026-10-04", "2026-10-04T00:00+10:30", 23.5),
    ("Lord Howe, half an hour back", "Australia/Lord_Howe", "2026-04-05", "2026-04-05T00:00+11:00", 24.5),
    ("Cairo, the day before the missing midnight", "Africa/Cairo", "2026-04-23", "2026-04-23T00:00+02:00", 24),
    ("Cairo, missing midnight", "Africa/Cairo", "2026-04-24", "2026-04-24T01:00+03:00", 23),
    ("Cairo, back at midnight", "Africa/Cairo", "2026-10-29", "2026-10-29T00:00+03:00", 25),
    ("Cairo, the day after", "Africa/Cairo", "2026-10-30", "2026-10-30T00:00+02:00", 24),
    ("Kathmandu", "Asia/Kathmandu", "2026-01-01", "2026-01-01T00:00+05:45", 24),
    ("Apia, before the missing day", "Pacific/Apia", "2011-12-29", "2011-12-29T00:00-10:00", 24),
    ("Apia, the missing day", "Pacific/Apia", "2011-12-30", "2011-12-31T00:00+14:00", 0),
    ("Apia, after the missing day", "Pacific/Apia", "2011-12-31", "2011-12-31T00:00+14:00", 24),
    ("St John's, forward at 00:01", "America/St_Johns", "2009-03-08", "2009-03-08T00:00-03:30", 23),
    ("St John's, before the way back", "America/St_Johns", "2009-10-31", "2009-10-31T00:00-02:30", 24),
    ("St John's, back over midnight", "America/St_Johns", "2009-11-01", "2009-11-01T00:00-02:30", 25),
    ("Toronto, day cut short by the gap", "America/Toronto", "1919-03-30", "1919-03-30T00:00-05:00", 23.5),
    ("Toronto, gap over midnight", "America/Toronto", "1919-03-31", "1919-03-31T00:30-04:00", 23.5),
    ("Havana, missing midnight", "America/Havana", "2026-03-08", "2026-03-08T01:00-04:00", 23),
    ("Havana, midnight twice", "America/Havana", "2026-11-01", "2026-11-01T00:00-04:00", 25),
    ("Casey, three hours back over midnight", "Antarctica/Casey", "2010-03-05", "2010-03-05T00:00+11:00", 27),
    ("Casey, three hours forward at 00:01", "Antarctica/Casey", "2020-10-04", "2020-10-04T00:00+08:00", 21),
    ("Troll, two hours forward", "Antarctica/Troll", "2026-03-29", "2026-03-29T00:00+00:00", 22),
    ("Kiritimati, first of all", "Pacific/Kiritimati", "2026-01-01", "2026-01-01T00:00+14:00", 24),
    ("leap day", "America/New_York", "2028-02-29", "2028-02-29T00:00-05:00", 24),
    ("last day of the year", "Asia/Tokyo", "2026-12-31", "2026-12-31T00:00+09:00", 24),
]

# (id, zone, a date of the month, the month's first instant, its hours)
_MONTHS = [
    ("31 days", "Asia/Tokyo", "2026-01-31", "2026-01-01T00:00+09:00", 31 * 24),
    ("30 days", "Asia/Tokyo", "2026-04-01", "2026-04-01T00:00+09:00", 30 * 24),
    ("February", "Asia/Kathmandu", "2026-02-28", "2026-02-01T00:00+05:45", 28 * 24),
    ("February of a leap year", "Asia/Kathmandu", "2028-02-29", "2028-02-01T00:00+05:45", 29 * 24),
    ("December", "America/New_York", "2026-12-15", "2026-12-01T00:00-05:00", 31 * 24),
    ("clocks forward", "America/New_York", "2026-03-31", "2026-03-01T00:00-05:00", 31 * 24 - 1),
    ("clocks back on its first day", "America/New_York", "2026-11-30", "2026-11-01T00:00-04:00", 30 * 24 + 1),
    ("half an hour back", "Australia/Lord_Howe", "2026-04-30", "2026-04-01T00:00+11:00", 30 * 24 + 0.5),
    ("first midnight missing", "America/Asuncion", "2017-10-20", "2017-10-01T01:00-03:00", 31 * 24 - 1),
    ("first midnight twice", "America/Havana", "2020-11-20", "2020-11-01T00:00-04:00", 30 * 24 + 1),
    ("first day goes back over midnight", "America/St_Johns", "2009-11-20", "2009-11-01T00:00-02:30", 30 * 24 + 1),
    ("a day is missing", "Pacific/Apia", "2011-12-01", "2011-12-01T00:00-10:00", 30 * 24),
]

# (id, zone, moment, its local date)
_LOCAL_DAYS = [
    ("last tick", "America/New_York", "2026-11-01T03:59:59.999999Z", "2026-10-31"),
    ("first tick", "America/New_York", "2026-11-01T04:00Z", "2026-11-01"),
    ("last tick of 25 hours", "America/New_York", "2026-11-02T04:59:59.999999Z", "2026-11-01"),
    ("moment written in another zone", "America/New_York", "2026-06-15T09:00+09:00", "2026-06-14"),
    ("Kathmandu, last tick", "Asia/Kathmandu", "2026-01-31T18:14:59.999999Z", "2026-01-31"),
    ("Kathmandu, first tick", "Asia/Kathmandu", "2026-01-31T18:15Z", "2026-02-01"),
    ("Cairo, before the missing midnight", "Africa/Cairo", "2026-04-23T21:59:59.999999Z", "2026-04-23"),
    ("Cairo, at the missing midnight", "Africa/Cairo", "2026-04-23T22:00Z", "2026-04-24"),
    ("Cairo, 23:30 again", "Africa/Cairo", "2026-10-29T21:30Z", "2026-10-29"),
    ("Apia, before the missing day", "Pacific/Apia", "2011-12-30T09:59:59.999999Z", "2011-12-29"),
    ("Apia, after the missing day", "Pacific/Apia", "2011-12-30T10:00Z", "2011-12-31"),
    ("Toronto, before the gap", "America/Toronto", "1919-03-31T04:29:59.999999Z", "1919-03-30"),
    ("Toronto, after the gap", "America/Toronto", "1919-03-31T04:30Z", "1919-03-31"),
    ("Havana, before the first midnight", "America/Havana", "2026-11-01T03:59:59.999999Z", "2026-10-31"),
    ("Havana, first 00:30", "America/Havana", "2026-11-01T04:30Z", "2026-11-01"),
    ("Havana, second 00:30", "America/Havana", "2026-11-01T05:30Z", "2026-11-01"),
    ("St John's, before the first midnight", "America/St_Johns", "2009-11-01T02:29:59.999999Z", "2009-10-31"),
    ("St John's, first midnight", "America/St_Johns", "2009-11-01T02:30Z", "2009-11-01"),
    ("St John's, wall back at 23:01", "America/St_Johns", "2009-11-01T02:31Z", "2009-11-01"),
    ("St John's, second midnight", "America/St_Johns", "2009-11-01T03:30Z", "2009-11-01"),
]


@pytest.mark.parametrize(("zone", "day", "start", "hours"), [row[1:] for row in _DAYS], ids=[row[0] for row in _DAYS])
def test_period_of_day_is_the_local_day(zone: str, day: str, start: str, hours: float) -> None:
    period = period_of_day(PeriodKind.DAY, date.fromisoformat(day), ZoneInfo(zone))

    assert period.start == datetime.fromisoformat(start)
    assert period.end - period.start == timedelta(hours=hours)
    assert period.first_day == date.fromisoformat(day)


@pytest.mark.parametrize(("zone", "day", "start", "hours"), [row[1:] for row in _DAYS], ids=[row[0] for row in _DAYS])
def test_day_start_is_kept_in_utc(zone: str, day: str, start: str, hours: float) -> None:
    begins = day_start(date.fromisoformat(day), ZoneInfo(zone))

    assert begins == datetime.fromisoformat(start)
    assert begins.tzinfo is UTC
    assert day_start(date.fromisoformat(day) + timedelta(days=1), ZoneInfo(zone)) - begins == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("zone", "day", "start", "hours"), [row[1:] for row in _MONTHS], ids=[row[0] for row in _MONTHS]
)
def test_period_of_day_is_the_local_month(zone: str, day: str, start: str, hours: float) -> None:
    period = period_of_day(PeriodKind.MONTH, date.fromisoformat(day), ZoneInfo(zone))

    assert period.start == datetime.fromisoformat(start)
    assert period.end - period.start == timedelta(hours=hours)
    assert period.first_day == date.fromisoformat(day).replace(day=1)


@pytest.mark.parametrize(
    ("zone", "day", "start", "hours"), [row[1:] for row in _MONTHS], ids=[row[0] for row in _MONTHS]
)
def test_period_at_finds_the_month_by_its_first_and_last_tick(zone: str, day: str, start: str, hours: float) -> None:
    first = datetime.fromisoformat(start)
    end = first + timedelta(hours=hours)
    this_month = date.fromisoformat(day).replace(day=1)

    months = [period_at(PeriodKind.MONTH, at, ZoneInfo(zone)) for at in (first - _TICK, first, end - _TICK, end)]

    assert [month.first_day == this_month for month in months] == [False, True, True, False]
    assert months[0].end == first
    assert months[3].start == end


@pytest.mark.parametrize(
    ("zone", "moment", "day"), [row[1:] for row in _LOCAL_DAYS], ids=[row[0] for row in _LOCAL_DAYS]
)
def test_local_day_is_the_brands_date(zone: str, moment: str, day: str) -> None:
    assert local_day(datetime.fromisoformat(moment), ZoneInfo(zone)) == date.fromisoformat(day)


def test_period_contains_its_start_and_not_its_end() -> None:
    period = period_of_day(PeriodKind.DAY, date(2026, 3, 8), ZoneInfo("America/New_York"))

    inside = [at in period for at in (period.start - _TICK, period.start, period.end - _TICK, period.end)]

    assert inside == [False, True, True, False]


def test_current_periods_are_the_day_and_the_month_of_now() -> None:
    zone = ZoneInfo("America/Los_Angeles")

    periods = current_periods(datetime.fromisoformat("2027-01-01T07:59:59Z"), zone)

    assert periods.day == period_of_day(PeriodKind.DAY, date(2026, 12, 31), zone)
    assert periods.month == period_of_day(PeriodKind.MONTH, date(2026, 12, 1), zone)


@pytest.mark.parametrize("name", ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Asia/Kathmandu"])
def test_find_zone_knows_iana_names(name: str) -> None:
    assert find_zone(name).key == name


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("Mars/Base", id="no such place"),
        pytest.param("../../etc/passwd", id="path upwards"),
        pytest.param("/etc/localtime", id="absolute path"),
        pytest.param("Europe/../Europe/Berlin", id="path inside"),
        pytest.param("", id="empty"),
        pytest.param(" ", id="blank"),
        pytest.param("Europe", id="folder"),
        pytest.param("Europe/Berlin ", id="space behind"),
        pytest.param("Europe/Berlin\x00", id="NUL behind"),
        pytest.param("\x00", id="NUL"),
        pytest.param("europe/berlin", id="small letters"),
        pytest.param("+02:00", id="offset"),
        pytest.param("UTC+2", id="offset from UTC"),
        pytest.param("PDT", id="abbreviation"),
        pytest.param("localtime", id="the machine's own zone"),
        pytest.param("posixrules", id="no zone but a rule"),
        pytest.param("A" * 10_000, id="10k characters"),
        pytest.param("\u202eEurope/Berlin", id="right-to-left mark"),
    ],
)
def test_find_zone_refuses_what_is_no_iana_name(name: str) -> None:
    with pytest.raises(InvalidTimeZone) as refusal:
        find_zone(name)

    assert str(refusal.value).isprintable()
    assert len(str(refusal.value)) < 250


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param(_NOW, id="now"),
        pytest.param(_NOW + timedelta(minutes=5), id="five minutes ahead"),
        pytest.param(_NOW - timedelta(days=400), id="last year"),
        pytest.param(datetime.fromisoformat("2026-06-15T21:04:00+09:00"), id="another offset"),
        pytest.param(datetime.fromisoformat("2026-06-15T02:00:00-10:00"), id="now, far west"),
    ],
)
def test_check_moment_takes_past_and_five_minutes_ahead(moment: datetime) -> None:
    checked = check_moment(moment, now=_NOW)

    assert checked == moment
    assert checked.tzinfo is UTC


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param(_NOW + timedelta(minutes=5) + _TICK, id="a tick past five minutes"),
        pytest.param(_NOW + timedelta(days=1), id="tomorrow"),
        pytest.param(_NOW.replace(tzinfo=None), id="naive"),
        pytest.param(datetime.fromisoformat("2026-06-15T12:06:00-00:00"), id="minus zero, ahead"),
        pytest.param(datetime.fromisoformat("0001-01-01T00:00:00Z"), id="year 1"),
        pytest.param(datetime.fromisoformat("0001-01-01T00:00:00+14:00"), id="before year 1 in UTC"),
        pytest.param(datetime.fromisoformat("9999-12-31T23:59:59.999999Z"), id="year 9999"),
        pytest.param(datetime.fromisoformat("9999-12-31T23:59:59-12:00"), id="past year 9999 in UTC"),
        pytest.param(datetime.fromisoformat("1970-01-01T00:00:00Z"), id="the epoch"),
    ],
)
def test_check_moment_refuses_the_future_the_naive_and_the_absurd(moment: datetime) -> None:
    with pytest.raises(InvalidMoment) as refusal:
        check_moment(moment, now=_NOW)

    assert refusal.value.field == "occurred_at"


def test_check_moment_takes_the_new_year_on_new_years_eve() -> None:
    now = datetime.fromisoformat("2026-12-31T23:58:00Z")
    moment = datetime.fromisoformat("2027-01-01T00:03:00Z")

    assert check_moment(moment, now=now) == moment


@pytest.mark.parametrize(
    ("zone", "wall", "moment"),
    [
        pytest.param("Asia/Kathmandu", "2026-01-01T00:00", "2025-12-31T18:15Z", id="ordinary"),
        pytest.param("America/New_York", "2026-03-08T03:00", "2026-03-08T07:00Z", id="first after the gap"),
        pytest.param("America/New_York", "2026-11-01T01:30", "2026-11-01T05:30Z", id="repeated: the first"),
        pytest.param("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45Z", id="Lord Howe, repeated"),
        pytest.param("America/Havana", "2026-11-01T00:00", "2026-11-01T04:00Z", id="Havana, midnight twice"),
    ],
)
def test_wall_moment_is_when_clocks_first_show_it(zone: str, wall: str, moment: str) -> None:
    found = wall_moment(datetime.fromisoformat(wall), ZoneInfo(zone))

    assert found == datetime.fromisoformat(moment)
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    ("zone", "wall"),
    [
        pytest.param("America/New_York", "2026-03-08T02:00", id="first skipped minute"),
        pytest.param("America/New_York", "2026-03-08T02:59:59.999999", id="last skipped tick"),
        pytest.param("Australia/Lord_Howe", "2026-10-04T02:15", id="skipped half hour"),
        pytest.param("Africa/Cairo", "2026-04-24T00:00", id="missing midnight"),
        pytest.param("Pacific/Apia", "2011-12-30T12:00", id="missing day"),
    ],
)
def test_wall_moment_refuses_what_clocks_skip(zone: str, wall: str) -> None:
    with pytest.raises(InvalidMoment):
        wall_moment(datetime.fromisoformat(wall), ZoneInfo(zone))


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Kiritimati", "Asia/Tokyo"])
@pytest.mark.parametrize("wall", ["0001-01-01T00:00", "9999-12-31T23:59"])
def test_wall_moment_and_check_moment_refuse_the_ends_of_time(zone: str, wall: str) -> None:
    with pytest.raises(InvalidMoment):
        check_moment(wall_moment(datetime.fromisoformat(wall), ZoneInfo(zone)), now=_NOW)


@pytest.mark.parametrize(
    ("newest", "believed"),
    [
        pytest.param(None, _NOW, id="nothing decided before"),
        pytest.param(_NOW - timedelta(days=3), _NOW, id="time went on"),
        pytest.param(_NOW, _NOW, id="the same moment"),
        pytest.param(_NOW + timedelta(minutes=1), _NOW + timedelta(minutes=1), id="a slow worker"),
        pytest.param(_NOW + CLOCK_TOLERANCE, _NOW + CLOCK_TOLERANCE, id="just tolerated"),
        pytest.param(_NOW + CLOCK_TOLERANCE + _TICK, _NOW, id="the clock was set back"),
        pytest.param(_NOW + timedelta(days=1), _NOW, id="the clock was a day ahead"),
    ],
)
def test_believed_now_does_not_go_back_for_a_slow_worker(newest: datetime | None, believed: datetime) -> None:
    assert believed_now(_NOW, newest) == believed


@pytest.mark.parametrize("text", ["2026-11-20T10:00:00Z\x00", "2026-11-20T10:00:00Z\x00garbage", "\x00", "noon", ""])
def test_parse_moment_refuses_what_is_none(text: str) -> None:
    with pytest.raises(InvalidMoment, match="is not a moment"):
        parse_moment(text)


def test_parse_moment_reads_one_with_and_without_an_offset() -> None:
    assert parse_moment("2026-11-20T10:00:00Z") == datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert parse_moment("2026-11-20 10:00") == datetime(2026, 11, 20, 10)  # noqa: DTZ001 - as it was given


@pytest.mark.parametrize("day", [None, date(1998, 1, 1), date(2026, 11, 20), date(2199, 12, 31)])
def test_check_flight_day_takes_what_can_be_meant(day: date | None) -> None:
    assert check_flight_day(day, field="end_date") == day


@pytest.mark.parametrize("day", [date.min, date(1997, 12, 31), date(2200, 1, 1), date.max])
def test_check_flight_day_refuses_other_years(day: date) -> None:
    with pytest.raises(InvalidMoment, match="cannot be right for a flight: use 1998 to 2199") as refused:
        check_flight_day(day, field="end_date")

    assert refused.value.field == "end_date"


def test_check_day_refuses_a_day_that_clocks_skip() -> None:
    apia = ZoneInfo("Pacific/Apia")

    assert check_day(date(2011, 12, 31), apia) == date(2011, 12, 31)
    with pytest.raises(InvalidMoment, match="2011-12-30 does not exist in Pacific/Apia"):
        check_day(date(2011, 12, 30), apia)
