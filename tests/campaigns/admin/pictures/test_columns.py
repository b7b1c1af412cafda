"""Columns, and the band below them."""

from __future__ import annotations

from decimal import Decimal

from campaigns.admin.pictures.columns import Column, Phase, columns_picture
from tests.campaigns.admin.pictures.reading import pieces_of, words_of
from tests.factories import HOUR, MINUTE, NOON


def _drawn(*spent: str, phases: list[Phase] | None = None) -> str:
    columns = [
        Column(NOON + number * HOUR, NOON + (number + 1) * HOUR, Decimal(amount), f"hour {number}", f"h{number}")
        for number, amount in enumerate(spent)
    ]
    return columns_picture(
        columns, key="k", title="T & co", description="D <b>", currency="EUR", now=NOON + 30 * MINUTE, phases=phases
    )


def test_columns_are_as_high_as_their_amounts() -> None:
    first, second, third = pieces_of(_drawn("50", "100", "0"), "column")

    assert first.number("height") * 2 == second.number("height")
    assert third.number("height") == 0
    assert (first.says, second.says) == ("hour 0: 50.00 EUR", "hour 1: 100.00 EUR")
    assert first.number("y") + first.number("height") == second.number("y") + second.number("height")


def test_the_present_one_stands_out() -> None:
    assert [column.says for column in pieces_of(_drawn("1", "2"), "column-now")] == ["hour 0: 1.00 EUR"]


def test_what_it_is_called_is_escaped() -> None:
    drawn = _drawn("1")

    assert "T &amp; co" in drawn
    assert "D &lt;b&gt;" in drawn
    assert 'aria-labelledby="k-title k-desc"' in drawn
    assert "h0" in words_of(drawn)


def test_phases_lie_where_their_times_are() -> None:
    phases = [Phase(NOON, NOON + HOUR, True, "ran"), Phase(NOON + HOUR, NOON + 90 * MINUTE, False, "held: budget")]

    drawn = _drawn("1", "1", phases=phases)

    [ran], [held], [ground] = (pieces_of(drawn, kind) for kind in ("ran", "held", "held-ground"))
    assert (ran.number("x"), ran.number("width"), ran.says) == (0, 50, "ran")
    assert (held.number("x"), held.number("width"), held.says) == (50, 25, "held: budget")
    assert (ground.number("x"), ground.number("width")) == (50, 25)


def test_phases_beyond_the_columns_are_cut_off() -> None:
    phases = [Phase(NOON - HOUR, NOON - MINUTE, False, "before"), Phase(NOON - HOUR, NOON + HOUR, False, "into")]

    drawn = _drawn("1", "1", phases=phases)

    [held] = pieces_of(drawn, "held")
    assert (held.says, held.number("x"), held.number("width")) == ("into", 0, 50)
