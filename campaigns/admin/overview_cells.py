"""What the overview shows of brands, currencies and changes: words, bars, and the ways to the rows behind them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.safestring import SafeString

from campaigns.admin import cells, pace_cells
from campaigns.errors import InvalidTimeZone
from campaigns.facts import readable_zone
from campaigns.models import Status, StatusChange
from campaigns.queries import BrandStanding
from campaigns.queries.overview import CurrencyTotal, PeriodTotal
from campaigns.queries.standing import CampaignCounts
from campaigns.queries.upcoming import Upcoming
from campaigns.rules.money import format_amount, format_money
from campaigns.rules.pacing import Pace
from campaigns.rules.periods import find_zone

_ONE_MINUTE = timedelta(minutes=1)
_ONE_HOUR = timedelta(hours=1)
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PaceCell:
    """A budget beside its plan, in pieces; `url` leads to the entries behind the number."""

    spent: str
    limit: str
    used: SafeString | str
    bar: SafeString | str
    left: str
    outlook: SafeString
    url: str


@dataclass(frozen=True, slots=True)
class CountCell:
    """A number of campaigns in one state, with the way to them."""

    number: int
    badge: SafeString
    url: str


@dataclass(frozen=True, slots=True)
class RowCells:
    """A brand's line."""

    name: str
    url: str
    clock: str
    outlook: SafeString
    day: PaceCell
    month: PaceCell
    counts: tuple[CountCell, ...]
    add_campaign_url: str
    risk: SafeString | str


@dataclass(frozen=True, slots=True)
class TotalCells:
    """What the brands of one currency have spent, in words."""

    currency: str
    brands: str
    url: str
    day: tuple[str, str]
    month: tuple[str, str]


@dataclass(frozen=True, slots=True)
class ChangeCells:
    """A start or a stop."""

    when: SafeString | str
    badge: SafeString
    campaign: str
    brand: str
    url: str
    why: str
    cause: str
    numbers: str


@dataclass(frozen=True, slots=True)
class UpcomingCells:
    """What time changes next, for one campaign or several of a brand."""

    when: SafeString | str
    badge: SafeString
    campaign: str
    brand: str
    url: str
    words: str


@dataclass(frozen=True, slots=True)
class Links:
    """The ways to other pages, for somebody with these permissions; empty where they may not go."""

    may: Callable[[str], bool]

    def brand(self, brand_id: int) -> str:
        """Return the brand's page."""
        return reverse("admin:campaigns_brand_change", args=[brand_id])

    def campaign(self, campaign_id: int) -> str:
        """Return the campaign's page."""
        if not self.may("campaigns.view_campaign"):
            return ""
        return reverse("admin:campaigns_campaign_change", args=[campaign_id])

    def campaigns(self, **wanted: str | int) -> str:
        """Return the list of campaigns, filtered."""
        return self._list("campaign", wanted)

    def entries_of_campaign(self, campaign_id: int) -> str:
        """Return the list of the campaign's spend entries."""
        return self._list("spendlog", {"campaign__id__exact": campaign_id})

    def entries(self, brand_id: int, first_day: date, last_day: date) -> str:
        """Return the list of the brand's spend entries of those local days."""
        days = {"local_day__gte": first_day.isoformat(), "local_day__lt": (last_day + _ONE_DAY).isoformat()}
        return self._list("spendlog", {"campaign__brand__id__exact": brand_id, **days})

    def add_campaign(self, brand_id: int) -> str:
        """Return the form of a new campaign of the brand."""
        if not self.may("campaigns.add_campaign"):
            return ""
        return f"{reverse('admin:campaigns_campaign_add')}?brand={brand_id}"

    def changes(self, **wanted: str | int) -> str:
        """Return the list of starts and stops, filtered."""
        return self._list("statuschange", wanted)

    def _list(self, model: str, wanted: Mapping[str, str | int]) -> str:
        if not self.may(f"campaigns.view_{model}"):
            return ""
        return f"{reverse(f'admin:campaigns_{model}_changelist')}?{urlencode(wanted)}"


