"""The HTTP API, as a program calls it: JSON, and raw JSON that only a broken program sends."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from tests.campaigns.api.door import Answer
from tests.matrix.desk import Desk
from tests.matrix.table import Denied, Raw, Subject

_STATUSES = {400, 404, 409, 422}


def take(desk: Desk, subject: Subject, value: object) -> None:
    """This will send the value.

    :raises Denied: with the code and the sentence of the answer.
    """
    method, path, body = TAKES[subject](desk, value)
    judge(desk.program.send(method, path, body))


def judge(answer: Answer) -> None:
    """This will look at an answer.

    :raises Denied: if it is a refusal, which has the one shape.
    """
    if answer.status >= 400:
        status, code, _ = answer.refusal
        assert status in _STATUSES, answer
        raise Denied(code, answer.body["error"])
    assert answer.status in (200, 201), answer


def _json(value: object) -> str:
    return value.json if isinstance(value, Raw) else json.dumps(value)


def _spend(name: str) -> Callable[[Desk, Any], tuple[str, str, str]]:
    def send(desk: Desk, value: Any) -> tuple[str, str, str]:
        facts = {"campaign": str(desk.search.pk), "amount": '"12.50"', name: _json(value)}
        return "POST", "/spend", "{" + ", ".join(f'"{key}": {text}' for key, text in facts.items()) + "}"

    return send


def _brand(name: str) -> Callable[[Desk, Any], tuple[str, str, str]]:
    return lambda desk, value: ("PATCH", f"/brands/{desk.brand.pk}", f'{{"{name}": {_json(value)}}}')


def _flight(desk: Desk, value: tuple[str, str]) -> tuple[str, str, str]:
    start, end = (day or None for day in value)
    return "PATCH", f"/campaigns/{desk.search.pk}", json.dumps({"start_date": start, "end_date": end})


def _windows(desk: Desk, value: Any) -> tuple[str, str, str]:
    windows = value
    if not isinstance(value, Raw):
        windows = [{"weekdays": list(days), "start": start, "end": end} for days, start, end in value]
    return "PUT", f"/campaigns/{desk.search.pk}/windows", f'{{"windows": {_json(windows)}}}'


def _campaign_key(desk: Desk, value: Any) -> tuple[str, str, str]:
    return _spend("campaign")(desk, desk.foreign.pk if value == "another brand's" else value)


def _entry_key(desk: Desk, value: Any) -> tuple[str, str, str]:
    number = desk.foreign_entry.pk if value == "another brand's" else value
    return "POST", f"/spend/{number}/reversal", "{}"


TAKES: dict[Subject, Callable[[Desk, Any], tuple[str, str, str]]] = {
    Subject.AMOUNT: _spend("amount"),
    Subject.FULL_COUNTER: _spend("amount"),
    Subject.NEW_AMOUNT: lambda desk, value: (
        "POST",
        f"/spend/{desk.entry.pk}/corrections",
        f'{{"amount": {_json(value)}}}',
    ),
    Subject.TOTAL: lambda desk, value: (
        "PUT",
        f"/spend/reported/{desk.search.pk}/platform/2026-11-20",
        f'{{"total": {_json(value)}}}',
    ),
    Subject.TOTAL_DAY: lambda desk, value: (
        "PUT",
        f"/spend/reported/{desk.search.pk}/platform/{quote(value)}",
        '{"total": "12.50"}',
    ),
    Subject.BUDGET: _brand("daily_budget"),
    Subject.MOMENT: _spend("occurred_at"),
    Subject.REFERENCE: _spend("reference"),
    Subject.DESCRIPTION: _spend("description"),
    Subject.BRAND_NAME: _brand("name"),
    Subject.CAMPAIGN_NAME: lambda desk, value: (
        "PATCH",
        f"/campaigns/{desk.search.pk}",
        f'{{"name": {_json(value)}}}',
    ),
    Subject.ZONE: _brand("time_zone"),
    Subject.CURRENCY: _brand("currency"),
    Subject.FLIGHT: _flight,
    Subject.WINDOWS: _windows,
    Subject.CAMPAIGN_KEY: _campaign_key,
    Subject.ENTRY_KEY: _entry_key,
}
