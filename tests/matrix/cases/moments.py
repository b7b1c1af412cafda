"""Moments: with an offset, of the last decades, at most five minutes ahead. It is 2026-11-20 17:00 UTC.

The admin reads a wall clock in the desk's zone, UTC here, so that the same text without an offset is a moment there; a
file's is the brand's local time, New York's.
"""

from __future__ import annotations

from datetime import UTC, datetime

from tests.matrix.table import Answer, Case, Kept, Raw, Refused, Subject

NO = Refused("invalid_moment")
USAGE = Refused("usage")


def _utc(text: str) -> Kept:
    return Kept(datetime.fromisoformat(text).replace(tzinfo=UTC))


_NOON = _utc("2026-11-20T17:00:00")
_WITH_OFFSET = ("service", "command", "file", "api")
_TYPED = ("command", "file", "api")

# What a caller with a calendar would not call a moment at all: the command line itself is wrong then.
_UNREADABLE: dict[str, Answer] = {"command": USAGE}

_MOMENTS: list[tuple[str, str, Answer, str]] = [
    ("utc", "2026-11-20T10:00:00Z", _utc("2026-11-20T10:00:00"), "a moment"),
    ("own_offset", "2026-11-20T10:00:00-05:00", _utc("2026-11-20T15:00:00"), "a moment"),
    ("odd_offset", "2026-11-20T10:00:00+05:45", _utc("2026-11-20T04:15:00"), "Kathmandu's"),
    ("widest_offset", "2026-11-20T10:00:00+14:00", _utc("2026-11-19T20:00:00"), "Kiritimati's"),
    ("senseless_offset", "2026-11-20T10:00:00+23:59", _utc("2026-11-19T10:01:00"), "no zone has it; it is exact"),
    ("microseconds", "2026-11-20T10:00:00.123456Z", _utc("2026-11-20T10:00:00.123456"), "kept to the last one"),
    ("now", "2026-11-20T17:00:00Z", _NOON, "the present"),
    ("four_minutes_ahead", "2026-11-20T17:04:00Z", _utc("2026-11-20T17:04:00"), "clocks differ"),
    ("five_minutes_ahead", "2026-11-20T17:05:00Z", _utc("2026-11-20T17:05:00"), "the last moment that is taken"),
    ("just_too_far_ahead", "2026-11-20T17:05:00.000001Z", NO, "a microsecond over five minutes"),
    ("tomorrow", "2026-11-21T17:00:00Z", NO, "ahead"),
    ("far_ahead", "2029-01-01T00:00:00Z", NO, "ahead"),
    ("year_9999", "9999-12-31T23:59:59Z", NO, "no calendar goes on"),
    ("year_9999_behind", "9999-12-31T23:59:59-14:00", NO, "in UTC it is in no calendar"),
    ("year_1", "0001-01-01T00:00:00Z", NO, "before there were ads"),
    ("year_1_ahead", "0001-01-01T00:00:00+14:00", NO, "in UTC it is in no calendar"),
    ("earliest", "1998-01-01T00:00:00Z", _utc("1998-01-01T00:00:00"), "the first year of online ads"),
    ("before_the_earliest", "1997-12-31T23:59:59.999999Z", NO, "before it"),
    ("before_it_in_utc", "1998-01-01T00:00:00+14:00", NO, "in UTC it is 1997"),
    ("leap_day", "2024-02-29T12:00:00Z", _utc("2024-02-29T12:00:00"), "2024 has one"),
]

_TEXTS: list[tuple[str, str, str]] = [
    ("leap_second", "2016-12-31T23:59:60Z", "no clock of ours shows it"),
    ("no_leap_day", "2025-02-29T12:00:00Z", "2025 has none"),
    ("hour_25", "2026-11-20T25:00:00Z", "on no clock"),
    ("minute_61", "2026-11-20T10:61:00Z", "on no clock"),
    ("month_13", "2026-13-01T10:00:00Z", "in no calendar"),
    ("offset_99", "2026-11-20T10:00:00+99:00", "no offset"),
    ("full_width", "２０26-11-20T10:00:00Z", "digits that only look like 2026"),
    ("arabic", "٢٠٢٦-11-20T10:00:00Z", "digits that a person at this desk may not read"),
    ("zone_name", "2026-11-20T10:00:00 Europe/Berlin", "a zone is no offset"),
    ("word", "yesterday", "no moment"),
    ("seconds", "1763658000", "which second of which epoch?"),
    ("empty", "", "no moment"),
]

# Without an offset, as the admin's two fields and a file's cell have it.
_WALLS: list[tuple[str, str, str, dict[str, Answer]]] = [
    (
        "naive",
        "2026-11-20T10:00:00",
        "programs say the offset; the admin says which clock it reads, a file is in the brand's",
        {"admin": _utc("2026-11-20T10:00:00"), "file": _utc("2026-11-20T15:00:00")},
    ),
    (
        "skipped_hour",
        "2026-03-08T02:30:00",
        "New York's clocks never showed it; in UTC there is nothing special about it",
        {"admin": _utc("2026-03-08T02:30:00")},
    ),
    (
        "repeated_hour",
        "2026-11-01T01:30:00",
        "New York's clocks showed it twice: in a file it is the first time",
        {"admin": _utc("2026-11-01T01:30:00"), "file": _utc("2026-11-01T05:30:00")},
    ),
    (
        "date_only",
        "2026-11-20",
        "a spend has a time; a file's day without one is its last moment that has passed",
        {"file": _NOON},
    ),
    ("naive_year_9999", "9999-12-31T23:59:59", "no calendar goes on", {}),
    ("naive_year_1", "0001-01-01T00:00:00", "before there were ads", {}),
    ("naive_tomorrow", "2026-11-21T12:00:00", "ahead", {}),
]

