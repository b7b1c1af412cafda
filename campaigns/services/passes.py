"""Passes: what time drives. Each one goes brand by brand, a transaction each, so one bad brand stops no other."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection

from campaigns.errors import BrandBusy
from campaigns.models import Brand, Campaign, Cause, StatusChange
from campaigns.rules.periods import PeriodKind
from campaigns.services import periods
from campaigns.services.database import writing
from campaigns.services.locks import lock_brand

# After so many a pass waits for nobody else: it has to be done before the next one.
_MOST_WAITS_IN_VAIN = 3

logger = logging.getLogger(__name__)


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
    done = _Done(work)
    # Whoever holds one brand must not hold up the others: those that are free come first.
    busy = done.go_over(brand_ids, may_wait=False)
    still_busy = done.go_over(busy, may_wait=True)
    if still_busy:
        logger.warning("A pass left out brands=%s: somebody else holds them, the next pass tries again", still_busy)
    return PassReport(len(brand_ids), tuple(done.changes), tuple(done.failed), tuple(still_busy))


@dataclass(slots=True)
class _Done:
    """What a pass has done so far."""

    work: Callable[[Brand], tuple[StatusChange, ...]]
    changes: list[StatusChange] = field(default_factory=list)
    failed: list[int] = field(default_factory=list)
    waits_in_vain: int = 0

    def go_over(self, brand_ids: Sequence[int], *, may_wait: bool) -> list[int]:
        """Do the work for each brand, and return the keys of those that somebody else holds."""
        busy: list[int] = []
        for position, brand_id in enumerate(brand_ids):
            if self.waits_in_vain >= _MOST_WAITS_IN_VAIN:
                return [*busy, *brand_ids[position:]]
            try:
                with writing():
                    self.changes += self.work(lock_brand(brand_id, may_wait=may_wait))
            except BrandBusy:
                busy.append(brand_id)
                self.waits_in_vain += may_wait or not connection.features.has_select_for_update_nowait
            except Exception:
                # Loudly: a brand with a row that cannot be read must not keep the others from their midnight.
                logger.exception("A pass failed brand=%s: it goes on with the others", brand_id)
                self.failed.append(brand_id)
        return busy
