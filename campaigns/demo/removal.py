"""Removing the demo agency: its brands with everything below them, and nothing of anybody else's."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from campaigns.demo.agency import AGENCY
from campaigns.models import Brand, Campaign, SpendLog
from campaigns.services.locks import lock_brands

logger = logging.getLogger(__name__)

_CAMPAIGNS = {plan.name: {campaign.name for campaign in plan.campaigns} for plan in AGENCY}


@dataclass(frozen=True, slots=True)
class DemoBrands:
    """What there is of the demo agency.

    :param brands: its brands, by name, with nothing but its own campaigns: these can be removed.
    :param kept: names of its brands that somebody gave campaigns of their own: these stay.
    """

    brands: tuple[Brand, ...]
    kept: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RemovalReport:
    """What was removed, and the names of brands that stay because they have campaigns of somebody's own."""

    brands: tuple[str, ...]
    campaigns: int
    entries: int
    kept: tuple[str, ...]


def find_demo() -> DemoBrands:
    """Return what there is of the demo agency: brands that have its names, and campaigns of its names. Two queries.

    A renamed brand, or one with another campaign, has become somebody's own.
    """
    found = list(Brand.objects.filter(name__in=_CAMPAIGNS).order_by("name"))
    names: dict[int, set[str]] = {brand.pk: set() for brand in found}
    for brand_id, name in Campaign.objects.filter(brand__in=found).order_by().values_list("brand_id", "name"):
        names[brand_id].add(name)
    own = [brand for brand in found if names[brand.pk] and names[brand.pk] <= _CAMPAIGNS[brand.name]]
    kept = [brand.name for brand in found if names[brand.pk] - _CAMPAIGNS[brand.name]]
    return DemoBrands(tuple(own), tuple(kept))


def remove_agency(*, brand_ids: Sequence[int], actor: str) -> RemovalReport:
    """Remove those of these brands that are the demo's by now, with campaigns, entries and history, all or nothing."""
    with transaction.atomic():
        lock_brands(brand_ids)
        # Under the locks: somebody may have added a campaign since they were looked at.
        found = find_demo()
        brands = [brand for brand in found.brands if brand.pk in set(brand_ids)]
        entries = SpendLog.objects.filter(campaign__brand__in=brands).forget_play_money()
        campaigns = Campaign.objects.filter(brand__in=brands)
        count = campaigns.count()
        campaigns.delete()
        Brand.objects.filter(pk__in=[brand.pk for brand in brands]).delete()
    names = tuple(brand.name for brand in brands)
    logger.warning("Demo agency removed brands=%s campaigns=%s entries=%s by=%s", len(names), count, entries, actor)
    return RemovalReport(names, count, entries, found.kept)
