"""Filling the table of windows in."""

from __future__ import annotations

from datetime import time

import pytest
from django.http import QueryDict

from campaigns.admin.presets import PRESETS, fill_in
from campaigns.rules.dayparting import EVERY_DAY, Weekday, Window

WEEKEND = frozenset({Weekday.SATURDAY, Weekday.SUNDAY})
MOST = 4


def fill(sent: str, wanted: str) -> dict[str, list[str]]:
    filled = fill_in(QueryDict(sent), wanted=wanted, prefix="w", most=MOST)
    return {key: filled.getlist(key) for key in filled}


def test_presets_are_what_they_are_called() -> None:
    assert {preset.key: (preset.window, preset.hours) for preset in PRESETS} == {
        "business": (Window(EVERY_DAY - WEEKEND, time(9), time(17)), "09:00–17:00"),
        "evenings": (Window(EVERY_DAY, time(18), time(23)), "18:00–23:00"),
        "weekends": (Window(WEEKEND, time(0), time(0)), "all day"),
        "every-day": (Window(EVERY_DAY, time(8), time(20)), "08:00–20:00"),
        "overnight": (Window(EVERY_DAY, time(22), time(6)), "22:00–06:00"),
    }


def test_first_empty_line_is_filled() -> None:
    found = fill("w-TOTAL_FORMS=2&w-0-start=08:00&w-0-weekdays=1&name=x", "weekends")

    assert (found["w-1-weekdays"], found["w-1-start"], found["w-1-end"]) == (["5", "6"], ["00:00"], ["00:00"])
    assert (found["w-0-start"], found["w-TOTAL_FORMS"], found["name"]) == (["08:00"], ["2"], ["x"])


def test_a_line_is_added_where_none_is_empty() -> None:
    found = fill("w-TOTAL_FORMS=1&w-0-start=08:00", "evenings")

    assert (found["w-1-start"], found["w-TOTAL_FORMS"]) == (["18:00"], ["2"])


@pytest.mark.parametrize("wanted", ["evenings", "line"])
def test_a_full_table_stays_as_it_is(wanted: str) -> None:
    sent = f"w-TOTAL_FORMS={MOST}&" + "&".join(f"w-{number}-start=08:00" for number in range(MOST))

    assert fill(sent, wanted) == {key: QueryDict(sent).getlist(key) for key in QueryDict(sent)}


def test_emptying_ticks_what_is_stored_and_clears_what_was_typed() -> None:
    found = fill("w-TOTAL_FORMS=3&w-INITIAL_FORMS=1&w-0-start=08:00&w-1-start=09:00&w-1-weekdays=2", "empty")

    assert found["w-0-DELETE"] == ["on"]
    assert found["w-0-start"] == ["08:00"]
    assert not any(key.startswith("w-1") for key in found)


@pytest.mark.parametrize("wanted", ["nonsense", "", "line", "empty", "evenings"])
@pytest.mark.parametrize("count", ["", "abc", "-1", "9" * 30, "１"])
def test_what_is_no_table_is_left_alone(wanted: str, count: str) -> None:
    sent = QueryDict(mutable=True)
    sent["w-TOTAL_FORMS"], sent["w-0-start"] = count, "08:00"

    assert fill_in(sent, wanted=wanted, prefix="w", most=MOST) == sent
