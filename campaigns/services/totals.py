"""Totals: compares the counters with the ledger, and rebuilds them from it."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import partial

from django.db.models import Sum

from campaigns.errors import BrandBusy
from campaigns.facts import readable_zone, zones_in_use
from campaigns.models import Brand, Campaign, Cause, LedgerDrift, SpendLog, StatusChange
from campaigns.rules.periods import PeriodKind, period_at
from campaigns.services import periods, scans
from campaigns.services.database import writing
from campaigns.services.locks import lock_brand
from campaigns.services.scans import Span

logger = logging.getLogger(__name__)

_BRANDS_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Drift:
    """A counter that differs from the sum of its entries.

    :param campaign: None for the brand's own counter.
    :param since: the moment from which the counter counts.
    :param counted: what the counter says.
    :param in_ledger: what the entries add up to.
    """

    brand: str
    campaign: str | None
    kind: PeriodKind
    since: datetime
    counted: Decimal
    in_ledger: Decimal
    currency: str

    @property
    def owner(self) -> str:
        """The brand, or brand and campaign, as the commands take them."""
        return self.brand if self.campaign is None else f"{self.brand}/{self.campaign}"


@dataclass(frozen=True, slots=True)
class RebuildReport:
    """What a rebuild did.

    :param repaired: the drifts that there were.
    :param changes: the starts and stops that followed.
    """

    brands: int
    repaired: tuple[Drift, ...]
    changes: tuple[StatusChange, ...]


def find_drift(*, brand_ids: Sequence[int] | None = None) -> list[Drift]:
    """Compare every counter with its entries; read-only.

    What looks wrong while others write is looked at again under the brand's lock, so that a spend that is just being
    recorded is no alarm. A brand that somebody else holds all the time is left for the next check. Each drift is logged
    as an error.

    :param brand_ids: None: all brands.
    """
    return _compare(brand_ids, _keep_nothing).drifts


def check_ledger(*, now: datetime, brand_ids: Sequence[int] | None = None) -> list[Drift]:
    """Compare every counter with its entries, and keep what differs for the health pages until it agrees again.

    :param brand_ids: None: all brands.
    """
    compared = _compare(brand_ids, partial(_keep, now=now))
    # What this check has not found again agrees by now. What another one has found since, stays.
    kept = LedgerDrift.objects.filter(found_at__lt=now).exclude(brand__in=compared.left_out)
    (kept if brand_ids is None else kept.filter(brand__in=brand_ids)).delete()
    return compared.drifts


def rebuild_totals(*, brand_id: int, now: datetime, actor: str = "") -> RebuildReport:
    """Put the counters of the brand and its campaigns to the ledger's sums, then start and stop what follows.

    :raises Refusal: NotFound, or InvalidTimeZone if the brand's zone cannot be read; nothing is written.
    """
    with writing():
        brand = lock_brand(brand_id)
        zone = brand.zone
        repaired = tuple(_drift_of(brand))
        campaigns = periods.campaigns_of(brand)
        periods.recount(brand, zone=zone)
        for campaign in campaigns:
            periods.recount(campaign, zone=zone)
        LedgerDrift.objects.filter(brand=brand).delete()
        changes = periods.settle(brand=brand, campaigns=campaigns, now=now, cause=Cause.RESET, actor=actor)
    return RebuildReport(1, repaired, changes)


@dataclass(frozen=True, slots=True)
class _Comparison:
    """What a look at the brands found, and the keys of those that somebody else held all the time."""

    drifts: list[Drift] = field(default_factory=list)
    left_out: list[int] = field(default_factory=list)


def _compare(brand_ids: Sequence[int] | None, keep: Callable[[Brand, Sequence[Drift]], None]) -> _Comparison:
    """Find the drifts of the brands, each handed to `keep` while its brand's lock is held."""
    comparison = _Comparison()
    for key in _that_look_wrong(brand_ids):
        try:
            with writing():
                locked = lock_brand(key)
                drifts = list(_drift_of(locked))
                keep(locked, drifts)
        except BrandBusy:
            logger.warning("Not compared brand=%s: somebody else holds it, the next check looks again", key)
            comparison.left_out.append(key)
        else:
            comparison.drifts.extend(drifts)
    for drift in comparison.drifts:
        logger.error(
            "Counter differs from ledger brand=%s campaign=%s period=%s since=%s counted=%s in_ledger=%s",
            drift.brand,
            drift.campaign or "-",
            drift.kind.value,
            drift.since.isoformat(),
            drift.counted,
            drift.in_ledger,
        )
    return comparison


