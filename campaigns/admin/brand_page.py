"""A brand's page above its form: how it stands, its month and its today as pictures, its campaigns, what happened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.html import format_html
from django.utils.safestring import SafeString

from campaigns.admin import cells
from campaigns.admin.drawing import Drawn, draw_hours, draw_month
from campaigns.admin.overview_cells import ChangeCells, Links, RowCells, change, describe_wait, row
from campaigns.models import Brand
from campaigns.queries.brand_sight import BrandSight, CampaignLine, see_brand

# Today stands beside the month, which is two pictures high.
_TALL = 328


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """One campaign of the brand."""

    name: str
    url: str
    state: SafeString
    held_by: str
    next_when: SafeString | str
    next_words: str
    today: SafeString
    month: SafeString
    share: SafeString | str


@dataclass(frozen=True, slots=True)
class BrandPage:
    """What stands above the form.

    :param counted: from when on the day and the month count, where a person reset one of them.
    :param all_campaigns: the way to the list of all of them; empty where the person may not go.
    """

    key: int
    is_enabled: bool
    row: RowCells
    counted: Sequence[tuple[str, SafeString | str]]
    month: Drawn | None
    hours: Drawn | None
    campaigns: Sequence[CampaignRow]
    more: int
    all_campaigns: str
    changes: Sequence[ChangeCells]
    all_changes: str


def brand_page(brand: Brand, *, may: Callable[[str], bool], now: datetime) -> BrandPage:
    """Return what stands above the form of a brand.

    :param may: whether the person has a permission, such as `campaigns.view_campaign`.
    """
    sight, links = see_brand(brand=brand, now=now), Links(may)
    zone, currency = sight.zone, brand.currency
    return BrandPage(
        key=brand.pk,
        is_enabled=brand.is_enabled,
        row=row(sight.standing, links, now),
        counted=_counted(brand, sight),
        month=draw_month(sight.course, currency, zone) if sight.course and zone else None,
        hours=draw_hours(sight.hours, zone, currency, now, height=_TALL) if sight.hours and zone else None,
        campaigns=[_campaign(line, sight, brand, links, now) for line in sight.campaigns],
        more=sight.more,
        all_campaigns=links.campaigns(brand__id__exact=brand.pk),
        changes=[change(of_status, links) for of_status in sight.changes],
        all_changes=links.changes(campaign__brand__id__exact=brand.pk),
    )


def _campaign(line: CampaignLine, sight: BrandSight, brand: Brand, links: Links, now: datetime) -> CampaignRow:
    campaign, next_change = line.campaign, line.verdict.next_change
    wait = describe_wait(next_change.at - now) if next_change else ""
    return CampaignRow(
        name=campaign.name,
        url=links.campaign(campaign.pk),
        state=cells.status_badge(campaign.status),
        held_by=campaign.headline.label if campaign.headline else "",
        next_when=cells.moment(next_change.at, sight.zone, year=False) if next_change else cells.NOTHING,
        next_words=f"{line.next_change}, {wait}" if next_change else "",
        today=cells.budget(line.uses.day, brand.currency),
        month=cells.budget(line.uses.month, brand.currency),
        share=_share(line),
    )


def _share(line: CampaignLine) -> SafeString | str:
    if line.share is None:
        return cells.NOTHING
    return format_html(
        '<span class="share"><meter max="100" value="{}" aria-label="share of the brand\'s month"></meter> {} %</span>',
        line.share,
        line.share,
    )


def _counted(brand: Brand, sight: BrandSight) -> list[tuple[str, SafeString | str]]:
    """Return the beginnings of day and month where a reset by hand has moved them."""
    if sight.course is None or sight.zone is None:
        return []
    day, reset = sight.course.day, []
    if brand.daily_since in day and brand.daily_since != day.start:
        reset.append(("Today counted since", cells.moment(brand.daily_since, sight.zone, year=False)))
    if sight.course.reset_at is not None:
        reset.append(("Month counted since", cells.moment(sight.course.reset_at, sight.zone, year=False)))
    return reset
