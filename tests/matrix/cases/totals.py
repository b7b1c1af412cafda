"""Corrected amounts, reported totals and budgets: like amounts, but zero, signs and decimals mean something else."""

from __future__ import annotations

from decimal import Decimal

from tests.matrix.cases.amounts import LARGEST, NO
from tests.matrix.table import Answer, Case, Kept, Raw, Refused, Subject

_NO_LIMIT = Kept(None)
_MUST_SAY_NULL: dict[str, Answer] = {"api": NO}

# What no rule about money takes, whatever it stands for.
_NEVER: list[tuple[str, str]] = [
    ("nan", "NaN"),
    ("signalling_nan", "sNaN"),
    ("infinity", "Infinity"),
    ("huge_exponent", "1e999999"),
    ("exponent", "1E2"),
    ("full_width", "１２"),
    ("arabic", "١٢٣"),
    ("underscore", "1_000"),
    ("euro", "€5"),
    ("nul", "5\x00"),
    ("too_large", "1000000000000"),
    ("many_digits", "1" * 10_000),
]
_NEVER_RAW: list[tuple[str, str, Answer]] = [
    ("float_number", "1.5", NO),
    ("infinite_number", "1e999", NO),
    ("true", "true", NO),
    ("array", "[1]", NO),
    ("nan_number", "NaN", Refused("invalid_json")),
]

NEW_AMOUNTS = [
    Case(Subject.NEW_AMOUNT, "less", "4.50", Kept("4.50"), "a correction downwards"),
    Case(Subject.NEW_AMOUNT, "more", "999.999999", Kept("999.999999"), "a correction upwards"),
    Case(Subject.NEW_AMOUNT, "zero", "0", Kept("0.00"), "it counts for nothing any more"),
    Case(Subject.NEW_AMOUNT, "minus_zero", "-0", Kept("0.00"), "zero"),
    Case(Subject.NEW_AMOUNT, "the_same", "7.00", Kept("7.00"), "it counts for that already: nothing is written"),
    Case(Subject.NEW_AMOUNT, "other_sign", "-7", Refused("correction_refused"), "a spend never becomes a credit"),
    Case(Subject.NEW_AMOUNT, "seven_decimals", "0.1234567", NO, "nothing is rounded"),
    Case(Subject.NEW_AMOUNT, "thousands", "1,000.00", NO, "two meanings in the world"),
    Case(Subject.NEW_AMOUNT, "empty", "", NO, "zero is written as 0"),
    *(Case(Subject.NEW_AMOUNT, name, value, NO, "no exact amount") for name, value in _NEVER),
    *(
        Case(Subject.NEW_AMOUNT, name, Raw(value), answer, "no exact amount", doors=("api",))
        for name, value, answer in _NEVER_RAW
    ),
    Case(Subject.NEW_AMOUNT, "none", None, NO, "nothing", doors=("service",)),
    Case(Subject.NEW_AMOUNT, "null", Raw("null"), NO, "nothing", doors=("api",)),
]

TOTALS = [
    Case(Subject.TOTAL, "plain", "25.50", Kept("25.50"), "the day's total so far"),
    Case(Subject.TOTAL, "zero", "0", Kept("0.00"), "a platform may have taken all back"),
    Case(Subject.TOTAL, "largest", LARGEST, Kept(LARGEST), "the largest that can be kept"),
    Case(Subject.TOTAL, "negative", "-1", NO, "a day's total is no credit"),
    Case(Subject.TOTAL, "below_zero_by_a_micro", "-0.000001", NO, "as before"),
    Case(
        Subject.TOTAL,
        "seven_decimals",
        "0.1234567",
        NO,
        "nothing is rounded, but in a file, which says by how much",
        {"file": Kept("0.123457")},
    ),
    Case(Subject.TOTAL, "thousands", "1,000.00", NO, "a file's column tells which", {"file": Kept("1000.00")}),
    Case(Subject.TOTAL, "empty", "", NO, "a file's empty cell says nothing about its day", {"file": Kept("0.00")}),
    *(
        Case(
            Subject.TOTAL,
            name,
            value,
            NO,
            "no exact amount; a file with a NUL is no text",
            {"file": Refused("unreadable_file")} if name == "nul" else {},
        )
        for name, value in _NEVER
    ),
    *(
        Case(Subject.TOTAL, name, Raw(value), answer, "no exact amount", doors=("api",))
        for name, value, answer in _NEVER_RAW
    ),
]

BUDGETS = [
    Case(Subject.BUDGET, "plain", "500.00", Kept("500.00"), "a budget"),
    Case(Subject.BUDGET, "cent", "0.01", Kept("0.01"), "the smallest"),
    Case(Subject.BUDGET, "zero", "0", Kept("0.00"), "nothing may run"),
    Case(Subject.BUDGET, "minus_zero", "-0.00", Kept("0.00"), "zero"),
    Case(Subject.BUDGET, "largest", "999999999999.99", Kept("999999999999.99"), "the largest that can be kept"),
    Case(Subject.BUDGET, "zeros_at_the_end", "1.500000", Kept("1.50"), "no part is smaller than a cent"),
    Case(Subject.BUDGET, "empty", "", _NO_LIMIT, "no limit; a program has to say null", _MUST_SAY_NULL),
    Case(Subject.BUDGET, "blank", " ", NO, "no number; a form is trimmed", {"admin": _NO_LIMIT}),
    Case(Subject.BUDGET, "none", None, _NO_LIMIT, "no limit", doors=("service",)),
    Case(Subject.BUDGET, "null", Raw("null"), _NO_LIMIT, "no limit", doors=("api",)),
    Case(Subject.BUDGET, "decimal", Decimal("500.10"), Kept("500.10"), "exact", doors=("service",)),
    Case(Subject.BUDGET, "negative", "-1", NO, "no budget is below zero"),
    Case(Subject.BUDGET, "three_decimals", "1.001", NO, "budgets have 2 decimals"),
    Case(Subject.BUDGET, "six_decimals", "0.000001", NO, "budgets have 2 decimals"),
    Case(Subject.BUDGET, "just_too_large", "999999999999.991", NO, "budgets have 2 decimals"),
    Case(Subject.BUDGET, "thousands", "1,000.00", NO, "two meanings in the world"),
    *(Case(Subject.BUDGET, name, value, NO, "no exact amount") for name, value in _NEVER),
    *(
        Case(Subject.BUDGET, name, Raw(value), answer, "no exact amount", doors=("api",))
        for name, value, answer in _NEVER_RAW
    ),
    *(
        Case(Subject.BUDGET, name, value, NO, "no exact amount", doors=("service",))
        for name, value in [("bool", False), ("float", 1.5), ("decimal_nan", Decimal("sNaN")), ("list", [])]
    ),
]

FULL_COUNTERS = [
    Case(
        Subject.FULL_COUNTER,
        "one_more",
        LARGEST,
        Refused("counter_overflow"),
        "the brand's counters would leave their 64 bits; what each amount is by itself can be kept",
    ),
    Case(Subject.FULL_COUNTER, "a_small_one", "0.01", Kept("0.01"), "there is room for it"),
]
