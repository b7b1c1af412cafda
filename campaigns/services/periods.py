"""Periods: brings counters forward to the current day and month, starts them anew by hand, recounts them.

A counter is always the sum of the ledger from its `since` to the end of the period that contains `since`. Everything
here keeps that true, so a reset that is missed, late or done twice changes no answer.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import Q, Sum

from campaigns.facts import readable_zone
from campaigns.models import Brand, Campaign, Cause, SpendLog, StatusChange
from campaigns.rules.periods import (
    Period,
    PeriodKind,
    believed_now,
    current_periods,
    local_day,
    period_at,
    period_from,
    period_of_day,
)
from campaigns.services import delivery
from campaigns.services.rollover import COLUMNS, enter_periods, is_ahead, is_off, still_counts

logger = logging.getLogger(__name__)

EVERY_KIND = (PeriodKind.DAY, PeriodKind.MONTH)

_TICK = timedelta(microseconds=1)


def settle(
    *, brand: Brand, campaigns: Sequence[Campaign], now: datetime, cause: Cause, actor: str = ""
) -> tuple[StatusChange, ...]:
    """Bring the brand and the campaigns to the present, then decide on the campaigns.

    Every change of a fact ends here. The caller holds the brand's lock. Where the brand itself enters a new period,
    that is a new fact for its other campaigns, too, and they follow. A brand whose zone cannot be read cannot be
    brought forward; the verdict stops its campaigns.
    """
    others: list[Campaign] = []
    moved, changed = enter_periods(brands=[brand], kinds=EVERY_KIND, now=now)
    if readable_zone(brand):
        roll(brand=brand, campaigns=campaigns, now=now)
    if moved:
        others = to_review(brands=[brand], changed=changed, now=now, loaded=campaigns)
    changes = delivery.review(brand=brand, campaigns=campaigns, now=now, cause=cause, actor=actor)
    return changes + delivery.review(brand=brand, campaigns=others, now=now, cause=Cause.CLOCK)


def settle_due(*, brands: Sequence[Brand], now: datetime, cause: Cause) -> tuple[StatusChange, ...]:
    """Bring brands to the present, then decide on those of their campaigns whose verdict that may change.

    The same as settling all of them, as far as only time has passed since they were last decided on.
    """
    _, changed = enter_periods(brands=brands, kinds=EVERY_KIND, now=now)
    campaigns = to_review(brands=brands, changed=changed, now=now)
    return delivery.review_all(brands=brands, campaigns=campaigns, now=now, cause=cause)


def bring_forward(*, brands: Sequence[Brand], kind: PeriodKind, now: datetime) -> tuple[StatusChange, ...]:
    """Bring brands to the present, with campaigns that are not in its day (or month) though their brand is.

    :raises InvalidTimeZone: if the zone of one of them cannot be read.
    """
    before = {brand.pk: brand.since(kind) for brand in brands if brand.zone}
    changes = settle_due(brands=brands, now=now, cause=Cause.RESET)
    for brand in brands:
        if brand.since(kind) == before[brand.pk]:
            strays = _strays(brand, kind, now)
            roll(brand=brand, campaigns=strays, now=now, kinds=[kind])
            changes += delivery.review(brand=brand, campaigns=strays, now=now, cause=Cause.RESET)
    return changes


def _strays(brand: Brand, kind: PeriodKind, now: datetime) -> list[Campaign]:
    believed = believed_now(now, brand.reviewed_at)
    period = period_at(kind, believed, brand.zone)
    astray = still_counts(period) | is_ahead(kind, believed)
    return list(Campaign.objects.with_windows().filter(astray, brand=brand).order_by("pk"))


def to_review(
    *, brands: Iterable[Brand], changed: Collection[int], now: datetime, loaded: Iterable[Campaign] = ()
) -> list[Campaign]:
    """Load the campaigns of the brands that are due, and all of the changed brands.

    :param loaded: campaigns that the caller already holds; they are left out.
    """
    in_question = Campaign.objects.with_windows().filter(brand__in=brands)
    in_question = in_question.filter(Q(review_at__lte=now) | Q(brand__in=changed))
    return list(in_question.exclude(pk__in=[campaign.pk for campaign in loaded]).order_by("brand_id", "pk"))


def settle_brand(*, brand: Brand, now: datetime, cause: Cause, actor: str = "") -> tuple[StatusChange, ...]:
    """Settle all campaigns of the brand."""
    return settle(brand=brand, campaigns=campaigns_of(brand), now=now, cause=cause, actor=actor)


def campaigns_of(brand: Brand, *, loaded: Iterable[Campaign] = ()) -> list[Campaign]:
    """Load the brand's campaigns with what a verdict needs.

    :param loaded: campaigns of the brand that the caller already holds; they are not read again.
    """
    held = list(loaded)
    others = Campaign.objects.with_windows().filter(brand=brand).exclude(pk__in=[campaign.pk for campaign in held])
    return [*held, *others.order_by("pk")]


def are_present(*, brand: Brand, campaigns: Sequence[Campaign], now: datetime) -> bool:
    """Tell whether the counters of all these rows are of the current day and month.

    :raises InvalidTimeZone: if the brand's zone cannot be read.
    """
    now = believed_now(now, brand.reviewed_at)
    today = current_periods(now, brand.zone)
    rows: list[Brand | Campaign] = [brand, *campaigns]
    return not any(is_off(row, period.kind, period, now) for period in (today.day, today.month) for row in rows)


def roll(
    *, brand: Brand, campaigns: Sequence[Campaign], now: datetime, kinds: Iterable[PeriodKind] = EVERY_KIND
) -> list[Brand | Campaign]:
    """Bring those of the rows that are behind the current day or month forward, landing on the ledger's sum.

    Rows whose period begins in the future, by more than clocks differ, were moved by a wrong clock: they come back.
    The caller holds the brand's lock.

    :returns: the rows that moved; they are updated in memory too.
    :raises InvalidTimeZone: if the brand's zone cannot be read.
    """
    zone = brand.zone
    now = believed_now(now, brand.reviewed_at)
    today = local_day(now, zone)
    moved: dict[int, Brand | Campaign] = {}
    for kind in kinds:
        period = period_of_day(kind, today, zone)
        if is_off(brand, kind, period, now):
            _land(brand, kind, since=period.start, end=period.end)
            moved[id(brand)] = brand
        behind = [campaign for campaign in campaigns if is_off(campaign, kind, period, now)]
        if behind:
            _land_all(behind, kind, period)
            moved.update({id(campaign): campaign for campaign in behind})
    return list(moved.values())


def start_now(*, brand: Brand, rows: Sequence[Brand | Campaign], kinds: Iterable[PeriodKind], now: datetime) -> None:
    """Start the periods of the rows at `now`, by hand: what was spent before no longer counts; the ledger keeps it.

    A spend of this very moment was there before the reset, so the new period starts just after it. One that comes
    late, from a slow worker, does not undo a newer one.

    :raises InvalidTimeZone: if the brand's zone cannot be read.
    """
    zone, start = brand.zone, now
    entries = SpendLog.objects.filter(campaign__brand=brand)
    # Spends that found this very moment begun anew already, by a reset before this one, are an instant later each.
    while entries.filter(occurred_at=start).exists():
        start += _TICK
    for kind in kinds:
        for row in rows:
            since = believed_now(start, row.since(kind))
            _land(row, kind, since=since, end=period_at(kind, since, zone).end)


def after_resets(*, brand: Brand, campaign: Campaign, now: datetime) -> datetime:
    """Return the moment of a spend that comes without one: now, but after every reset by hand that came before it.

    A period that began at its local midnight was reset by nobody: a spend of 23:59:59 that waited for the lock until
    after midnight stays where it belongs. The caller has rolled both rows.
    """
    zone = brand.zone
    by_hand = [
        row.since(kind)
        for row in (brand, campaign)
        for kind in EVERY_KIND
        if row.since(kind) != period_from(kind, row.since(kind), zone).start
    ]
    return max([now, *by_hand])


def recount(row: Brand | Campaign, *, zone: ZoneInfo) -> None:
    """Put the row's counters to the ledger's sums of the periods that they count."""
    for kind in EVERY_KIND:
        since = row.since(kind)
        _land(row, kind, since=since, end=period_at(kind, since, zone).end)


def move_to_zone(*, brand: Brand, campaigns: Sequence[Campaign], zone: ZoneInfo, now: datetime) -> None:
    """Recount the brand and its campaigns for the day and the month of a new zone; no period's start moves back."""
    for kind in EVERY_KIND:
        period = period_at(kind, now, zone)
        rows: list[Brand | Campaign] = [brand, *campaigns]
        for row in rows:
            since = max(row.since(kind), period.start)
            _land(row, kind, since=since, end=period_at(kind, since, zone).end)


