"""From amounts to pixels, and the round amounts beside them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from campaigns.admin.pictures.scale import round_amounts, scale_for, short

D = Decimal


def test_amounts_lie_between_top_and_bottom() -> None:
    scale = scale_for([D(50), D(200)], top=10, bottom=110)

    assert [scale.y(D(amount)) for amount in (0, 50, 200)] == [110, 85, 10]
    assert (scale.column_top(D(50)), scale.height(D(50))) == (85, 25)


def test_credits_hang_from_the_ground() -> None:
    scale = scale_for([D(-50), D(50)], top=0, bottom=100)

    assert scale.y(D(0)) == 50
    assert (scale.column_top(D(-50)), scale.height(D(-50))) == (50, 50)


def test_whatever_is_not_nothing_can_be_seen() -> None:
    scale = scale_for([D("0.000001"), D("999999999999.99")], top=0, bottom=100)

    assert (scale.height(D("0.000001")), scale.height(D(0))) == (1.0, 0.0)


def test_nothing_at_all_lies_at_the_bottom() -> None:
    scale = scale_for([D(0), D(0)], top=0, bottom=100)

    assert scale.y(D(0)) == 100
    assert round_amounts(scale) == []


@pytest.mark.parametrize(
    ("highest", "levels"),
    [
        ("30000", ["10000", "20000", "30000"]),
        ("985", ["500"]),
        ("0.08", ["0.05"]),
        ("1", ["0.5", "1"]),
        ("999999999999.99", ["500000000000"]),
        ("7", ["2.5", "5"]),
    ],
)
def test_round_amounts_fit(highest: str, levels: list[str]) -> None:
    scale = scale_for([D(highest)], top=0, bottom=100)

    assert round_amounts(scale) == [D(level) for level in levels]


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "0"),
        ("0.05", "0.05"),
        ("2.5", "2.5"),
        ("950", "950"),
        ("5000", "5,000"),
        ("12500", "12.5k"),
        ("1200000", "1.2M"),
        ("500000000000", "500B"),
        ("2000000000000", "2T"),
        ("-20000", "-20k"),
    ],
)
def test_short_is_short(amount: str, text: str) -> None:
    assert short(D(amount)) == text
