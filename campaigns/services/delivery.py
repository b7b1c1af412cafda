"""Delivery: applies verdicts. The only writer of `is_active`, `paused_because`, `review_at` and of the history."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
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
    now = believed_now(now, brand.reviewed_at)
    # Of those that come without, and only now: most spends need no verdict.
    prefetch_related_objects(campaigns, "schedule__windows")
    decided = [(campaign, facts := facts_of(campaign, brand, now), decide(facts, now)) for campaign in campaigns]
    moved = [(campaign, facts, verdict) for campaign, facts, verdict in decided if _differs(campaign, verdict)]
    if not moved:
        return ()
    _report_unknown_states(moved, brand)
    changes = [
        _change_of(campaign, facts, verdict, now=now, cause=cause, actor=actor)
        for campaign, facts, verdict in moved
        if campaign.is_active is not verdict.is_running
    ]
    _store([(campaign, verdict) for campaign, _, verdict in moved])
    _remember_moment(brand, now)
    stored = StatusChange.objects.bulk_create(changes)
    outbox.tell_changes(brand=brand, changes=stored, now=now)
    transaction.on_commit(partial(_log, stored, brand))
    return tuple(stored)


def should_campaign_be_active(*, campaign_id: int, now: datetime) -> tuple[bool, list[str]]:
    """Say whether the campaign may run at `now`, and everything that holds it, in words, the headline first.

    It reads only: nothing is started or stopped.

    :raises Campaign.DoesNotExist: if there is no such campaign.
    """
    campaign = Campaign.objects.with_windows().select_related("brand").get(pk=campaign_id)
    verdict = decide(facts_of(campaign, campaign.brand, now), now)
    return verdict.is_running, [blocker.label for blocker in verdict.blockers]


def _report_unknown_states(moved: Iterable[tuple[Campaign, Facts, Verdict]], brand: Brand) -> None:
    for campaign, _, verdict in moved:
        if campaign.paused_because and campaign.headline is None:
            logger.error(
                "Unknown state brand=%s campaign=%s stored=%s: decided anew as %s",
                brand.name,
                campaign.name,
                campaign.paused_because,
                verdict.headline or "running",
            )


def _differs(campaign: Campaign, verdict: Verdict) -> bool:
    stored = (campaign.is_active, campaign.paused_because, campaign.review_at)
    return stored != _columns(verdict)


def _columns(verdict: Verdict) -> tuple[bool, str, datetime | None]:
    return verdict.is_running, verdict.headline or "", verdict.review_at


def _change_of(
    campaign: Campaign, facts: Facts, verdict: Verdict, *, now: datetime, cause: Cause, actor: str
) -> StatusChange:
    use = _deciding_budget(facts, verdict.headline or campaign.headline)
    return StatusChange(
        campaign=campaign,
        changed_at=now,
        is_active=verdict.is_running,
        blockers=[blocker.value for blocker in verdict.blockers],
        cause=cause,
        actor=actor,
        spent=use.spent if use else None,
        limit=use.limit if use else None,
    )


def _deciding_budget(facts: Facts, headline: Blocker | None) -> BudgetUse | None:
    """Return the budget that holds the campaign now or, when it starts, the one that held it until now."""
    if headline not in BUDGET_BLOCKERS:
        return None
    uses = facts.brand if headline in (Blocker.BRAND_MONTH, Blocker.BRAND_DAY) else facts.campaign
    return uses.month if headline in (Blocker.BRAND_MONTH, Blocker.CAMPAIGN_MONTH) else uses.day


def _store(moved: Iterable[tuple[Campaign, Verdict]]) -> None:
    """Write the new states: one statement for all campaigns that get the same one."""
    alike: defaultdict[tuple[bool, str, datetime | None], list[int]] = defaultdict(list)
    for campaign, verdict in moved:
        columns = _columns(verdict)
        alike[columns].append(campaign.pk)
        campaign.is_active, campaign.paused_because, campaign.review_at = columns
    for (is_active, paused_because, review_at), keys in alike.items():
        Campaign.objects.filter(pk__in=keys).update(
            is_active=is_active, paused_because=paused_because, review_at=review_at
        )


def _remember_moment(brand: Brand, now: datetime) -> None:
    if brand.reviewed_at != now:
        brand.reviewed_at = now
        Brand.objects.filter(pk=brand.pk).update(reviewed_at=now)


def _log(changes: Sequence[StatusChange], brand: Brand) -> None:
    for change in changes:
        logger.info(
            "%s campaign %s brand=%s cause=%s reasons=%s spent=%s limit=%s by=%s",
            "Activated" if change.is_active else "Pausing",
            change.campaign.name,
            brand.name,
            change.cause,
            "; ".join(change.reasons) or "none",
            change.spent,
            change.limit,
            change.actor or "system",
        )
