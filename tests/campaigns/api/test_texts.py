"""How answers write money: with two decimals, or more where there are any, whatever the number looks like inside."""

from __future__ import annotations

from decimal import Decimal

import pytest

from campaigns.api.texts import money_text


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "0.00"),
        ("-0.00", "0.00"),
        ("5", "5.00"),
        ("5.0", "5.00"),
        ("-5.25", "-5.25"),
        ("5.250", "5.25"),
        ("0.000001", "0.000001"),
        ("1E+3", "1000.00"),
        ("1.2E+3", "1200.00"),
        ("1E-6", "0.000001"),
        ("1.25E+10", "12500000000.00"),
        ("999999999999.999999", "999999999999.999999"),
    ],
)
def test_money_text_has_at_least_two_decimals(amount: str, text: str) -> None:
    assert money_text(Decimal(amount)) == text
