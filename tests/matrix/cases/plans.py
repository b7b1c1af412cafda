"""What people plan: zones, currencies, flights and windows; and the numbers by which rows are named."""

from __future__ import annotations

from datetime import date

from tests.matrix.table import Answer, Case, Kept, Raw, Refused, Subject

_NO_ZONE = Refused("invalid_time_zone")
_NO_CURRENCY = Refused("invalid_text")
_NO_FLIGHT = Refused("invalid_flight")
_NO_DAY = Refused("invalid_moment")
_NO_WINDOW = Refused("invalid_window")
_NO_REQUEST = Refused("invalid_request")
_NOT_FOUND = Refused("not_found")
_ANY = ("admin", "api")

_NOT_TEXT: list[tuple[str, str]] = [("number", "7"), ("null", "null"), ("array", '["UTC"]')]

ZONES = [
    Case(Subject.ZONE, "place", "Europe/Berlin", Kept("Europe/Berlin"), "an IANA name"),
    Case(Subject.ZONE, "three_parts", "America/Argentina/Ushuaia", Kept("America/Argentina/Ushuaia"), "an IANA name"),
    Case(Subject.ZONE, "utc", "UTC", Kept("UTC"), "an IANA name"),
    Case(Subject.ZONE, "fixed", "Etc/GMT+2", Kept("Etc/GMT+2"), "an IANA name, though its sign surprises"),
    Case(Subject.ZONE, "old", "EST5EDT", Kept("EST5EDT"), "an IANA name of old, with its clock changes"),
    Case(Subject.ZONE, "mars", "Mars/Base", _NO_ZONE, "not in the database"),
    Case(Subject.ZONE, "path", "../../etc/passwd", _NO_ZONE, "a path, not a name"),
    Case(Subject.ZONE, "absolute_path", "/usr/share/zoneinfo/UTC", _NO_ZONE, "a path, not a name"),
    Case(Subject.ZONE, "folder", "Europe", _NO_ZONE, "a folder of names"),
    Case(Subject.ZONE, "posix_rule", "EST5EDT,M3.2.0,M11.1.0", _NO_ZONE, "a rule, not a name"),
    Case(Subject.ZONE, "lower_case", "utc", _NO_ZONE, "some file systems find it, others do not"),
    Case(Subject.ZONE, "lower_case_place", "europe/berlin", _NO_ZONE, "as before"),
    Case(Subject.ZONE, "of_the_machine", "localtime", _NO_ZONE, "another zone on each machine"),
    Case(Subject.ZONE, "no_place", "Factory", _NO_ZONE, "says itself that it is none"),
    Case(Subject.ZONE, "offset", "+02:00", _NO_ZONE, "an offset knows no clock changes"),
    Case(Subject.ZONE, "abbreviation", "CEST", _NO_ZONE, "several zones call themselves so"),
    Case(Subject.ZONE, "empty", "", _NO_ZONE, "a day needs a zone"),
    Case(Subject.ZONE, "nul", "UTC\x00", _NO_ZONE, "no name"),
    Case(Subject.ZONE, "line_break", "Europe/Berlin\nUTC", _NO_ZONE, "two names"),
    Case(Subject.ZONE, "full_width", "ＵＴＣ", _NO_ZONE, "letters that only look like UTC"),
    Case(Subject.ZONE, "too_long", "E" * 10_000, _NO_ZONE, "no name"),
    Case(Subject.ZONE, "half_a_character", "UTC\ud800", _NO_ZONE, "no text", doors=("service", "api")),
    Case(Subject.ZONE, "padded", " UTC ", _NO_ZONE, "no name; a form is trimmed", {"admin": Kept("UTC")}),
    *(Case(Subject.ZONE, name, Raw(value), _NO_REQUEST, "no text", doors=("api",)) for name, value in _NOT_TEXT),
]

