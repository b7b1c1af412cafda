"""Money is exact: what is read, what is refused, how it is stored and shown."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import cast

import pytest

from campaigns.errors import InvalidAmount
from campaigns.rules.money import (
    LARGEST_AMOUNT,
    LARGEST_MICROS,
    amount_in_coins,
    format_amount,
    format_money,
    from_micros,
    parse_amount,
    parse_budget,
    parse_total,
    round_to_coins,
    round_to_micros,
    to_micros,
)

# A value that a person can hardly see is not 0.10: 70 digits, the last of which is a 1.
_HIDDEN_DIGIT = Decimal("0.10" + "0" * 70 + "1")

# What no door may take, whichever kind of money is asked for.
_NO_MONEY = [
    pytest.param("NaN", id="NaN"),
    pytest.param("nan", id="nan"),
    pytest.param("sNaN", id="sNaN"),
    pytest.param("Infinity", id="Infinity"),
    pytest.param("-Infinity", id="minus Infinity"),
    pytest.param("inf", id="inf"),
    pytest.param(Decimal("NaN"), id="Decimal NaN"),
    pytest.param(Decimal("-NaN"), id="Decimal minus NaN"),
    pytest.param(Decimal("sNaN"), id="Decimal sNaN"),
    pytest.param(Decimal("Infinity"), id="Decimal Infinity"),
    pytest.param(Decimal("-Infinity"), id="Decimal minus Infinity"),
    pytest.param("1e3", id="exponent"),
    pytest.param("1E3", id="capital exponent"),
    pytest.param("1e999999", id="1e999999"),
    pytest.param("1e-999999", id="1e-999999"),
    pytest.param(Decimal("1e999999"), id="Decimal 1e999999"),
    pytest.param(Decimal("1e1000000"), id="Decimal past the largest exponent"),
    pytest.param(Decimal("1e-7"), id="Decimal 1e-7"),
    pytest.param(Decimal("1e-999999"), id="Decimal 1e-999999"),
    pytest.param(Decimal("1e-9999999"), id="Decimal below the smallest exponent"),
    pytest.param("0.0000001", id="7 decimals"),
    pytest.param("1.2345678", id="7 decimals after a unit"),
    pytest.param(Decimal("0.0000001"), id="Decimal 7 decimals"),
    pytest.param(_HIDDEN_DIGIT, id="Decimal 73 decimals"),
    pytest.param("\uff11\uff12", id="full-width digits"),
    pytest.param("\u0661\u0662\u0663", id="Arabic digits"),
    pytest.param("1_000", id="underscore"),
    pytest.param("1,000.00", id="thousands comma"),
    pytest.param("1.000,00", id="decimal comma"),
    pytest.param("1 000", id="inner space"),
    pytest.param("\u20ac5", id="euro sign"),
    pytest.param("$5", id="dollar sign"),
    pytest.param("5 USD", id="currency code"),
    pytest.param("5%", id="percent"),
    pytest.param("\x00", id="NUL"),
    pytest.param("12\x00", id="digits and NUL"),
    pytest.param("12\n", id="line break"),
    pytest.param("=1+1", id="formula"),
    pytest.param("(5)", id="accounting minus"),
    pytest.param("\u22125", id="typographic minus"),
    pytest.param("--5", id="two signs"),
    pytest.param("1.2.3", id="two points"),
    pytest.param(".", id="point only"),
    pytest.param("+", id="sign only"),
    pytest.param("\u00bd", id="one half"),
    pytest.param("5\u00b2", id="superscript"),
    pytest.param("0x10", id="hexadecimal"),
    pytest.param("abc", id="letters"),
    pytest.param("   ", id="blank"),
    pytest.param("9" * 5000, id="5000 digits"),
    pytest.param("0" * 5000 + "1", id="5000 zeros"),
    pytest.param("1000000000000000000000", id="past the column"),
    pytest.param(10**21, id="int past the column"),
    pytest.param(10**5000, id="int of 5000 digits"),
    pytest.param(-(10**21), id="int below the column"),
    pytest.param(Decimal(10) ** 21, id="Decimal past the column"),
    pytest.param(True, id="True"),
    pytest.param(cast("Decimal", 1.5), id="float"),
    pytest.param(cast("Decimal", float("nan")), id="float NaN"),
    pytest.param(cast("str", b"5"), id="bytes"),
]


@pytest.mark.parametrize("value", _NO_MONEY)
def test_parse_amount_refuses_what_is_no_exact_amount(value: str | int | Decimal) -> None:
    with pytest.raises(InvalidAmount) as refusal:
        parse_amount(value)

    _assert_person_can_read(refusal.value)


@pytest.mark.parametrize("value", _NO_MONEY)
def test_parse_total_refuses_what_is_no_exact_amount(value: str | int | Decimal) -> None:
    with pytest.raises(InvalidAmount) as refusal:
        parse_total(value)

    _assert_person_can_read(refusal.value)


@pytest.mark.parametrize("value", _NO_MONEY)
def test_parse_budget_refuses_what_is_no_exact_amount(value: str | int | Decimal) -> None:
    with pytest.raises(InvalidAmount) as refusal:
        parse_budget(value)

    _assert_person_can_read(refusal.value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("12.50", "12.5", id="text"),
        pytest.param("500", "500", id="whole text"),
        pytest.param(12, "12", id="int"),
        pytest.param(-12, "-12", id="negative int"),
        pytest.param(Decimal("12.5"), "12.5", id="Decimal"),
        pytest.param(Decimal("5E+2"), "500", id="Decimal with exponent"),
        pytest.param("-3.25", "-3.25", id="a credit"),
        pytest.param("0.000001", "0.000001", id="one micro"),
        pytest.param("-0.000001", "-0.000001", id="minus one micro"),
        pytest.param("0.10", "0.1", id="a dime"),
        pytest.param("2513.448305", "2513.448305", id="six decimals"),
        pytest.param(LARGEST_AMOUNT, str(LARGEST_AMOUNT), id="the largest"),
        pytest.param(-LARGEST_AMOUNT, str(-LARGEST_AMOUNT), id="the largest credit"),
    ],
)
def test_parse_amount_keeps_every_digit(value: str | int | Decimal, expected: str) -> None:
    assert parse_amount(value) == Decimal(expected)


@pytest.mark.parametrize("value", ["0", "-0", "+0", "0.00", "-0.000000", 0, Decimal(0), Decimal("-0"), Decimal("0E+5")])
def test_parse_amount_refuses_zero(value: str | int | Decimal) -> None:
    with pytest.raises(InvalidAmount, match="zero"):
        parse_amount(value)


def test_parse_amount_refuses_nothing_at_all() -> None:
    for nothing in ("", cast("str", None)):
        with pytest.raises(InvalidAmount):
            parse_amount(nothing)


def test_parse_amount_refuses_one_micro_past_the_largest() -> None:
    for sign in (1, -1):
        with pytest.raises(InvalidAmount):
            parse_amount(sign * (LARGEST_AMOUNT + Decimal("0.000001")))


def test_parse_amount_too_large_names_a_limit_that_is_taken() -> None:
    with pytest.raises(InvalidAmount) as refusal:
        parse_amount(LARGEST_AMOUNT + 1)

    named = re.findall(r"\d[\d,]*(?:\.\d+)?", str(refusal.value))
    assert [parse_amount(number.replace(",", "")) for number in named]


@pytest.mark.parametrize(
    ("value", "expected"),
    [("0", "0"), ("-0", "0"), (0, "0"), ("0.000001", "0.000001"), ("946.34", "946.34"), (Decimal("1.5"), "1.5")],
)
def test_parse_total_takes_zero_and_more(value: str | int | Decimal, expected: str) -> None:
    total = parse_total(value)

    assert total == Decimal(expected)
    assert not total.is_signed()


@pytest.mark.parametrize("value", ["-1", "-0.000001", -1, Decimal("-0.01"), "", cast("str", None)])
def test_parse_total_refuses_a_negative_or_missing_total(value: str | int | Decimal) -> None:
    with pytest.raises(InvalidAmount):
        parse_total(value)


@pytest.mark.parametrize("value", ["", None])
def test_parse_budget_reads_nothing_as_no_limit(value: str | None) -> None:
    assert parse_budget(value) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [("0", "0"), ("-0", "0"), ("0.00", "0"), (0, "0"), ("0.01", "0.01"), ("1000.00", "1000"), (30000, "30000")],
)
def test_parse_budget_takes_zero_and_more(value: str | int, expected: str) -> None:
    budget = parse_budget(value)

    assert budget == Decimal(expected)
    assert budget is not None
    assert not budget.is_signed()


@pytest.mark.parametrize("value", ["0.001", "999.999", Decimal("0.001"), "0.000001", "-1", "-0.01", -1, Decimal(-1)])
def test_parse_budget_refuses_parts_of_a_cent_and_negatives(value: str | int | Decimal) -> None:
    with pytest.raises(InvalidAmount):
        parse_budget(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("0.30000000000000004", "0.3", id="float noise above"),
        pytest.param("0.09999999999999999", "0.1", id="float noise below"),
        pytest.param("-0.30000000000000004", "-0.3", id="negative noise"),
        pytest.param("12.345678", "12.345678", id="exact stays"),
        pytest.param("0", "0", id="zero"),
        pytest.param("999999999999.9999994", "999999999999.999999", id="the largest"),
    ],
)
def test_round_to_micros_takes_the_noise_away(value: str, expected: str) -> None:
    assert round_to_micros(Decimal(value)) == Decimal(expected)


@pytest.mark.parametrize("value", ["NaN", "sNaN", "Infinity", "-Infinity", "1e13", "1e54", "1e60", "1e999999"])
def test_round_to_micros_refuses_what_does_not_fit(value: str) -> None:
    with pytest.raises(InvalidAmount):
        round_to_micros(Decimal(value))


@pytest.mark.parametrize(
    ("units", "micros"),
    [
        ("0", 0),
        ("-0", 0),
        ("1", 1_000_000),
        ("0.000001", 1),
        ("-0.000001", -1),
        ("0.10", 100_000),
        ("2513.448305", 2_513_448_305),
        ("-946.34", -946_340_000),
        ("9223372036854.775807", LARGEST_MICROS),
    ],
)
def test_micros_and_units_are_the_same_money(units: str, micros: int) -> None:
    assert to_micros(Decimal(units)) == micros
    assert from_micros(micros) == Decimal(units)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(Decimal("0.0000001"), id="7 decimals"),
        pytest.param(Decimal("1.0000005"), id="half a micro"),
        pytest.param(Decimal("NaN"), id="NaN"),
        pytest.param(Decimal("sNaN"), id="sNaN"),
        pytest.param(Decimal("Infinity"), id="Infinity"),
        pytest.param(_HIDDEN_DIGIT, id="73 decimals"),
        pytest.param(Decimal("1e-9999999"), id="below the smallest exponent"),
    ],
)
def test_to_micros_refuses_what_is_no_whole_number_of_micros(value: Decimal) -> None:
    with pytest.raises(InvalidAmount):
        to_micros(value)


def test_eight_times_a_dime_is_eighty_cents() -> None:
    assert 8 * to_micros(Decimal("0.10")) == to_micros(Decimal("0.80"))
    assert sum([parse_amount("0.10")] * 8) == parse_amount("0.80")


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "0.00"),
        ("-0", "0.00"),
        ("5", "5.00"),
        ("1234.5", "1,234.50"),
        ("-1234.5", "-1,234.50"),
        ("1E+3", "1,000.00"),
        ("1000000", "1,000,000.00"),
        ("0.125", "0.125"),
        ("0.000001", "0.000001"),
        ("2513.448305", "2,513.448305"),
        ("999999999999.999999", "999,999,999,999.999999"),
    ],
)
def test_format_amount_shows_every_digit_and_no_more(amount: str, text: str) -> None:
    assert format_amount(Decimal(amount), "USD") == text


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("1234", "JPY", "1,234"),
        ("1234.50", "JPY", "1,234.5"),
        ("0", "JPY", "0"),
        ("1000000", "KRW", "1,000,000"),
        ("12.5", "KWD", "12.500"),
        ("12.5004", "KWD", "12.5004"),
        ("-3", "KWD", "-3.000"),
        ("12.5", "", "12.50"),
        ("999999999999.999999", "JPY", "999,999,999,999.999999"),
    ],
)
def test_format_amount_has_the_decimals_of_the_currency(amount: str, currency: str, text: str) -> None:
    assert format_amount(Decimal(amount), currency) == text
    assert f"{amount_in_coins(Decimal(amount), currency):f}" == text.replace(",", "")


@pytest.mark.parametrize(
    ("amount", "currency", "coins"),
    [("1234.50", "JPY", "1235"), ("-0.4", "JPY", "0"), ("1.005", "USD", "1.01"), ("1.0005", "KWD", "1.001")],
)
def test_estimates_are_whole_coins(amount: str, currency: str, coins: str) -> None:
    assert round_to_coins(Decimal(amount), currency) == Decimal(coins)


def test_format_money_names_the_currency() -> None:
    assert format_money(Decimal("1234.5"), "USD") == "1,234.50 USD"


def _assert_person_can_read(refusal: InvalidAmount) -> None:
    sentence = str(refusal)
    assert sentence.isprintable()
    assert 10 < len(sentence) < 250
    assert refusal.field == "amount"


def test_to_micros_takes_any_number_of_zeros_at_the_end() -> None:
    assert to_micros(Decimal(f"1.{'0' * 80}")) == 1_000_000
