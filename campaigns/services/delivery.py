"""Delivery: applies verdicts. The only writer of `is_active`, `paused_because`, `review_at` and of the history."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import prefetch_related_objects

from campaigns.facts import facts_of
from campaigns.models import Brand, Campaign, Cause, StatusChange
from campaigns.rules.budgets import BudgetUse
from campaigns.rules.delivery import BUDGET_BLOCKERS, Blocker, Facts, Verdict, decide
from campaigns.rules.periods import believed_now
from campaigns.services import outbox

logger = logging.getLogger(__name__)


def review(
    *, brand: Brand, campaigns: Sequence[Campaign], now: datetime, cause: Cause, actor: str = ""
) -> tuple[StatusChange, ...]:
    """Decide on the campaigns and store what changed: state, reason, next review, one history row per start or stop.

    What webhooks will tell of it is stored along with it.
    Twice, late or out of order gives the same state. The caller holds the brand's lock and has rolled the counters.

    :param campaigns: campaigns of the brand; they are updated in memory too.
    :returns: the starts and stops, stored.
    """
    return review_all(brands=[brand], campaigns=campaigns, now=now, cause=cause, actor=actor)


def review_all(
    *, brands: Iterable[Brand], campaigns: Sequence[Campaign], now: datetime, cause: Cause, actor: str = ""
) -> tuple[StatusChange, ...]:
    """Decide on campaigns of several brands, in as few statements as on those of one. See `review`.

    :param brands: those of the campaigns; others may be among them.
    """
    # Of those that come without, and only now: most spends need no verdict.
    prefetch_related_objects(campaigns, "schedule__windows")
    by_key = {brand.pk: brand for brand in brands}
    moved = [
        decision
        for campaign in campaigns
        if (decision := _decide(campaign, by_key[campaign.brand_id], now)).differs_from_what_is_stored
    ]
    if not moved:
        return ()
    _report_unknown_states(moved)
    changes = [decision.change(cause, actor) for decision in moved if decision.starts_or_stops]
    _store(moved)
    _remember_moment(moved)
    stored = StatusChange.objects.bulk_create(changes)
    by_brand: defaultdict[int, list[StatusChange]] = defaultdict(list)
    for change in stored:
        by_brand[change.campaign.brand_id].append(change)
    outbox.tell_changes(changes=[(by_key[key], own) for key, own in by_brand.items()], now=now)
    transaction.on_commit(partial(_log, stored, by_key))
    return tuple(stored)


def is_unsettled(*, brand: Brand, campaign: Campaign, now: datetime) -> bool:
    """Tell whether the verdict on a campaign differs from what is stored; reads only."""
    return _decide(campaign, brand, now).differs_from_what_is_stored


def should_campaign_be_active(*, campaign_id: int, now: datetime) -> tuple[bool, list[str]]:
    """Say whether the campaign may run at `now`, and everything that holds it, in words, the headline first.

    It reads only: nothing is started or stopped.

    :raises Campaign.DoesNotExist: if there is no such campaign.
    """
    campaign = Campaign.objects.with_windows().select_related("brand").get(pk=campaign_id)
    verdict = decide(facts_of(campaign, campaign.brand, now), now)
    return verdict.is_running, [blocker.label for blocker in verdict.blockers]


@dataclass(frozen=True, slots=True)
class _Decision:
    """The verdict on a campaign, and the moment at which it was made."""

    campaign: Campaign
    brand: Brand
    facts: Facts
    verdict: Verdict
    now: datetime

    @property
    def columns(self) -> tuple[bool, str, datetime | None]:
        return self.verdict.is_running, self.verdict.headline or "", self.verdict.review_at

    @property
    def differs_from_what_is_stored(self) -> bool:
        campaign = self.campaign
        return (campaign.is_active, campaign.paused_because, campaign.review_at) != self.columns

    @property
    def starts_or_stops(self) -> bool:
        return self.campaign.is_active is not self.verdict.is_running

    def change(self, cause: Cause, actor: str) -> StatusChange:
        use = _deciding_budget(self.facts, self.verdict.headline or self.campaign.headline)
        return StatusChange(
            campaign=self.campaign,
            changed_at=self.now,
            is_active=self.verdict.is_running,
            blockers=[blocker.value for blocker in self.verdict.blockers],
            cause=cause,
            actor=actor,
            spent=use.spent if use else None,
            limit=use.limit if use else None,
        )


def _report_unknown_states(moved: Iterable[_Decision]) -> None:
    for decision in moved:
        if decision.campaign.paused_because and decision.campaign.headline is None:
            logger.error(
                "Unknown state brand=%s campaign=%s stored=%s: decided anew as %s",
                decision.brand.name,
                decision.campaign.name,
                decision.campaign.paused_because,
                decision.verdict.headline or "running",
            )


def _decide(campaign: Campaign, brand: Brand, now: datetime) -> _Decision:
    believed = believed_now(now, brand.reviewed_at)
    facts = facts_of(campaign, brand, believed)
    return _Decision(campaign, brand, facts, decide(facts, believed), believed)


def _deciding_budget(facts: Facts, headline: Blocker | None) -> BudgetUse | None:
    """Return the budget that holds the campaign now or, when it starts, the one that held it until now."""
    if headline not in BUDGET_BLOCKERS:
        return None
    uses = facts.brand if headline in (Blocker.BRAND_MONTH, Blocker.BRAND_DAY) else facts.campaign
    return uses.month if headline in (Blocker.BRAND_MONTH, Blocker.CAMPAIGN_MONTH) else uses.day


def _store(moved: Iterable[_Decision]) -> None:
    """Write the new states: one statement for all campaigns that get the same one."""
    alike: defaultdict[tuple[bool, str, datetime | None], list[int]] = defaultdict(list)
    for decision in moved:
        campaign, columns = decision.campaign, decision.columns
        alike[columns].append(campaign.pk)
        campaign.is_active, campaign.paused_because, campaign.review_at = columns
    for (is_active, paused_because, review_at), keys in alike.items():
        Campaign.objects.filter(pk__in=keys).update(
            is_active=is_active, paused_because=paused_because, review_at=review_at
        )


def _remember_moment(moved: Iterable[_Decision]) -> None:
    by_moment: defaultdict[datetime, set[int]] = defaultdict(set)
    for decision in moved:
        if decision.brand.reviewed_at != decision.now:
            decision.brand.reviewed_at = decision.now
            by_moment[decision.now].add(decision.brand.pk)
    for now, keys in by_moment.items():
        Brand.objects.filter(pk__in=keys).update(reviewed_at=now)


def _log(changes: Sequence[StatusChange], brands: Mapping[int, Brand]) -> None:
    for change in changes:
        logger.info(
            "%s campaign %s brand=%s cause=%s reasons=%s spent=%s limit=%s by=%s",
            "Activated" if change.is_active else "Pausing",
            change.campaign.name,
            brands[change.campaign.brand_id].name,
            change.cause,
            "; ".join(change.reasons) or "none",
            change.spent,
            change.limit,
            change.actor or "system",
        )
