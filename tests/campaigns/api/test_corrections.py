"""Corrections, reversals and reported totals through the API."""

from __future__ import annotations

import pytest

from campaigns.models import Campaign, SpendLog
from tests.campaigns.api.door import Door
from tests.factories import spend
from tests.readings import spent, state_of

pytestmark = pytest.mark.django_db


def test_correction_adds_the_difference(door: Door, search: Campaign) -> None:
    entry = spend(search, "100.00")

    answer = door.post(f"/spend/{entry.pk}/corrections", {"amount": "60", "description": "typing error"})

    assert answer.status == 201
    assert (answer.body["entry"]["amount"], answer.body["entry"]["corrects"]) == ("-40.00", entry.pk)
    assert answer.body["entry"]["description"] == "typing error"
    assert [change["campaign"]["name"] for change in answer.body["started"]] == ["Search"]
    assert (spent(search)[0], state_of(search)) == ("60.00", ("active", ""))


def test_correction_to_what_it_counts_for_is_a_replay(door: Door, search: Campaign) -> None:
    entry = spend(search, "5.00")

    answer = door.post(f"/spend/{entry.pk}/corrections", {"amount": "5.00"})

    assert (answer.status, answer.body["replayed"]) == (200, True)
    assert SpendLog.objects.count() == 1


def test_correction_of_the_other_sign_is_refused(door: Door, search: Campaign) -> None:
    entry = spend(search, "5.00")

    assert door.post(f"/spend/{entry.pk}/corrections", {"amount": "-5"}).refusal == (
        409,
        "correction_refused",
        "amount",
    )


def test_correction_in_a_float_is_refused(door: Door, search: Campaign) -> None:
    entry = spend(search, "5.00")

    assert door.post(f"/spend/{entry.pk}/corrections", {"amount": 4.99}).refusal == (422, "invalid_amount", "amount")


@pytest.mark.parametrize("body", [b"", b"{}", b'{"description": "twice billed"}'])
def test_reversal_takes_all_back_once(door: Door, search: Campaign, body: bytes) -> None:
    entry = spend(search, "5.00")

    first = door.send("POST", f"/spend/{entry.pk}/reversal", body)
    second = door.send("POST", f"/spend/{entry.pk}/reversal", body)

    assert (first.status, first.body["entry"]["amount"]) == (201, "-5.00")
    assert second.refusal == (409, "correction_refused", "")
    assert spent(search) == ("0.00", "0.00")


def test_foreign_and_unknown_entries_are_alike(stranger: Door, search: Campaign) -> None:
    entry = spend(search, "5.00")

    answers = [
        stranger.post(f"/spend/{number}/{what}", facts)
        for number in (entry.pk, 999999, 10**25)
        for what, facts in (("corrections", {"amount": "1"}), ("reversal", {}))
    ]

    assert {answer.refusal for answer in answers} == {(404, "not_found", "entry")}
    assert SpendLog.objects.count() == 1


def test_reported_total_records_the_difference(door: Door, search: Campaign) -> None:
    path = f"/spend/reported/{search.pk}/meta/2026-11-19"
    first = door.put(path, {"total": "12.50"})
    again = door.put(path, {"total": "12.5"})

    less = door.put(path, {"total": 10})

    assert [answer.status for answer in (first, again, less)] == [200, 200, 200]
    assert (first.body["difference"], first.body["entry"]["local_day"]) == ("12.50", "2026-11-19")
    assert (again.body["difference"], again.body["entry"]) == ("0.00", None)
    assert (less.body["recorded_before"], less.body["difference"]) == ("12.50", "-2.50")
    assert spent(search) == ("0.00", "10.00")


@pytest.mark.parametrize(
    ("source", "day", "facts", "refusal"),
    [
        ("meta", "2026-11-21", {"total": "1"}, (422, "invalid_moment", "day")),
        ("meta", "2026-13-01", {"total": "1"}, (422, "invalid_moment", "day")),
        ("meta", "9999-12-31", {"total": "1"}, (422, "invalid_moment", "day")),
        ("meta", "0001-01-01", {"total": "1"}, (422, "invalid_moment", "day")),
        ("meta", "today", {"total": "1"}, (422, "invalid_moment", "day")),
        ("m" * 51, "2026-11-20", {"total": "1"}, (422, "invalid_text", "source")),
        ("%20", "2026-11-20", {"total": "1"}, (422, "invalid_text", "source")),
        ("%00", "2026-11-20", {"total": "1"}, (422, "invalid_text", "source")),
        ("meta", "2026-11-20", {"total": "-1"}, (422, "invalid_amount", "total")),
        ("meta", "2026-11-20", {"total": 1.5}, (422, "invalid_amount", "total")),
        ("meta", "2026-11-20", {}, (422, "invalid_request", "total")),
    ],
)
def test_reported_total_that_cannot_be_is_refused(
    door: Door, search: Campaign, source: str, day: str, facts: object, refusal: tuple[int, str, str]
) -> None:
    answer = door.put(f"/spend/reported/{search.pk}/{source}/{day}", facts)

    assert answer.refusal == refusal
    assert not SpendLog.objects.exists()


def test_reported_total_of_a_foreign_campaign_is_of_an_unknown_one(stranger: Door, search: Campaign) -> None:
    answers = [
        stranger.put(f"/spend/reported/{number}/meta/2026-11-20", {"total": "1"}) for number in (search.pk, 999999)
    ]

    assert [answer.refusal for answer in answers] == [(404, "not_found", "campaign")] * 2
