"""Passes: what time drives. Each goes through brands a few at once, a short transaction for each few.

Where one of them cannot be handled, the few are handled one by one, so that a bad brand stops no other.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from django.db import transaction

from campaigns.errors import NotFound
from campaigns.models import Brand, Campaign, Cause, StatusChange
from campaigns.rules.periods import PeriodKind
from campaigns.services import delivery, periods
from campaigns.services.locks import lock_brands

logger = logging.getLogger(__name__)

# Whoever holds a lock for long lets those wait who record a spend.
_SECONDS_OF_LOCK = 0.1
_MOST_BRANDS = 500
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
    """

    brands: int
    changes: tuple[StatusChange, ...]
    failed: tuple[int, ...]


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
    return PassReport(len(brand_ids), report.changes, report.failed)


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
    changes: list[StatusChange] = []
    failed: list[int] = []
    done, size = 0, 1
    while done < len(brand_ids):
        part = brand_ids[done : done + size]
        began = time.monotonic()
        changes += _do(part, work, failed)
        seconds = time.monotonic() - began
        done += len(part)
        size = max(1, min(2 * size, _MOST_BRANDS, int(len(part) * _SECONDS_OF_LOCK / seconds)))
    return PassReport(len(brand_ids), tuple(changes), tuple(failed))


def _do(part: Sequence[int], work: Callable[[Sequence[Brand]], _Changes], failed: list[int]) -> _Changes:
    """Do the work for a few brands, one by one where it fails for all of them together."""
    try:
        return _in_one_transaction(part, work)
    except Exception:
        if len(part) > 1:
            logger.warning("A pass failed for one of %s brands: it goes on one by one", len(part), exc_info=True)
            return tuple(change for key in part for change in _do([key], work, failed))
        # Loudly: a brand with a row that cannot be read must not keep the others from their midnight.
        logger.exception("A pass failed brand=%s: it goes on with the others", part[0])
        failed.append(part[0])
        return ()


def _in_one_transaction(brand_ids: Sequence[int], work: Callable[[Sequence[Brand]], _Changes]) -> _Changes:
    with transaction.atomic():
        brands = lock_brands(brand_ids)
        for key in brand_ids:
            if key not in brands:
                raise NotFound(f"There is no brand with number {key}.", field="brand")
        return work(list(brands.values()))
