"""The feed of changes: every start and stop, in an order that a reader can resume at any place.

Keys cannot be that order. They are given out before the commit, so that of two brands the one with the larger key may
commit first; whoever then remembers that key never sees the smaller one. A position is given after the commit, to what
is visible, under a lock: once somebody has seen a position, none below it will ever appear. Within a brand, keys follow
the commits (its lock sees to that), and positions follow the keys.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Max

from campaigns.errors import InvalidCursor
from campaigns.models import ChangeFeed, StatusChange
from campaigns.services.database import writing

LARGEST_PAGE = 1000

_PLACED_AT_ONCE = 500
_FEED = 1


@dataclass(frozen=True, slots=True)
class ChangePage:
    """A piece of the feed.

    :param changes: oldest first, with their campaigns and brands loaded.
    :param cursor: where to go on; the one that was asked for, if there is nothing new.
    :param has_more: True if there is more already.
    """

    changes: tuple[StatusChange, ...]
    cursor: int
    has_more: bool


def changes_after(*, cursor: int = 0, limit: int = 100, brand_ids: Collection[int] | None = None) -> ChangePage:
    """Return the changes that come after the cursor, in order, each exactly once however often and late it is asked.

    What is new is given its position first. It writes nothing else.

    :param cursor: that of the page before; 0: from the beginning.
    :param limit: at most so many, from 1 to 1,000.
    :param brand_ids: only of these brands; None: of all.
    :raises InvalidCursor: if the feed has never come so far, as after a restored backup: nothing would ever follow.
    """
    if not 1 <= limit <= LARGEST_PAGE:
        raise InvalidCursor(f"A page has 1 to {LARGEST_PAGE} changes, not {limit}.", field="limit")
    place_new_changes()
    changes = StatusChange.objects.filter(position__gt=cursor).order_by("position").select_related("campaign__brand")
    if brand_ids is not None:
        changes = changes.filter(campaign__brand__in=brand_ids)
    found = list(changes[: limit + 1])
    if not found:
        _check_cursor(cursor)
        return ChangePage((), cursor, has_more=False)
    page = tuple(found[:limit])
    return ChangePage(page, page[-1].position or cursor, has_more=len(found) > limit)


def place_new_changes() -> int:
    """Give every visible change that has none its position, in the order of the keys, and return how many got one."""
    placed = 0
    # Most of the time there is nothing new, and then nobody waits for the lock.
    while StatusChange.objects.filter(position=None).exists():
        placed += _place_some()
    return placed


def _place_some() -> int:
    with writing():
        feed = _lock_feed()
        new = list(StatusChange.objects.filter(position=None).order_by("pk").only("pk")[:_PLACED_AT_ONCE])
        for position, change in enumerate(new, start=feed.last_position + 1):
            change.position = position
        StatusChange.objects.bulk_update(new, ["position"])
        ChangeFeed.objects.filter(pk=feed.pk).update(last_position=feed.last_position + len(new))
    return len(new)


def _lock_feed() -> ChangeFeed:
    # The row comes with the tables; a database that was emptied since has to do without.
    feed, _ = ChangeFeed.objects.select_for_update().get_or_create(pk=_FEED, defaults={"last_position": _last_given()})
    return feed


def _last_given() -> int:
    return StatusChange.objects.aggregate(last=Max("position"))["last"] or 0


def _check_cursor(cursor: int) -> None:
    last = ChangeFeed.objects.filter(pk=_FEED).values_list("last_position", flat=True).first() or 0
    if not 0 <= cursor <= last:
        raise InvalidCursor(
            f"The feed has not come as far as {cursor}: it ends at {last}. Compare the campaigns' states, "
            "then go on from there."
        )
