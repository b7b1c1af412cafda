"""The input matrix at this door: each has the answer that it must give, never a 500, never a silent change."""

from __future__ import annotations

import pytest

from campaigns.models import Brand, Campaign, SpendLog
from tests.campaigns.api.door import Door

pytestmark = pytest.mark.django_db

AMOUNT = (422, "invalid_amount", "amount")
MOMENT = (422, "invalid_moment", "occurred_at")


@pytest.mark.parametrize(
    "amount",
    [
        *('"0"', '"-0"', "0", "-0", '"0.0000001"', '"1.0000001"', '"NaN"', '"Infinity"', '"-Infinity"', '"1e999999"'),
        *(
            '"1e3"',
            '"１２"',
            '"١٢٣"',
            '"1_000"',
            '"1,000.00"',
            '"1.000,00"',
            '"€5"',
            '"5 USD"',
            '"\\u0000"',
            '"1\\u0000"',
        ),
        *('"1000000000000"', "1000000000000", "9" * 4000, '""', '" "', '" 5"', '"--5"', '"0x10"', "null", "true", "[]"),
        *("{}", '["5"]', "1.5", "1.0", "1e2", "1e999999", "-0.0", '"\\ud800"', '"' + "1" * 10_000 + '"'),
    ],
)
def test_amount_that_is_none_is_refused(door: Door, search: Campaign, amount: str) -> None:
    answer = door.send("POST", "/spend", f'{{"campaign": {search.pk}, "amount": {amount}}}')

    assert answer.refusal == AMOUNT
    assert not SpendLog.objects.exists()


@pytest.mark.parametrize("amount", ["1.5", "1e2", "1.0"])
def test_amount_in_a_float_says_what_to_do(door: Door, search: Campaign, amount: str) -> None:
    answer = door.send("POST", "/spend", f'{{"campaign": {search.pk}, "amount": {amount}}}')

    assert "write it as text" in answer.body["error"]


@pytest.mark.parametrize(
    "moment",
    [
        *("2026-11-20T10:00:00", "2026-11-20", "20/11/2026", "yesterday", "", "\x00", "0001-01-01T00:00:00Z"),
        *("9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "2026-11-20T17:05:01Z", "1997-12-31T23:59:59Z"),
        *("2026-11-20T10:00:00+99:00", "2026-11-20T25:00:00Z", "２０26-11-20T10:00:00Z", 1763658000, 1.5, True, [], {}),
    ],
)
def test_moment_that_cannot_be_is_refused(door: Door, search: Campaign, moment: object) -> None:
    answer = door.post("/spend", {"campaign": search.pk, "amount": "1", "occurred_at": moment})

    assert answer.refusal == MOMENT
    assert not SpendLog.objects.exists()


def test_moment_five_minutes_ahead_is_accepted(door: Door, search: Campaign) -> None:
    facts = {"campaign": search.pk, "amount": "1", "occurred_at": "2026-11-20T17:05:00Z"}

    assert door.post("/spend", facts).status == 201


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"reference": "r" * 201}, "reference"),
        ({"reference": "a\x00b"}, "reference"),
        ({"reference": "a\nb"}, "reference"),
        ({"reference": "\ud800"}, "reference"),
        ({"reference": 7}, "reference"),
        ({"reference": None}, "reference"),
        ({"description": "d" * 501}, "description"),
        ({"description": "\x00"}, "description"),
        ({"source": "s" * 51}, "source"),
        ({"source": ["google"]}, "source"),
        ({"recorded_at": "2020-01-01T00:00:00Z"}, "recorded_at"),
        ({"local_day": "2020-01-01"}, "local_day"),
        ({"id": 1}, "id"),
        ({"\ud800": 1}, ""),
        ({"campaign": None}, "campaign"),
        ({"campaign": "Acme/Search"}, "campaign"),
        ({"campaign": True}, "campaign"),
        ({"campaign": 1.0}, "campaign"),
        ({"campaign": {"brand": "Acme"}}, "campaign"),
        ({"campaign": {"brand": True, "external_id": "4711"}}, "campaign"),
        ({"campaign": {"brand": "Acme", "external_id": 4711}}, "campaign"),
        ({"campaign": {"brand": "\x00", "external_id": "4711"}}, "campaign"),
        ({"campaign": {"brand": "Acme", "external_id": "\ud800"}}, "campaign"),
        ({"campaign": {"brand": "Acme", "external_id": ""}}, "campaign"),
    ],
)
def test_field_that_cannot_be_is_refused(door: Door, search: Campaign, facts: dict[str, object], field: str) -> None:
    status, _, named = door.post("/spend", {"campaign": search.pk, "amount": "1", **facts}).refusal

    assert (status, named) == (422, field)
    assert not SpendLog.objects.exists()


@pytest.mark.parametrize("number", [0, -1, 10**18, 2**63, 10**30])
def test_number_of_no_campaign_is_not_found(door: Door, search: Campaign, number: int) -> None:
    assert door.post("/spend", {"campaign": number, "amount": "1"}).refusal == (404, "not_found", "campaign")


def test_references_that_differ_in_case_are_two(door: Door, search: Campaign) -> None:
    statuses = [
        door.post("/spend", {"campaign": search.pk, "amount": "1", "reference": name}).status
        for name in ("a", "A", "a")
    ]

    assert statuses == [201, 201, 200]


def test_empty_reference_is_none(door: Door, search: Campaign) -> None:
    facts = {"campaign": search.pk, "amount": "1", "reference": ""}

    assert [door.post("/spend", facts).status for _ in range(2)] == [201, 201]


