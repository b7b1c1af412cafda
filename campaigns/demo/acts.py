"""What happens in the demo agency, each through a service and at its moment: work, decisions, and the end."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Sum
from django.utils.text import slugify

from campaigns import services
from campaigns.demo.agency import BrandPlan, CampaignPlan, Ending
from campaigns.facts import budget_uses
from campaigns.models import Brand, Campaign, SpendLog
from campaigns.rules.budgets import BudgetUse
from campaigns.rules.money import coin_decimals
from campaigns.rules.periods import local_day
from campaigns.services import NewSpend, ReportedTotal

# What is left of a budget that is nearly used up.
NEARLY = Decimal("0.985")

_PERSON = "alex"
_ONE_DAY = timedelta(days=1)
_FLIGHT_STARTS_IN = 10 * _ONE_DAY
_FLIGHT_ENDED_AGO = 2 * _ONE_DAY
# How far a spend lies from the ordinary, and a restated total from the first one, in percent.
_LUCK = (70, 130)
_RESTATED = (98, 103)
# Platforms stop a little late.
_USED_UP = Decimal("1.006")
_WORDS = {
    "google_ads": "search clicks",
    "line_ads": "banner views",
    "meta": "feed impressions",
    "tiktok": "video views",
}


def create(plan: BrandPlan, dice: random.Random, today: date, at: datetime) -> None:
    """Make the brand and its campaigns. `today` is the brand's day at which the demo is loaded."""
    brand = services.create_brand(
        name=plan.name,
        time_zone=plan.time_zone,
        currency=plan.currency,
        daily_budget=plan.daily_budget,
        monthly_budget=plan.monthly_budget,
        now=at,
        actor=_PERSON,
    )
    for campaign in plan.campaigns:
        services.create_campaign(
            brand_id=brand.pk,
            name=campaign.name,
            external_id=f"{dice.randrange(10**10):010}",
            daily_budget=campaign.daily_budget,
            monthly_budget=campaign.monthly_budget,
            windows=campaign.windows,
            start_date=today + _FLIGHT_STARTS_IN if campaign.ending is Ending.STARTS_LATER else None,
            end_date=today - _FLIGHT_ENDED_AGO if campaign.ending is Ending.ENDED else None,
            now=at,
            actor=_PERSON,
        )


def spend(plan: BrandPlan, dice: random.Random, percent: int, at: datetime) -> None:
    """Let those campaigns of the brand that run spend that share of an ordinary day."""
    running = _campaigns(plan)
    spends = [
        _spend_of(running[campaign.name], campaign.source, _by_luck(plan, campaign, dice, percent), at)
        for campaign in plan.campaigns
        if running[campaign.name].is_active and not campaign.is_reported
    ]
    services.record_spends(spends=spends, now=at)
    for campaign in plan.campaigns:
        if campaign.is_reported and running[campaign.name].is_active:
            _report(plan, campaign, running[campaign.name], dice, percent, at)


def switch_brand_off(plan: BrandPlan, at: datetime) -> None:
    """Have a person switch the brand off."""
    services.change_brand(brand_id=Brand.objects.get(name=plan.name).pk, is_enabled=False, now=at, actor=_PERSON)


def switch_campaigns_off(plan: BrandPlan, at: datetime) -> None:
    """Have a person switch off those campaigns that are off in the end."""
    campaigns = _campaigns(plan)
    for campaign in plan.campaigns:
        if campaign.ending is Ending.SWITCHED_OFF:
            services.change_campaign(campaign_id=campaigns[campaign.name].pk, is_enabled=False, now=at, actor=_PERSON)


def correct_and_reverse(plan: BrandPlan, at: datetime) -> None:
    """Correct one of the entries of earlier days, and reverse another one, where there are any."""
    earlier = SpendLog.objects.filter(
        campaign__brand__name=plan.name, amount__gt=Decimal(0), occurred_at__lt=at - _ONE_DAY
    )
    for entry in earlier.order_by("-pk")[:1]:
        right = entry.amount - entry.amount // 4
        services.correct_spend(
            entry_id=entry.pk, new_amount=right, description="invalid clicks refunded", now=at, actor=_PERSON
        )
    for entry in earlier.order_by("-pk")[1:2]:
        services.reverse_spend(entry_id=entry.pk, description="recorded twice", now=at, actor=_PERSON)


