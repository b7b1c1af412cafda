"""A program that uses the API, for tests: in this process, with a key, as of `NOON`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from campaigns.models import Brand, Scope
from campaigns.services import create_api_key
from tests.factories import NOON

ROOT = "/api/v1"
JSON = "application/json"

# All that the API offers.
OPERATIONS = [
    ("GET", "/api/v1/brands"),
    ("GET", "/api/v1/brands/{brand}"),
    ("PATCH", "/api/v1/brands/{brand}"),
    ("GET", "/api/v1/changes"),
    ("GET", "/api/v1/campaigns"),
    ("GET", "/api/v1/campaigns/{campaign}"),
    ("PATCH", "/api/v1/campaigns/{campaign}"),
    ("GET", "/api/v1/campaigns/{campaign}/explain"),
    ("PUT", "/api/v1/campaigns/{campaign}/windows"),
    ("GET", "/api/v1/spend"),
    ("POST", "/api/v1/spend"),
    ("POST", "/api/v1/spend/batch"),
    ("PUT", "/api/v1/spend/reported/{campaign}/{source}/{day}"),
    ("POST", "/api/v1/spend/{entry}/corrections"),
    ("POST", "/api/v1/spend/{entry}/reversal"),
    ("GET", "/api/v1/status-changes"),
]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the API said."""

    status: int
    body: Any
    headers: Mapping[str, str] = field(repr=False)

    @property
    def refusal(self) -> tuple[int, str, str]:
        """Status, code and field; the body has the one shape, and a sentence."""
        assert set(self.body) in ({"error", "code", "field"}, {"error", "code", "field", "rows"}), self.body
        assert isinstance(self.body["error"], str), self.body
        assert self.body["error"].endswith((".", ")")), self.body
        return self.status, self.body["code"], self.body["field"]


class Door:
    """Sends requests with one key."""

    def __init__(self, secret: str | None) -> None:
        self._headers = {} if secret is None else {"Authorization": f"Bearer {secret}"}
        self._client = Client()

    def get(self, path: str, **filters: object) -> Answer:
        """This will read."""
        return self.send("GET", path, query=filters)

    def post(self, path: str, facts: object) -> Answer:
        """This will post facts as JSON."""
        return self.send("POST", path, json.dumps(facts))

    def put(self, path: str, facts: object) -> Answer:
        """This will put facts as JSON."""
        return self.send("PUT", path, json.dumps(facts))

    def patch(self, path: str, facts: object) -> Answer:
        """This will patch facts as JSON."""
        return self.send("PATCH", path, json.dumps(facts))

    def send(
        self,
        method: str,
        path: str,
        body: str | bytes = b"",
        *,
        content_type: str = JSON,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, object] | None = None,
    ) -> Answer:
        """This will send any request below the root of the API."""
        response = self._client.generic(
            method,
            f"{ROOT}{path}",
            body,
            content_type=content_type,
            headers={**self._headers, **(headers or {})},
            query_params={name: str(value) for name, value in (query or {}).items()},
        )
        assert response.headers["Content-Type"].startswith(JSON), response.content
        return Answer(response.status_code, json.loads(response.content), response.headers)


def open_door(*scopes: Scope, brands: tuple[Brand, ...] = (), requests_per_minute: int = 100_000) -> Door:
    """Return a door with a new key; without scopes: for everything, without brands: for every brand."""
    new = create_api_key(
        name=f"client of {len(brands)} brands, {'-'.join(scopes)}",
        scopes=scopes or tuple(Scope),
        every_brand=not brands,
        brand_ids=[brand.pk for brand in brands],
        requests_per_minute=requests_per_minute,
        now=NOON,
        actor="tests",
    )
    return Door(new.secret)
