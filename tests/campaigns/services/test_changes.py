"""The feed of changes: all of them, in order, each once, from any place on."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.errors import InvalidCursor
from campaigns.models import Campaign, ChangeFeed, StatusChange
from campaigns.services import change_campaign, changes, delete_campaign
from campaigns.services.changes import changes_after, place_new_changes
from tests.factories import NOON, make_campaign, make_campaigns

pytestmark = pytest.mark.django_db


def switch(campaign: Campaign) -> None:
    is_enabled = not Campaign.objects.get(pk=campaign.pk).is_enabled
    change_campaign(campaign_id=campaign.pk, is_enabled=is_enabled, now=NOON)


def keys() -> list[int]:
    return list(StatusChange.objects.order_by("pk").values_list("pk", flat=True))


def test_feed_brings_every_change_in_order_page_by_page() -> None:
    make_campaigns(7)
    cursor, seen, more = 0, [], []

    for _ in range(4):
        page = changes_after(cursor=cursor, limit=3)
        seen.append([change.pk for change in page.changes])
        more.append(page.has_more)
        cursor = page.cursor

    all_keys = keys()
    assert seen == [all_keys[:3], all_keys[3:6], all_keys[6:], []]
    assert more == [True, True, False, False]
    assert cursor == 7


def test_feed_goes_on_with_what_is_new() -> None:
    campaign = make_campaign()
    first = changes_after(limit=10)
    nothing = changes_after(cursor=first.cursor)
    switch(campaign)
    second = changes_after(cursor=nothing.cursor)

    assert nothing == (type(nothing)((), first.cursor, has_more=False))
    assert [change.is_active for change in second.changes] == [False]
    assert second.cursor == first.cursor + 1


def test_feed_of_some_brands_leaves_the_others_out() -> None:
    mine, other = make_campaign(), make_campaign()
    for campaign in (mine, other, mine, other):
        switch(campaign)

    page = changes_after(brand_ids=[mine.brand_id], limit=2)
    rest = changes_after(brand_ids=[mine.brand_id], cursor=page.cursor)

    assert {change.campaign_id for change in (*page.changes, *rest.changes)} == {mine.pk}
    assert (len(page.changes), page.has_more, len(rest.changes)) == (2, True, 1)
    assert changes_after(brand_ids=[]).changes == ()


def test_position_is_never_given_twice_even_if_the_last_change_is_gone() -> None:
    campaign = make_campaign()
    cursor = changes_after().cursor
    delete_campaign(campaign_id=campaign.pk)
    other = make_campaign()

    page = changes_after(cursor=cursor)

    assert [change.campaign_id for change in page.changes] == [other.pk]
    assert page.cursor == cursor + 1


def test_many_new_changes_are_placed_in_several_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "_PLACED_AT_ONCE", 2)
    make_campaigns(5)

    assert place_new_changes() == 5

    assert list(StatusChange.objects.order_by("pk").values_list("position", flat=True)) == [1, 2, 3, 4, 5]
    assert ChangeFeed.objects.get().last_position == 5
    assert place_new_changes() == 0


def test_feed_of_an_emptied_database_starts_behind_what_it_has() -> None:
    make_campaigns(2)
    StatusChange.objects.filter(pk=keys()[0]).update(position=41)
    ChangeFeed.objects.all().delete()

    place_new_changes()

    assert set(StatusChange.objects.values_list("position", flat=True)) == {41, 42}


@pytest.mark.parametrize("cursor", [-1, 2, 10**17])
def test_cursor_that_the_feed_has_never_had_is_refused(cursor: int) -> None:
    make_campaign()

    with pytest.raises(InvalidCursor, match="ends at 1") as refused:
        changes_after(cursor=cursor, brand_ids=[])

    assert refused.value.field == "after"


@pytest.mark.parametrize("limit", [0, -1, 1001])
def test_page_of_another_size_is_refused(limit: int) -> None:
    with pytest.raises(InvalidCursor, match="1 to 1000"):
        changes_after(limit=limit)


def test_number_of_queries_does_not_grow_and_a_quiet_feed_writes_nothing() -> None:
    make_campaigns(30)
    changes_after()

    counts = []
    for limit in (1, 30):
        with CaptureQueriesContext(connection) as queries:
            page = changes_after(limit=limit)
            assert [change.campaign.brand.name for change in page.changes]
        counts.append(len(queries))

    assert counts == [2, 2]