CURRENCIES = [
    Case(Subject.CURRENCY, "euro", "EUR", Kept("EUR"), "three letters"),
    Case(Subject.CURRENCY, "unknown", "XQZ", Kept("XQZ"), "shown, never converted: no list of them is needed"),
    Case(Subject.CURRENCY, "lower_case", "eur", _NO_CURRENCY, "ISO 4217 has capital letters"),
    Case(Subject.CURRENCY, "two_letters", "EU", _NO_CURRENCY, "too few"),
    Case(Subject.CURRENCY, "four_letters", "EURO", _NO_CURRENCY, "too many"),
    Case(Subject.CURRENCY, "sign", "€", _NO_CURRENCY, "a sign"),
    Case(Subject.CURRENCY, "iso_number", "978", _NO_CURRENCY, "ISO's numbers are not used here"),
    Case(Subject.CURRENCY, "full_width", "ＥＵＲ", _NO_CURRENCY, "letters that only look like EUR"),
    Case(Subject.CURRENCY, "cyrillic", "ЕUR", _NO_CURRENCY, "the first letter is a Cyrillic one"),
    Case(Subject.CURRENCY, "empty", "", _NO_CURRENCY, "amounts are of something"),
    Case(Subject.CURRENCY, "nul", "EU\x00", _NO_CURRENCY, "no letter"),
    Case(Subject.CURRENCY, "line_break_behind", "EUR\n", _NO_CURRENCY, "a form is trimmed", {"admin": Kept("EUR")}),
    Case(Subject.CURRENCY, "padded", " EUR", _NO_CURRENCY, "a form is trimmed", {"admin": Kept("EUR")}),
    *(Case(Subject.CURRENCY, name, Raw(value), _NO_REQUEST, "no text", doors=("api",)) for name, value in _NOT_TEXT),
]


def _days(first: str | None, last: str | None) -> Kept:
    return Kept(tuple(None if day is None else date.fromisoformat(day) for day in (first, last)))


_UNREADABLE_DAYS: list[tuple[str, tuple[str, str], str]] = [
    ("no_day", ("", "2026-02-30"), "in no calendar"),
    ("no_leap_day", ("2027-02-29", ""), "2027 has none"),
    ("either_order", ("10/11/2026", ""), "October or November? Nobody guesses"),
    ("two_digit_year", ("", "12/24/26"), "of which century?"),
    ("named_month", ("Nov 20 2026", ""), "one way to write a day is enough"),
    ("compact", ("20261120", ""), "as before"),
    ("with_time", ("2026-11-20T00:00", ""), "a flight has days"),
    ("nul", ("2026-11-20\x00", ""), "no day"),
    ("word", ("", "never"), "no day"),
]
FLIGHTS = [
    Case(Subject.FLIGHT, "both", ("2026-11-01", "2026-12-24"), _days("2026-11-01", "2026-12-24"), "a flight"),
    Case(Subject.FLIGHT, "one_day", ("2026-11-20", "2026-11-20"), _days("2026-11-20", "2026-11-20"), "both inclusive"),
    Case(Subject.FLIGHT, "no_end", ("2026-11-01", ""), _days("2026-11-01", None), "open"),
    Case(Subject.FLIGHT, "no_start", ("", "2026-12-24"), _days(None, "2026-12-24"), "open"),
    Case(Subject.FLIGHT, "none", ("", ""), _days(None, None), "no flight"),
    Case(Subject.FLIGHT, "over", ("2020-01-01", "2020-01-31"), _days("2020-01-01", "2020-01-31"), "nothing runs"),
    Case(Subject.FLIGHT, "leap_day", ("2028-02-29", ""), _days("2028-02-29", None), "2028 has one"),
    Case(Subject.FLIGHT, "widest", ("1998-01-01", "2199-12-31"), _days("1998-01-01", "2199-12-31"), "the limits"),
    Case(Subject.FLIGHT, "backwards", ("2026-12-24", "2026-12-01"), _NO_FLIGHT, "it would never run"),
    Case(Subject.FLIGHT, "year_1", ("0001-01-01", ""), _NO_DAY, "no calendar lies before it"),
    Case(Subject.FLIGHT, "end_in_year_1", ("", "0001-01-01"), _NO_DAY, "as before"),
    Case(Subject.FLIGHT, "year_9999", ("", "9999-12-31"), _NO_DAY, "no calendar goes on"),
    Case(Subject.FLIGHT, "start_in_year_9999", ("9999-12-31", ""), _NO_DAY, "as before"),
    Case(Subject.FLIGHT, "just_too_early", ("1997-12-31", ""), _NO_DAY, "before there were ads"),
    Case(Subject.FLIGHT, "just_too_late", ("", "2200-01-01"), _NO_DAY, "nobody plans that far: a slip of the hand"),
    *(Case(Subject.FLIGHT, name, days, _NO_DAY, why, doors=_ANY) for name, days, why in _UNREADABLE_DAYS),
    Case(
        Subject.FLIGHT,
        "arabic",
        ("٢٠٢٦-11-20", ""),
        _NO_DAY,
        "a program writes ASCII; Django's own fields read every script's digits: it is the same day",
        {"admin": _days("2026-11-20", None)},
        doors=_ANY,
    ),
]

