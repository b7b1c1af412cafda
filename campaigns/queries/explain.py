"""Explain: why a campaign runs or not, with the numbers, and what changes next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from campaigns.facts import facts_of
from campaigns.models import Campaign, Status
from campaigns.rules.budgets import BudgetUse
from campaigns.rules.delivery import Blocker, Facts, Hold, Verdict, decide
from campaigns.rules.money import format_amount, format_money


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a campaign runs or not at one moment, in sentences.

    :param headline: one sentence with the answer and its first reason.
    :param holds: one sentence for each blocker, the headline's first.
    :param budgets: one line for each budget, with its numbers.
    :param next_change: what time alone changes next, and when; None if nothing.
    :param is_settled: False if the stored state differs from the verdict: the next pass brings it in line.
    """

    brand: str
    campaign: str
    status: Status
    is_running: bool
    headline: str
    holds: tuple[str, ...]
    budgets: tuple[str, ...]
    next_change: str | None
    next_change_at: datetime | None
    is_settled: bool
    verdict: Verdict


def explain(*, campaign_id: int, now: datetime) -> Explanation:
    """Say why the campaign runs or not at `now`.

    :raises Campaign.DoesNotExist: if there is no such campaign.
    """
    campaign = Campaign.objects.with_windows().select_related("brand", "schedule").get(pk=campaign_id)
    brand = campaign.brand
    facts = facts_of(campaign, brand, now)
    verdict = decide(facts, now)
    holds = tuple(_hold_sentence(hold, facts.zone, brand.currency) for hold in verdict.holds)
    headline = (
        f"{campaign.name} runs: nothing holds it." if verdict.is_running else f"{campaign.name} is held: {holds[0]}"
    )
    return Explanation(
        brand=brand.name,
        campaign=campaign.name,
        status=campaign.status,
        is_running=verdict.is_running,
        headline=headline,
        holds=holds,
        budgets=_budget_lines(facts, brand.currency),
        next_change=_next_sentence(verdict, facts),
        next_change_at=verdict.review_at,
        is_settled=campaign.is_active is verdict.is_running,
        verdict=verdict,
    )


def describe_moment(moment: datetime, zone: ZoneInfo) -> str:
    """Write a moment as the brand's clocks show it: `Sat 21 Nov 2026 00:00 (America/New_York)`."""
    return f"{moment.astimezone(zone):%a %d %b %Y %H:%M} ({zone.key})"


def _hold_sentence(hold: Hold, zone: ZoneInfo | None, currency: str) -> str:
    parts = [hold.blocker.label]
    if hold.use is not None and hold.use.limit is not None:
        parts.append(f"{format_amount(hold.use.spent, currency)} of {format_money(hold.use.limit, currency)} spent")
    if hold.until is not None and zone is not None:
        parts.append(f"until {describe_moment(hold.until, zone)}")
    else:
        parts.append(_WHO_LIFTS[hold.blocker])
    return ", ".join(parts) + "."


_WHO_LIFTS = {
    Blocker.ZONE_UNREADABLE: "until somebody corrects the brand's time zone",
    Blocker.BRAND_OFF: "until somebody switches the brand on",
    Blocker.CAMPAIGN_OFF: "until somebody switches the campaign on",
    Blocker.FLIGHT_NOT_STARTED: "until its first day",
    Blocker.FLIGHT_ENDED: "until somebody moves its last day",
    Blocker.BRAND_MONTH: "until somebody raises the budget",
    Blocker.BRAND_DAY: "until somebody raises the budget",
    Blocker.CAMPAIGN_MONTH: "until somebody raises the budget",
    Blocker.CAMPAIGN_DAY: "until somebody raises the budget",
    Blocker.OUTSIDE_WINDOWS: "until somebody gives it a window",
}


def _budget_lines(facts: Facts, currency: str) -> tuple[str, ...]:
    return (
        f"brand today: {_use(facts.brand.day, currency)}",
        f"brand this month: {_use(facts.brand.month, currency)}",
        f"campaign today: {_use(facts.campaign.day, currency)}",
        f"campaign this month: {_use(facts.campaign.month, currency)}",
    )


def _use(use: BudgetUse, currency: str) -> str:
    if use.limit is None:
        return f"{format_money(use.spent, currency)} spent, no limit"
    percent = "" if use.used_percent is None else f" ({use.used_percent} %)"
    return f"{format_amount(use.spent, currency)} of {format_money(use.limit, currency)} spent{percent}"


def describe_next_change(verdict: Verdict) -> str:
    """Write what time alone changes next: `its window opens`; empty if nothing."""
    change = verdict.next_change
    if change is None:
        return ""
    return _ENDS[change.blocker] if change.blocker in verdict.blockers else _BEGINS[change.blocker]


def _next_sentence(verdict: Verdict, facts: Facts) -> str | None:
    if verdict.next_change is None or facts.zone is None:
        return None
    return f"{describe_moment(verdict.next_change.at, facts.zone)}: {describe_next_change(verdict)}."


_ENDS = {
    Blocker.FLIGHT_NOT_STARTED: "its flight starts",
    Blocker.BRAND_MONTH: "a new month begins for the brand's budget",
    Blocker.BRAND_DAY: "a new day begins for the brand's budget",
    Blocker.CAMPAIGN_MONTH: "a new month begins for its budget",
    Blocker.CAMPAIGN_DAY: "a new day begins for its budget",
    Blocker.OUTSIDE_WINDOWS: "its window opens",
}

_BEGINS = {
    Blocker.FLIGHT_ENDED: "its flight is over",
    Blocker.OUTSIDE_WINDOWS: "its window closes",
}
