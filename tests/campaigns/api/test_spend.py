"""Spend through the API: one entry, what is said about it, and who may send it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from campaigns.models import Brand, Campaign, Scope, SpendLog
from tests.campaigns.api.door import Door, open_door
from tests.factories import DAY, NOON, make_campaign, spend
from tests.readings import state_of

pytestmark = pytest.mark.django_db


def test_post_spend_records_and_says_what_follows(door: Door, search: Campaign) -> None:
    answer = door.post(
        "/spend",
        {
            "campaign": search.pk,
            "amount": "12.345678",
            "occurred_at": "2026-11-20T16:00:00+01:00",
            "reference": "r-1",
            "description": "clicks",
            "source": "google",
        },
    )

    entry = SpendLog.objects.get()
    assert answer.status == 201
    assert answer.body["entry"] == {
        "id": entry.pk,
        "campaign": {
            "id": search.pk,
            "name": "Search",
            "external_id": "4711",
            "brand": {"id": search.brand_id, "name": "Acme"},
        },
        "amount": "12.345678",
        "currency": "USD",
        "occurred_at": "2026-11-20T15:00:00+00:00",
        "recorded_at": "2026-11-20T17:00:00+00:00",
        "local_day": "2026-11-20",
        "reference": "r-1",
        "description": "clicks",
        "source": "google",
        "corrects": None,
    }
    assert answer.body["brand"]["totals"]["today"] == {
        "spent": "12.345678",
        "limit": "100.00",
        "remaining": "87.654322",
        "used_percent": "12.3",
    }
    assert answer.body["campaign"]["totals"]["this_month"]["spent"] == "12.345678"
    assert (answer.body["campaign"]["status"], answer.body["campaign"]["headline"]) == ("active", None)
    assert (answer.body["replayed"], answer.body["was_paused"]) == (False, False)
    assert (answer.body["stopped"], answer.body["started"]) == ([], [])


def test_post_spend_with_nothing_but_the_needed_is_one_of_now(door: Door, search: Campaign) -> None:
    answer = door.post("/spend", {"campaign": search.pk, "amount": 12})

    entry = SpendLog.objects.get()
    assert (answer.status, entry.amount, entry.occurred_at) == (201, Decimal(12), NOON)
    assert (entry.reference, entry.source) == ("", "api")


@pytest.mark.parametrize("brand", ["Acme", "number"])
def test_post_spend_finds_the_campaign_by_brand_and_external_id(door: Door, search: Campaign, brand: str) -> None:
    named = search.brand_id if brand == "number" else brand

    answer = door.post("/spend", {"campaign": {"brand": named, "external_id": "4711"}, "amount": "1"})

    assert (answer.status, answer.body["entry"]["campaign"]["id"]) == (201, search.pk)


def test_post_spend_again_is_a_replay(door: Door, search: Campaign) -> None:
    facts = {"campaign": search.pk, "amount": "5.00", "reference": "r-1"}
    first = door.post("/spend", facts)

    second = door.post("/spend", {**facts, "amount": 5})

    assert (first.status, second.status) == (201, 200)
    assert second.body["replayed"] is True
    assert second.body["entry"] == first.body["entry"]
    assert second.body["brand"]["totals"]["today"]["spent"] == "5.00"
    assert SpendLog.objects.count() == 1


def test_post_spend_with_a_reference_of_other_facts_is_a_conflict(door: Door, search: Campaign) -> None:
    door.post("/spend", {"campaign": search.pk, "amount": "5.00", "reference": "r-1"})

    answer = door.post("/spend", {"campaign": search.pk, "amount": "6.00", "reference": "r-1"})

    assert answer.refusal == (409, "reference_conflict", "reference")
    assert SpendLog.objects.count() == 1


def test_post_spend_that_crosses_a_budget_says_who_stopped_and_by_what(
    door: Door, acme: Brand, search: Campaign
) -> None:
    social = make_campaign(acme, name="Social")

    answer = door.post("/spend", {"campaign": search.pk, "amount": "100.00"})

    stopped = {change["campaign"]["name"]: change for change in answer.body["stopped"]}
    assert set(stopped) == {"Search", "Social"}
    assert stopped["Social"]["blockers"] == [{"code": "brand_day", "text": "brand's daily budget"}]
    assert (stopped["Social"]["spent"], stopped["Social"]["limit"]) == ("100.00", "100.00")
    assert stopped["Social"]["cause"] == "spend"
    assert answer.body["campaign"]["headline"] == {"code": "brand_day", "text": "brand's daily budget"}
    assert state_of(social) == ("paused", "brand_day")


def test_post_spend_on_a_paused_campaign_counts_and_says_so(door: Door, search: Campaign) -> None:
    spend(search, "100.00")

    answer = door.post("/spend", {"campaign": search.pk, "amount": "1.00"})

    assert (answer.status, answer.body["was_paused"]) == (201, True)
    assert answer.body["brand"]["totals"]["today"]["spent"] == "101.00"


def test_post_credit_that_frees_a_budget_says_who_started(door: Door, search: Campaign) -> None:
    spend(search, "100.00")

    answer = door.post("/spend", {"campaign": search.pk, "amount": "-1.00"})

    assert [change["campaign"]["name"] for change in answer.body["started"]] == ["Search"]


def test_foreign_and_unknown_campaigns_are_alike(stranger: Door, search: Campaign) -> None:
    foreign = stranger.post("/spend", {"campaign": search.pk, "amount": "1"})
    unknown = stranger.post("/spend", {"campaign": 10**30, "amount": "1"})
    foreign_name = stranger.post("/spend", {"campaign": {"brand": "Acme", "external_id": "4711"}, "amount": "1"})
    unknown_name = stranger.post("/spend", {"campaign": {"brand": "Nobody", "external_id": "4711"}, "amount": "1"})

    assert foreign.refusal == unknown.refusal == (404, "not_found", "campaign")
    assert foreign.body["error"].replace(str(search.pk), "N") == unknown.body["error"].replace(str(10**30), "N")
    assert foreign_name.refusal == unknown_name.refusal == (404, "not_found", "campaign")
    assert foreign_name.body["error"].replace("Acme", "N") == unknown_name.body["error"].replace("Nobody", "N")
    assert not SpendLog.objects.exists()


def test_recording_needs_its_scope(search: Campaign) -> None:
    reader = open_door(Scope.READ, Scope.MANAGE)

    answers = [
        reader.post("/spend", {"campaign": search.pk, "amount": "1"}),
        reader.post("/spend/batch", {"entries": [{"campaign": search.pk, "amount": "1"}]}),
        reader.put(f"/spend/reported/{search.pk}/meta/2026-11-20", {"total": "1"}),
        reader.post("/spend/1/corrections", {"amount": "1"}),
        reader.post("/spend/1/reversal", {}),
    ]

    assert [answer.refusal for answer in answers] == [(403, "scope_missing", "")] * 5
    assert not SpendLog.objects.exists()


def test_list_of_entries_is_filtered_and_in_pages(door: Door, acme: Brand, search: Campaign) -> None:
    old = spend(search, "1.00", occurred_at=NOON - 2 * DAY)
    entries = [spend(search, "2.00") for _ in range(3)]
    spend(make_campaign(name="Elsewhere"), "3.00")

    first = door.get("/spend", brand=acme.pk, limit=2)
    second = door.get("/spend", brand=acme.pk, limit=2, cursor=first.body["next_cursor"])
    today = door.get("/spend", campaign=search.pk, first_day="2026-11-20", last_day="2026-11-20")

    assert [entry["id"] for entry in first.body["items"]] == [entries[2].pk, entries[1].pk]
    assert [entry["id"] for entry in second.body["items"]] == [entries[0].pk, old.pk]
    assert second.body["next_cursor"] is None
    assert [entry["id"] for entry in today.body["items"]] == [entry.pk for entry in reversed(entries)]


def test_list_of_entries_shows_nothing_foreign(stranger: Door, search: Campaign) -> None:
    spend(search, "1.00")

    assert stranger.get("/spend").body["items"] == []
    assert stranger.get("/spend", campaign=search.pk).body["items"] == []
