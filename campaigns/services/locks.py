"""The lock: a brand's row, taken first by everyone who writes below it."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass

from django.db import OperationalError

from campaigns.errors import BrandBusy, NotFound
from campaigns.models import LARGEST_KEY, Brand, Campaign
from campaigns.services import statements
from campaigns.services.database import refusal_of


def lock_brand(brand_id: int, *, may_wait: bool = True) -> Brand:
    """Lock the brand until the transaction ends, and return it as it now is. Call it first inside `writing()`.

    On SQLite the transaction itself is the lock (`BEGIN IMMEDIATE`).

    :param may_wait: False: on PostgreSQL, be refused at once where somebody else holds it.
    :raises NotFound: if there is no such brand.
    :raises BrandBusy: if somebody else holds it for longer than LOCK_TIMEOUT.
    """
    brand = _lock([brand_id], may_wait=may_wait).get(brand_id)
    if brand is None:
        raise no_brand(brand_id)
    return brand


def lock_brands(brand_ids: Iterable[int]) -> dict[int, Brand]:
    """Lock several brands in the order of their keys, so that no two callers ever wait for each other.

    :raises BrandBusy: if somebody else holds one of them for longer than LOCK_TIMEOUT.
    """
    return _lock(set(brand_ids))


def lock_free_brands(brand_ids: Collection[int]) -> dict[int, Brand]:
    """Lock those of the brands that nobody else holds, without waiting for any; on SQLite, all that there are."""
    rows = Brand.objects.select_for_update(skip_locked=True).filter(pk__in=brand_ids).order_by("pk")
    locked = {brand.pk: brand for brand in rows}
    _VAIN_WAITS.forget(locked)
    return locked


@dataclass(frozen=True, slots=True)
class LockedCampaigns:
    """Campaigns by key, and their brands by key, whose locks are held. What does not exist is left out."""

    brands: dict[int, Brand]
    campaigns: dict[int, Campaign]


def lock_brands_of_campaigns(
    campaign_ids: Collection[int], *, within: Collection[int] | None = None
) -> LockedCampaigns:
    """Lock the brands of several campaigns, and return all of them as they now are.

    :param within: numbers of brands: campaigns of others are as if they did not exist; None: all.
    :raises BrandBusy: if somebody else holds one of the brands for longer than LOCK_TIMEOUT.
    """
    keys = [key for key in campaign_ids if 0 < key <= LARGEST_KEY]
    if not keys:
        return LockedCampaigns({}, {})
    waits = _VAIN_WAITS.is_empty or _may_wait_for_campaigns(keys)
    try:
        found = statements.lock_with_campaigns(keys, within=within, may_wait=waits)
    except OperationalError as error:
        if not isinstance(refusal_of(error), BrandBusy):
            raise
        if waits:
            _VAIN_WAITS.remember_campaigns(keys)
        raise _busy(
            f"brand of campaign {keys[0]}" if len(keys) == 1 else f"brand of one of {len(keys)} campaigns"
        ) from error
    locked = LockedCampaigns({brand.pk: brand for brand, _ in found}, {campaign.pk: campaign for _, campaign in found})
    _VAIN_WAITS.forget(locked.brands)
    return locked


def lock_brand_of_campaign(campaign_id: int) -> tuple[Brand, Campaign]:
    """Lock the brand of a campaign, and return both as they now are. A campaign never changes its brand.

    :raises NotFound: if there is no such campaign.
    """
    locked = lock_brands_of_campaigns([campaign_id])
    campaign = locked.campaigns.get(campaign_id)
    if campaign is None:
        raise no_campaign(campaign_id)
    return locked.brands[campaign.brand_id], campaign


def existing_brands(brand_ids: Collection[int]) -> list[Brand]:
    """Return the brands with these numbers, for a list of them; nothing is locked.

    :raises NotFound: with the first that is not there.
    """
    brands = Brand.objects.in_bulk(list(brand_ids))
    for brand_id in brand_ids:
        if brand_id not in brands:
            raise no_brand(brand_id, field="brands")
    return list(brands.values())


def no_brand(brand_id: int, *, field: str = "brand") -> NotFound:
    """Return the refusal for a brand that is not there."""
    return NotFound(f"There is no brand with number {brand_id}.", field=field)


def no_campaign(campaign_id: int) -> NotFound:
    """Return the refusal for a campaign that is not there."""
    return NotFound(f"There is no campaign with number {campaign_id}.", field="campaign")


def _lock(brand_ids: Collection[int], *, may_wait: bool = True) -> dict[int, Brand]:
    waits = may_wait and _VAIN_WAITS.may_wait_for(brand_ids)
    rows = Brand.objects.select_for_update(nowait=not waits).filter(pk__in=brand_ids).order_by("pk")
    try:
        locked = {brand.pk: brand for brand in rows}
    except OperationalError as error:
        if not isinstance(refusal_of(error), BrandBusy):
            raise
        if waits and len(brand_ids) == 1:
            # Of several, the database does not say for which one it was.
            _VAIN_WAITS.remember(brand_ids)
        raise _busy(
            f"brand {next(iter(brand_ids))}" if len(brand_ids) == 1 else f"one of {len(brand_ids)} brands"
        ) from error
    _VAIN_WAITS.forget(locked)
    return locked


def _busy(what: str) -> BrandBusy:
    return BrandBusy(
        f"The {what} is being changed by somebody else, who did not finish in time. "
        "Nothing was written: try again in a few seconds."
    )


def _may_wait_for_campaigns(campaign_ids: Collection[int]) -> bool:
    """Ask whose campaigns they are, which nobody has to know as long as no wait was in vain."""
    for wait in _VAIN_WAITS.of_campaigns():
        until, keys = wait
        brand_ids = _brands_of(keys)
        # Of several, the database did not say for which one it was.
        if len(brand_ids) == 1:
            _VAIN_WAITS.remember(brand_ids, until)
        # Not before: others come by while the database is asked.
        _VAIN_WAITS.forget_campaigns(wait)
    return _VAIN_WAITS.may_wait_for(_brands_of(campaign_ids))


def _brands_of(campaign_ids: Collection[int]) -> set[int]:
    return set(Campaign.objects.filter(pk__in=campaign_ids).order_by().values_list("brand_id", flat=True))


class _VainWaits:
    """The brands that this process waited for in vain.

    Who waits holds a thread of the web server: a few that wait for one brand would keep everybody from all the others.
    So for some seconds after a wait in vain nobody else here waits for the same brand; then one caller does, to see.
    """

    _SECONDS = 5.0
    # Whom nobody asks for that long is let go, so that spends of others need not be asked about.
    _FORGOTTEN_AFTER = 60.0

    def __init__(self) -> None:
        self._until: dict[int, float] = {}
        self._campaigns: list[tuple[float, Collection[int]]] = []

    @property
    def is_empty(self) -> bool:
        if self._until:
            oldest = time.monotonic() - self._FORGOTTEN_AFTER
            self._until = {brand_id: until for brand_id, until in self._until.items() if until > oldest}
        return not self._until and not self._campaigns

    def may_wait_for(self, brand_ids: Collection[int]) -> bool:
        now = time.monotonic()
        known = [brand_id for brand_id in brand_ids if brand_id in self._until]
        if any(self._until.get(brand_id, now) > now for brand_id in known):
            return False
        self.remember(known)
        return True

    def remember(self, brand_ids: Iterable[int], until: float | None = None) -> None:
        self._until.update(dict.fromkeys(brand_ids, until or time.monotonic() + self._SECONDS))

    def remember_campaigns(self, campaign_ids: Collection[int]) -> None:
        """Remember a wait for a brand of these campaigns: whose they are is asked once somebody needs to know."""
        self._campaigns.append((time.monotonic() + self._SECONDS, campaign_ids))

    def of_campaigns(self) -> list[tuple[float, Collection[int]]]:
        return list(self._campaigns)

    def forget_campaigns(self, wait: tuple[float, Collection[int]]) -> None:
        # Somebody else may have done so meanwhile.
        with suppress(ValueError):
            self._campaigns.remove(wait)

    def forget(self, brand_ids: Iterable[int]) -> None:
        for brand_id in brand_ids:
            self._until.pop(brand_id, None)


_VAIN_WAITS = _VainWaits()