_ALL = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ONE = (("monday",), "08:00", "20:00")
_MIDNIGHT = {"24:00": "00:00"}


def _windows(*windows: tuple[tuple[str, ...], str, str]) -> Kept:
    """Return windows as they are read back: sorted, and 24:00 as the midnight that it is."""
    stored = [
        (tuple(day for day in _ALL if day in days), start, _MIDNIGHT.get(end, end)) for days, start, end in windows
    ]
    return Kept(tuple(sorted(stored)))


_GOOD_WINDOWS = {
    "one": ((_ONE,), "hours of a day"),
    "overnight_on_sunday": (((("sunday",), "22:00", "06:00"),), "runs into Monday"),
    "whole_day": (((_ALL, "00:00", "00:00"),), "from midnight to midnight"),
    "equal_edges": (((("monday",), "08:00", "08:00"),), "a whole day, from eight to eight"),
    "overlapping": ((_ONE, (("monday",), "10:00", "22:00")), "inside one of them is inside"),
    "twice_the_same": ((_ONE, _ONE), "as before"),
    "one_minute": (((("monday",), "23:59", "00:00"),), "up to midnight"),
    "skipped_by_clocks": (((("sunday",), "02:15", "02:45"),), "no time at all on one Sunday of the year"),
}
_BAD_WINDOWS: dict[str, tuple[tuple[tuple[str, ...], str, str], str]] = {
    "no_hour_25": ((("monday",), "08:00", "25:00"), "on no clock"),
    "no_minute_61": ((("monday",), "08:61", "20:00"), "on no clock"),
    "after_24": ((("monday",), "08:00", "24:01"), "on no clock"),
    "no_start": ((("monday",), "", "20:00"), "from when?"),
    "no_end": ((("monday",), "08:00", ""), "until when?"),
    "offset": ((("monday",), "08:00+01:00", "20:00"), "wall clock has none"),
    "word": ((("monday",), "morning", "20:00"), "on no clock"),
    "nul": ((("monday",), "08:00\x00", "20:00"), "on no clock"),
    "negative": ((("monday",), "-08:00", "20:00"), "on no clock"),
}
# Which weekdays there are, and how many windows, the published schema of the API says: it refuses by itself.
_BY_SCHEMA: dict[str, Answer] = {"api": _NO_REQUEST}
WINDOWS = [
    *(Case(Subject.WINDOWS, name, value, _windows(*value), why) for name, (value, why) in _GOOD_WINDOWS.items()),
    Case(
        Subject.WINDOWS,
        "until_24",
        ((("monday",), "08:00", "24:00"),),
        _windows((("monday",), "08:00", "24:00")),
        "midnight at the end of the day",
        doors=_ANY,
    ),
    *(
        Case(Subject.WINDOWS, name, (value,), _NO_WINDOW, why, doors=_ANY)
        for name, (value, why) in _BAD_WINDOWS.items()
    ),
    Case(
        Subject.WINDOWS,
        "full_width",
        ((("monday",), "８:00", "20:00"),),
        _NO_WINDOW,
        "a program writes ASCII; Django's own fields read every script's digits: it is the same hour",
        {"admin": _windows((("monday",), "08:00", "20:00"))},
        doors=_ANY,
    ),
    Case(Subject.WINDOWS, "no_weekday", (((), "08:00", "20:00"),), _NO_WINDOW, "it would never begin", _BY_SCHEMA),
    Case(
        Subject.WINDOWS,
        "unknown_weekday",
        ((("someday",), "08:00", "20:00"),),
        _NO_WINDOW,
        "of no week",
        _BY_SCHEMA,
        doors=_ANY,
    ),
    Case(Subject.WINDOWS, "second_is_bad", (_ONE, (("friday",), "8", "9")), _NO_WINDOW, "none is kept", doors=_ANY),
    Case(Subject.WINDOWS, "too_many", (_ONE,) * 101, _NO_WINDOW, "a slip of a program", _BY_SCHEMA, doors=_ANY),
    *(
        Case(Subject.WINDOWS, name, Raw(value), _NO_REQUEST, "no list of windows", doors=("api",))
        for name, value in [("text", '"always"'), ("object", "{}"), ("list_of_null", "[null]"), ("number", "8")]
    ),
]