def row(standing: BrandStanding, links: Links, now: datetime) -> RowCells:
    """Return a brand's line."""
    today = standing.today
    of_day = of_month = ""
    if today is not None:
        of_day = links.entries(standing.id, today, today)
        of_month = links.entries(standing.id, today.replace(day=1), today)
    has_none = not standing.campaigns.total
    return RowCells(
        name=standing.name,
        url=links.brand(standing.id),
        clock=_clock(standing.time_zone, now),
        outlook=pace_cells.outlook_badge(standing),
        day=_pace(standing.day, standing.currency, of_day),
        month=_pace(standing.month, standing.currency, of_month),
        counts=counts(standing.campaigns, links, brand__id__exact=standing.id),
        add_campaign_url=links.add_campaign(standing.id) if has_none else "",
        risk=pace_cells.risk(standing),
    )


def counts(campaigns: CampaignCounts, links: Links, **wanted: str | int) -> tuple[CountCell, ...]:
    """Return how many campaigns are in each state that any is in."""
    numbers = ((Status.ACTIVE, campaigns.running), (Status.PAUSED, campaigns.paused), (Status.INACTIVE, campaigns.off))
    return tuple(
        CountCell(number, cells.count_badge(number, status), links.campaigns(status=status.value, **wanted))
        for status, number in numbers
        if number
    )


def total(of_currency: CurrencyTotal) -> TotalCells:
    """Return what a currency's brands have spent, in words."""
    brands = f"{of_currency.brands} brand{'' if of_currency.brands == 1 else 's'}"
    return TotalCells(
        currency=of_currency.currency,
        brands=brands,
        url=f"?{urlencode({'currency': of_currency.currency})}",
        day=_period_total(of_currency.day, of_currency.currency),
        month=_period_total(of_currency.month, of_currency.currency),
    )


def change(of_status: StatusChange, links: Links) -> ChangeCells:
    """Return a start or a stop."""
    campaign, brand = of_status.campaign, of_status.campaign.brand
    return ChangeCells(
        when=cells.moment(of_status.changed_at, readable_zone(brand), year=False),
        badge=cells.started_badge(of_status.is_active),
        campaign=campaign.name,
        brand=brand.name,
        url=links.campaign(campaign.pk),
        why=", ".join(of_status.reasons),
        cause=f"{of_status.get_cause_display()}{f' by {of_status.actor}' if of_status.actor else ''}",
        numbers=cells.change_numbers(of_status),
    )


def upcoming(next_change: Upcoming, links: Links, now: datetime) -> UpcomingCells:
    """Return what time changes next."""
    first, count = next_change.campaigns[0], len(next_change.campaigns)
    brand = first.brand
    is_one = count == 1
    return UpcomingCells(
        when=cells.moment(next_change.at, readable_zone(brand), year=False),
        badge=cells.badge(describe_wait(next_change.at - now), "good" if next_change.starts else "off", "clock"),
        campaign=first.name if is_one else f"{count} campaigns",
        brand=brand.name,
        url=links.campaign(first.pk) if is_one else links.campaigns(brand__id__exact=brand.pk),
        words=next_change.words,
    )


def describe_wait(wait: timedelta) -> str:
    """Write how long it is until something: `in 38 min`, `in 5 h`, `in 3 days`."""
    if wait < _ONE_HOUR:
        return f"in {max(1, wait // _ONE_MINUTE)} min"
    return f"in {wait // _ONE_HOUR} h" if wait < 2 * _ONE_DAY else f"in {wait // _ONE_DAY} days"


def _pace(pace: Pace, currency: str, url: str) -> PaceCell:
    limit = pace.use.limit
    return PaceCell(
        spent=format_amount(pace.use.spent, currency),
        limit=f"{currency}, no limit" if limit is None else f"of {format_money(limit, currency)}",
        used=pace_cells.used_words(pace),
        bar=pace_cells.bar(pace),
        left=pace_cells.left(pace, currency),
        outlook=pace_cells.outlook(pace, currency),
        url=url,
    )


def _clock(time_zone: str, now: datetime) -> str:
    try:
        return f"{now.astimezone(find_zone(time_zone)):%H:%M} {time_zone}"
    except InvalidTimeZone:
        return time_zone


def _period_total(period: PeriodTotal, currency: str) -> tuple[str, str]:
    spent = format_amount(period.spent, currency)
    if period.limit is None:
        return spent, "no budget set"
    without = f", {period.without_limit} without a budget" if period.without_limit else ""
    return spent, f"of {format_amount(period.limit, currency)}{without}"