_OF_PROGRAMS = ("file", "api")
TOTAL_DAYS = [
    Case(Subject.TOTAL_DAY, "today", "2026-11-20", Kept("2026-11-20"), "the day so far"),
    Case(Subject.TOTAL_DAY, "leap_day", "2024-02-29", Kept("2024-02-29"), "platforms restate old days"),
    Case(Subject.TOTAL_DAY, "earliest", "1998-01-01", Kept("1998-01-01"), "the first year of online ads"),
    Case(Subject.TOTAL_DAY, "too_early", "1997-12-31", NO, "before it"),
    Case(Subject.TOTAL_DAY, "tomorrow", "2026-11-21", NO, "it has not begun"),
    Case(Subject.TOTAL_DAY, "year_9999", "9999-12-31", NO, "no calendar goes on"),
    Case(Subject.TOTAL_DAY, "year_1", "0001-01-01", NO, "no calendar lies before it"),
    *(
        Case(Subject.TOTAL_DAY, name, text, NO, why, doors=_OF_PROGRAMS)
        for name, text, why in [
            ("no_leap_day", "2025-02-29", "2025 has none"),
            ("arabic", "٢٠٢٦-11-20", "digits that a person at this desk may not read"),
            ("two_digit_year", "26-11-20", "of which century?"),
            ("several", "2026-11-01 - 2026-11-20", "no single day"),
            ("word", "today", "whose?"),
        ]
    ),
    Case(
        Subject.TOTAL_DAY,
        "nul",
        "2026-11-20\x00",
        NO,
        "no day; a file with one is no text",
        {"file": Refused("unreadable_file")},
        doors=_OF_PROGRAMS,
    ),
    Case(
        Subject.TOTAL_DAY,
        "compact",
        "20261120",
        NO,
        "some platforms write their files so",
        {"file": Kept("2026-11-20")},
        doors=_OF_PROGRAMS,
    ),
]

MOMENTS = [
    *(Case(Subject.MOMENT, name, text, answer, why, doors=_WITH_OFFSET) for name, text, answer, why in _MOMENTS),
    *(Case(Subject.MOMENT, name, text, NO, why, _UNREADABLE, doors=_TYPED) for name, text, why in _TEXTS),
    *(Case(Subject.MOMENT, name, text, NO, why, other) for name, text, why, other in _WALLS),
    Case(
        Subject.MOMENT,
        "nul",
        "2026-11-20T10:00:00Z\x00",
        NO,
        "no moment; a file with one is no text",
        {"command": USAGE, "file": Refused("unreadable_file")},
        doors=_TYPED,
    ),
    Case(
        Subject.MOMENT,
        "offset_with_seconds",
        "2026-11-20T10:00:00+00:00:01",
        _utc("2026-11-20T09:59:59"),
        "exact; no file has one",
        {"file": NO},
        doors=_TYPED,
    ),
    Case(
        Subject.MOMENT,
        "day_first",
        "20/11/2026",
        NO,
        "a file's column tells the order: no month has the number 20",
        {"command": USAGE, "file": _NOON},
        doors=("admin", *_TYPED),
    ),
    Case(
        Subject.MOMENT,
        "either_order",
        "10/11/2026",
        NO,
        "October or November? Nobody guesses",
        {"command": USAGE, "file": Refused("unreadable_file")},
        doors=("admin", *_TYPED),
    ),
    Case(Subject.MOMENT, "no_moment", None, _NOON, "left out: now", doors=("service",)),
    Case(Subject.MOMENT, "nothing_typed", "", _NOON, "left out: now", doors=("admin",)),
    Case(Subject.MOMENT, "time_only", "T10:00:00", NO, "of which day?", doors=("admin",)),
    Case(Subject.MOMENT, "hour_25_typed", "2026-11-20T25:00", NO, "on no clock", doors=("admin",)),
    Case(
        Subject.MOMENT,
        "arabic_typed",
        "٢٠٢٦-11-20T10:00",
        _utc("2026-11-20T10:00:00"),
        "Django's own fields read every script's digits: it is the same day",
        doors=("admin",),
    ),
    Case(Subject.MOMENT, "two_digit_year", "11/20/26T10:00", NO, "of which century?", doors=("admin",)),
    Case(Subject.MOMENT, "nul_typed", "2026-11-20T10:00\x00", NO, "no moment", doors=("admin",)),
    Case(Subject.MOMENT, "null", Raw("null"), _NOON, "left out: now", doors=("api",)),
    *(
        Case(Subject.MOMENT, name, Raw(value), NO, "no text", doors=("api",))
        for name, value in [("number", "1763658000"), ("true", "true"), ("array", "[]"), ("object", "{}")]
    ),
]
