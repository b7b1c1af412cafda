"""Uploads on their way to a worker: told of at once, or not at all; and none is forgotten where that fails."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from celery.signals import before_task_publish
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ad_system.celery import app
from campaigns import tasks
from campaigns.models import SpendImport
from campaigns.services.imports import uploads
from campaigns.tasks import run_here
from tests.factories import HOUR, NOON, make_brand, make_campaign
from tests.readings import ledger

pytestmark = pytest.mark.django_db

ROWS = b"campaign,day,cost\nSearch,2026-11-19,1.50\n"
OPTIONS = uploads.UploadOptions("campaign", "day", "cost")
LONGEST_WAIT = 2.0


def keep(name: str = "spend.csv", *, content: bytes = ROWS) -> SpendImport:
    brand = make_campaign(make_brand(), name="Search").brand
    return uploads.keep_upload(brand_id=brand.pk, file_name=name, content=content, options=OPTIONS, now=NOON)


@pytest.fixture
def sent() -> Iterator[list[int]]:
    """The imports that workers are told of meanwhile."""
    keys: list[int] = []

    def collect(body: tuple[list[int], object, object], **_: object) -> None:
        keys.append(body[0][0])

    before_task_publish.connect(collect)
    yield keys
    before_task_publish.disconnect(collect)
    # No test after this one shall find them.
    app.control.purge()


def test_broker_that_takes_the_message_is_told(sent: list[int]) -> None:
    assert tasks.send_import(7)
    assert sent == [7]


def test_broker_that_is_away_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for url in ("redis://127.0.0.1:9/0", f"redis+socket://{tmp_path / 'nobody.sock'}"):
        monkeypatch.setattr(app.conf, "broker_write_url", url)
        began = time.monotonic()

        assert not tasks.send_import(7)

        assert time.monotonic() - began < LONGEST_WAIT


def test_broker_that_accepts_and_never_answers_keeps_nobody_waiting(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setattr(app.conf, "broker_write_url", f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        began = time.monotonic()

        assert not tasks.send_import(7)

        assert time.monotonic() - began < LONGEST_WAIT
    assert "The broker took no message of import=7" in caplog.text


def test_upload_that_nobody_took_up_is_sent_again_and_one_that_somebody_left_is_not(sent: list[int]) -> None:
    first, left, last = (keep(f"{number}.csv") for number in range(3))
    SpendImport.objects.filter(pk=left.pk).update(alive_at=NOON)

    told = tasks.take_up_imports()

    assert told == "2 imports sent to the workers"
    assert sent == [first.pk, last.pk]


def test_upload_that_waits_for_a_yes_or_is_done_is_not_sent(sent: list[int]) -> None:
    row = keep()
    uploads.work_on(import_id=row.pk, clock=lambda: NOON)
    assert uploads.waiting() == []
    uploads.confirm(import_id=row.pk)
    assert uploads.waiting() == [row.pk]
    uploads.work_on(import_id=row.pk, clock=lambda: NOON)

    assert tasks.take_up_imports() == "0 imports sent to the workers"
    assert (sent, ledger()) == ([], ["1.50"])


def test_run_here_does_the_work_itself() -> None:
    row = keep()

    report = run_here("take_up_imports", now=NOON)

    row.refresh_from_db()
    assert (report.text, row.state) == ("1 import taken up", "checked")


@pytest.mark.parametrize(("step", "expected"), [(timedelta(0), 1), (timedelta(milliseconds=600), 3), (HOUR, 5)])
def test_checking_tells_how_far_it_is_once_a_second(step: timedelta, expected: int) -> None:
    row = keep(content=ROWS + 3_499 * b"Search,2026-11-19,1.50\n")
    clock = ticking(step)

    with CaptureQueriesContext(connection) as queries:
        uploads.work_on(import_id=row.pk, clock=lambda: next(clock))

    told = [query for query in queries if '"rows_done" = ' in query["sql"] and '"state" = ' not in query["sql"]]
    row.refresh_from_db()
    assert (row.state, row.rows, len(told)) == ("checked", 3_500, expected)


def ticking(step: timedelta) -> Iterator[datetime]:
    now = NOON
    while True:
        yield now
        now += step
