"""Passes: what time drives. Each one goes brand by brand, a transaction each, so one bad brand stops no other."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from campaigns.models import Brand, Campaign, Cause, StatusChange
from campaigns.rules.periods import PeriodKind
from campaigns.services import periods
from campaigns.services.locks import lock_brand

logger = logging.getLogger(__name__)


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
    return sorted(set(Campaign.objects.due(now).order_by().values_list("brand_id", flat=True)))


def all_brands() -> list[int]:
    """Return the keys of all brands."""
    return list(Brand.objects.order_by("pk").values_list("pk", flat=True))


def review_due(*, brand_ids: Sequence[int], now: datetime) -> PassReport:
    """Review those campaigns of the brands that are due by their `review_at`: windows, flights, local midnights."""

    def work(brand: Brand) -> tuple[StatusChange, ...]:
        due = list(Campaign.objects.with_windows().due(now).filter(brand=brand).order_by("pk"))
        return periods.settle(brand=brand, campaigns=due, now=now, cause=Cause.CLOCK)

    return _for_each(brand_ids, work)


def review_brands(*, brand_ids: Sequence[int], now: datetime) -> PassReport:
    """Review every campaign of the brands, for every blocker."""

    def work(brand: Brand) -> tuple[StatusChange, ...]:
        return periods.settle_brand(brand=brand, now=now, cause=Cause.CLOCK)

    return _for_each(brand_ids, work)


def bring_forward(*, brand_ids: Sequence[int], kind: PeriodKind, now: datetime) -> PassReport:
    """Bring the brands, and their campaigns, that are behind their local day (or month) to the ledger's sum."""

    def work(brand: Brand) -> tuple[StatusChange, ...]:
        campaigns = periods.campaigns_of(brand)
        periods.roll(brand=brand, campaigns=campaigns, now=now, kinds=[kind])
        return periods.settle(brand=brand, campaigns=campaigns, now=now, cause=Cause.RESET)

    return _for_each(brand_ids, work)


def _for_each(brand_ids: Sequence[int], work: Callable[[Brand], tuple[StatusChange, ...]]) -> PassReport:
    changes: list[StatusChange] = []
    failed: list[int] = []
    for brand_id in brand_ids:
        try:
            with transaction.atomic():
                changes += work(lock_brand(brand_id))
        except Exception:
            # Loudly: a brand with a row that cannot be read must not keep the others from their midnight.
            logger.exception("A pass failed brand=%s: it goes on with the others", brand_id)
            failed.append(brand_id)
    return PassReport(len(brand_ids), tuple(changes), tuple(failed))