def end(plan: BrandPlan, at: datetime) -> None:
    """Bring the brand and its campaigns to where they stand in the end, by the spend that is lacking for it."""
    brand = Brand.objects.get(name=plan.name)
    uses = budget_uses(brand, brand.zone, at)
    if plan.ending is Ending.NEARLY_USED_TODAY:
        _spend_up_to(NEARLY, uses.day, plan, plan.campaigns, at)
    elif plan.ending is Ending.USED_TODAY:
        _spend_up_to(_USED_UP, uses.day, plan, plan.campaigns, at)
    elif plan.ending is Ending.USED_THIS_MONTH:
        _spend_up_to(_USED_UP, uses.month, plan, plan.campaigns, at)
    rows = _campaigns(plan)
    for campaign in plan.campaigns:
        uses = budget_uses(rows[campaign.name], brand.zone, at)
        if campaign.ending is Ending.USED_TODAY:
            _spend_up_to(_USED_UP, uses.day, plan, [campaign], at)
        elif campaign.ending is Ending.USED_THIS_MONTH:
            _spend_up_to(_USED_UP, uses.month, plan, [campaign], at)


def _campaigns(plan: BrandPlan) -> dict[str, Campaign]:
    campaigns = Campaign.objects.filter(brand__name=plan.name).select_related("brand")
    return {campaign.name: campaign for campaign in campaigns}


def _by_luck(plan: BrandPlan, campaign: CampaignPlan, dice: random.Random, percent: int) -> Decimal:
    return _rounded(Decimal(campaign.a_day * percent * dice.randint(*_LUCK)) / 10_000, plan)


def _rounded(amount: Decimal, plan: BrandPlan) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-coin_decimals(plan.currency)))


def _spend_of(campaign: Campaign, source: str, amount: Decimal, at: datetime) -> NewSpend:
    return NewSpend(
        campaign_id=campaign.pk,
        amount=amount,
        reference=f"{slugify(campaign.name)}-{at:%Y%m%d-%H%M}",
        description=_WORDS.get(source, ""),
        source=source,
    )


def _report(
    plan: BrandPlan, campaign: CampaignPlan, row: Campaign, dice: random.Random, percent: int, at: datetime
) -> None:
    """Let the platform report the day's total so far, and restate the day before."""
    today = local_day(at, row.brand.zone)
    before = _reported(row, campaign.source, today - _ONE_DAY)
    restated = _rounded(before * dice.randint(*_RESTATED) / 100, plan)
    so_far = _reported(row, campaign.source, today) + _by_luck(plan, campaign, dice, percent)
    totals = [
        ReportedTotal(row.pk, campaign.source, today - _ONE_DAY, restated),
        ReportedTotal(row.pk, campaign.source, today, so_far),
    ]
    services.record_reported_totals(totals=totals, now=at)


def _reported(campaign: Campaign, source: str, day: date) -> Decimal:
    entries = SpendLog.objects.filter(campaign=campaign, source=source, local_day=day)
    return entries.aggregate(total=Sum("amount"))["total"] or Decimal(0)


def _spend_up_to(
    share: Decimal, use: BudgetUse, plan: BrandPlan, campaigns: Sequence[CampaignPlan], at: datetime
) -> None:
    """Record what is lacking until that share of the budget is used, over the campaigns as they spend on any day."""
    if use.limit is None:
        return
    lacking = _rounded(use.limit * share, plan) - use.spent
    if lacking <= 0:
        return
    rows, a_day = _campaigns(plan), sum(campaign.a_day for campaign in campaigns)
    parts = [_rounded(lacking * campaign.a_day / a_day, plan) for campaign in campaigns[1:]]
    spends = [
        _spend_of(rows[campaign.name], campaign.source, amount, at)
        for campaign, amount in zip(campaigns, [lacking - sum(parts), *parts], strict=True)
        if amount
    ]
    services.record_spends(spends=spends, now=at)
