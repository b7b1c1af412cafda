"""Listing: brands, campaigns, entries and status changes for programs, page by page, the same queries on every page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, TypedDict, TypeVar

from django.db.models import Count, Model, Q, QuerySet
from django_stubs_ext import WithAnnotations

from campaigns.facts import budget_uses, facts_of, readable_zone, windows_of
from campaigns.models import Brand, Campaign, SpendLog, Status, StatusChange
from campaigns.queries.reach import Reach
from campaigns.rules.budgets import BudgetUses
from campaigns.rules.dayparting import Window
from campaigns.rules.delivery import Blocker, Verdict, decide

_Item = TypeVar("_Item")
_Row = TypeVar("_Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Page(Generic[_Item]):
    """Some of the items.

    :param cursor: the number to go on with; None: this is the last page.
    """

    items: tuple[_Item, ...]
    cursor: int | None


@dataclass(frozen=True, slots=True)
class Cut:
    """Which page is wanted.

    :param cursor: what the page before said; None: the first page.
    :param limit: how many items at most.
    """

    cursor: int | None = None
    limit: int = 100


class CampaignCounts(TypedDict):
    """What is counted for each brand."""

    running: int
    total: int


@dataclass(frozen=True, slots=True)
class BrandView:
    """A brand at one moment, with how many of its campaigns run."""

    brand: Brand
    uses: BudgetUses
    running: int
    total: int


@dataclass(frozen=True, slots=True)
class CampaignView:
    """A campaign, with its brand, at one moment.

    :param windows: None: any hour. Empty: never.
    """

    campaign: Campaign
    uses: BudgetUses
    verdict: Verdict
    windows: tuple[Window, ...] | None


def list_brands(*, reach: Reach, now: datetime, cut: Cut, brand_id: int | None = None) -> Page[BrandView]:
    """Return brands in the order of their numbers.

    :param brand_id: only this one.
    """
    brands = Brand.objects.filter(reach.own("pk")).annotate(
        running=Count("campaigns", filter=Q(campaigns__is_active=True)), total=Count("campaigns")
    )
    if brand_id is not None:
        brands = brands.filter(pk=brand_id)
    return _page(brands, cut, lambda brand: _brand_view(brand, now))


def list_campaigns(
    *,
    reach: Reach,
    now: datetime,
    cut: Cut,
    campaign_id: int | None = None,
    brand_id: int | None = None,
    status: Status | None = None,
    headline: Blocker | None = None,
) -> Page[CampaignView]:
    """Return campaigns in the order of their numbers, those that all filters keep.

    :param campaign_id: only this one.
    :param headline: the first blocker, as it was last decided.
    """
    campaigns = Campaign.objects.with_windows().select_related("brand").filter(reach.own("brand"))
    if campaign_id is not None:
        campaigns = campaigns.filter(pk=campaign_id)
    if brand_id is not None:
        campaigns = campaigns.filter(brand=brand_id)
    if status is not None:
        campaigns = campaigns.filter(_has_status(status))
    if headline is not None:
        campaigns = campaigns.filter(paused_because=headline.value)
    return _page(campaigns, cut, lambda campaign: _campaign_view(campaign, now))


def list_entries(
    *,
    reach: Reach,
    cut: Cut,
    brand_id: int | None = None,
    campaign_id: int | None = None,
    first_day: date | None = None,
    last_day: date | None = None,
) -> Page[SpendLog]:
    """Return spend entries with campaign and brand, the newest first.

    :param first_day: the first local day, inclusive.
    :param last_day: the last local day, inclusive.
    """
    entries = SpendLog.objects.select_related("campaign__brand").filter(reach.own("campaign__brand"))
    if brand_id is not None:
        entries = entries.filter(campaign__brand=brand_id)
    if campaign_id is not None:
        entries = entries.filter(campaign=campaign_id)
    if first_day is not None:
        entries = entries.filter(local_day__gte=first_day)
    if last_day is not None:
        entries = entries.filter(local_day__lte=last_day)
    return _page(entries, cut, lambda entry: entry, newest_first=True)


def list_status_changes(
    *,
    reach: Reach,
    cut: Cut,
    brand_id: int | None = None,
    campaign_id: int | None = None,
    is_active: bool | None = None,
) -> Page[StatusChange]:
    """Return starts and stops with campaign and brand, the newest first."""
    changes = StatusChange.objects.select_related("campaign__brand").filter(reach.own("campaign__brand"))
    if brand_id is not None:
        changes = changes.filter(campaign__brand=brand_id)
    if campaign_id is not None:
        changes = changes.filter(campaign=campaign_id)
    if is_active is not None:
        changes = changes.filter(is_active=is_active)
    return _page(changes, cut, lambda change: change, newest_first=True)


def _page(rows: QuerySet[_Row], cut: Cut, view: Callable[[_Row], _Item], *, newest_first: bool = False) -> Page[_Item]:
    """Cut a page by the primary key: rows that come or go in between move nothing to another page."""
    if cut.cursor is not None:
        rows = rows.filter(pk__lt=cut.cursor) if newest_first else rows.filter(pk__gt=cut.cursor)
    # One more than asked for tells whether there is another page.
    found = list(rows.order_by("-pk" if newest_first else "pk")[: cut.limit + 1])
    shown = found[: cut.limit]
    return Page(tuple(view(row) for row in shown), shown[-1].pk if len(found) > cut.limit else None)


def _brand_view(brand: WithAnnotations[Brand, CampaignCounts], now: datetime) -> BrandView:
    return BrandView(brand, budget_uses(brand, readable_zone(brand), now), brand.running, brand.total)


def _campaign_view(campaign: Campaign, now: datetime) -> CampaignView:
    facts = facts_of(campaign, campaign.brand, now)
    return CampaignView(campaign, facts.campaign, decide(facts, now), windows_of(campaign))


def _has_status(status: Status) -> Q:
    return {
        Status.ACTIVE: Q(is_active=True),
        Status.PAUSED: Q(is_active=False, is_enabled=True),
        Status.INACTIVE: Q(is_active=False, is_enabled=False),
    }[status]
