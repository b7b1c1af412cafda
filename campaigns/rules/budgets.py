"""Budgets: when one is used up, and what is left of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

_ZERO = Decimal(0)
_TENTH = Decimal("0.1")

# From this share of a budget on, in percent, it is nearly used up.
NEARLY = 80


@dataclass(frozen=True, slots=True)
class BudgetUse:
    """What was spent of one budget in its current period, in units of the brand's currency.

    :param limit: the budget, or None for no limit.
    :param spent: signed; credits can bring it below zero.
    """

    limit: Decimal | None
    spent: Decimal

    @property
    def is_used_up(self) -> bool:
        """True if the budget allows nothing more: spent reaches the limit, or the limit is 0."""
        return self.limit is not None and (self.limit == 0 or self.spent >= self.limit)

    @property
    def is_nearly_used_up(self) -> bool:
        """True if at least four fifths of the budget are spent, or all of it."""
        return self.limit is not None and (self.is_used_up or self.spent * 100 >= self.limit * NEARLY)

    @property
    def remaining(self) -> Decimal | None:
        """What may still be spent, never below zero; None without a limit."""
        return None if self.limit is None else max(self.limit - self.spent, _ZERO)

    @property
    def used_percent(self) -> Decimal | None:
        """The share of the limit that is spent, in percent with one decimal; None without a limit or with 0."""
        if not self.limit:
            return None
        return (self.spent * 100 / self.limit).quantize(_TENTH, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class BudgetUses:
    """A brand's, or a campaign's, use of its budgets today and this month."""

    day: BudgetUse
    month: BudgetUse


def is_border_crossed(limit: Decimal | None, before: Decimal, after: Decimal, borders: Sequence[int]) -> bool:
    """Tell whether one of these shares of the limit, in percent, was reached or left between two sums spent.

    With 100 among them, this is also the question whether the budget is used up now and was not before, or the other
    way round. A limit of 0 is always used up, so nothing is crossed.

    :param borders: lowest first.
    """
    if not limit:
        return False
    low, high = (before, after) if before < after else (after, before)
    high *= 100
    # For nearly all, that is all there is to ask.
    if high < limit * borders[0]:
        return False
    low *= 100
    return any(low < limit * border <= high for border in borders)


def crossed_thresholds(before: BudgetUse, after: BudgetUse, thresholds: Iterable[int]) -> tuple[int, ...]:
    """Return the shares of the limit, in percent, that lie between two uses of one budget, lowest first.

    Only upward counts, and a limit of 0 has no shares.
    """
    limit = after.limit
    if not limit or after.spent <= before.spent:
        return ()
    return tuple(
        percent for percent in sorted(set(thresholds)) if before.spent * 100 < limit * percent <= after.spent * 100
    )
