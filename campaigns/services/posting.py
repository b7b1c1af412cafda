"""Posting: the one place where entries enter the ledger. Counters and states follow in the same transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from campaigns.errors import CounterOverflow
from campaigns.models import Brand, Campaign, Cause, SpendLog, StatusChange
from campaigns.rules.money import LARGEST_MICROS, from_micros, to_micros
from campaigns.rules.periods import CurrentPeriods, PeriodKind, current_periods
from campaigns.services import delivery, outbox, periods, statements
from campaigns.services.outbox import CountedMove
from campaigns.services.statements import Move

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


@dataclass(frozen=True, slots=True)
class Posting:
    """Entries of one brand that are to enter the ledger.

    :param campaigns: the entries' campaigns by key; they and the brand are updated in memory too.
    """

    brand: Brand
    campaigns: Mapping[int, Campaign]
    entries: Sequence[SpendLog]


def post(
    *,
    brand: Brand,
    campaigns: Mapping[int, Campaign],
    entries: Sequence[SpendLog],
    now: datetime,
    cause: Cause = Cause.SPEND,
    actor: str = "",
) -> tuple[StatusChange, ...]:
    """Append entries of one brand. See `post_all`."""
    return post_all(postings=[Posting(brand, campaigns, entries)], now=now, cause=cause, actor=actor)[0]


def post_all(
    *, postings: Sequence[Posting], now: datetime, cause: Cause = Cause.SPEND, actor: str = ""
) -> list[tuple[StatusChange, ...]]:
    """Append entries, move the counters, and stop or start what crossed a budget, in either direction.

    The caller holds the locks of the brands and has called `prepare` for each.

    :returns: for each posting its starts and stops.
    :raises CounterOverflow: if a counter would no longer fit its column; nothing is written.
    :raises ReferenceTaken: if an entry's reference is taken; the transaction has to be rolled back.
    """
    counted = [_count(posting, now) for posting in postings]
    entries = [entry for posting in postings for entry in posting.entries]
    if entries:
        statements.append(
            entries=entries,
            campaigns=[move for moves in counted for move in moves.campaigns],
            brands=[moves.brand for moves in counted if moves.brand],
        )
    return [
        _follow(posting, moves.uses, now=now, cause=cause, actor=actor)
        for posting, moves in zip(postings, counted, strict=True)
    ]


@dataclass(slots=True)
class _Moves:
    """How the entries of a posting move counters, and the use of the budgets that there are."""

    campaigns: list[Move] = field(default_factory=list)
    brand: Move | None = None
    uses: list[CountedMove] = field(default_factory=list)


def _count(posting: Posting, now: datetime) -> _Moves:
    """Move the counters in memory by what falls into them."""
    moves = _Moves()
    if not posting.entries:
        return moves
    zone = posting.brand.zone
    today = current_periods(now, zone)
    by_campaign: defaultdict[int, list[SpendLog]] = defaultdict(list)
    for entry in posting.entries:
        by_campaign[entry.campaign_id].append(entry)
    for key, own in by_campaign.items():
        move = _move(posting.campaigns[key], own, zone, today, moves.uses)
        if move:
            moves.campaigns.append(move)
    moves.brand = _move(posting.brand, posting.entries, zone, today, moves.uses)
    return moves


def _move(
    row: Brand | Campaign, entries: Sequence[SpendLog], zone: ZoneInfo, today: CurrentPeriods, uses: list[CountedMove]
) -> Move | None:
    daily = _sum(entry.amount for entry in entries if row.counts(PeriodKind.DAY, entry.occurred_at, zone))
    monthly = _sum(entry.amount for entry in entries if row.counts(PeriodKind.MONTH, entry.occurred_at, zone))
    if not daily and not monthly:
        return None
    before = row.budget_uses(today)
    row.current_daily_spend += daily
    row.current_monthly_spend += monthly
    if max(abs(row.current_daily_spend), abs(row.current_monthly_spend)) > _LARGEST_COUNTER:
        raise CounterOverflow(f"The total of {row} would be too large to be kept: check the amount.")
    uses.append(CountedMove(row, before, row.budget_uses(today)))
    return Move(row.pk, to_micros(daily), to_micros(monthly))


def _follow(
    posting: Posting, uses: Sequence[CountedMove], *, now: datetime, cause: Cause, actor: str
) -> tuple[StatusChange, ...]:
    """Tell of thresholds, and decide on the campaigns that a budget holds or lets go now."""
    # Told first: a threshold is the reason of the stop that may follow.
    outbox.tell_thresholds(brand=posting.brand, moves=uses, now=now)
    rows = [use.row for use in uses if use.crosses_a_budget]
    if posting.brand in rows:
        crossed = periods.campaigns_of(posting.brand, loaded=posting.campaigns.values())
    else:
        crossed = [row for row in rows if isinstance(row, Campaign)]
    if not crossed:
        return ()
    return delivery.review(brand=posting.brand, campaigns=crossed, now=now, cause=cause, actor=actor)


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))
