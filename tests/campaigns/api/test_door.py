"""The door: who is let in, what headers alone decide, and the one shape of every no."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.db import InterfaceError, OperationalError, connection
from django.test import Client

from campaigns.models import ApiKey, Campaign, Scope, SpendLog
from campaigns.services import create_api_key, revoke_api_key
from tests.campaigns.api.door import OPERATIONS, ROOT, Door, open_door
from tests.factories import NOON, SECOND, make_brand

pytestmark = pytest.mark.django_db

WELL_FORMED = f"Bearer adsys_00000000_{'x' * 43}"
LARGE = str(2 * 1024 * 1024 + 1)


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer ", "Bearer nonsense", "Token {key}", "Basic {key}", "{key}", "Bearer {key}x", "Bearer ü"],
)
def test_without_a_valid_key_nobody_is_let_in(authorization: str) -> None:
    new = create_api_key(name="a", scopes=[Scope.READ], every_brand=True, now=NOON)
    header = authorization.format(key=new.secret)

    answer = Door(None).send("GET", "/brands", headers={"Authorization": header} if header else {})

    assert answer.refusal == (401, "key_refused", "")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_key_in_the_address_opens_nothing() -> None:
    new = create_api_key(name="a", scopes=[Scope.READ], every_brand=True, now=NOON)

    assert Door(None).get("/campaigns", key=new.secret, api_key=new.secret).status == 401


def test_revoked_key_opens_nothing_from_then_on() -> None:
    new = create_api_key(name="a", scopes=[Scope.READ], every_brand=True, now=NOON)
    door = Door(new.secret)
    before = door.get("/brands").status

    revoke_api_key(prefix=new.key.prefix, now=NOON)

    assert (before, door.get("/brands").status) == (200, 401)


def test_secret_is_in_no_log_and_no_answer(caplog: pytest.LogCaptureFixture) -> None:
    new = create_api_key(name="a", scopes=[Scope.READ], every_brand=True, now=NOON)
    door = Door(new.secret)

    with caplog.at_level(logging.DEBUG):
        answers = [
            door.get("/brands"),
            door.get("/brands", bad="filter"),
            door.post("/spend", {}),
            door.send("POST", "/spend", b"{"),
            door.send("GET", "/nowhere"),
            Door(f"{new.secret}x").get("/brands"),
            Door(None).send("GET", "/brands", headers={"Authorization": f"Token {new.secret}"}),
        ]

    secret = new.secret.split("_", 2)[2]
    assert secret not in caplog.text
    assert not any(secret in str(answer.body) + str(dict(answer.headers)) for answer in answers)


def test_key_that_is_used_too_often_waits_for_the_next_minute(at_noon: time_machine.Traveller) -> None:
    door, other = open_door(requests_per_minute=2), open_door(Scope.READ)
    at_noon.shift(20 * SECOND)

    statuses = [door.get("/brands").status for _ in range(2)]
    refused = door.get("/brands")
    at_noon.shift(40 * SECOND)

    assert statuses == [200, 200]
    assert refused.refusal == (429, "too_many_requests", "")
    assert refused.headers["Retry-After"] == "40"
    assert door.get("/brands").status == 200
    assert other.get("/brands").status == 200


@pytest.mark.parametrize(
    ("headers", "refusal"),
    [
        ({"Content-Type": "text/csv"}, (415, "not_json", "")),
        ({"Content-Type": "application/x-www-form-urlencoded"}, (415, "not_json", "")),
        ({"Content-Type": "multipart/form-data; boundary=x"}, (415, "not_json", "")),
        ({"Content-Type": ""}, (415, "not_json", "")),
        ({"Content-Length": LARGE}, (413, "body_too_large", "")),
        ({"Content-Length": "9" * 5000}, (413, "body_too_large", "")),
        ({"Content-Length": "-1"}, (411, "length_missing", "")),
        ({"Content-Length": "many"}, (411, "length_missing", "")),
        ({"Transfer-Encoding": "chunked"}, (411, "length_missing", "")),
    ],
)
def test_headers_alone_decide_before_the_body_and_the_key(
    headers: dict[str, str], refusal: tuple[int, str, str]
) -> None:
    assert Door(None).send("POST", "/spend", b"{}", headers=headers).refusal == refusal


def test_json_may_name_its_letters(door: Door, search: Campaign) -> None:
    body = json.dumps({"campaign": search.pk, "amount": "1"})

    answer = door.send("POST", "/spend", body, content_type="application/json; charset=utf-8")

    assert answer.status == 201


@pytest.mark.parametrize("path", ["", "/", "/spends", "/spend/", "/brands/Acme", "/campaigns/1.5", "/../v1", "/%00"])
def test_unknown_address_is_answered_in_the_same_shape(door: Door, path: str) -> None:
    assert door.send("GET", path).refusal == (404, "unknown_address", "")


@pytest.mark.parametrize("path", ["/api/", "/api/v2/brands", "/api/v1"])
def test_address_outside_of_the_version_is_answered_in_the_same_shape(client: Client, path: str) -> None:
    response = client.get(path)

    assert (response.status_code, response.json()["code"]) == (404, "unknown_address")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [("DELETE", "/spend", {"GET", "POST"}), ("PUT", "/brands/1", {"GET", "PATCH"}), ("GET", "/spend/batch", {"POST"})],
)
def test_method_that_an_address_does_not_take(door: Door, method: str, path: str, allowed: set[str]) -> None:
    answer = door.send(method, path)

    assert answer.refusal == (405, "method_not_allowed", "")
    assert set(answer.headers["Allow"].split(", ")) == allowed


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
@pytest.mark.parametrize("words", ["api", "brand", "spend"])
def test_database_that_is_away_is_said_so(door: Door, search: Campaign, words: str, error: type[Exception]) -> None:
    def fail(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if re.search(rf'"campaigns_{words}', sql):
            raise error("server closed the connection: password=hunter2")
        return execute(sql, *rest)

    with connection.execute_wrapper(fail):
        answer = door.post("/spend", {"campaign": search.pk, "amount": "1"})

    assert answer.refusal == (503, "database_away", "")
    assert answer.headers["Retry-After"] == "5"
    assert "hunter2" not in answer.body["error"]
    assert not SpendLog.objects.exists()


def test_fault_of_our_own_is_answered_in_the_same_shape(search: Campaign) -> None:
    def fail(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        raise RuntimeError("hunter2")

    with connection.execute_wrapper(fail):
        response = Client(raise_request_exception=False).get(f"{ROOT}/brands", headers={"Authorization": WELL_FORMED})

    assert (response.status_code, response.json()["code"]) == (500, "internal_error")
    assert b"hunter2" not in response.content


def test_host_that_is_not_ours_is_answered_in_the_same_shape(client: Client) -> None:
    response = client.get(f"{ROOT}/brands", headers={"Host": "evil.example.com"})

    assert (response.status_code, response.json()["code"]) == (400, "bad_request")


def test_key_of_a_deleted_brand_reaches_nothing() -> None:
    brand = make_brand()
    door = open_door(brands=(brand,))
    brand.delete()

    assert door.get("/brands").body["items"] == []
    assert ApiKey.objects.get().brands.count() == 0


def test_page_of_the_api_needs_nothing_from_elsewhere(client: Client) -> None:
    page = client.get(f"{ROOT}/docs").content.decode()

    addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(addresses) >= 4
    assert all(address.startswith("/static/ninja/") for address in addresses), addresses
    assert "swagger-ui-bundle.js" in page


def test_schema_names_every_operation_and_the_one_shape(client: Client) -> None:
    schema = client.get(f"{ROOT}/openapi.json").json()

    operations = {(method.upper(), path) for path, methods in schema["paths"].items() for method in methods}
    assert operations == set(OPERATIONS)
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            assert operation["security"], (method, path)
            assert operation["responses"]["422"]["content"]["application/json"]["schema"] == {
                "$ref": "#/components/schemas/Refused"
            }
