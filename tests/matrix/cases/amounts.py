"""Amounts, totals and budgets: what is money, to the last micro, and what only looks like it."""

from __future__ import annotations

from decimal import Decimal

from tests.matrix.table import NOTHING, Answer, Case, Kept, Raw, Refused, Subject

NO = Refused("invalid_amount")
LARGEST = "999999999999.999999"

_STRIPPED: dict[str, Answer] = {"admin": Kept("5.00"), "file": Kept("5.00")}
_OPTION: dict[str, Answer] = {"command": Refused("usage")}
_EMPTY: dict[str, Answer] = {"file": NOTHING}

# As texts, through every door: name, value, answer, why, elsewhere.
_TEXTS: list[tuple[str, str, Answer, str, dict[str, Answer]]] = [
    ("plain", "12.50", Kept("12.50"), "an amount", {}),
    ("whole", "7", Kept("7.00"), "exact, written with 2 decimals", {}),
    ("micro", "0.000001", Kept("0.000001"), "the smallest part that can be kept", {}),
    ("six_decimals", "3.141593", Kept("3.141593"), "all of them are kept", {}),
    ("zeros_at_the_end", "1.5000000000", Kept("1.50"), "no part is smaller than a micro", {}),
    ("zeros_before", "007.10", Kept("7.10"), "the same number", {}),
    ("credit", "-5.00", Kept("-5.00"), "a credit", {}),
    ("plus", "+3", Kept("3.00"), "a sign", {}),
    ("no_zero_before_the_point", ".5", Kept("0.50"), "the same number", {}),
    ("point_at_the_end", "5.", Kept("5.00"), "the same number", {}),
    ("largest", LARGEST, Kept(LARGEST), "the largest that can be kept", {}),
    ("most_negative", f"-{LARGEST}", Kept(f"-{LARGEST}"), "the largest credit", {}),
    ("zero", "0", NO, "a spend has an amount; a file's row of zero is no spend", _EMPTY),
    ("minus_zero", "-0", NO, "zero, with a sign", _EMPTY),
    ("zero_with_decimals", "0.000000", NO, "zero", _EMPTY),
    ("nan", "NaN", NO, "no number", {}),
    ("signalling_nan", "sNaN", NO, "no number, which raises when it is compared", {}),
    ("infinity", "Infinity", NO, "no amount", {}),
    ("minus_infinity", "-Infinity", NO, "no amount; on a command line the name of an option", _OPTION),
    ("huge_exponent", "1e999999", NO, "would take a megabyte of digits", {}),
    ("exponent", "1e3", NO, "how spreadsheets lose digits", {}),
    ("hidden_zero", "0e5", NO, "an exponent", {}),
    (
        "small_exponent",
        "1E-7",
        NO,
        "smaller than a micro; in a file how programs print float noise, which is rounded and reported",
        {"file": NOTHING},
    ),
    (
        "seven_decimals",
        "0.1234567",
        NO,
        "nothing is rounded, but in a file, which says by how much",
        {"file": Kept("0.123457")},
    ),
    (
        "float_noise",
        "0.30000000000000004",
        NO,
        "a float that was printed; a file may have one, and the report shows both totals",
        {"file": Kept("0.30")},
    ),
    ("below_a_micro", "0.0000001", NO, "nothing that can be kept", {"file": NOTHING}),
    ("full_width", "１２", NO, "digits that only look like 12", {}),
    ("arabic", "١٢٣", NO, "digits that Python reads, and a person at this desk may not", {}),
    ("superscript", "5²", NO, "no digit", {}),
    ("fraction", "½", NO, "no digit", {}),
    ("underscore", "1_000", NO, "Python's own way to write a thousand", {}),
    (
        "thousands_point",
        "1,000.00",
        NO,
        "two meanings in the world; a file's column tells which",
        {"file": Kept("1000.00")},
    ),
    (
        "thousands_comma",
        "1.000,00",
        NO,
        "two meanings in the world; a file's column tells which",
        {"file": Kept("1000.00")},
    ),
    ("decimal_comma", "12,50", NO, "as before", {"file": Kept("12.50")}),
    ("either_of_two", "1,234", NO, "a file of this row alone does not tell", {"file": Refused("unreadable_file")}),
    ("thousands_space", "1 000", NO, "as before", {"file": Kept("1000.00")}),
    ("true_minus", "\u22125", NO, "a minus that no keyboard has; spreadsheets write it", {"file": Kept("-5.00")}),
    ("euro", "€5", NO, "a currency is the brand's", {}),
    ("dollar", "$5", NO, "a currency is the brand's", {}),
    ("code_behind", "5 USD", NO, "a currency is the brand's", {}),
    ("percent", "5%", NO, "no amount", {}),
    ("bound", "< 5", NO, "how platforms hide small numbers", {}),
    ("two_signs", "--5", NO, "no number; on a command line the name of an option", _OPTION),
    ("two_points", "1.2.3", NO, "no number", {}),
    ("hexadecimal", "0x10", NO, "no decimal number", {}),
    ("formula", "=1+1", NO, "no number", {}),
    ("apostrophe", "'5", NO, "a spreadsheet's guard is no part of a number", {}),
    ("word", "five", NO, "no number", {}),
    ("point", ".", NO, "no digit", {}),
    ("minus", "-", NO, "no digit", {}),
    ("nul", "\x00", NO, "no digit; a file with one is no text", {"file": Refused("unreadable_file")}),
    ("nul_behind", "5\x00", NO, "as before", {"file": Refused("unreadable_file")}),
    ("line_break", "5\n6", NO, "two numbers", {}),
    ("empty", "", NO, "a spend has an amount; a file's empty cell is no spend", _EMPTY),
    ("blank", " ", NO, "as before", _EMPTY),
    ("space_before", " 5", NO, "programs send what they mean; forms and files are trimmed", _STRIPPED),
    ("space_behind", "5\t", NO, "as before", _STRIPPED),
    ("zero_width_space", "5\u200b", NO, "what cannot be seen is no space either", {}),
    ("too_large", "1000000000000", NO, "more than can be kept", {}),
    ("just_too_large", "999999999999.9999991", NO, "more than can be kept, by less than a micro", {}),
    ("forty_digits", "9" * 40, NO, "more than can be kept", {}),
    ("many_digits", "1" * 10_000, NO, "Python itself refuses to read more than 4,300", {}),
    ("many_decimals", "0." + "0" * 5000 + "1", NO, "far below a micro", {}),
]

