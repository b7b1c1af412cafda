"""A database that accepts and never answers: the health pages and `doctor` answer all the same."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.ad_system.running import run_python

# Whoever asks may give up after so many seconds. A database that is waited for without a limit takes minutes.
LIMIT = 30

LOOK = """
import os, time
import django
django.setup()
from django.core.management import CommandError, call_command
from django.test import Client

began = time.monotonic()
for name in ("a stranger", "a person", "the token"):
    client = Client(headers={"Authorization": "Bearer a-token-of-this-test"} if name == "the token" else {})
    if name == "a person":
        # Who it is, the database would know.
        client.cookies["sessionid"] = "x" * 32
    for path in ("/healthz", "/readyz", "/metrics"):
        response = client.get(path)
        said = response.content.decode()
        print(name, path, response.status_code, "The database does not answer" in said, "no answer within" in said)
try:
    call_command("doctor", stdout=open(os.devnull, "w"))
except CommandError as ill:
    print(ill)
print("in time" if time.monotonic() - began < LIMIT else time.monotonic() - began)
""".replace("LIMIT", str(LIMIT))

SILENT = [
    "a stranger /healthz 200 False False",
    "a stranger /readyz 503 True False",
    "a stranger /metrics 401 False False",
    "a person /healthz 200 False False",
    "a person /readyz 503 True False",
    "a person /metrics 401 False False",
    "the token /healthz 200 False False",
    "the token /readyz 503 True True",
    "the token /metrics 200 False False",
    "not well: database, broker. The lines marked ILL say what to do.",
    "in time",
]


@contextmanager
def silent_server() -> Iterator[int]:
    """A server that accepts, and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


@pytest.mark.system
@pytest.mark.skipif(sys.platform == "win32", reason="the embedded broker is files there, which always answer")
def test_database_that_never_answers_keeps_nobody_waiting(tmp_path: Path) -> None:
    with silent_server() as port:
        settings = {
            "DATABASE_URL": f"postgres://desk@127.0.0.1:{port}/desk",
            "DJANGO_SETTINGS_MODULE": "ad_system.settings",
            "METRICS_TOKEN": "a-token-of-this-test",
        }
        done = run_python(tmp_path, "-c", LOOK, **settings)

    assert done.stdout.splitlines() == SILENT, done.stderr
