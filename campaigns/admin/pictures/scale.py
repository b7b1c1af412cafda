"""The scale: how many pixels an amount is high, and the round amounts that are written beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

_ZERO = Decimal(0)
_STEPS = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))
_UNITS = ((Decimal(10**12), "T"), (Decimal(10**9), "B"), (Decimal(10**6), "M"), (Decimal(10**4), "k"))
_THOUSAND = Decimal(1000)
_SOMETHING = Decimal(1)


@dataclass(frozen=True, slots=True)
class Scale:
    """From amounts to pixels: `top` is where the highest amount is, `bottom` where the lowest one is."""

    lowest: Decimal
    highest: Decimal
    top: float
    bottom: float

    def y(self, amount: Decimal) -> float:
        """Return how far down the amount is, in pixels."""
        # Where all there is is nothing, nothing lies at the bottom.
        share = (amount - self.lowest) / ((self.highest - self.lowest) or _SOMETHING)
        return self.bottom - float(share) * (self.bottom - self.top)

    def height(self, amount: Decimal) -> float:
        """Return how high a column of that amount is, in pixels; whatever is not nothing can be seen."""
        return max(abs(self.y(amount) - self.y(_ZERO)), 1.0) if amount else 0.0

    def column_top(self, amount: Decimal) -> float:
        """Return where a column of that amount begins, in pixels: a credit hangs from the ground line."""
        return self.y(_ZERO) - self.height(amount) if amount > 0 else self.y(_ZERO)


def scale_for(amounts: Iterable[Decimal], *, top: float, bottom: float) -> Scale:
    """Return a scale on which all the amounts, and nothing, have a place."""
    known = [_ZERO, *amounts]
    lowest, highest = min(known), max(known)
    return Scale(lowest, highest, top, bottom)


def round_amounts(scale: Scale, *, most: int = 3) -> list[Decimal]:
    """Return a few round amounts above nothing on the scale, lowest first: as many as there is room for."""
    if scale.highest <= 0:
        return []
    least = scale.highest / most
    size = Decimal(1).scaleb(least.adjusted())
    step = next(size * factor for factor in _STEPS if size * factor >= least)
    return [step * number for number in range(1, most + 1) if step * number <= scale.highest]


def short(amount: Decimal) -> str:
    """Write an amount where there is no room for all of it: `950`, `12.5k`, `1.2M`."""
    for unit, letter in _UNITS:
        if abs(amount) >= unit:
            # From ten thousand on, thousands are shorter than what they stand for.
            return f"{_digits(amount / (_THOUSAND if letter == 'k' else unit))}{letter}"
    return _digits(amount) if abs(amount) < _THOUSAND else f"{amount:,.0f}"


def _digits(amount: Decimal) -> str:
    places = "0.01" if abs(amount) < 1 else "0.1"
    text = f"{amount.quantize(Decimal(places), rounding=ROUND_HALF_UP):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