_HUGE: list[tuple[str, int, str]] = [
    ("zero", 0, "no row has it"),
    ("negative", -1, "no row has it"),
    ("unknown", 987_654_321, "no row has it"),
    ("largest_key", 2**63 - 1, "the largest key there could be"),
    ("64_bits", 2**63, "more than a database can be asked for"),
    ("huge", 10**30, "as before"),
]
_NO_NUMBERS: list[tuple[str, str, str]] = [
    ("exponent", "1e3", "no whole number"),
    ("decimal", "1.0", "no whole number"),
    ("minus_text", "-1", "no row has it"),
    ("space", "1 2", "no number"),
    ("word", "first", "no number"),
    ("many_digits", "9" * 5000, "more digits than Python reads"),
]
_ENTRY: dict[str, dict[str, Answer]] = {
    "negative": {"command": Refused("usage"), "api": Refused("unknown_address")},
    **{name: {"command": Refused("usage")} for name in ("largest_key", "64_bits", "huge")},
}

KEYS = [
    *(Case(Subject.CAMPAIGN_KEY, name, value, _NOT_FOUND, why) for name, value, why in _HUGE),
    *(
        Case(
            Subject.ENTRY_KEY,
            name,
            value,
            _NOT_FOUND,
            f"{why}; a wrong command line, or no address",
            _ENTRY.get(name, {}),
        )
        for name, value, why in _HUGE
    ),
    *(Case(Subject.CAMPAIGN_KEY, name, value, _NOT_FOUND, why, doors=("admin",)) for name, value, why in _NO_NUMBERS),
    *(
        Case(Subject.ENTRY_KEY, name, value, Refused("usage"), why, {"admin": _NOT_FOUND}, doors=("command", "admin"))
        for name, value, why in _NO_NUMBERS
    ),
    *(
        Case(Subject.CAMPAIGN_KEY, name, Raw(value), Refused("invalid_text"), why, doors=("api",))
        for name, value, why in [
            ("float", "1.0", "no whole number"),
            ("exponent_number", "1e3", "no whole number"),
            ("true", "true", "no number, though Python counts with it"),
            ("null", "null", "names nothing"),
            ("path", '"Acme/Search"', "names a campaign only for the commands"),
            ("half_a_name", '{"brand": "Acme"}', "of which campaign?"),
            ("more_than_a_name", '{"brand": "Acme", "external_id": "4711", "id": 1}', "which of them counts?"),
        ]
    ),
    Case(Subject.CAMPAIGN_KEY, "another_brands", "another brand's", _NOT_FOUND, "out of reach", doors=("api",)),
    Case(Subject.ENTRY_KEY, "another_brands", "another brand's", _NOT_FOUND, "out of reach", doors=("api",)),
]
