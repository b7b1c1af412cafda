"""The demo agency: clients in eight time zones, with a past, in every state that there is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from campaigns.demo.agency import AGENCY, BrandPlan, Ending
from campaigns.demo.story import play
from campaigns.models import Brand, Campaign, SpendLog
from campaigns.rules.money import CENT
from campaigns.rules.periods import PeriodKind, find_zone, period_at

DAYS = 14
SEED = 2026

# A spend of this share of a daily budget crosses one that is nearly used up.
_CROSSES = Decimal("0.025")


@dataclass(frozen=True, slots=True)
class DemoReport:
    """What was made.

    :param campaign: a running one, as BRAND/CAMPAIGN, whose brand is nearly out of budget.
    :param amount: a spend that stops it, and its brand's other campaigns.
    """

    brands: int
    campaigns: int
    running: int
    entries: int
    days: int
    campaign: str
    amount: Decimal


def load_agency(*, now: datetime, days: int = DAYS, seed: int = SEED) -> DemoReport | None:
    """Make the demo agency with its past up to `now`, all or nothing; None, and nothing, if there is a brand already.

    :param days: how many days back its past begins.
    :param seed: the same seed at the same moment makes the same agency.
    """
    with transaction.atomic():
        if Brand.objects.exists():
            return None
        play(now=now, days=days, seed=seed)
        brand = _with_longest_day(now)
        return DemoReport(
            brands=Brand.objects.count(),
            campaigns=Campaign.objects.count(),
            running=Campaign.objects.running().count(),
            entries=SpendLog.objects.count(),
            days=days,
            campaign=f"{brand.name}/{brand.campaigns[0].name}",
            amount=(Decimal(brand.daily_budget or 0) * _CROSSES).quantize(CENT),
        )


def _with_longest_day(now: datetime) -> BrandPlan:
    """Return, of the brands that are nearly out of budget, the one whose midnight is farthest."""
    nearly = [plan for plan in AGENCY if plan.ending is Ending.NEARLY_USED_TODAY]
    return max(nearly, key=lambda plan: period_at(PeriodKind.DAY, now, find_zone(plan.time_zone)).end)
