"""Preview: what would start and stop if a person changed something, before they do. It writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

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


def resetting_campaign(kind: PeriodKind) -> Change:
    """Return the start of a campaign's own period, now."""
    return lambda facts: replace(facts, campaign=_started(facts.campaign, kind))


def resetting_brand(kind: PeriodKind) -> Change:
    """Return the start of a period of a brand and all its campaigns, now."""
    return lambda facts: replace(facts, campaign=_started(facts.campaign, kind), brand=_started(facts.brand, kind))


def putting_windows(windows: tuple[Window, ...] | None) -> Change:
    """Return the change of a campaign's windows; None: any hour."""
    return lambda facts: replace(facts, windows=windows)


def _started(uses: BudgetUses, kind: PeriodKind) -> BudgetUses:
    if kind is PeriodKind.DAY:
        return replace(uses, day=BudgetUse(uses.day.limit, Decimal(0)))
    return replace(uses, month=BudgetUse(uses.month.limit, Decimal(0)))
