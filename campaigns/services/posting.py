"""Posting: the one place where entries enter the ledger. Counters and states follow in the same transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import F

from campaigns.errors import CounterOverflow
from campaigns.models import Brand, Campaign, Cause, SpendLog, StatusChange, money_value
from campaigns.rules.money import LARGEST_MICROS, from_micros
from campaigns.rules.periods import CurrentPeriods, PeriodKind, current_periods
from campaigns.services import delivery, outbox, periods
from campaigns.services.outbox import CountedMove

_LARGEST_COUNTER = from_micros(LARGEST_MICROS)


def prepare(*, brand: Brand, campaigns: Sequence[Campaign], now: datetime) -> tuple[StatusChange, ...]:
    """Bring the counters of the brand and of the campaigns to the present, as `post` needs them.

    Where the brand, or one of the campaigns, enters a new period, its state follows at once.

    :raises InvalidTimeZone: if the brand's zone cannot be read: no local day can be said for a spend.
    """
    moved = periods.roll(brand=brand, campaigns=campaigns, now=now)
    if not moved:
        return ()
    if brand in moved:
        campaigns = periods.campaigns_of(brand, loaded=campaigns)
        return periods.settle(brand=brand, campaigns=campaigns, now=now, cause=Cause.CLOCK)
    return delivery.review(brand=brand, campaigns=campaigns, now=now, cause=Cause.CLOCK)


def post(
    *,
    brand: Brand,
    campaigns: Mapping[int, Campaign],
    entries: Sequence[SpendLog],
    now: datetime,
    cause: Cause = Cause.SPEND,
    actor: str = "",
) -> tuple[StatusChange, ...]:
    """Append entries of one brand, move the counters, and stop or start what crossed a budget, in either direction.

    The caller holds the brand's lock and has called `prepare`.

    :param campaigns: the entries' campaigns by key; they and the brand are updated in memory too.
    :returns: the starts and stops.
    :raises CounterOverflow: if a counter would no longer fit its column; nothing is written.
    """
    if not entries:
        return ()
    zone, today = brand.zone, current_periods(now, brand.zone)
    by_campaign: defaultdict[int, list[SpendLog]] = defaultdict(list)
    for entry in entries:
        by_campaign[entry.campaign_id].append(entry)
    SpendLog.objects.append(entries)
    moves = [_count(campaigns[key], own, zone, today) for key, own in by_campaign.items()]
    brand_move = _count(brand, entries, zone, today)
    # Told first: a threshold is the reason of the stop that may follow.
    outbox.tell_thresholds(brand=brand, moves=[*moves, brand_move], now=now)
    crossed = [campaigns[key] for key, move in zip(by_campaign, moves, strict=True) if move.crosses_a_budget]
    if brand_move.crosses_a_budget:
        crossed = periods.campaigns_of(brand, loaded=campaigns.values())
    return delivery.review(brand=brand, campaigns=crossed, now=now, cause=cause, actor=actor)


def _count(row: Brand | Campaign, entries: Sequence[SpendLog], zone: ZoneInfo, today: CurrentPeriods) -> CountedMove:
    """Move the row's counters by what falls into them, and return how far that brought its budgets."""
    before = row.budget_uses(today)
    daily = _sum(entry.amount for entry in entries if row.counts(PeriodKind.DAY, entry.occurred_at, zone))
    monthly = _sum(entry.amount for entry in entries if row.counts(PeriodKind.MONTH, entry.occurred_at, zone))
    if not daily and not monthly:
        return CountedMove(row, before, before)
    row.current_daily_spend += daily
    row.current_monthly_spend += monthly
    if max(abs(row.current_daily_spend), abs(row.current_monthly_spend)) > _LARGEST_COUNTER:
        raise CounterOverflow(f"The total of {row} would be too large to be kept: check the amount.")
    # `F` although the lock is held: a counter moves by a sum, whatever else this process believed it to be.
    type(row)._default_manager.filter(pk=row.pk).update(
        current_daily_spend=F("current_daily_spend") + money_value(daily),
        current_monthly_spend=F("current_monthly_spend") + money_value(monthly),
    )
    return CountedMove(row, before, row.budget_uses(today))


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))
