"""The lock: a brand's row, taken first by everyone who writes below it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from campaigns.errors import NotFound
from campaigns.models import Brand, Campaign
from campaigns.services import statements


def lock_brand(brand_id: int) -> Brand:
    """Lock the brand until the transaction ends, and return it as it now is. Call it first inside `atomic()`.

    On SQLite the transaction itself is the lock (`BEGIN IMMEDIATE`).

    :raises NotFound: if there is no such brand.
    """
    brand = Brand.objects.select_for_update().filter(pk=brand_id).first()
    if brand is None:
        raise NotFound(f"There is no brand with number {brand_id}.", field="brand")
    return brand


def lock_brands(brand_ids: Iterable[int]) -> dict[int, Brand]:
    """Lock several brands in the order of their keys, so that no two callers ever wait for each other."""
    locked = Brand.objects.select_for_update().filter(pk__in=set(brand_ids)).order_by("pk")
    return {brand.pk: brand for brand in locked}


@dataclass(frozen=True, slots=True)
class LockedCampaigns:
    """Campaigns by key, and their brands by key, whose locks are held. What does not exist is left out."""

    brands: dict[int, Brand]
    campaigns: dict[int, Campaign]


def lock_brands_of_campaigns(campaign_ids: Collection[int]) -> LockedCampaigns:
    """Lock the brands of several campaigns, and return all of them as they now are."""
    found = statements.lock_with_campaigns(list(campaign_ids)) if campaign_ids else []
    return LockedCampaigns({brand.pk: brand for brand, _ in found}, {campaign.pk: campaign for _, campaign in found})


def lock_brand_of_campaign(campaign_id: int) -> tuple[Brand, Campaign]:
    """Lock the brand of a campaign, and return both as they now are. A campaign never changes its brand.

    :raises NotFound: if there is no such campaign.
    """
    found = statements.lock_with_campaigns([campaign_id])
    if not found:
        raise no_campaign(campaign_id)
    return found[0]


def no_campaign(campaign_id: int) -> NotFound:
    """Return the refusal for a campaign that is not there."""
    return NotFound(f"There is no campaign with number {campaign_id}.", field="campaign")
