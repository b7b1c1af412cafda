"""Upcoming: what time alone changes next, campaigns of one brand together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from campaigns.facts import facts_of
from campaigns.models import Campaign
from campaigns.queries.explain import describe_next_change
from campaigns.queries.reach import Reach
from campaigns.rules.delivery import decide

# So many campaigns are asked, nearest first. More of them at one moment are more of the same.
_ASKED = 100


@dataclass(frozen=True, slots=True)
class Upcoming:
    """A moment at which time alone changes something for campaigns of a brand.

    :param starts: True if what held them ends; something else may hold them still.
    :param words: what happens: `its window opens`.
    :param campaigns: those concerned, one at least.
    """

    at: datetime
    starts: bool
    words: str
    campaigns: tuple[Campaign, ...]


def upcoming_changes(*, now: datetime, reach: Reach, limit: int) -> tuple[Upcoming, ...]:
    """Return the next changes after `now`, nearest first; two queries."""
    campaigns = Campaign.objects.filter(reach.own("brand"), review_at__gt=now).select_related("brand").with_windows()
    groups: dict[tuple[datetime, int, bool, str], list[Campaign]] = {}
    for campaign in campaigns.order_by("review_at", "pk")[:_ASKED]:
        verdict = decide(facts_of(campaign, campaign.brand, now), now)
        if verdict.next_change is not None:
            starts = verdict.next_change.blocker in verdict.blockers
            key = (verdict.next_change.at, campaign.brand_id, starts, describe_next_change(verdict))
            groups.setdefault(key, []).append(campaign)
    return _nearest(groups, limit)


def _nearest(groups: dict[tuple[datetime, int, bool, str], list[Campaign]], limit: int) -> tuple[Upcoming, ...]:
    nearest: Sequence[tuple[datetime, int, bool, str]] = sorted(groups)[:limit]
    return tuple(Upcoming(key[0], key[2], key[3], tuple(groups[key])) for key in nearest)
