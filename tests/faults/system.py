"""A whole system: its desk, the processes that run it, and a client that talks to it as a program would.

system.start("broker", "worker", "beat", "web")
answer = system.client().post("/spend", {"campaign": system.desk.campaigns["Acme/Search"], "amount": "1"})
system.kill("worker")
assert system.query("SELECT count(*) FROM campaigns_spendlog") == [(1,)]
"""

from __future__ import annotations

import http.client
import json
import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urlsplit

import psycopg
from kombu import Connection

from tests.faults.desk import Desk
from tests.faults.postgres import OwnPostgres
from tests.processes import SECONDS_TO_RUN_A_COMMAND, Installation

# What a database answers with.
Cell: TypeAlias = str | int | bool | None
Json: TypeAlias = dict[str, object]

SECONDS_TO_ANSWER = 30.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a client of the API was told.

    :param seconds: how long it waited.
    """

    status: int
    body: Json
    retry_after: str
    seconds: float

    @property
    def code(self) -> str:
        """What the refusal is called, or nothing."""
        return str(self.body.get("code", ""))


class NoAnswerError(Exception):
    """Nobody listens, or whoever did is gone: what became of the request, the client cannot know."""


class Client:
    """A program that uses the API, with a new connection for every request."""

    def __init__(self, host: str, port: int, key: str, *, seconds: float = SECONDS_TO_ANSWER) -> None:
        self._address = (host, port)
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        self._seconds = seconds

    def get(self, path: str) -> Answer:
        """This will read.

        :raises NoAnswerError: if nobody answers.
        """
        return self.send("GET", path)

    def post(self, path: str, facts: Mapping[str, object]) -> Answer:
        """This will post facts.

        :raises NoAnswerError: if nobody answers.
        """
        return self.send("POST", path, json.dumps(facts))

    def send(self, method: str, path: str, body: str | None = None) -> Answer:
        """This will send any request below the root of the API.

        :raises NoAnswerError: if nobody answers, or not to the end.
        """
        began = time.monotonic()
        with closing(http.client.HTTPConnection(*self._address, timeout=self._seconds)) as connection:
            try:
                connection.request(method, f"/api/v1{path}", body, self._headers)
                response = connection.getresponse()
                content = response.read()
            except (OSError, http.client.HTTPException) as error:
                raise NoAnswerError(f"{method} {path}: {error!r}") from error
        seconds = time.monotonic() - began
        return Answer(response.status, _read(content), response.headers.get("Retry-After", ""), seconds)


class System(Installation):
    """A desk in a database of its own, and its parts, each of which a test starts, stops and kills."""

    def __init__(
        self, directory: Path, *, database_url: str, desk: Desk, settings: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(directory, database_url=database_url, settings=settings)
        self.desk = desk

    def client(self, *, seconds: float = SECONDS_TO_ANSWER) -> Client:
        """This will return a client with the key for everything."""
        return Client(self.web_address.host, self.web_address.port, self.desk.key, seconds=seconds)

    def query(self, statement: str) -> list[tuple[Cell, ...]]:
        """This will ask the database itself, or change it, around the system."""
        if self.database_url.startswith("sqlite:"):
            path = urlsplit(self.database_url).path
            with closing(sqlite3.connect(path, isolation_level=None, timeout=SECONDS_TO_ANSWER)) as file:
                return list(file.execute(statement))
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def send(self, task: str, **arguments: bool) -> None:
        """This will send a task to the worker, as beat does."""
        from ad_system.celery import app

        with Connection(self.broker_url) as connection:
            app.send_task(f"campaigns.tasks.{task}", kwargs=arguments, connection=connection)

    def succeeded(self, task: str) -> list[str]:
        """The worker's lines about runs of a task that came to their end."""
        return [line for line in self.log("worker").splitlines() if f".{task}[" in line and " succeeded in " in line]

    def run(self, task: str, **arguments: bool) -> str:
        """This will have the worker run a task, wait for its end, and return the line about it."""
        runs = len(self.succeeded(task))
        self.send(task, **arguments)
        self.wait_until(
            lambda: len(self.succeeded(task)) > runs, seconds=SECONDS_TO_RUN_A_COMMAND, what=f"a run of {task}"
        )
        return self.succeeded(task)[-1]


class SystemWithServer(System):
    """A system with a PostgreSQL of its own, which a test may kill as well."""

    def __init__(self, directory: Path, *, server: OwnPostgres, database: str, desk: Desk) -> None:
        super().__init__(directory, database_url=f"{server.address}/{database}", desk=desk)
        self.server = server

    def close(self) -> None:
        """This will stop all parts, and the server last."""
        super().close()
        self.server.stop()


def _read(content: bytes) -> Json:
    """Return the answer's facts. Nothing else than JSON is an answer of the API: it shows up as it is."""
    try:
        facts: Json = json.loads(content)
    except ValueError:
        return {"no_json": content.decode(errors="replace")}
    return facts