def _that_look_wrong(brand_ids: Sequence[int] | None) -> Iterator[int]:
    """Yield the keys of brands in which a counter seemed to differ, without a lock."""
    keys = Brand.objects.order_by("pk").values_list("pk", flat=True)
    wanted = list(keys if brand_ids is None else keys.filter(pk__in=brand_ids))
    for start in range(0, len(wanted), _BRANDS_AT_ONCE):
        part = wanted[start : start + _BRANDS_AT_ONCE]
        asked = set(part)
        for key in scans.brands_against_ledger(part[0], part[-1], _spans(part)):
            if key in asked:
                yield key


def _spans(brand_ids: Sequence[int]) -> Iterator[Span]:
    """Yield the beginnings that the counters of the brands have, each with the ends of its day and of its month."""
    sinces = ("daily_since", "monthly_since", "brand__daily_since", "brand__monthly_since")
    campaigns = Campaign.objects.filter(brand__gte=brand_ids[0], brand__lte=brand_ids[-1])
    begun: defaultdict[str, set[datetime]] = defaultdict(set)
    for zone, *moments in campaigns.order_by().values_list("brand__time_zone", *sinces).distinct():
        begun[zone].update(moments)
    for name, zone in zones_in_use():
        if zone is None:
            # Without a zone no period can be told, so there is nothing to compare.
            continue
        for since in begun[name]:
            ends = (period_at(kind, since, zone).end for kind in (PeriodKind.DAY, PeriodKind.MONTH))
            yield Span(name, since, *ends)


def _keep_nothing(brand: Brand, drifts: Sequence[Drift]) -> None:
    """Leave no trace: a person asked."""


def _keep(brand: Brand, drifts: Sequence[Drift], *, now: datetime) -> None:
    LedgerDrift.objects.filter(brand=brand).delete()
    LedgerDrift.objects.bulk_create(
        LedgerDrift(
            brand=brand,
            campaign=drift.campaign or "",
            kind=drift.kind.value,
            since=drift.since,
            counted=drift.counted,
            in_ledger=drift.in_ledger,
            found_at=now,
        )
        for drift in drifts
    )


def _drift_of(brand: Brand) -> Iterator[Drift]:
    """Yield the brand's counters that differ. Without a zone no period can be told, so there is nothing to compare."""
    zone = readable_zone(brand)
    if zone is None:
        return
    campaigns = list(Campaign.objects.filter(brand=brand).order_by("pk"))
    for kind in periods.EVERY_KIND:
        for since in {row.since(kind) for row in (brand, *campaigns)}:
            end = period_at(kind, since, zone).end
            sums = _sums_by_campaign(brand, since, end)
            sums_of_brand = sum(sums.values(), Decimal(0))
            if brand.since(kind) == since and brand.counter(kind) != sums_of_brand:
                yield Drift(brand.name, None, kind, since, brand.counter(kind), sums_of_brand, brand.currency)
            for campaign in campaigns:
                in_ledger = sums.get(campaign.pk, Decimal(0))
                if campaign.since(kind) == since and campaign.counter(kind) != in_ledger:
                    yield Drift(
                        brand.name, campaign.name, kind, since, campaign.counter(kind), in_ledger, brand.currency
                    )


def _sums_by_campaign(brand: Brand, start: datetime, end: datetime) -> dict[int, Decimal]:
    entries = SpendLog.objects.filter(campaign__brand=brand, occurred_at__gte=start, occurred_at__lt=end)
    sums = entries.order_by().values_list("campaign_id").annotate(total=Sum("amount"))
    return dict(sums)
