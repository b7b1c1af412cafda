"""Requests that no program of good will sends: other methods, other types, other bodies, and any query string."""

from __future__ import annotations

import csv
import io

import hypothesis
import pytest

from tests.campaigns.admin.paths import HISTORY, LISTS, SPENDS
from tests.campaigns.management.desk import run
from tests.matrix.desk import Desk, everything_stored

_ADDRESSES = {
    "/brands": {"GET"},
    "/brands/{brand}": {"GET", "PATCH"},
    "/campaigns": {"GET"},
    "/campaigns/{campaign}": {"GET", "PATCH"},
    "/campaigns/{campaign}/explain": {"GET"},
    "/campaigns/{campaign}/windows": {"PUT"},
    "/spend": {"GET", "POST"},
    "/spend/batch": {"POST"},
    "/spend/reported/{campaign}/meta/2026-11-20": {"PUT"},
    "/spend/{entry}/corrections": {"POST"},
    "/spend/{entry}/reversal": {"POST"},
    "/status-changes": {"GET"},
    "/changes": {"GET"},
}
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PURGE", "X" * 300)
_WRITING = [(method, path) for path, methods in _ADDRESSES.items() for method in sorted(methods - {"GET"})]
_TYPES = (
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "application/xml",
    "",
    "json",
    "\x00",
)
_BODIES = [
    *(
        b"{",
        b"[]",
        b"null",
        b"7",
        b'"text"',
        b"{}{}",
        b"\x00",
        "{}".encode("utf-16"),
        "{}".encode("utf-32"),
        b"[" * 50_000,
    ),
    *(
        b'{"amount": NaN}',
        b'{"amount": 1, "amount": 2}',
        b'{"\x00": 1}',
        b'{"": 1}',
        b'{"__proto__": 1, "amount": "5"}',
    ),
    *(b'{"entries": []}', b'{"entries": [[]]}', b'{"entries": {"0": {}}}', b"{'amount': '5'}", b"amount=5"),
]
_QUERIES = [
    *("nonsense=1", "cursor=-1", "cursor=1e3", "cursor=" + "9" * 30, "cursor=%00", "cursor=١", "limit=0", "limit=501"),
    *("limit=-1", "limit=1.5", "limit=" + "9" * 5000, "limit=NaN", "brand=", "brand=1%202", "brand[]=1", "%00=1", "=1"),
    *("first_day=2026-02-30", "first_day=9999-12-31x", "last_day=%F0", "is_active=maybe", "status=on", "after=-1"),
    *("cursor=1&cursor=x", "%ED%A0%80=1", "__class__=1", "pk__in=1", "campaign__brand__name=Other"),
]
_LOOKUPS = [
    "id__in=1," + "9" * 30,
    *("nonsense=1", "pk__in=1", "q=%00", "q=" + "x" * 5000, "q=%ED%A0%80", "o=9.9.9", "o=-", "p=-1", "p=" + "9" * 30),
    *("p=1e3", "all=", "e=1", "_popup=1", "_to_field=pk", "_to_field=amount", "id__in=1,x", "id__exact=" + "9" * 30),
    *(
        "brand__id__exact=%00",
        "brand__name__regex=(",
        "local_day__year=99999",
        "local_day__gte=x",
        "status=x",
        "kind=x",
    ),
    *("is_enabled__exact=7", "is_enabled__isnull=maybe", "amount__gte=NaN", "amount=5", "password__startswith=p"),
    *("campaign__brand__id__exact=-1", "__class__=1", "_changelist_filters=%00", "%00=1", "=1"),
]


_EXPORTS = (f"{SPENDS}entries.csv", f"{SPENDS}day-totals.csv", f"{HISTORY}status-changes.csv")

# Every list takes the same road, so a normal run sends each query to some of them; `./test.sh --long` to all.
_STRIDE = 1 if hypothesis.settings().max_examples > 100 else 3


def _some(queries: list[str], number: int) -> list[str]:
    return queries[number % _STRIDE :: _STRIDE]


def _path(desk: Desk, path: str) -> str:
    return path.format(brand=desk.brand.pk, campaign=desk.search.pk, entry=desk.entry.pk)


@pytest.mark.parametrize("path", _ADDRESSES)
def test_api_takes_no_other_method(desk: Desk, path: str) -> None:
    before = everything_stored()
    refused = [method for method in _METHODS if method not in _ADDRESSES[path] | {"HEAD", "OPTIONS"}]

    answers = {method: desk.program.send(method, _path(desk, path), b"{}") for method in refused}

    assert {answer.status for answer in answers.values()} <= {405, 404}
    assert all(answer.refusal[1] for answer in answers.values())
    assert everything_stored() == before


@pytest.mark.parametrize(("method", "path"), _WRITING)
def test_api_takes_no_other_type_and_no_other_body(
    desk: Desk, subtests: pytest.Subtests, method: str, path: str
) -> None:
    before = everything_stored()

    for content_type in _TYPES:
        with subtests.test(content_type=content_type):
            answer = desk.program.send(method, _path(desk, path), b'{"amount": "5"}', content_type=content_type)
            assert answer.refusal[:2] == (415, "not_json")
    # A reversal may come without facts, and null says so.
    for body in [body for body in _BODIES if not path.endswith("/reversal") or body != b"null"]:
        with subtests.test(body=body[:20]):
            answer = desk.program.send(method, _path(desk, path), body)
            assert answer.refusal[0] in (400, 422)
    assert everything_stored() == before


@pytest.mark.parametrize("path", [path for path, methods in _ADDRESSES.items() if "{" not in path and "GET" in methods])
def test_list_of_the_api_refuses_a_query_that_makes_no_sense(desk: Desk, subtests: pytest.Subtests, path: str) -> None:
    before = everything_stored()

    for query in _QUERIES:
        with subtests.test(query=query[:30]):
            status, code, _ = desk.program.send("GET", f"{path}?{query}").refusal
            assert (status, code) in [(422, "invalid_request"), (422, "invalid_moment"), (422, "invalid_cursor")]
    assert everything_stored() == before


@pytest.mark.parametrize("path", LISTS)
def test_list_of_the_admin_opens_whatever_the_query(desk: Desk, subtests: pytest.Subtests, path: str) -> None:
    before = everything_stored()

    for query in _some(_LOOKUPS, LISTS.index(path)):
        with subtests.test(query=query[:30]):
            assert desk.person.get(f"{path}?{query}").status_code in (200, 302, 400)
    assert everything_stored() == before


@pytest.mark.parametrize("export", _EXPORTS)
def test_export_of_the_admin_is_a_table_or_leads_back(desk: Desk, subtests: pytest.Subtests, export: str) -> None:
    for query in _some(_LOOKUPS, _EXPORTS.index(export)):
        with subtests.test(query=query[:30]):
            answer = desk.person.get(f"{export}?{query}")
            assert answer.status_code in (200, 302, 400)
            if answer.status_code == 200:
                text = b"".join(answer).decode()
                widths = {len(row) for row in csv.reader(io.StringIO(text, newline=""))}
                assert len(widths) == 1


@pytest.mark.parametrize("command", ["export_spend", "export_totals", "export_status"])
def test_export_command_refuses_a_day_that_is_none(desk: Desk, subtests: pytest.Subtests, command: str) -> None:
    for day in ("2026-02-30", "9999-12-31x", "١", "2026-11-20\x00", "", "yesterday", "-1"):
        with subtests.test(day=day):
            answer = run(command, f"--from={day}", now=None)
            assert (answer.code, answer.out, answer.err.count("\n")) == (2, "", 1)