@pytest.mark.parametrize(
    "body",
    [
        *(
            b"{",
            b"nothing",
            b"{'amount': 1}",
            b"\xff\xfe",
            b'{"a": NaN}',
            b'{"a": Infinity}',
            b"[" * 100_000,
            b"1" * 5000,
        ),
        *(b'{"amount": "1", "amount": "2"}', b'{"a": "\x00"}', b'{"a": 1} {"b": 2}', b"\x00"),
    ],
)
def test_body_that_is_no_json_is_refused(door: Door, body: bytes) -> None:
    assert door.send("POST", "/spend", body).refusal == (400, "invalid_json", "")


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"7", b'"text"', b"[[]]"])
def test_body_of_another_shape_is_refused(door: Door, body: bytes) -> None:
    assert door.send("POST", "/spend", body).refusal == (422, "invalid_request", "")


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "  "}, "name"),
        ({"name": None}, "name"),
        ({"name": "n" * 201}, "name"),
        ({"name": "n" * 10_000}, "name"),
        ({"name": "a\x00"}, "name"),
        ({"daily_budget": "-1"}, "daily_budget"),
        ({"daily_budget": "1.001"}, "daily_budget"),
        ({"daily_budget": ""}, "daily_budget"),
        ({"daily_budget": 1.5}, "daily_budget"),
        ({"daily_budget": "NaN"}, "daily_budget"),
        ({"monthly_budget": "1e9"}, "monthly_budget"),
        ({"monthly_budget": [1]}, "monthly_budget"),
        ({"time_zone": "Mars/Base"}, "time_zone"),
        ({"time_zone": "../../etc/passwd"}, "time_zone"),
        ({"time_zone": ""}, "time_zone"),
        ({"currency": "usd"}, "currency"),
        ({"is_enabled": "yes"}, "is_enabled"),
        ({"is_enabled": 1}, "is_enabled"),
        ({"is_enabled": None}, "is_enabled"),
        ({"current_daily_spend": "0"}, "current_daily_spend"),
        ({"daily_since": "2020-01-01T00:00:00Z"}, "daily_since"),
    ],
)
def test_brand_takes_no_change_that_cannot_be(door: Door, acme: Brand, facts: dict[str, object], field: str) -> None:
    before = Brand.objects.filter(pk=acme.pk).values().get()

    status, _, named = door.patch(f"/brands/{acme.pk}", facts).refusal

    assert (status, named) == (422, field)
    assert Brand.objects.filter(pk=acme.pk).values().get() == before


def test_brand_takes_no_name_of_another(door: Door, acme: Brand, stranger: Door) -> None:
    assert door.patch(f"/brands/{acme.pk}", {"name": "Other"}).refusal == (409, "name_taken", "name")


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "=1+1", "\u202eright to left", "日本語", "🦊"])
def test_name_is_kept_as_it_is(door: Door, acme: Brand, name: str) -> None:
    assert door.patch(f"/brands/{acme.pk}", {"name": name}).body["name"] == name


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"is_active": True}, "is_active"),
        ({"paused_because": ""}, "paused_because"),
        ({"brand": 1}, "brand"),
        ({"start_date": "2026-12-24", "end_date": "2026-12-01"}, "end_date"),
        ({"end_date": "9999-12-31"}, "end_date"),
        ({"start_date": "0001-01-01"}, "start_date"),
        ({"end_date": "2026-02-30"}, "end_date"),
        ({"end_date": "20261224"}, "end_date"),
        ({"end_date": 20261224}, "end_date"),
        ({"external_id": "\n" * 3 + "a\tb"}, "external_id"),
        ({"external_id": None}, "external_id"),
    ],
)
def test_campaign_takes_no_change_that_cannot_be(
    door: Door, search: Campaign, facts: dict[str, object], field: str
) -> None:
    before = Campaign.objects.filter(pk=search.pk).values().get()

    status, _, named = door.patch(f"/campaigns/{search.pk}", facts).refusal

    assert (status, named) == (422, field)
    assert Campaign.objects.filter(pk=search.pk).values().get() == before


WINDOW = {"weekdays": ["monday"], "start": "08:00", "end": "20:00"}


@pytest.mark.parametrize(
    ("windows", "field"),
    [
        ("always", "windows"),
        ({}, "windows"),
        ([None], "windows.0"),
        ([{**WINDOW, "weekdays": []}], "windows.0.weekdays"),
        ([{**WINDOW, "weekdays": ["someday"]}], "windows.0.weekdays.0"),
        ([{**WINDOW, "weekdays": [0]}], "windows.0.weekdays.0"),
        ([{**WINDOW, "start": "24:00"}], "windows.0.start"),
        ([{**WINDOW, "start": "8:00"}], "windows.0.start"),
        ([{**WINDOW, "start": "08:00+01:00"}], "windows.0.start"),
        ([{**WINDOW, "end": "25:00"}], "windows.0.end"),
        ([{**WINDOW, "end": 20}], "windows.0.end"),
        ([WINDOW, {"start": "08:00", "end": "20:00"}], "windows.1.weekdays"),
        ([{**WINDOW, "zone": "UTC"}], "windows.0.zone"),
        ([WINDOW] * 101, "windows"),
    ],
)
def test_windows_that_cannot_be_are_refused(door: Door, search: Campaign, windows: object, field: str) -> None:
    status, _, named = door.put(f"/campaigns/{search.pk}/windows", {"windows": windows}).refusal

    assert (status, named) == (422, field)


def test_windows_have_to_be_said(door: Door, search: Campaign) -> None:
    assert door.put(f"/campaigns/{search.pk}/windows", {}).refusal == (422, "invalid_request", "windows")
