"""The overview: every brand beside its plan, totals, what started and stopped last, and what comes next.

Six queries, whatever the number of brands and campaigns. Money of two currencies is never added nor compared: brands
are ordered by the share of their budget that is at risk.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from campaigns.models import Brand, StatusChange
from campaigns.queries.reach import Reach
from campaigns.queries.standing import NEEDS_A_LOOK, BrandStanding, CampaignCounts, Outlook, brand_standings
from campaigns.queries.upcoming import Upcoming, upcoming_changes
from campaigns.rules.budgets import BudgetUse

ROWS_OF_A_PAGE = 50
LATEST_CHANGES = 10
NEXT_CHANGES = 6

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class PeriodTotal:
    """What several brands of one currency have spent, each in its own day or month.

    :param limit: the sum of the budgets; None: no brand has one.
    :param without_limit: how many of the brands have none.
    """

    spent: Decimal
    limit: Decimal | None
    without_limit: int

    @property
    def use(self) -> BudgetUse | None:
        """Both as the use of one budget; None where spend without a budget would be measured by others' budgets."""
        return None if self.without_limit else BudgetUse(self.limit, self.spent)


@dataclass(frozen=True, slots=True)
class CurrencyTotal:
    """What the brands of one currency have spent."""

    currency: str
    brands: int
    day: PeriodTotal
    month: PeriodTotal


@dataclass(frozen=True, slots=True)
class OverviewFilter:
    """Which brands are wanted; what is empty keeps all.

    :param search: a part of the name.
    :param needs_a_look: only those that somebody should look at.
    """

    search: str = ""
    currency: str = ""
    outlook: Outlook | None = None
    needs_a_look: bool = False
    page: int = 1


@dataclass(frozen=True, slots=True)
class Overview:
    """The desk at one moment.

    :param rows: one page of the brands, those with the largest share of their budget at risk first.
    :param matching: how many brands the filter keeps.
    :param brands: how many there are.
    :param looks: how many of those that search and currency keep somebody should look at.
    """

    now: datetime
    rows: tuple[BrandStanding, ...]
    totals: tuple[CurrencyTotal, ...]
    campaigns: CampaignCounts
    changes: tuple[StatusChange, ...]
    upcoming: tuple[Upcoming, ...]
    currencies: tuple[str, ...]
    matching: int
    brands: int
    looks: int
    page: int
    pages: int


def overview(*, now: datetime, reach: Reach, wanted: OverviewFilter | None = None) -> Overview:
    """Return how the brands within reach stand at `now`."""
    wanted = wanted or OverviewFilter()
    brands = list(Brand.objects.filter(reach.own("pk")).order_by("name"))
    rows = brand_standings(brands=list(_found(brands, wanted)), now=now)
    kept = sorted((row for row in rows if _is_wanted(row, wanted)), key=_urgency)
    pages = max(1, -(-len(kept) // ROWS_OF_A_PAGE))
    page = min(max(1, wanted.page), pages)
    return Overview(
        now=now,
        rows=tuple(kept[(page - 1) * ROWS_OF_A_PAGE : page * ROWS_OF_A_PAGE]),
        totals=_totals(kept),
        campaigns=sum((row.campaigns for row in kept), CampaignCounts()),
        changes=_latest_changes(reach),
        upcoming=upcoming_changes(now=now, reach=reach, limit=NEXT_CHANGES),
        currencies=tuple(sorted({brand.currency for brand in brands})),
        matching=len(kept),
        brands=len(brands),
        looks=sum(row.outlook in NEEDS_A_LOOK for row in rows),
        page=page,
        pages=pages,
    )


def _found(brands: Iterable[Brand], wanted: OverviewFilter) -> Iterable[Brand]:
    # Few enough to be filtered here, where upper and lower case are the same in every writing and on every database.
    needle = wanted.search.casefold()
    for brand in brands:
        if needle in brand.name.casefold() and wanted.currency in ("", brand.currency):
            yield brand


def _is_wanted(row: BrandStanding, wanted: OverviewFilter) -> bool:
    if wanted.needs_a_look and row.outlook not in NEEDS_A_LOOK:
        return False
    return wanted.outlook in (None, row.outlook)


def _urgency(row: BrandStanding) -> tuple[bool, bool, Decimal, bool, str]:
    is_off = row.outlook is Outlook.OFF
    share = row.risk.share if row.risk and not is_off else _ZERO
    return (row.outlook is not Outlook.UNREADABLE, is_off, -share, row.outlook is not Outlook.IDLE, row.name)


def _totals(rows: Iterable[BrandStanding]) -> tuple[CurrencyTotal, ...]:
    by_currency: defaultdict[str, list[BrandStanding]] = defaultdict(list)
    for row in rows:
        by_currency[row.currency].append(row)
    return tuple(
        CurrencyTotal(
            currency=currency,
            brands=len(members),
            day=_total([row.day.use for row in members]),
            month=_total([row.month.use for row in members]),
        )
        for currency, members in sorted(by_currency.items())
    )


def _total(uses: Sequence[BudgetUse]) -> PeriodTotal:
    limits = [use.limit for use in uses if use.limit is not None]
    return PeriodTotal(
        spent=sum((use.spent for use in uses), _ZERO),
        limit=sum(limits, _ZERO) if limits else None,
        without_limit=len(uses) - len(limits),
    )


def _latest_changes(reach: Reach) -> tuple[StatusChange, ...]:
    changes = StatusChange.objects.filter(reach.own("campaign__brand")).select_related("campaign__brand")
    return tuple(changes.order_by("-pk")[:LATEST_CHANGES])
