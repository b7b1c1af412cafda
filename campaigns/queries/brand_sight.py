"""A brand in sight: everything that its page shows, at one moment, with as many queries for one campaign as for 200."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import prefetch_related_objects

from campaigns.facts import facts_of, readable_zone
from campaigns.models import Brand, Campaign, StatusChange
from campaigns.queries.course import MonthCourse, month_course
from campaigns.queries.explain import describe_next_change
from campaigns.queries.newest import newest_rows
from campaigns.queries.spending import BrandDays, Hour, brand_days, hours_of
from campaigns.queries.standing import BrandStanding, brand_standings
from campaigns.rules.budgets import BudgetUses
from campaigns.rules.delivery import Verdict, decide
from campaigns.rules.periods import PeriodKind, local_day, period_at

SHOWN_CAMPAIGNS = 20
SHOWN_CHANGES = 6

_ZERO = Decimal(0)
_HUNDRED = Decimal(100)
_TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class CampaignLine:
    """One of the brand's campaigns.

    :param next_change: what time alone changes next, in words; empty: nothing.
    :param month_spent: what the ledger has for it this month.
    :param share: of what the brand has spent this month, in percent; None: nothing was, or credits outweigh it.
    """

    campaign: Campaign
    verdict: Verdict
    next_change: str
    uses: BudgetUses
    month_spent: Decimal
    share: Decimal | None


@dataclass(frozen=True, slots=True)
class BrandSight:
    """A brand at one moment.

    :param course: its month; None if its time zone cannot be read.
    :param hours: its today by hour.
    :param campaigns: those that spent most this month, then by name.
    :param more: how many campaigns are not shown.
    :param changes: the last starts and stops.
    """

    standing: BrandStanding
    zone: ZoneInfo | None
    course: MonthCourse | None
    hours: tuple[Hour, ...]
    campaigns: tuple[CampaignLine, ...]
    more: int
    changes: tuple[StatusChange, ...]


def see_brand(*, brand: Brand, now: datetime) -> BrandSight:
    """Return the brand at `now`."""
    [standing] = brand_standings(brands=[brand], now=now)
    zone = readable_zone(brand)
    campaigns = list(Campaign.objects.filter(brand=brand).select_related("schedule").order_by("name"))
    keys = [campaign.pk for campaign in campaigns]
    spending = BrandDays({}, {})
    course: MonthCourse | None = None
    hours: tuple[Hour, ...] = ()
    if zone is not None:
        month = period_at(PeriodKind.MONTH, now, zone)
        spending = brand_days(campaign_ids=keys, first_day=month.first_day, last_day=local_day(month.end, zone))
        course = month_course(brand=brand, standing=standing, spending=spending, zone=zone, now=now)
        hours = hours_of(campaign_ids=keys, day=period_at(PeriodKind.DAY, now, zone))
    campaigns.sort(key=lambda campaign: -spending.by_campaign.get(campaign.pk, _ZERO))
    return BrandSight(
        standing=standing,
        zone=zone,
        course=course,
        hours=hours,
        campaigns=_lines(campaigns[:SHOWN_CAMPAIGNS], brand, spending, now),
        more=max(0, len(campaigns) - SHOWN_CAMPAIGNS),
        changes=_changes(keys),
    )


def _lines(campaigns: Sequence[Campaign], brand: Brand, spending: BrandDays, now: datetime) -> tuple[CampaignLine, ...]:
    prefetch_related_objects(campaigns, "schedule__windows")
    total = spending.total
    return tuple(
        _line(campaign, brand, spending.by_campaign.get(campaign.pk, _ZERO), total, now) for campaign in campaigns
    )


def _line(campaign: Campaign, brand: Brand, spent: Decimal, total: Decimal, now: datetime) -> CampaignLine:
    facts = facts_of(campaign, brand, now)
    verdict = decide(facts, now)
    share = (spent * _HUNDRED / total).quantize(_TENTH) if total > 0 and spent >= 0 else None
    return CampaignLine(campaign, verdict, describe_next_change(verdict), facts.campaign, spent, share)


def _changes(keys: Sequence[int]) -> tuple[StatusChange, ...]:
    changes = StatusChange.objects.filter(campaign__in=keys).select_related("campaign__brand")
    return newest_rows(changes, count=SHOWN_CHANGES)
