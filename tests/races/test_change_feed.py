"""Two brands change at once: the one that came first may commit last. The feed loses neither; an order by key does."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from campaigns.models import Campaign, StatusChange
from campaigns.services import change_campaign, changes
from campaigns.services.changes import changes_after, place_new_changes
from tests.factories import NOON, make_campaign, make_campaigns

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]

SECONDS = 20.0

Reader = Callable[[int], tuple[list[str], int]]


@contextmanager
def in_a_thread(work: Callable[[], None]) -> Iterator[threading.Thread]:
    """Run `work` on a connection of its own meanwhile, and raise what it raised."""
    errors: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            errors.append(error)
            raise
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield thread
    finally:
        thread.join(SECONDS)
    assert not thread.is_alive()
    assert errors == []


def stop(campaign: Campaign) -> None:
    change_campaign(campaign_id=campaign.pk, is_enabled=False, now=NOON)


def read_by_key(cursor: int) -> tuple[list[str], int]:
    """The broken twin: what a reader does who remembers the largest key."""
    found = list(StatusChange.objects.filter(pk__gt=cursor).order_by("pk").select_related("campaign"))
    return [change.campaign.name for change in found], found[-1].pk if found else cursor


def read_feed(cursor: int) -> tuple[list[str], int]:
    page = changes_after(cursor=cursor)
    return [change.campaign.name for change in page.changes], page.cursor


def read_around_a_slow_commit(read: Reader) -> tuple[list[str], list[str]]:
    """Have `slow` change first and commit last; return what is read before its commit, and after."""
    slow, fast = make_campaign(name="slow"), make_campaign(name="fast")
    _, start = read(0)
    has_changed, may_commit = threading.Event(), threading.Event()

    def change_slowly() -> None:
        with transaction.atomic():
            stop(slow)
            has_changed.set()
            assert may_commit.wait(SECONDS)

    with in_a_thread(change_slowly) as thread:
        try:
            assert has_changed.wait(SECONDS)
            stop(fast)
            before, cursor = read(start)
        finally:
            may_commit.set()
        thread.join(SECONDS)
        after, _ = read(cursor)
    return before, after


def test_order_by_key_loses_the_change_that_commits_late() -> None:
    assert read_around_a_slow_commit(read_by_key) == (["fast"], [])


def test_feed_brings_the_change_that_commits_late() -> None:
    assert read_around_a_slow_commit(read_feed) == (["fast"], ["slow"])


def test_readers_at_once_give_every_change_one_position(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "_PLACED_AT_ONCE", 3)
    make_campaigns(40)
    start = threading.Barrier(4)

    def place() -> None:
        start.wait(SECONDS)
        place_new_changes()

    with in_a_thread(place), in_a_thread(place), in_a_thread(place):
        start.wait(SECONDS)
        place_new_changes()

    positions = list(StatusChange.objects.order_by("pk").values_list("position", flat=True))
    assert positions == list(range(1, 41))
