"""Passes: what time drives. Each goes through brands a few at once, a short transaction for each few.

Where one of them cannot be handled, the few are handled one by one, so that a bad brand stops no other. Brands that
somebody else holds come last, each by itself, and a pass soon stops to wait for them.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from campaigns.errors import BrandBusy
from campaigns.models import Brand, Campaign, Cause, StatusChange
from campaigns.rules.periods import PeriodKind
from campaigns.services import delivery, periods
from campaigns.services.database import writing
from campaigns.services.locks import lock_brand, lock_free_brands, no_brand
from campaigns.services.pace import Pace

logger = logging.getLogger(__name__)

# Whoever holds a lock for long lets those wait who record a spend.
_SECONDS_OF_LOCK = 0.1
_FIRST_BRANDS = 4
_MOST_BRANDS = 500
# After so many a pass waits for nobody else: it has to be done before the next one.
_MOST_WAITS_IN_VAIN = 3
# Read at once where nothing is locked.
_CAMPAIGNS_AT_ONCE = 1_000
_BRANDS_READ_AT_ONCE = 100

_Changes: TypeAlias = tuple[StatusChange, ...]


@dataclass(frozen=True, slots=True)
class PassReport:
    """What a pass did.

    :param brands: how many brands it looked into.
    :param changes: the starts and stops.
    :param failed: keys of the brands that could not be handled; the log says why, the next pass tries again.
    :param busy: keys of the brands that somebody else held all the time; the next pass tries again.
    """

    brands: int
    changes: tuple[StatusChange, ...]
    failed: tuple[int, ...]
    busy: tuple[int, ...] = ()


def due_brands(*, now: datetime) -> list[int]:
    """Return the keys of the brands with a campaign whose verdict time alone may have changed by `now`."""
    return sorted(Campaign.objects.due(now).order_by().values_list("brand_id", flat=True).distinct())


def all_brands() -> list[int]:
    """Return the keys of all brands."""
    return list(Brand.objects.order_by("pk").values_list("pk", flat=True))


def review_due(*, brand_ids: Sequence[int], now: datetime) -> PassReport:
    """Review those campaigns of the brands that are due by their `review_at`: windows, flights, local midnights."""

    def work(brands: Sequence[Brand]) -> _Changes:
        return periods.settle_due(brands=brands, now=now, cause=Cause.CLOCK)

    return _for_each(brand_ids, work)


def review_brands(*, brand_ids: Sequence[int], now: datetime) -> PassReport:
    """Review every campaign of the brands, for every blocker."""

    def work(brands: Sequence[Brand]) -> _Changes:
        return tuple(
            change for brand in brands for change in periods.settle_brand(brand=brand, now=now, cause=Cause.CLOCK)
        )

    return _for_each(brand_ids, work)


def audit_brands(*, brand_ids: Sequence[int], now: datetime) -> PassReport:
    """Review every campaign of the brands, for every blocker; lock only those brands in which something differs."""
    report = review_brands(brand_ids=list(_unsettled(brand_ids, now)), now=now)
    return PassReport(len(brand_ids), report.changes, report.failed, report.busy)


def bring_forward(*, brand_ids: Sequence[int], kind: PeriodKind, now: datetime) -> PassReport:
    """Bring the brands, and their campaigns, that are behind their local day (or month) to the ledger's sum."""

    def work(brands: Sequence[Brand]) -> _Changes:
        return periods.bring_forward(brands=brands, kind=kind, now=now)

    # Brands of one zone together: they enter the same day with one statement.
    zones = dict(Brand.objects.filter(pk__in=brand_ids).order_by().values_list("pk", "time_zone")) if brand_ids else {}
    return _for_each(sorted(brand_ids, key=lambda key: (zones.get(key, ""), key)), work)


