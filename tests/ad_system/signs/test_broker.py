"""The broker's answer, within a second whatever it does: real sockets, real servers."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from kombu import Connection
from pytest_django import Settings

from ad_system import broker as embedded_broker
from ad_system import embedded
from ad_system.signs.broker import MANY_WAITING, PATIENCE_SECONDS, BrokerAnswer, ask_broker, look_at_broker
from ad_system.signs.findings import Level
from tests.ad_system.polling import wait_until
from tests.plugin.guard import Guarded

# What a busy machine may take on top.
SLACK_SECONDS = 2.0


@pytest.fixture
def valkey(tmp_path: Path, settings: Settings) -> Iterator[Guarded]:
    """A real server, which the settings name."""
    server = embedded_broker.find_server()
    if server is None:
        pytest.skip("no Valkey or Redis server runs here")
    path = embedded.broker_socket(tmp_path)
    folder = embedded_broker.prepare(server, socket_path=path, data_dir=tmp_path)
    process = Guarded(embedded_broker.command_line(server, socket_path=path, folder=folder))
    wait_until(lambda: embedded_broker.answers(path), what="the broker's start")
    settings.CELERY_BROKER_URL = f"redis+socket://{path}"
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = embedded.transport_options(settings.CELERY_BROKER_URL, tmp_path)
    yield process
    process.stop()


def test_broker_says_how_many_messages_wait(valkey: Guarded, settings: Settings) -> None:
    assert ask_broker() == BrokerAnswer(is_there=True, waiting=0)
    with Connection(settings.CELERY_BROKER_URL) as connection, connection.SimpleQueue("celery") as queue:
        for number in range(3):
            queue.put({"number": number})

    assert ask_broker() == BrokerAnswer(is_there=True, waiting=3)


def test_broker_that_dies_is_away_and_says_why(valkey: Guarded) -> None:
    assert ask_broker().is_there

    valkey.kill()

    answer = wait_until(lambda: None if (answer := ask_broker()).is_there else answer, what="the broker's death")
    assert "Error" in answer.why


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "redis://no.such.host.invalid:6379/0", "nonsense://x"])
def test_broker_that_is_not_there_is_away_within_its_time(settings: Settings, url: str) -> None:
    settings.CELERY_BROKER_URL = url
    start = time.monotonic()

    answer = ask_broker()

    assert time.monotonic() - start < PATIENCE_SECONDS + SLACK_SECONDS
    assert not answer.is_there
    assert answer.why


def test_frozen_broker_keeps_nobody_waiting_however_many_ask(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as frozen:
        # It accepts, and never answers.
        settings.CELERY_BROKER_URL = f"redis://127.0.0.1:{frozen.getsockname()[1]}/0"
        settings.CELERY_BROKER_TRANSPORT_OPTIONS = embedded.transport_options(settings.CELERY_BROKER_URL, Path())
        answers: list[BrokerAnswer] = []
        askers = [threading.Thread(target=lambda: answers.append(ask_broker())) for _ in range(10)]
        threads, start = threading.active_count(), time.monotonic()
        for asker in askers:
            asker.start()
        for asker in askers:
            asker.join()
        seconds, probes = time.monotonic() - start, threading.active_count() - threads

    assert [answer.is_there for answer in answers] == [False] * 10
    assert seconds < PATIENCE_SECONDS + SLACK_SECONDS
    assert probes <= 1
    wait_until(lambda: threading.active_count() <= threads, what="the end of the last question")


def test_finding_says_that_spend_goes_on() -> None:
    away = look_at_broker(BrokerAnswer(is_there=False, why="refused"))

    assert (away.level, away.details) == (Level.ILL, ("refused",))
    assert "spend is still recorded" in away.sentence


@pytest.mark.parametrize(
    ("waiting", "level", "words"),
    [
        (None, Level.OK, "The broker answers."),
        (0, Level.OK, "0 messages wait."),
        (1, Level.OK, "1 message waits."),
        (MANY_WAITING, Level.OK, "200 messages wait."),
        (MANY_WAITING + 1, Level.WARNING, "the workers do not keep up"),
    ],
)
def test_finding_tells_the_queue(waiting: int | None, level: Level, words: str) -> None:
    finding = look_at_broker(BrokerAnswer(is_there=True, waiting=waiting))

    assert finding.level is level
    assert words in finding.sentence
