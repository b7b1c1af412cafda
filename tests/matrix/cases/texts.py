"""Texts: names, references and descriptions. What can be kept is kept as it is; the rest is refused, not cleaned."""

from __future__ import annotations

from tests.matrix.table import NOTHING, Answer, Case, Kept, Raw, Refused, Subject

NO = Refused("invalid_text")
TAKEN = Refused("name_taken")
# Web forms are read as UTF-8, and files too: half a character never arrives.
_OF_CODE = ("service", "api")

# Kept exactly as they are, wherever a text may stand.
_KEPT: list[tuple[str, str, str]] = [
    ("markup", "<script>alert('x')</script>", "pages escape it"),
    ("template", "{{ 7*7 }}{% now %} %(name)s $HOME", "nobody renders it"),
    ("formula", "=cmd|' /C calc'!A0", "exports put a guard before it"),
    ("sql", "x'); DROP TABLE campaigns_brand; --", "statements are given values, not made of them"),
    ("right_to_left_mark", "\u202etxt.exe", "a mark that turns what follows; every page keeps it to itself"),
    ("right_to_left", "عربي", "a script"),
    ("zero_width_inside", "Ac\u200bme", "differs from Acme, and is kept so"),
    ("combining", "Cafe\u0301", "not composed: kept as the sender writes it"),
    ("emoji", "🦊👩‍👩‍👧", "characters beyond 16 bits, and joined ones"),
    ("quotes", "\"a\" 'b' `c` \\d", "only characters"),
    ("separators", "a;b,c|d/e", "only characters"),
]
# Refused, wherever a text may stand.
_NEVER_TYPED: list[tuple[str, str, str]] = [
    ("nul", "a\x00b", "no database of ours keeps it"),
    ("line_break", "a\nb", "a name, and a line of a list, is one line"),
    ("return", "a\rb", "as before"),
    ("tab", "a\tb", "as before"),
    ("escape", "\x1b[31mred", "would steer a terminal"),
    ("line_separator", "a\u2028b", "ends a line in JavaScript"),
    ("next_line", "a\x85b", "ends a line in old terminals"),
]
_NOT_IN_FILES = {Subject.BRAND_NAME, Subject.DESCRIPTION}
_HALVES: list[tuple[str, str, str]] = [("half_a_character", "\ud83e", "no text at all")]


def _texts(subject: Subject, doors: tuple[str, ...] = (), longest: int = 200) -> list[Case]:
    """Return what holds for every text."""
    nul: dict[str, Answer] = {} if subject in _NOT_IN_FILES else {"file": Refused("unreadable_file")}
    return [
        *(Case(subject, name, text, Kept(text), why, doors=doors) for name, text, why in _KEPT),
        *(
            Case(subject, name, text, NO, why, nul if name == "nul" else {}, doors=doors)
            for name, text, why in _NEVER_TYPED
        ),
        *(Case(subject, name, text, NO, why, doors=_OF_CODE) for name, text, why in _HALVES),
        Case(subject, "longest", "n" * longest, Kept("n" * longest), f"{longest} characters", doors=doors),
        Case(subject, "too_long", "n" * (longest + 1), NO, "one more", doors=doors),
        Case(subject, "far_too_long", "n" * 10_000, NO, "far more", doors=doors),
        Case(
            subject, "trimmed", "  of two  words \u00a0", Kept("of two  words"), "white space around goes", doors=doors
        ),
        *(
            Case(subject, name, Raw(value), answer, "no text", doors=("api",))
            for name, value, answer in [
                ("number", "7", Refused("invalid_request")),
                ("null", "null", Refused("invalid_request")),
                ("array", '["x"]', Refused("invalid_request")),
            ]
        ),
    ]


# Other texts than none: what has to be there.
_BLANK: list[tuple[str, str, str]] = [
    ("empty", "", "a name is there to be read"),
    ("blank", "   ", "as before"),
    ("unseen", "\u200b\u202e\u2060", "nothing that could be seen"),
]

BRAND_NAMES = [
    *_texts(Subject.BRAND_NAME),
    *(Case(Subject.BRAND_NAME, name, text, NO, why) for name, text, why in _BLANK),
    Case(Subject.BRAND_NAME, "of_another", "Other", TAKEN, "names are unique"),
    Case(Subject.BRAND_NAME, "of_another_trimmed", " Other ", TAKEN, "names are unique, once they are trimmed"),
    Case(Subject.BRAND_NAME, "of_another_in_lower_case", "other", Kept("other"), "upper and lower case differ"),
    Case(Subject.BRAND_NAME, "its_own", "Acme", Kept("Acme"), "nothing changes"),
]

CAMPAIGN_NAMES = [
    *_texts(Subject.CAMPAIGN_NAME),
    *(Case(Subject.CAMPAIGN_NAME, name, text, NO, why) for name, text, why in _BLANK),
    Case(
        Subject.CAMPAIGN_NAME,
        "of_another",
        "Social",
        TAKEN,
        "unique in its brand; in a file it means that campaign",
        {"file": Kept("Social")},
    ),
    Case(Subject.CAMPAIGN_NAME, "of_another_in_lower_case", "social", Kept("social"), "upper and lower case differ"),
    Case(Subject.CAMPAIGN_NAME, "of_another_brand", "Foreign", Kept("Foreign"), "another brand may call one the same"),
]

_REFERENCE = Refused("reference_conflict")
_NEEDED: dict[str, Answer] = {"file": NO}
REFERENCES = [
    *_texts(Subject.REFERENCE),
    Case(Subject.REFERENCE, "empty", "", Kept(""), "none; a file that names a column has one in each row", _NEEDED),
    Case(Subject.REFERENCE, "blank", "  ", Kept(""), "none", _NEEDED),
    *(
        Case(Subject.REFERENCE, f"{length}_characters", "r" * length, NO, "200 can be kept")
        for length in (201, 255, 256, 257)
    ),
    Case(Subject.REFERENCE, "taken", "ref-1", _REFERENCE, "it stands for another amount"),
    Case(Subject.REFERENCE, "taken_trimmed", " ref-1 ", _REFERENCE, "the same, once it is trimmed"),
    Case(Subject.REFERENCE, "taken_in_upper_case", "REF-1", Kept("REF-1"), "upper and lower case differ"),
    Case(Subject.REFERENCE, "of_another_campaign", "ref-2", Kept("ref-2"), "references are the campaign's own"),
    Case(Subject.REFERENCE, "replayed", "ref-3", NOTHING, "the same spend again counts once"),
]

DESCRIPTIONS = [
    *_texts(Subject.DESCRIPTION, longest=500),
    Case(Subject.DESCRIPTION, "empty", "", Kept(""), "none"),
]