def _unsettled(brand_ids: Sequence[int], now: datetime) -> Iterator[int]:
    """Yield the keys of the brands in which a verdict differs from what is stored; nothing is locked."""
    for start in range(0, len(brand_ids), _BRANDS_READ_AT_ONCE):
        part = brand_ids[start : start + _BRANDS_READ_AT_ONCE]
        brands = Brand.objects.in_bulk(part)
        campaigns = Campaign.objects.with_windows().filter(brand__in=brands).order_by("brand_id", "pk")
        try:
            wrong = {
                campaign.brand_id
                for campaign in campaigns.iterator(_CAMPAIGNS_AT_ONCE)
                if delivery.is_unsettled(brand=brands[campaign.brand_id], campaign=campaign, now=now)
            }
        except Exception:
            # Loudly: each of them is looked into by itself, and counted as failed where it fails.
            logger.exception("A pass could not look into one of %s brands: it goes on one by one", len(part))
            wrong = set(part)
        yield from sorted(wrong)


def _for_each(brand_ids: Sequence[int], work: Callable[[Sequence[Brand]], _Changes]) -> PassReport:
    """Do the work for all brands, as many at once as keep their locks for a moment only."""
    done = _Done(work)
    # Whoever holds one brand must not hold up the others: those that are free come first.
    still_busy = done.wait_for(done.go_over_the_free(brand_ids))
    if still_busy:
        logger.warning("A pass left out brands=%s: somebody else holds them, the next pass tries again", still_busy)
    return PassReport(len(brand_ids), tuple(done.changes), tuple(done.failed), tuple(still_busy))


@dataclass(slots=True)
class _Done:
    """What a pass has done so far. What it returns are keys of brands that somebody else holds."""

    work: Callable[[Sequence[Brand]], _Changes]
    changes: list[StatusChange] = field(default_factory=list)
    failed: list[int] = field(default_factory=list)
    waits_in_vain: int = 0

    def go_over_the_free(self, brand_ids: Sequence[int]) -> list[int]:
        """Do the work for the brands that nobody holds, a few at once."""
        busy: list[int] = []
        pace = Pace(seconds=_SECONDS_OF_LOCK, first=_FIRST_BRANDS, most=_MOST_BRANDS)
        for part in pace.parts(brand_ids):
            began = time.monotonic()
            busy += self._do(part, _lock_free)
            pace.learn(len(part), time.monotonic() - began)
        return busy

    def wait_for(self, brand_ids: Sequence[int]) -> list[int]:
        """Do the work for each brand by itself, as soon as whoever holds it is done."""
        return [key for brand_id in brand_ids for key in self._do([brand_id], _lock_one)]

    def _do(self, part: Sequence[int], lock: Callable[[Sequence[int]], dict[int, Brand]]) -> list[int]:
        """Do the work for a few brands, one by one where it fails for all of them together."""
        if self.waits_in_vain >= _MOST_WAITS_IN_VAIN:
            return list(part)
        try:
            with writing():
                brands = lock(part)
                busy = _held(part, brands)
                changes = self.work(list(brands.values()))
        except BrandBusy:
            self.waits_in_vain += 1
            return list(part)
        except Exception:
            if len(part) > 1:
                logger.warning("A pass failed for one of %s brands: it goes on one by one", len(part), exc_info=True)
                return [key for brand_id in part for key in self._do([brand_id], lock)]
            # Loudly: a brand with a row that cannot be read must not keep the others from their midnight.
            logger.exception("A pass failed brand=%s: it goes on with the others", part[0])
            self.failed.append(part[0])
            return []
        self.changes += changes
        return busy


def _lock_free(brand_ids: Sequence[int]) -> dict[int, Brand]:
    return lock_free_brands(brand_ids)


def _lock_one(brand_ids: Sequence[int]) -> dict[int, Brand]:
    return {brand_id: lock_brand(brand_id) for brand_id in brand_ids}


def _held(brand_ids: Sequence[int], locked: Mapping[int, Brand]) -> list[int]:
    """Return the keys of those that were not locked because somebody else holds them.

    :raises NotFound: if one was not locked because it is there no more.
    """
    missing = [brand_id for brand_id in brand_ids if brand_id not in locked]
    held = set(Brand.objects.filter(pk__in=missing).values_list("pk", flat=True)) if missing else set()
    for brand_id in missing:
        if brand_id not in held:
            raise no_brand(brand_id)
    return missing
