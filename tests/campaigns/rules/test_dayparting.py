"""Windows of wall-clock time: what lies inside them, when that changes next, and how people write them."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from campaigns.errors import InvalidWindow
from campaigns.rules.dayparting import (
    EVERY_DAY,
    Stretch,
    Weekday,
    Window,
    daily_hours,
    describe_weekdays,
    is_inside,
    next_edge,
    parse_hours,
    week_of,
)

NEW_YORK, LORD_HOWE, CAIRO = "America/New_York", "Australia/Lord_Howe", "Africa/Cairo"
HAVANA, APIA, ST_JOHNS = "America/Havana", "Pacific/Apia", "America/St_Johns"
KATHMANDU, TORONTO = "Asia/Kathmandu", "America/Toronto"

MONDAY, TUESDAY, THURSDAY = Weekday.MONDAY, Weekday.TUESDAY, Weekday.THURSDAY
FRIDAY, SATURDAY, SUNDAY = Weekday.FRIDAY, Weekday.SATURDAY, Weekday.SUNDAY
WORKDAYS = tuple(day for day in Weekday if day not in {SATURDAY, SUNDAY})


def _window(hours: str, *weekdays: Weekday) -> Window:
    start, end = (time.fromisoformat(text) for text in hours.split("-"))
    return Window(frozenset(weekdays) or EVERY_DAY, start, end)


OFFICE_HOURS = _window("08:00-20:00")

# (id, windows, zone, moments inside, moments outside)
_INSIDE = [
    ("office hours", [OFFICE_HOURS], NEW_YORK,
     ["2026-06-15T08:00-04:00", "2026-06-15T19:59:59.999999-04:00"],
     ["2026-06-15T07:59:59.999999-04:00", "2026-06-15T20:00-04:00"]),
    ("Kathmandu", [OFFICE_HOURS], KATHMANDU,
     ["2026-06-15T02:15Z", "2026-06-15T14:14:59.999999Z"], ["2026-06-15T02:14:59.999999Z", "2026-06-15T14:15Z"]),
    ("the weekday is the brand's, not UTC's", [_window("20:00-23:00", MONDAY)], NEW_YORK,
     ["2026-06-16T02:00Z"], ["2026-06-15T02:00Z", "2026-06-15T20:00Z"]),
    ("two a day", [_window("06:00-09:00"), _window("17:00-20:00")], NEW_YORK,
     ["2026-06-15T08:59-04:00", "2026-06-15T17:00-04:00"], ["2026-06-15T09:00-04:00", "2026-06-15T20:00-04:00"]),
    ("workdays", [_window("08:00-20:00", *WORKDAYS)], NEW_YORK,
     ["2026-06-19T12:00-04:00", "2026-06-15T12:00-04:00"], ["2026-06-20T12:00-04:00", "2026-06-21T12:00-04:00"]),
    ("over midnight", [_window("22:00-06:00", FRIDAY)], NEW_YORK,
     ["2026-06-19T22:00-04:00", "2026-06-20T00:00-04:00", "2026-06-20T05:59:59.999999-04:00"],
     ["2026-06-19T05:00-04:00", "2026-06-20T06:00-04:00", "2026-06-20T22:00-04:00"]),
    ("over midnight into Monday", [_window("22:00-06:00", SUNDAY)], NEW_YORK,
     ["2026-06-15T05:00-04:00"], ["2026-06-14T05:00-04:00", "2026-06-16T05:00-04:00"]),
    ("over a month end", [_window("22:00-06:00", TUESDAY)], NEW_YORK,
     ["2026-06-30T23:00-04:00", "2026-07-01T05:59-04:00"], ["2026-07-01T06:00-04:00", "2026-07-01T23:00-04:00"]),
    ("into the leap day", [_window("22:00-06:00", MONDAY)], NEW_YORK,
     ["2028-02-28T22:00-05:00", "2028-02-29T05:00-05:00"], ["2028-02-29T06:00-05:00"]),
    ("over the year's end", [_window("22:00-06:00", THURSDAY)], NEW_YORK,
     ["2027-01-01T05:59-05:00"], ["2027-01-01T06:00-05:00", "2027-01-01T23:00-05:00"]),
    ("whole day", [_window("00:00-00:00", MONDAY)], NEW_YORK,
     ["2026-06-15T00:00-04:00", "2026-06-15T23:59:59.999999-04:00"],
     ["2026-06-14T23:59:59.999999-04:00", "2026-06-16T00:00-04:00"]),
    ("until midnight", [_window("20:00-00:00", MONDAY)], NEW_YORK,
     ["2026-06-15T23:59:59.999999-04:00"], ["2026-06-16T00:00-04:00", "2026-06-15T19:59-04:00"]),
    ("from eight to eight", [_window("08:00-08:00", MONDAY)], NEW_YORK,
     ["2026-06-15T08:00-04:00", "2026-06-16T07:59-04:00"], ["2026-06-15T07:59-04:00", "2026-06-16T08:00-04:00"]),
    ("in a skipped hour", [_window("02:00-03:00")], NEW_YORK,
     ["2026-03-07T02:30-05:00", "2026-03-09T02:30-04:00"], ["2026-03-08T06:59:59.999999Z", "2026-03-08T07:00Z"]),
    ("its end is skipped", [_window("01:00-02:30")], NEW_YORK, ["2026-03-08T06:59Z"], ["2026-03-08T07:00Z"]),
    ("its start is skipped", [_window("02:30-04:00")], NEW_YORK,
     ["2026-03-08T07:00Z", "2026-03-08T07:59Z"], ["2026-03-08T06:59Z", "2026-03-08T08:00Z"]),
    ("over midnight and a skipped hour", [_window("22:00-06:00", SATURDAY)], NEW_YORK,
     ["2026-03-08T03:00Z", "2026-03-08T07:00Z", "2026-03-08T09:59Z"], ["2026-03-08T02:59Z", "2026-03-08T10:00Z"]),
    ("over midnight and a repeated hour", [_window("22:00-06:00", SATURDAY)], NEW_YORK,
     ["2026-11-01T02:00Z", "2026-11-01T06:30Z", "2026-11-01T10:59Z"], ["2026-11-01T01:59Z", "2026-11-01T11:00Z"]),
    ("in a repeated hour", [_window("01:00-01:30")], NEW_YORK,
     ["2026-11-01T05:00Z", "2026-11-01T06:29Z"], ["2026-11-01T05:30Z", "2026-11-01T05:59Z", "2026-11-01T06:30Z"]),
    ("in a repeated half hour", [_window("01:45-02:00")], LORD_HOWE,
     ["2026-04-04T14:45Z", "2026-04-04T15:15Z"], ["2026-04-04T14:44Z", "2026-04-04T15:00Z", "2026-04-04T15:30Z"]),
    ("in a skipped half hour", [_window("02:00-02:30")], LORD_HOWE,
     ["2026-10-03T02:15+10:30", "2026-10-05T02:15+11:00"], ["2026-10-03T15:29:59Z", "2026-10-03T15:30Z"]),
    ("in a missing midnight", [_window("00:00-01:00", FRIDAY)], CAIRO,
     ["2026-05-01T00:30+03:00"], ["2026-04-23T21:59:59Z", "2026-04-23T22:00Z"]),
    ("over a missing midnight", [_window("22:00-01:30", THURSDAY)], CAIRO,
     ["2026-04-23T21:59Z", "2026-04-23T22:00Z", "2026-04-23T22:29Z"], ["2026-04-23T22:30Z"]),
    ("until a midnight that comes late", [_window("23:00-00:00", THURSDAY)], CAIRO,
     ["2026-10-29T20:00Z", "2026-10-29T21:00Z", "2026-10-29T21:59Z"], ["2026-10-29T22:00Z"]),
    ("after a repeated midnight", [_window("22:00-00:30", SATURDAY)], HAVANA,
     ["2026-11-01T04:29Z", "2026-11-01T05:00Z"], ["2026-11-01T04:30Z", "2026-11-01T05:30Z"]),
    ("a whole day that is missing", [_window("00:00-00:00", FRIDAY)], APIA,
     ["2012-01-06T12:00+14:00"], ["2011-12-30T09:59:59Z", "2011-12-30T10:00Z"]),
    ("every hour around a missing day", [_window("00:00-00:00")], APIA,
     ["2011-12-30T09:59:59Z", "2011-12-30T10:00Z"], []),
    ("the wall goes back to Saturday", [_window("00:00-00:00", SUNDAY)], ST_JOHNS,
     ["2009-11-01T02:30Z", "2009-11-01T03:30Z"], ["2009-11-01T02:29Z", "2009-11-01T02:31Z", "2009-11-01T03:29Z"]),
    ("a gap over midnight", [_window("23:00-00:15", SUNDAY)], TORONTO,
     ["1919-03-31T04:29Z"], ["1919-03-31T04:30Z", "1919-03-31T04:44Z"]),
    ("no window", [], NEW_YORK, [], ["2026-06-15T12:00Z"]),
]  # fmt: skip

# (id, windows, zone, moment, the edges that follow)
_EDGES = [
    ("before it opens", [OFFICE_HOURS], NEW_YORK, "2026-06-15T07:00-04:00", ["2026-06-15T08:00-04:00"]),
    ("a tick before it opens", [OFFICE_HOURS], NEW_YORK, "2026-06-15T07:59:59.999999-04:00",
     ["2026-06-15T08:00-04:00"]),
    ("as it opens", [OFFICE_HOURS], NEW_YORK, "2026-06-15T08:00-04:00",
     ["2026-06-15T20:00-04:00", "2026-06-16T08:00-04:00"]),
    ("as it closes", [OFFICE_HOURS], NEW_YORK, "2026-06-15T20:00-04:00", ["2026-06-16T08:00-04:00"]),
    ("in Kathmandu", [OFFICE_HOURS], KATHMANDU, "2026-06-15T00:00Z", ["2026-06-15T02:15Z", "2026-06-15T14:15Z"]),
    ("one follows the other", [_window("08:00-12:00"), _window("12:00-20:00")], NEW_YORK, "2026-06-15T09:00-04:00",
     ["2026-06-15T20:00-04:00"]),
    ("they overlap", [_window("08:00-13:00"), _window("12:00-20:00")], NEW_YORK, "2026-06-15T09:00-04:00",
     ["2026-06-15T20:00-04:00"]),
    ("one holds the other", [_window("08:00-20:00"), _window("12:00-13:00")], NEW_YORK, "2026-06-15T09:00-04:00",
     ["2026-06-15T20:00-04:00"]),
    ("over the weekend", [_window("08:00-20:00", *WORKDAYS)], NEW_YORK, "2026-06-19T20:00-04:00",
     ["2026-06-22T08:00-04:00"]),
    ("once a week", [_window("08:00-20:00", MONDAY)], NEW_YORK, "2026-06-15T20:00-04:00", ["2026-06-22T08:00-04:00"]),
    ("two whole days", [_window("00:00-00:00", MONDAY, TUESDAY)], NEW_YORK, "2026-06-15T12:00-04:00",
     ["2026-06-17T00:00-04:00", "2026-06-22T00:00-04:00"]),
    ("over a month end", [_window("22:00-06:00", TUESDAY)], NEW_YORK, "2026-06-30T12:00-04:00",
     ["2026-06-30T22:00-04:00", "2026-07-01T06:00-04:00", "2026-07-07T22:00-04:00"]),
    ("into the leap day", [_window("22:00-06:00", MONDAY)], NEW_YORK, "2028-02-28T23:00-05:00",
     ["2028-02-29T06:00-05:00"]),
    ("in a skipped hour", [_window("02:00-03:00")], NEW_YORK, "2026-03-07T12:00-05:00",
     ["2026-03-09T02:00-04:00", "2026-03-09T03:00-04:00"]),
    ("weekly, in a skipped hour", [_window("02:00-03:00", SUNDAY)], NEW_YORK, "2026-03-01T03:00-05:00",
     ["2026-03-15T02:00-04:00"]),
    ("all but an hour that is skipped", [_window("03:00-02:00", *Weekday)], NEW_YORK, "2026-03-07T12:00-05:00",
     ["2026-03-09T02:00-04:00", "2026-03-09T03:00-04:00"]),
    ("its end is skipped", [_window("01:00-02:30")], NEW_YORK, "2026-03-08T06:30Z", ["2026-03-08T07:00Z"]),
    ("its start is skipped", [_window("02:30-04:00")], NEW_YORK, "2026-03-08T06:30Z",
     ["2026-03-08T07:00Z", "2026-03-08T08:00Z"]),
    ("over midnight and a skipped hour", [_window("22:00-06:00", SATURDAY)], NEW_YORK, "2026-03-08T03:00Z",
     ["2026-03-08T10:00Z"]),
    ("over midnight and a repeated hour", [_window("22:00-06:00", SATURDAY)], NEW_YORK, "2026-11-01T02:00Z",
     ["2026-11-01T11:00Z"]),
    ("in a repeated hour", [_window("01:00-01:30")], NEW_YORK, "2026-11-01T04:30Z",
     ["2026-11-01T05:00Z", "2026-11-01T05:30Z", "2026-11-01T06:00Z", "2026-11-01T06:30Z", "2026-11-02T06:00Z"]),
    ("until the clocks go back", [_window("01:30-02:00")], NEW_YORK, "2026-11-01T05:00Z",
     ["2026-11-01T05:30Z", "2026-11-01T06:00Z", "2026-11-01T06:30Z", "2026-11-01T07:00Z"]),
    ("in a repeated half hour", [_window("01:45-02:15")], LORD_HOWE, "2026-04-04T14:00Z",
     ["2026-04-04T14:45Z", "2026-04-04T15:00Z", "2026-04-04T15:15Z", "2026-04-04T15:45Z"]),
    ("in a skipped half hour", [_window("02:00-02:30")], LORD_HOWE, "2026-10-03T15:00Z", ["2026-10-05T02:00+11:00"]),
    ("in a missing midnight", [_window("00:00-02:00", FRIDAY)], CAIRO, "2026-04-23T12:00+02:00",
     ["2026-04-23T22:00Z", "2026-04-23T23:00Z"]),
    ("until a midnight that comes late", [_window("23:00-00:00", THURSDAY)], CAIRO, "2026-10-29T20:30Z",
     ["2026-10-29T22:00Z"]),
    ("after a repeated midnight", [_window("22:00-00:30", SATURDAY)], HAVANA, "2026-11-01T03:00Z",
     ["2026-11-01T04:30Z", "2026-11-01T05:00Z", "2026-11-01T05:30Z"]),
    ("to the missing day", [_window("08:00-00:00", THURSDAY)], APIA, "2011-12-29T12:00-10:00", ["2011-12-30T10:00Z"]),
    ("over the missing day", [OFFICE_HOURS], APIA, "2011-12-29T20:00-10:00", ["2011-12-31T08:00+14:00"]),
    ("weekly, on the missing day", [_window("08:00-20:00", FRIDAY)], APIA, "2011-12-23T20:00-10:00",
     ["2012-01-06T08:00+14:00"]),
    ("the wall goes back to Saturday", [_window("00:00-00:00", SUNDAY)], ST_JOHNS, "2009-10-31T12:00-02:30",
     ["2009-11-01T02:30Z", "2009-11-01T02:31Z", "2009-11-01T03:30Z", "2009-11-02T03:30Z"]),
    ("a gap over midnight", [_window("23:00-00:15", SUNDAY)], TORONTO, "1919-03-31T04:00Z", ["1919-03-31T04:30Z"]),
]  # fmt: skip

_NEVER_CHANGES = [
    ("no window", []),
    ("every hour", [_window("00:00-00:00")]),
    ("every hour in two", [_window("08:00-20:00"), _window("20:00-08:00")]),
    ("every hour from eight to eight", [_window("08:00-08:00")]),
    ("every hour, day by day", [_window("00:00-00:00", day) for day in Weekday]),
]


@pytest.mark.parametrize(
    ("windows", "zone", "inside", "outside"), [row[1:] for row in _INSIDE], ids=[row[0] for row in _INSIDE]
)
def test_is_inside_reads_the_wall_clock(
    windows: list[Window], zone: str, inside: list[str], outside: list[str]
) -> None:
    answers = {text: is_inside(windows, datetime.fromisoformat(text), ZoneInfo(zone)) for text in inside + outside}

    assert answers == dict.fromkeys(inside, True) | dict.fromkeys(outside, False)


@pytest.mark.parametrize(
    ("windows", "zone", "moment", "edges"), [row[1:] for row in _EDGES], ids=[row[0] for row in _EDGES]
)
def test_next_edge_is_where_inside_changes(windows: list[Window], zone: str, moment: str, edges: list[str]) -> None:
    found: list[datetime | None] = []
    at: datetime | None = datetime.fromisoformat(moment)

    while at is not None and len(found) < len(edges):
        at = next_edge(tuple(windows), at, ZoneInfo(zone))
        found.append(at)

    assert found == [datetime.fromisoformat(text) for text in edges]


@pytest.mark.parametrize("zone", [NEW_YORK, CAIRO, APIA, LORD_HOWE, ST_JOHNS])
@pytest.mark.parametrize("windows", [row[1] for row in _NEVER_CHANGES], ids=[row[0] for row in _NEVER_CHANGES])
def test_next_edge_is_none_where_nothing_ever_changes(windows: list[Window], zone: str) -> None:
    for moment in ("2011-12-29T12:00Z", "2026-03-07T12:00Z", "2009-11-01T02:30Z"):
        assert next_edge(tuple(windows), datetime.fromisoformat(moment), ZoneInfo(zone)) is None


def test_next_edge_is_kept_in_utc() -> None:
    edge = next_edge((OFFICE_HOURS,), datetime.fromisoformat("2026-06-15T09:00+09:00"), ZoneInfo(NEW_YORK))

    assert edge is not None
    assert edge.utcoffset() == timedelta(0)


def test_window_refuses_no_weekday() -> None:
    with pytest.raises(InvalidWindow):
        Window(frozenset(), time(8), time(20))


@pytest.mark.parametrize(("start", "end"), [(time(8, tzinfo=UTC), time(20)), (time(8), time(20, tzinfo=UTC))])
def test_window_refuses_a_time_with_an_offset(start: time, end: time) -> None:
    with pytest.raises(InvalidWindow):
        Window(EVERY_DAY, start, end)


@pytest.mark.parametrize(
    ("hours", "overnight"),
    [
        ("08:00-20:00", False),
        ("22:00-06:00", True),
        ("00:00-00:00", True),
        ("08:00-08:00", True),
        ("00:00-23:59", False),
    ],
)
def test_window_runs_overnight_if_it_ends_at_or_before_its_start(hours: str, overnight: bool) -> None:
    assert _window(hours).runs_overnight is overnight


@pytest.mark.parametrize(
    ("first", "last", "hours"),
    [
        pytest.param(8, 20, "08:00-21:00", id="hours 8 to 20"),
        pytest.param(0, 23, "00:00-00:00", id="the whole day"),
        pytest.param(22, 5, "22:00-06:00", id="over midnight"),
        pytest.param(8, 8, "08:00-09:00", id="one hour"),
        pytest.param(23, 23, "23:00-00:00", id="the last hour"),
        pytest.param(0, 0, "00:00-01:00", id="the first hour"),
        pytest.param(22, 23, "22:00-00:00", id="until midnight"),
        pytest.param(9, 8, "09:00-09:00", id="all 24, from nine"),
    ],
)
def test_daily_hours_allow_both_hours(first: int, last: int, hours: str) -> None:
    assert daily_hours(allowed_start_hour=first, allowed_end_hour=last) == _window(hours)


def test_daily_hours_8_to_20_run_through_20_59() -> None:
    window = daily_hours(allowed_start_hour=8, allowed_end_hour=20)
    moments = ["07:59:59.999999", "08:00", "20:59:59.999999", "21:00"]

    inside = [
        is_inside([window], datetime.fromisoformat(f"2026-06-15T{text}-04:00"), ZoneInfo(NEW_YORK)) for text in moments
    ]

    assert inside == [False, True, True, False]


@pytest.mark.parametrize("hour", [-1, 24, 100, True])
def test_daily_hours_refuse_what_is_no_hour(hour: int) -> None:
    with pytest.raises(InvalidWindow):
        daily_hours(allowed_start_hour=hour, allowed_end_hour=20)
    with pytest.raises(InvalidWindow):
        daily_hours(allowed_start_hour=8, allowed_end_hour=hour)


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("08:00-20:00", "08:00-20:00"),
        ("22:00-06:00", "22:00-06:00"),
        ("00:00-24:00", "00:00-00:00"),
        ("00:00-00:00", "00:00-00:00"),
        ("20:00-24:00", "20:00-00:00"),
        ("07:15-07:45", "07:15-07:45"),
    ],
)
def test_parse_hours_reads_a_window_of_every_day(text: str, hours: str) -> None:
    assert parse_hours(text) == _window(hours)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("-", id="dash"),
        pytest.param("08:00", id="no end"),
        pytest.param("08:00-", id="empty end"),
        pytest.param("-20:00", id="empty start"),
        pytest.param("8-20", id="hours only"),
        pytest.param("08:00-25:00", id="hour 25"),
        pytest.param("08:60-20:00", id="minute 60"),
        pytest.param("24:00-06:00", id="starts at 24"),
        pytest.param("08:00-24:01", id="past 24"),
        pytest.param("08:00-20:00-22:00", id="two ends"),
        pytest.param("08:00\u201320:00", id="typographic dash"),
        pytest.param("08:00-20:00+02:00", id="offset"),
        pytest.param("08:00-20:00\x00", id="NUL"),
        pytest.param("8am-8pm", id="am and pm"),
        pytest.param("x" * 10_000, id="10k characters"),
    ],
)
def test_parse_hours_refuses_anything_else(text: str) -> None:
    with pytest.raises(InvalidWindow) as refusal:
        parse_hours(text)

    assert str(refusal.value).isprintable()
    assert len(str(refusal.value)) < 250


@pytest.mark.parametrize(
    ("weekdays", "text"),
    [
        (tuple(Weekday), "every day"),
        (WORKDAYS, "Mon-Fri"),
        ((SUNDAY,), "Sun"),
        ((MONDAY, Weekday.WEDNESDAY), "Mon, Wed"),
        ((SUNDAY, SATURDAY), "Sat, Sun"),
        ((MONDAY, TUESDAY, FRIDAY), "Mon, Tue, Fri"),
        ((FRIDAY, SATURDAY, SUNDAY), "Fri-Sun"),
    ],
)
def test_describe_weekdays_writes_them_as_people_do(weekdays: tuple[Weekday, ...], text: str) -> None:
    assert describe_weekdays(weekdays) == text
    assert str(Window(frozenset(weekdays), time(8), time(20))) == f"{text} 08:00-20:00"


def _stretch(hours: str) -> Stretch:
    start, end = (timedelta(hours=int(text[:2]), minutes=int(text[3:])) for text in hours.split("-"))
    return Stretch(start, end)


@pytest.mark.parametrize(
    ("windows", "monday", "tuesday", "sunday"),
    [
        ([], "", "", ""),
        ([_window("09:00-17:30", MONDAY, TUESDAY)], "09:00-17:30", "09:00-17:30", ""),
        ([_window("22:00-06:00", MONDAY)], "22:00-24:00", "00:00-06:00", ""),
        ([_window("22:00-06:00", SUNDAY)], "00:00-06:00", "", "22:00-24:00"),
        ([_window("00:00-00:00", MONDAY)], "00:00-24:00", "", ""),
        ([_window("22:00-00:00", MONDAY)], "22:00-24:00", "", ""),
        ([_window("08:00-12:00", MONDAY), _window("10:00-14:00", MONDAY)], "08:00-14:00", "", ""),
        ([_window("12:00-14:00", MONDAY), _window("08:00-12:00", MONDAY)], "08:00-14:00", "", ""),
        ([_window("12:00-14:00", MONDAY), _window("08:00-11:00", MONDAY)], "08:00-11:00 12:00-14:00", "", ""),
    ],
)
def test_week_of_cuts_at_midnight_and_merges(windows: list[Window], monday: str, tuesday: str, sunday: str) -> None:
    week = week_of(windows)

    assert [week[day] for day in (MONDAY, TUESDAY, SUNDAY)] == [
        tuple(map(_stretch, hours.split())) for hours in (monday, tuesday, sunday)
    ]


def test_week_of_agrees_with_is_inside_at_every_quarter_of_the_week() -> None:
    windows = [_window("21:45-06:15", FRIDAY, SUNDAY), _window("05:00-09:30", MONDAY, SATURDAY), OFFICE_HOURS]
    week, zone = week_of(windows), ZoneInfo("UTC")
    monday = datetime(2026, 11, 16, tzinfo=UTC)

    for quarter in range(7 * 96):
        moment = monday + quarter * timedelta(minutes=15)
        passed = moment - moment.replace(hour=0, minute=0)
        is_covered = any(stretch.start <= passed < stretch.end for stretch in week[moment.weekday()])
        assert is_covered is is_inside(windows, moment, zone), moment
