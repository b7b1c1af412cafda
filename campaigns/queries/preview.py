"""Preview: what would start and stop if a person changed something, before they do. It writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TypedDict, Unpack

from campaigns.facts import facts_of
from campaigns.models import Campaign
from campaigns.rules.budgets import BudgetUse, BudgetUses
from campaigns.rules.dayparting import Window
from campaigns.rules.delivery import Blocker, Facts, decide
from campaigns.rules.periods import PeriodKind

# What the person would change of the facts.
Change = Callable[[Facts], Facts]


@dataclass(frozen=True, slots=True)
class Preview:
    """A campaign as it is, and as it would be.

    :param headline: what would hold it; None: it would run.
    """

    campaign: Campaign
    headline: Blocker | None

    @property
    def starts(self) -> bool:
        """True if it would start."""
        return self.headline is None and not self.campaign.is_active

    @property
    def stops(self) -> bool:
        """True if it would stop."""
        return self.headline is not None and self.campaign.is_active


class BudgetChanges(TypedDict, total=False):
    """What a person would change of a brand or a campaign; what is left out stays as it is."""

    is_enabled: bool
    daily_budget: Decimal | None
    monthly_budget: Decimal | None


class CampaignChanges(BudgetChanges, total=False):
    """The same of a campaign; `windows` None: any hour."""

    start_date: date | None
    end_date: date | None
    windows: tuple[Window, ...] | None


def preview(*, campaigns: Sequence[Campaign], change: Change, now: datetime) -> list[Preview]:
    """Return what would become of the campaigns, in their order.

    :param campaigns: loaded with their brands and `.with_windows()`.
    """
    return [
        Preview(campaign, decide(change(facts_of(campaign, campaign.brand, now)), now).headline)
        for campaign in campaigns
    ]


def switching_campaign(*, is_enabled: bool) -> Change:
    """Return the change of a campaign's switch."""
    return lambda facts: replace(facts, is_campaign_enabled=is_enabled)


def switching_brand(*, is_enabled: bool) -> Change:
    """Return the change of a brand's switch."""
    return lambda facts: replace(facts, is_brand_enabled=is_enabled)


def changing_brand(**changes: Unpack[BudgetChanges]) -> Change:
    """Return the change of what a person decides about a brand."""
    return lambda facts: replace(
        facts,
        is_brand_enabled=changes.get("is_enabled", facts.is_brand_enabled),
        brand=_limited(facts.brand, changes),
    )


def changing_campaign(**changes: Unpack[CampaignChanges]) -> Change:
    """Return the change of what a person decides about a campaign."""
    return lambda facts: replace(
        facts,
        is_campaign_enabled=changes.get("is_enabled", facts.is_campaign_enabled),
        campaign=_limited(facts.campaign, changes),
        start_date=changes.get("start_date", facts.start_date),
        end_date=changes.get("end_date", facts.end_date),
        windows=changes.get("windows", facts.windows),
    )


def resetting_campaign(kind: PeriodKind) -> Change:
    """Return the start of a campaign's own period, now."""
    return lambda facts: replace(facts, campaign=_started(facts.campaign, kind))


def resetting_brand(kind: PeriodKind) -> Change:
    """Return the start of a period of a brand and all its campaigns, now."""
    return lambda facts: replace(facts, campaign=_started(facts.campaign, kind), brand=_started(facts.brand, kind))


def putting_windows(windows: tuple[Window, ...] | None) -> Change:
    """Return the change of a campaign's windows; None: any hour."""
    return lambda facts: replace(facts, windows=windows)


def _limited(uses: BudgetUses, changes: BudgetChanges | CampaignChanges) -> BudgetUses:
    return BudgetUses(
        day=replace(uses.day, limit=changes.get("daily_budget", uses.day.limit)),
        month=replace(uses.month, limit=changes.get("monthly_budget", uses.month.limit)),
    )


def _started(uses: BudgetUses, kind: PeriodKind) -> BudgetUses:
    if kind is PeriodKind.DAY:
        return replace(uses, day=BudgetUse(uses.day.limit, Decimal(0)))
    return replace(uses, month=BudgetUse(uses.month.limit, Decimal(0)))
