"""Batches: all or nothing, with every bad row named."""

from __future__ import annotations

import pytest

from campaigns.models import Brand, Campaign, SpendLog
from tests.campaigns.api.door import Answer, Door
from tests.factories import make_campaign, make_campaigns, spend
from tests.readings import spent

pytestmark = pytest.mark.django_db


def rows_of(answer: Answer) -> list[tuple[int, str, str]]:
    return [(row["row"], row["code"], row["field"]) for row in answer.body["rows"]]


def test_batch_records_all_and_counts(door: Door, acme: Brand, search: Campaign) -> None:
    social = make_campaign(acme, name="Social")
    known = spend(search, "3.00", reference="old")

    answer = door.post(
        "/spend/batch",
        {
            "entries": [
                {"campaign": search.pk, "amount": "1.00", "reference": "a"},
                {"campaign": social.pk, "amount": "2.00", "reference": "a"},
                {"campaign": search.pk, "amount": "1.00", "reference": "a"},
                {"campaign": {"brand": "Acme", "external_id": "4711"}, "amount": "3.00", "reference": "old"},
            ]
        },
    )

    assert answer.status == 201
    assert (answer.body["recorded"], answer.body["replayed"]) == (2, 2)
    assert [row["replayed"] for row in answer.body["rows"]] == [False, False, True, True]
    assert answer.body["rows"][3]["entry"]["id"] == known.pk
    assert answer.body["rows"][0]["entry"]["id"] == answer.body["rows"][2]["entry"]["id"]
    assert {one["name"]: one["totals"]["today"]["spent"] for one in answer.body["campaigns"]} == {
        "Search": "4.00",
        "Social": "2.00",
    }
    assert [one["totals"]["today"]["spent"] for one in answer.body["brands"]] == ["6.00"]
    assert SpendLog.objects.count() == 3


def test_batch_that_was_sent_before_records_nothing(door: Door, search: Campaign) -> None:
    facts = {"entries": [{"campaign": search.pk, "amount": "1.00", "reference": name} for name in "abc"]}
    door.post("/spend/batch", facts)

    answer = door.post("/spend/batch", facts)

    assert (answer.status, answer.body["recorded"], answer.body["replayed"]) == (200, 0, 3)
    assert spent(search) == ("3.00", "3.00")


def test_batch_names_each_stop_once(door: Door, acme: Brand) -> None:
    campaigns = make_campaigns(3, acme)

    answer = door.post("/spend/batch", {"entries": [{"campaign": one.pk, "amount": "50"} for one in campaigns]})

    assert [change["campaign"]["id"] for change in answer.body["stopped"]] == [one.pk for one in campaigns]


def test_batch_with_bad_rows_names_every_one_and_stores_nothing(door: Door, search: Campaign) -> None:
    spend(search, "3.00", reference="old")
    good = {"campaign": search.pk, "amount": "1.00"}

    answer = door.post(
        "/spend/batch",
        {
            "entries": [
                good,
                {**good, "amount": 1.5},
                {**good, "campaign": 999},
                {**good, "reference": "old"},
                {**good, "amount": "0"},
                {**good, "occurred_at": "2026-11-20T10:00:00"},
                {"amount": "1.00"},
                {**good, "colour": "red"},
                "not an entry",
                {**good, "campaign": {"brand": "Nobody", "external_id": "4711"}},
            ]
        },
    )

    assert answer.refusal == (422, "many_refused", "")
    assert rows_of(answer) == [
        (1, "invalid_amount", "amount"),
        (2, "not_found", "campaign"),
        (3, "reference_conflict", "reference"),
        (4, "invalid_amount", "amount"),
        (5, "invalid_moment", "occurred_at"),
        (6, "invalid_request", "campaign"),
        (7, "invalid_request", "colour"),
        (8, "invalid_request", ""),
        (9, "not_found", "campaign"),
    ]
    assert "write it as text" in answer.body["rows"][0]["error"]
    assert SpendLog.objects.count() == 1


def test_batch_treats_foreign_campaigns_as_unknown_ones(stranger: Door, search: Campaign) -> None:
    entries = [{"campaign": search.pk, "amount": "1"}, {"campaign": 999, "amount": "1"}]

    answer = stranger.post("/spend/batch", {"entries": entries})

    assert rows_of(answer) == [(0, "not_found", "campaign"), (1, "not_found", "campaign")]


@pytest.mark.parametrize("count", [0, 1001])
def test_batch_has_a_size(door: Door, search: Campaign, count: int) -> None:
    answer = door.post("/spend/batch", {"entries": [{"campaign": search.pk, "amount": "1"}] * count})

    assert answer.refusal == (422, "invalid_request", "entries")
    assert not SpendLog.objects.exists()


def test_batch_of_1000_is_recorded(door: Door, search: Campaign) -> None:
    row = {"campaign": search.pk, "amount": "0.01", "description": "ü" * 100}

    answer = door.post("/spend/batch", {"entries": [row] * 1000})

    assert (answer.status, answer.body["recorded"]) == (201, 1000)
    assert spent(search) == ("10.00", "10.00")


def test_batch_names_each_stop_once_however_many_entries_the_brand_has(door: Door, acme: Brand) -> None:
    first, second = make_campaigns(2, acme)
    entries = [{"campaign": one.pk, "amount": "30"} for one in (first, second, first, second)]

    answer = door.post("/spend/batch", {"entries": entries})

    assert [change["campaign"]["id"] for change in answer.body["stopped"]] == [first.pk, second.pk]
