"""The lock: a brand's row, taken first by everyone who writes below it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from campaigns.errors import NotFound
from campaigns.models import LARGEST_KEY, Brand, Campaign


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
    campaign_ids = [key for key in campaign_ids if 0 < key <= LARGEST_KEY]
    brand_ids = Campaign.objects.filter(pk__in=campaign_ids).order_by().values_list("brand_id", flat=True)
    brands = lock_brands(brand_ids)
    # Read under the lock: whoever held it before may have deleted one.
    return LockedCampaigns(brands, Campaign.objects.with_windows().in_bulk(campaign_ids))


def lock_brand_of_campaign(campaign_id: int) -> tuple[Brand, Campaign]:
    """Lock the brand of a campaign, and return both as they now are. A campaign never changes its brand.

    :raises NotFound: if there is no such campaign.
    """
    brand_id = Campaign.objects.filter(pk=campaign_id).values_list("brand_id", flat=True).first()
    if brand_id is None:
        raise no_campaign(campaign_id)
    brand = lock_brand(brand_id)
    campaign = Campaign.objects.with_windows().filter(pk=campaign_id).first()
    if campaign is None:
        raise NotFound(f"Campaign {campaign_id} was just deleted.", field="campaign")
    return brand, campaign


def no_campaign(campaign_id: int) -> NotFound:
    """Return the refusal for a campaign that is not there."""
    return NotFound(f"There is no campaign with number {campaign_id}.", field="campaign")