def ledger_sum(row: Brand | Campaign, *, start: datetime, end: datetime) -> Decimal:
    """Return the sum of the row's entries that occurred in [start, end)."""
    entries = SpendLog.objects.filter(occurred_at__gte=start, occurred_at__lt=end)
    own = entries.filter(campaign=row) if isinstance(row, Campaign) else entries.filter(campaign__brand=row)
    return own.aggregate(total=Sum("amount"))["total"] or Decimal(0)


def _land(row: Brand | Campaign, kind: PeriodKind, *, since: datetime, end: datetime) -> None:
    row.set_counter(kind, since=since, spent=ledger_sum(row, start=since, end=end))
    row.save(update_fields=COLUMNS[kind])


def _land_all(campaigns: Sequence[Campaign], kind: PeriodKind, period: Period) -> None:
    """Bring campaigns to the start of one period: those without an entry in it, nearly all, in one statement."""
    entries = SpendLog.objects.filter(campaign__in=campaigns, occurred_at__gte=period.start, occurred_at__lt=period.end)
    # Unordered: the ledger's own order would make every entry distinct.
    spent = set(entries.order_by().values_list("campaign_id", flat=True).distinct())
    since_column, counter_column = COLUMNS[kind]
    still = [campaign for campaign in campaigns if campaign.pk not in spent]
    Campaign.objects.filter(pk__in=[campaign.pk for campaign in still]).update(
        **{since_column: period.start, counter_column: Decimal(0)}
    )
    for campaign in still:
        campaign.set_counter(kind, since=period.start, spent=Decimal(0))
    for campaign in campaigns:
        if campaign.pk in spent:
            _land(campaign, kind, since=period.start, end=period.end)