_OBJECTS: list[tuple[str, object, str]] = [
    ("bool", True, "a kind of int in Python"),
    ("float", 1.5, "no float is an exact amount, even where it is"),
    ("float_nan", float("nan"), "no number"),
    ("decimal_nan", Decimal("NaN"), "no number"),
    ("decimal_signalling_nan", Decimal("sNaN"), "raises when it is compared"),
    ("decimal_infinity", Decimal("-Infinity"), "no amount"),
    ("decimal_huge", Decimal("1E+999999"), "would take a megabyte of digits"),
    ("decimal_tiny", Decimal("1E-999999"), "far below a micro"),
    ("decimal_7_decimals", Decimal("1E-7"), "below a micro"),
    ("decimal_minus_zero", Decimal("-0"), "zero"),
    ("decimal_wide_zero", Decimal("0E+999999"), "zero"),
    ("decimal_narrow_zero", Decimal("0E-999999"), "zero"),
    ("int_huge", 10**5000, "more than can be kept, and than Python writes"),
    ("bytes", b"5", "no number"),
    ("none", None, "nothing"),
    ("list", ["5"], "no number"),
]

_RAW: list[tuple[str, str, Answer, str]] = [
    ("whole_number", "5", Kept("5.00"), "a JSON number without a fraction is exact"),
    ("negative_number", "-5", Kept("-5.00"), "as before"),
    ("zero_number", "0", NO, "zero"),
    ("minus_zero_number", "-0", NO, "zero"),
    ("float_number", "1.5", NO, "every program reads it as a float"),
    ("float_zero", "-0.0", NO, "a float"),
    ("exponent_number", "1e2", NO, "a float"),
    ("infinite_number", "1e999", NO, "a float that is infinite"),
    ("too_large_number", "1000000000000", NO, "more than can be kept"),
    ("long_number", "9" * 4000, NO, "as before"),
    ("too_long_number", "9" * 5000, Refused("invalid_json"), "more digits than Python reads"),
    ("nan_number", "NaN", Refused("invalid_json"), "not in JSON"),
    ("infinity_number", "-Infinity", Refused("invalid_json"), "not in JSON"),
    ("twice", '"5", "amount": "6"', Refused("invalid_json"), "one of them would be hidden"),
    ("null", "null", NO, "nothing"),
    ("true", "true", NO, "no number"),
    ("array", '["5"]', NO, "no number"),
    ("object", '{"value": "5"}', NO, "no number"),
    ("half_a_character", '"\\ud800"', NO, "no text that could be kept"),
    ("control_character", '"5\x01"', Refused("invalid_json"), "not in JSON"),
]

AMOUNTS = [
    *(Case(Subject.AMOUNT, name, value, answer, why, other) for name, value, answer, why, other in _TEXTS),
    *(Case(Subject.AMOUNT, name, value, NO, why, doors=("service",)) for name, value, why in _OBJECTS),
    Case(Subject.AMOUNT, "decimal", Decimal("12.500"), Kept("12.50"), "exact", doors=("service",)),
    Case(Subject.AMOUNT, "int", -7, Kept("-7.00"), "exact", doors=("service",)),
    *(Case(Subject.AMOUNT, name, Raw(value), answer, why, doors=("api",)) for name, value, answer, why in _RAW),
]
