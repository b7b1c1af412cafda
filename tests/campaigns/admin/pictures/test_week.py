"""The picture of a week."""

from __future__ import annotations

from datetime import time

import pytest

from campaigns.admin.pictures.week import WallClock, week_picture, week_words
from campaigns.rules.dayparting import Weekday, Window
from tests.campaigns.admin.pictures.reading import pieces_of
from tests.factories import hours

FRIDAY_NOON = WallClock(Weekday.FRIDAY, time(12))


def test_windows_lie_where_their_hours_are() -> None:
    drawn = week_picture([hours("06:00", "12:00", Weekday.MONDAY)], now=None)

    [bar] = pieces_of(drawn, "open")
    assert (bar.number("x"), bar.number("width"), bar.says) == (25, 25, "Monday 06:00–12:00")


def test_overnight_goes_on_in_the_next_row() -> None:
    drawn = week_picture([hours("18:00", "06:00", Weekday.SUNDAY)], now=None)

    bars = {bar.says: (bar.number("x"), bar.number("width"), bar.number("y")) for bar in pieces_of(drawn, "open")}
    tracks = [track.number("y") for track in pieces_of(drawn, "track")]
    assert bars == {"Sunday 18:00–24:00": (75, 25, tracks[6]), "Monday 00:00–06:00": (0, 25, tracks[0])}


def test_now_is_marked_in_its_row() -> None:
    drawn = week_picture(None, now=FRIDAY_NOON)

    [mark] = pieces_of(drawn, "now")
    friday = pieces_of(drawn, "track")[4].number("y")
    assert mark.number("x1") == 50
    assert mark.number("y1") <= friday <= mark.number("y2")
    assert [name.says for name in pieces_of(drawn, "day-now")] == ["Fri"]


def test_no_clock_marks_nothing() -> None:
    assert pieces_of(week_picture(None, now=None), "now") == []


@pytest.mark.parametrize(
    ("windows", "sentence", "monday", "bars"),
    [
        (None, "It may run at any hour.", "all day", 7),
        ([], "It may never run: there is no window.", "not at all", 0),
        ([hours("08:00", "20:00")], "It may run every day 08:00-20:00.", "08:00–20:00", 7),
    ],
)
def test_the_same_is_said_in_words(windows: list[Window] | None, sentence: str, monday: str, bars: int) -> None:
    drawn, words = week_picture(windows, now=FRIDAY_NOON), week_words(windows, now=FRIDAY_NOON)

    assert f">{sentence}</desc>" in drawn
    assert (words[0].name, words[0].hours, words[0].is_today) == ("Monday", monday, False)
    assert [day.is_today for day in words].index(True) == Weekday.FRIDAY
    assert len(pieces_of(drawn, "open")) == bars
