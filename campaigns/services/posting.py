"""Posting: the one place where entries enter the ledger. Counters and states follow in the same transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.conf import settings

from campaigns.errors import CounterOverflow, InvalidTimeZone
from campaigns.models import Brand, Campaign, Cause, SpendLog, StatusChange
from campaigns.rules.budgets import is_border_crossed
from campaigns.rules.money import LARGEST_MICROS, from_micros, to_micros
from campaigns.rules.periods import PeriodKind, current_periods
from campaigns.services import delivery, outbox, periods, statements
from campaigns.services.outbox import CountedMove
from campaigns.services.statements import Move

_LARGEST_COUNTER = from_micros(LARGEST_MICROS)
_NOTHING = Decimal(0)
# The share of a budget at which it is used up.
_USED_UP = 100


def prepare(*, brand: Brand, campaigns: Sequence[Campaign], now: datetime) -> tuple[StatusChange, ...]:
    """Bring the counters of the brand and of the campaigns to the present, as `post` needs them.

    Where the brand, or one of the campaigns, enters a new period, its state follows at once.

    :raises InvalidTimeZone: if the brand's zone cannot be read: no local day can be said for a spend.
    """
    try:
        if periods.are_present(brand=brand, campaigns=campaigns, now=now):
            return ()
        return periods.settle(brand=brand, campaigns=campaigns, now=now, cause=Cause.CLOCK)
    except InvalidTimeZone:
        sentence = f"The time zone of {brand} cannot be read, so its spend has no day: correct the zone first."
        raise InvalidTimeZone(sentence) from None


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
    *, postings: Sequence[Posting], now: datetime, cause: Cause = Cause.SPEND, actor: str = "", ends: bool = False
) -> list[tuple[StatusChange, ...]]:
    """Append entries, move the counters, and stop or start what crossed a budget, in either direction.

    The caller holds the locks of the brands and has called `prepare` for each.

    :param ends: the caller writes nothing afterwards in this transaction, which may then be committed already.
    :returns: for each posting its starts and stops.
    :raises CounterOverflow: if a counter would no longer fit its column; nothing is written.
    :raises ReferenceTaken: if an entry's reference is taken; the transaction has to be rolled back.
    """
    borders = sorted({*settings.BUDGET_THRESHOLDS, _USED_UP})
    counted = [_count(posting, borders, now) for posting in postings]
    entries = [entry for posting in postings for entry in posting.entries]
    if entries:
        statements.append(
            entries=entries,
            campaigns=[move for moves in counted for move in moves.campaigns],
            brands=[moves.brand for moves in counted if moves.brand],
            ends=ends and not any(moves.crossing for moves in counted),
        )
    return [
        _follow(posting, moves.crossing, now=now, cause=cause, actor=actor) if moves.crossing else ()
        for posting, moves in zip(postings, counted, strict=True)
    ]


@dataclass(slots=True)
class _Moves:
    """How the entries of a posting move counters, and where that crosses something."""

    campaigns: list[Move]
    brand: Move | None
    crossing: list[CountedMove]


def _count(posting: Posting, borders: Sequence[int], now: datetime) -> _Moves:
    """Move the counters in memory by what falls into them."""
    by_campaign: defaultdict[int, list[SpendLog]] = defaultdict(list)
    for entry in posting.entries:
        by_campaign[entry.campaign_id].append(entry)
    crossing: list[CountedMove] = []
    counter = _Counter(posting.brand.zone, borders, now, crossing)
    moves = [counter.move(posting.campaigns[key], own) for key, own in by_campaign.items()]
    return _Moves([move for move in moves if move], counter.move(posting.brand, posting.entries), crossing)


@dataclass(frozen=True, slots=True)
class _Counter:
    """Counts entries of one brand.

    :param borders: shares of a budget, in percent, at which something follows.
    :param crossing: collects the moves that cross one of them.
    """

    zone: ZoneInfo
    borders: Sequence[int]
    now: datetime
    crossing: list[CountedMove]

    def move(self, row: Brand | Campaign, entries: Sequence[SpendLog]) -> Move | None:
        """Move the row's counters in memory; None if nothing falls into them."""
        daily = _sum(entries, row.counted_span(PeriodKind.DAY, self.zone))
        monthly = _sum(entries, row.counted_span(PeriodKind.MONTH, self.zone))
        if not daily and not monthly:
            return None
        spent_daily, spent_monthly = row.current_daily_spend + daily, row.current_monthly_spend + monthly
        if max(abs(spent_daily), abs(spent_monthly)) > _LARGEST_COUNTER:
            raise CounterOverflow(f"The total of {row} would be too large to be kept: check the amount.")
        is_crossing = is_border_crossed(row.daily_budget, row.current_daily_spend, spent_daily, self.borders)
        is_crossing |= is_border_crossed(row.monthly_budget, row.current_monthly_spend, spent_monthly, self.borders)
        before = row.budget_uses(current_periods(self.now, self.zone)) if is_crossing else None
        row.current_daily_spend, row.current_monthly_spend = spent_daily, spent_monthly
        if before:
            after = row.budget_uses(current_periods(self.now, self.zone))
            self.crossing.append(CountedMove(row, before, after))
        daily_micros = to_micros(daily)
        return Move(row.pk, daily_micros, daily_micros if monthly == daily else to_micros(monthly))


def _follow(
    posting: Posting, crossing: Sequence[CountedMove], *, now: datetime, cause: Cause, actor: str
) -> tuple[StatusChange, ...]:
    """Tell of thresholds, and decide on the campaigns that a budget holds or lets go now."""
    # Told first: a threshold is the reason of the stop that may follow.
    outbox.tell_thresholds(brand=posting.brand, moves=crossing, now=now)
    rows = [move.row for move in crossing if move.crosses_a_budget]
    if posting.brand in rows:
        crossed = periods.campaigns_of(posting.brand, loaded=posting.campaigns.values())
    else:
        crossed = [row for row in rows if isinstance(row, Campaign)]
    if not crossed:
        return ()
    return delivery.review(brand=posting.brand, campaigns=crossed, now=now, cause=cause, actor=actor)


def _sum(entries: Iterable[SpendLog], span: tuple[datetime, datetime]) -> Decimal:
    start, end = span
    total = _NOTHING
    for entry in entries:
        if start <= entry.occurred_at < end:
            total += entry.amount
    return total
