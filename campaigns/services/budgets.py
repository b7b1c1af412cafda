"""Budgets: how a person's change of one is read, and what it is called in the history."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import TypedDict

from campaigns.errors import InvalidAmount
from campaigns.models import Brand, Campaign, Cause
from campaigns.rules.money import parse_budget

_BUDGETS = frozenset({"daily_budget", "monthly_budget"})


class BudgetFacts(TypedDict, total=False):
    """The budgets that a person decides about; what is left out stays as it is.

    Units of the brand's currency, at most 2 decimals: None or "" is no limit, 0 means that nothing may run.
    """

    daily_budget: str | int | Decimal | None
    monthly_budget: str | int | Decimal | None


def put_budgets(row: Brand | Campaign, facts: BudgetFacts) -> None:
    """Put the budgets that are given on the row, in memory.

    :raises InvalidAmount: for one that is no budget, with its name as the field.
    """
    for name in ("daily_budget", "monthly_budget"):
        if name in facts:
            try:
                setattr(row, name, parse_budget(facts[name]))
            except InvalidAmount as refusal:
                raise InvalidAmount(str(refusal), field=name) from refusal


def cause_of(changes: Collection[str]) -> Cause:
    """Return what a person's change is called in the history: an edited budget, unless they moved a switch too."""
    return Cause.BUDGET if "is_enabled" not in changes and _BUDGETS & set(changes) else Cause.PERSON
