"""Status: what was spent, what is left, what runs and what holds the rest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from campaigns.facts import budget_uses, facts_of, readable_zone
from campaigns.models import Brand, Campaign, Status
from campaigns.rules.budgets import BudgetUses
from campaigns.rules.delivery import Blocker, NextChange, decide


@dataclass(frozen=True, slots=True)
class CampaignStatus:
    """A campaign at one moment.

    :param status: as it is stored, so as the system acts.
    :param blockers: everything that holds it at this moment, the headline first.
    :param next_change: when time alone may next change the headline.
    """

    id: int
    name: str
    status: Status
    blockers: tuple[Blocker, ...]
    next_change: NextChange | None
    uses: BudgetUses


@dataclass(frozen=True, slots=True)
class BrandStatus:
    """A brand at one moment, with its campaigns by name."""

    id: int
    name: str
    currency: str
    time_zone: str
    is_enabled: bool
    uses: BudgetUses
    campaigns: tuple[CampaignStatus, ...]

    @property
    def running(self) -> int:
        """How many of its campaigns run."""
        return sum(campaign.status is Status.ACTIVE for campaign in self.campaigns)


def brand_statuses(*, now: datetime, brand_ids: Sequence[int] | None = None) -> list[BrandStatus]:
    """Return brands by name, with their campaigns; four queries, however many there are.

    :param brand_ids: None: all brands.
    """
    brands = Brand.objects.order_by("name")
    campaigns = Campaign.objects.with_windows().order_by("name")
    if brand_ids is not None:
        brands, campaigns = brands.filter(pk__in=brand_ids), campaigns.filter(brand__in=brand_ids)
    by_brand: defaultdict[int, list[Campaign]] = defaultdict(list)
    for campaign in campaigns:
        by_brand[campaign.brand_id].append(campaign)
    return [_brand_status(brand, by_brand[brand.pk], now) for brand in brands]


def _brand_status(brand: Brand, campaigns: Sequence[Campaign], now: datetime) -> BrandStatus:
    return BrandStatus(
        id=brand.pk,
        name=brand.name,
        currency=brand.currency,
        time_zone=brand.time_zone,
        is_enabled=brand.is_enabled,
        uses=budget_uses(brand, readable_zone(brand), now),
        campaigns=tuple(_campaign_status(campaign, brand, now) for campaign in campaigns),
    )


def _campaign_status(campaign: Campaign, brand: Brand, now: datetime) -> CampaignStatus:
    facts = facts_of(campaign, brand, now)
    verdict = decide(facts, now)
    return CampaignStatus(
        id=campaign.pk,
        name=campaign.name,
        status=campaign.status,
        blockers=verdict.blockers,
        next_change=verdict.next_change,
        uses=facts.campaign,
    )
