"""A campaign's page above its form: why it runs or not, what comes next, its past as pictures, every start and stop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils.html import format_html
from django.utils.safestring import SafeString

from campaigns.admin import cells
from campaigns.admin.drawing import Drawn, draw_days, draw_hours
from campaigns.admin.overview_cells import ChangeCells, Links, change, describe_wait
from campaigns.facts import budget_uses
from campaigns.models import Campaign
from campaigns.queries import explain
from campaigns.queries.campaign_sight import CampaignSight, see_campaign
from campaigns.queries.explain import Explanation, describe_next_change


@dataclass(frozen=True, slots=True)
class NextCells:
    """What time alone changes next.

    :param then: what becomes of the campaign at that moment, as things are now.
    """

    wait: SafeString
    when: SafeString | str
    words: str
    then: str


@dataclass(frozen=True, slots=True)
class CampaignPage:
    """What stands above the form.

    :param also: what else holds it, behind the first reason.
    """

    key: int
    is_enabled: bool
    brand: str
    brand_url: str
    badge: SafeString
    sentence: str
    is_settled: bool
    also: Sequence[str]
    next: NextCells | None
    budgets: SafeString
    counted: Sequence[tuple[str, SafeString | str]]
    days: Drawn | None
    hours: Drawn | None
    changes: Sequence[ChangeCells]
    all_changes: str
    entries: str


def campaign_page(campaign: Campaign, *, may: Callable[[str], bool], now: datetime) -> CampaignPage:
    """Return what stands above the form of a campaign, which is loaded with its brand.

    :param may: whether the person has a permission, such as `campaigns.view_spendlog`.
    """
    explained, sight = explain(campaign_id=campaign.pk, now=now), see_campaign(campaign=campaign, now=now)
    brand, zone = campaign.brand, sight.zone
    links = Links(may)
    uses = [("campaign", budget_uses(campaign, zone, now)), ("brand", budget_uses(brand, zone, now))]
    return CampaignPage(
        key=campaign.pk,
        is_enabled=campaign.is_enabled,
        brand=brand.name,
        brand_url=links.brand(brand.pk) if may("campaigns.view_brand") else "",
        badge=cells.status_badge(campaign.status),
        sentence=explained.headline,
        is_settled=explained.is_settled,
        also=explained.holds[1:],
        next=_next(explained, sight, now),
        budgets=cells.budget_table(uses, brand.currency),
        counted=[
            ("Day counted since", cells.moment(campaign.daily_since, zone, year=False)),
            ("Month counted since", cells.moment(campaign.monthly_since, zone, year=False)),
        ],
        days=draw_days(sight.days, zone, brand.currency, now, sight.runs) if zone else None,
        hours=draw_hours(sight.hours, zone, brand.currency, now, sight.runs) if zone else None,
        changes=[change(of_status, links) for of_status in sight.changes],
        all_changes=links.changes(campaign__id__exact=campaign.pk),
        entries=links.entries_of_campaign(campaign.pk),
    )


def both_clocks(when: datetime, sight: CampaignSight) -> SafeString:
    """Return a moment as the brand's clocks show it, and as the reader's do: a script writes that, else it is UTC."""
    return format_html(
        '{} <time class="reader" datetime="{}" data-reader>{} UTC</time>',
        cells.moment(when, sight.zone, year=False),
        when.astimezone(UTC).isoformat(),
        f"{when.astimezone(UTC):%a %d %b %H:%M}",
    )


def _next(explained: Explanation, sight: CampaignSight, now: datetime) -> NextCells | None:
    change = explained.verdict.next_change
    if change is None:
        return None
    level = "good" if sight.then is None else "off"
    return NextCells(
        wait=cells.badge(describe_wait(change.at - now), level, "clock"),
        when=both_clocks(change.at, sight),
        words=describe_next_change(explained.verdict),
        then="then it may run" if sight.then is None else f"then it is held by: {sight.then.label}",
    )
