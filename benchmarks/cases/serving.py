"""The HTTP API on the desk's own web server, next to a view of the same server that does nothing."""

from __future__ import annotations

import http.client
import itertools
import json
import uuid
from collections.abc import Collection
from datetime import UTC, datetime
from functools import partial

from benchmarks.case import Case, Scene, Sides
from benchmarks.results import About
from benchmarks.web import NOTHING, Web
from campaigns.models import Scope, SpendLog
from campaigns.services import find_drift
from campaigns.services.access import create_api_key

BATCH = 500


def _post(scene: Scene, *, count: int) -> Sides:
    """Each operation sends so many entries, each for a brand of its own as far as there are enough."""
    # The API reads the clock itself.
    key = create_api_key(
        name=f"benchmark {uuid.uuid4().hex}",
        scopes=[Scope.RECORD],
        every_brand=True,
        requests_per_minute=1_000_000,
        now=datetime.now(UTC),
    )
    headers = {"Authorization": f"Bearer {key.secret}", "Content-Type": "application/json"}
    web = Web(scene.database_url)
    connection = web.connect()
    brands, numbers = itertools.cycle(scene.small_brands), itertools.count()
    path = "/api/v1/spend" if count == 1 else "/api/v1/spend/batch"
    before, done, body = SpendLog.objects.count(), 0, ""

    def entry() -> dict[str, object]:
        return {"campaign": scene.campaigns[next(brands)][0], "amount": "0.25", "reference": f"http-{next(numbers)}"}

    def prepare() -> None:
        """Write the next body, which is the sender's work."""
        nonlocal body
        entries = [entry() for _ in range(count)]
        body = json.dumps(entries[0] if count == 1 else {"entries": entries})

    def ours() -> None:
        nonlocal done
        connection.request("POST", path, body, headers)
        _read(connection.getresponse())
        done += count

    def nothing() -> None:
        connection.request("GET", NOTHING)
        _read(connection.getresponse())

    def disagreements() -> Collection[str]:
        web.stop()
        missing = before + done - SpendLog.objects.count()
        return [*(drift.owner for drift in find_drift()), *([f"{missing} entries are missing"] if missing else [])]

    return Sides(ours, nothing, prepare, disagreements)


def _start(scene: Scene) -> Sides:
    def ours() -> None:
        Web(scene.database_url).stop()

    return Sides(ours, disagreements=list)


def _read(answer: http.client.HTTPResponse) -> None:
    said = answer.read()
    assert answer.status < http.HTTPStatus.BAD_REQUEST, said


CASES = (
    Case(About("http_one", "HTTP: one entry: F5", "postgres", reach=0.25), partial(_post, count=1)),
    Case(About("http_batch", "HTTP: batch of 500: F5", "postgres", items=BATCH), partial(_post, count=BATCH)),
    Case(About("start", "web server, from nothing to its first answer", "postgres", is_long=True), _start),
)
