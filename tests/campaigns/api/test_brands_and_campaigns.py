"""Brands, campaigns and status changes: read and managed through the API."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.models import Brand, Campaign, Scope
from campaigns.services import change_campaign
from tests.campaigns.api.door import Door, open_door
from tests.factories import NOON, break_zone, hours, make_brand, make_campaign, spend
from tests.readings import RUNNING, state_of

pytestmark = pytest.mark.django_db


def test_brand_is_shown_with_its_totals(door: Door, acme: Brand, search: Campaign) -> None:
    make_campaign(acme, name="Off", is_enabled=False)
    spend(search, "25.00")

    answer = door.get(f"/brands/{acme.pk}")

    assert (answer.status, answer.body) == (
        200,
        {
            "id": acme.pk,
            "name": "Acme",
            "currency": "USD",
            "time_zone": "America/New_York",
            "is_enabled": True,
            "running": 1,
            "campaigns": 2,
            "totals": {
                "today": {"spent": "25.00", "limit": "100.00", "remaining": "75.00", "used_percent": "25.0"},
                "this_month": {"spent": "25.00", "limit": "1000.00", "remaining": "975.00", "used_percent": "2.5"},
            },
        },
    )


def test_campaign_is_shown_with_what_holds_it_and_what_is_next(door: Door, acme: Brand) -> None:
    campaign = make_campaign(acme, name="Evening", daily_budget="0", windows=[hours("18:00", "00:00")])

    answer = door.get(f"/campaigns/{campaign.pk}")

    assert answer.status == 200
    assert answer.body["status"] == "paused"
    assert [blocker["code"] for blocker in answer.body["blockers"]] == ["campaign_day", "outside_windows"]
    assert answer.body["windows"][0]["start"] == "18:00"
    assert answer.body["next_change"] is None
    assert answer.body["totals"]["today"]["limit"] == "0.00"


def test_campaign_outside_its_windows_says_when_it_opens(door: Door, acme: Brand) -> None:
    campaign = make_campaign(acme, windows=[hours("18:00", "20:00")])

    answer = door.get(f"/campaigns/{campaign.pk}")

    assert answer.body["next_change"] == {
        "at": "2026-11-20T23:00:00+00:00",
        "blocker": {"code": "outside_windows", "text": "outside its windows"},
    }


def test_campaign_is_explained(door: Door, search: Campaign) -> None:
    spend(search, "100.00")

    answer = door.get(f"/campaigns/{search.pk}/explain")

    assert answer.body["headline"].startswith("Search is held: brand's daily budget, 100.00 of 100.00 USD spent")
    assert (answer.body["is_running"], answer.body["is_settled"]) == (False, True)


def test_lists_are_filtered(door: Door, acme: Brand, search: Campaign) -> None:
    off = make_campaign(acme, name="Off", is_enabled=False)
    elsewhere = make_campaign(name="Elsewhere")
    spend(search, "100.00")

    def found(**filters: object) -> list[int]:
        return [campaign["id"] for campaign in door.get("/campaigns", **filters).body["items"]]

    assert found() == [search.pk, off.pk, elsewhere.pk]
    assert found(brand=acme.pk) == [search.pk, off.pk]
    assert found(status="paused") == [search.pk]
    assert found(status="inactive", brand=acme.pk) == [off.pk]
    assert found(status="active") == [elsewhere.pk]
    assert found(blocker="brand_day") == [search.pk]


@pytest.mark.parametrize("path", ["/brands", "/campaigns"])
def test_lists_in_pages_show_each_item_once(door: Door, path: str) -> None:
    for _ in range(5):
        make_campaign(make_brand())

    shown: list[int] = []
    cursor: int | None = 0
    pages = 0
    while cursor is not None:
        page = door.get(path, limit=2, cursor=cursor).body
        shown += [item["id"] for item in page["items"]]
        cursor, pages = page["next_cursor"], pages + 1
        assert pages <= 3

    everything = [item["id"] for item in door.get(path).body["items"]]
    assert (shown, len(shown), pages) == (everything, 5, 3)


@pytest.mark.parametrize(
    ("path", "filters", "field"),
    [
        ("/campaigns", {"state": "paused"}, "state"),
        ("/campaigns", {"status": "asleep"}, "status"),
        ("/campaigns", {"brand": "Acme"}, "brand"),
        ("/campaigns", {"brand": "1_0"}, "brand"),
        ("/campaigns", {"cursor": "-1"}, "cursor"),
        ("/brands", {"limit": "0"}, "limit"),
        ("/brands", {"limit": "501"}, "limit"),
        ("/brands", {"brand": "1"}, "brand"),
        ("/spend", {"first_day": "yesterday"}, "first_day"),
        ("/spend", {"campaign": "9" * 19}, "campaign"),
        ("/status-changes", {"is_active": "perhaps"}, "is_active"),
    ],
)
def test_filter_that_makes_no_sense_is_refused(door: Door, path: str, filters: dict[str, object], field: str) -> None:
    status, _, named = door.get(path, **filters).refusal

    assert (status, named) == (422, field)


def test_status_changes_are_listed_newest_first(door: Door, acme: Brand, search: Campaign) -> None:
    spend(search, "100.00")
    spend(search, "-50.00")

    pages = [door.get("/status-changes", brand=acme.pk, limit=2)]
    pages.append(door.get("/status-changes", brand=acme.pk, limit=2, cursor=pages[0].body["next_cursor"]))
    stops = door.get("/status-changes", campaign=search.pk, is_active="false")

    assert [change["is_active"] for page in pages for change in page.body["items"]] == [True, False, True]
    assert [change["blockers"][0]["code"] for change in stops.body["items"]] == ["brand_day"]


def test_foreign_and_unknown_are_alike(stranger: Door, acme: Brand, search: Campaign) -> None:
    for method, path, body in (
        ("GET", "/brands/{brand}", ""),
        ("PATCH", "/brands/{brand}", '{"is_enabled": false}'),
        ("GET", "/campaigns/{campaign}", ""),
        ("GET", "/campaigns/{campaign}/explain", ""),
        ("PATCH", "/campaigns/{campaign}", '{"is_enabled": false}'),
        ("PUT", "/campaigns/{campaign}/windows", '{"windows": []}'),
    ):
        foreign = stranger.send(method, path.format(brand=acme.pk, campaign=search.pk), body)
        for number in (999999, 10**25):
            unknown = stranger.send(method, path.format(brand=number, campaign=number), body)

            assert foreign.refusal == unknown.refusal, path
            assert foreign.status == 404
    assert state_of(search) == RUNNING


def test_lists_show_only_the_brands_of_the_key(stranger: Door, acme: Brand, search: Campaign) -> None:
    spend(search, "100.00")

    assert [brand["name"] for brand in stranger.get("/brands").body["items"]] == ["Other"]
    assert stranger.get("/campaigns").body["items"] == []
    assert stranger.get("/status-changes").body["items"] == []


def test_brand_changes_only_what_is_given(door: Door, acme: Brand, search: Campaign) -> None:
    answer = door.patch(f"/brands/{acme.pk}", {"daily_budget": "0"})

    assert (answer.status, answer.body["totals"]["today"]["limit"]) == (200, "0.00")
    stored = Brand.objects.get(pk=acme.pk)
    assert (stored.name, stored.monthly_budget, stored.is_enabled) == ("Acme", acme.monthly_budget, True)
    assert state_of(search) == ("paused", "brand_day")
    assert search.status_changes.latest("id").actor.startswith("api:client")


def test_budget_null_is_no_limit(door: Door, acme: Brand) -> None:
    door.patch(f"/brands/{acme.pk}", {"daily_budget": None})

    assert Brand.objects.get(pk=acme.pk).daily_budget is None


def test_campaign_is_switched_off_and_on(door: Door, search: Campaign) -> None:
    off = door.patch(f"/campaigns/{search.pk}", {"is_enabled": False})
    on = door.patch(f"/campaigns/{search.pk}", {"is_enabled": True, "end_date": "2026-12-24", "external_id": ""})

    assert (off.body["status"], on.body["status"]) == ("inactive", "active")
    assert (on.body["end_date"], on.body["external_id"]) == ("2026-12-24", "")


@pytest.mark.parametrize(
    ("windows", "shown", "state"),
    [
        (None, None, RUNNING),
        ([], [], ("paused", "outside_windows")),
        (
            [{"weekdays": ["friday", "monday"], "start": "08:00", "end": "24:00"}],
            [{"weekdays": ["monday", "friday"], "start": "08:00", "end": "00:00"}],
            RUNNING,
        ),
    ],
)
def test_windows_are_replaced(
    door: Door, search: Campaign, windows: object, shown: object, state: tuple[str, str]
) -> None:
    change_campaign(campaign_id=search.pk, now=NOON, windows=[hours("01:00", "02:00")])

    answer = door.put(f"/campaigns/{search.pk}/windows", {"windows": windows})

    assert (answer.status, answer.body["windows"]) == (200, shown)
    assert state_of(search) == state


def test_managing_needs_its_scope(acme: Brand, search: Campaign) -> None:
    recorder = open_door(Scope.READ, Scope.RECORD)

    answers = [
        recorder.patch(f"/brands/{acme.pk}", {"is_enabled": False}),
        recorder.patch(f"/campaigns/{search.pk}", {"is_enabled": False}),
        recorder.put(f"/campaigns/{search.pk}/windows", {"windows": []}),
    ]

    assert [answer.refusal for answer in answers] == [(403, "scope_missing", "")] * 3
    assert state_of(search) == RUNNING


def test_reading_needs_its_scope(acme: Brand, search: Campaign) -> None:
    writer = open_door(Scope.RECORD, Scope.MANAGE)
    paths = ("/brands", f"/brands/{acme.pk}", "/campaigns", f"/campaigns/{search.pk}", "/spend", "/status-changes")

    assert {writer.get(path).refusal for path in paths} == {(403, "scope_missing", "")}
    assert writer.get(f"/campaigns/{search.pk}/explain").status == 403


def test_brand_with_an_unreadable_zone_can_be_read_and_mended(door: Door, acme: Brand, search: Campaign) -> None:
    break_zone(acme)

    assert door.get("/brands").status == 200
    assert door.get("/campaigns").body["items"][0]["blockers"][0]["code"] == "zone_unreadable"
    assert door.get(f"/campaigns/{search.pk}/explain").status == 200
    assert door.post("/spend", {"campaign": search.pk, "amount": "1"}).refusal[1] == "invalid_time_zone"
    assert door.patch(f"/brands/{acme.pk}", {"time_zone": "Europe/Berlin"}).status == 200


@pytest.mark.parametrize("path", ["/brands", "/campaigns", "/spend", "/status-changes"])
def test_lists_ask_the_same_number_of_queries(door: Door, path: str) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert door.get(path, limit=500).status == 200
        return len(asked)

    def fill(count: int) -> None:
        for _ in range(count):
            campaign = make_campaign(make_brand(daily_budget="1"), windows=[hours("08:00", "20:00")])
            spend(campaign, "1.00")

    fill(1)
    door.get(path)
    of_one = queries()
    fill(29)

    assert queries() == of_one
