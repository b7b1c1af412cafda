"""The feed of changes through the API."""

from __future__ import annotations

import pytest

from campaigns.models import Campaign, StatusChange
from tests.campaigns.api.door import Door
from tests.factories import make_brand, make_campaign, spend

pytestmark = pytest.mark.django_db


def names(answer_items: list[dict[str, object]]) -> list[object]:
    return [(item["is_active"], item["cause"]) for item in answer_items]


def test_feed_gives_each_change_once_and_in_order(door: Door, search: Campaign) -> None:
    spend(search, "100.00")

    first = door.get("/changes", limit=1)
    second = door.get("/changes", after=first.body["cursor"])
    third = door.get("/changes", after=second.body["cursor"])

    assert (names(first.body["items"]), first.body["has_more"]) == ([(True, "person")], True)
    assert (names(second.body["items"]), second.body["has_more"]) == ([(False, "spend")], False)
    assert (third.body["items"], third.body["cursor"]) == ([], second.body["cursor"])


def test_feed_shows_a_key_its_own_brands_only(stranger: Door, search: Campaign) -> None:
    assert stranger.get("/changes").body["items"] == []


def test_feed_goes_on_after_changes_of_others(stranger: Door, door: Door, search: Campaign) -> None:
    make_campaign(make_brand(name="Third"))

    assert stranger.get("/changes").body == {"items": [], "cursor": 0, "has_more": False}
    assert len(door.get("/changes").body["items"]) == 2


@pytest.mark.parametrize(
    ("filters", "field"),
    [({"after": 10**6}, "after"), ({"after": "x"}, "after"), ({"limit": 0}, "limit"), ({"since": 1}, "since")],
)
def test_feed_refuses_what_it_cannot_read(door: Door, search: Campaign, filters: dict[str, object], field: str) -> None:
    status, _, refused = door.get("/changes", **filters).refusal

    assert (status, refused) == (422, field)


def test_feed_gives_a_reason_that_only_a_newer_version_knew_as_it_is_stored(door: Door, search: Campaign) -> None:
    StatusChange.objects.update(is_active=False, blockers=["fraud_guard"])

    answer = door.get("/changes")

    assert answer.body["items"][0]["blockers"] == [{"code": "fraud_guard", "text": "fraud_guard"}]
