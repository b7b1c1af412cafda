"""A brand's summary in numbers, for scripts and the shell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from campaigns.facts import budget_uses, readable_zone
from campaigns.models import Brand
from campaigns.rules.budgets import BudgetUse


@dataclass(frozen=True, slots=True)
class BrandSummary:
    """A brand's budgets and campaigns at one moment.

    :param day: today's limit, spent, remaining and used percent, in the brand's currency.
    :param month: the same for this month.
    :param active_campaigns: how many run.
    """

    name: str
    currency: str
    day: BudgetUse
    month: BudgetUse
    active_campaigns: int
    total_campaigns: int


def get_brand_summary(*, brand_id: int, now: datetime) -> BrandSummary:
    """Say how much of its budgets the brand has used at `now`, and how many of its campaigns run.

    :raises Brand.DoesNotExist: if there is no such brand.
    """
    brand = Brand.objects.get(pk=brand_id)
    uses = budget_uses(brand, readable_zone(brand), now)
    return BrandSummary(
        name=brand.name,
        currency=brand.currency,
        day=uses.day,
        month=uses.month,
        active_campaigns=brand.campaigns.filter(is_active=True).count(),
        total_campaigns=brand.campaigns.count(),
    )
