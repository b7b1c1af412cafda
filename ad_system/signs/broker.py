"""The broker: whether it answers within a second, and how many messages wait there."""

from __future__ import annotations

import queue
import threading
import time
from dataclasses import dataclass

from django.conf import settings
from kombu import Connection
from kombu.transport import virtual

from ad_system.celery import app
from ad_system.signs.findings import Finding, Level, Part

# Nobody who looks waits for longer, whatever the broker, the network or the name server do.
PATIENCE_SECONDS = 1.0

# A few tasks are sent each minute, and expire before the next: so many are hours without a worker, or a long pass.
MANY_WAITING = 200

# One question at a time: a broker that accepts and never answers must not gather threads.
_asking = threading.Lock()


@dataclass(frozen=True, slots=True)
class BrokerAnswer:
    """What the broker said.

    :param is_there: it answered in time.
    :param waiting: messages in the queue of tasks; None: not known.
    :param why: why it is not there, in its own words.
    """

    is_there: bool
    waiting: int | None = None
    why: str = ""


def ask_broker() -> BrokerAnswer:
    """This will ask the broker how many messages wait, for a second at most."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    if not _asking.acquire(timeout=PATIENCE_SECONDS):
        return BrokerAnswer(is_there=False, why="it has not answered the question before yet")
    answers: queue.SimpleQueue[BrokerAnswer] = queue.SimpleQueue()
    threading.Thread(target=_ask, args=(answers,), daemon=True, name="broker-probe").start()
    try:
        return answers.get(timeout=max(deadline - time.monotonic(), 0))
    except queue.Empty:
        return BrokerAnswer(is_there=False, why=f"no answer within {PATIENCE_SECONDS:g} s")


def look_at_broker(answer: BrokerAnswer) -> Finding:
    """This will turn the answer into a finding."""
    if answer.is_there:
        return _look_at_queue(answer.waiting)
    return Finding(
        Part.BROKER,
        Level.ILL,
        "The broker does not answer: spend is still recorded and budgets still stop campaigns, but nothing that waits "
        "for time happens (windows, flights, midnights, webhooks).",
        "Start it, or correct CELERY_BROKER_URL. Nothing is lost: the next passes catch up.",
        (answer.why,),
    )


def _look_at_queue(waiting: int | None) -> Finding:
    if waiting is None:
        return Finding(Part.BROKER, Level.OK, "The broker answers.")
    messages = "1 message waits" if waiting == 1 else f"{waiting} messages wait"
    if waiting <= MANY_WAITING:
        return Finding(Part.BROKER, Level.OK, f"The broker answers; {messages}.")
    return Finding(
        Part.BROKER,
        Level.WARNING,
        f"The broker answers, but {messages}: the workers do not keep up, or there is none.",
        "Start a worker, or more of them. Passes that waited too long expire; the next ones do their work.",
    )


def _ask(answers: queue.SimpleQueue[BrokerAnswer]) -> None:
    try:
        answers.put(_count_waiting())
    except Exception as error:  # noqa: BLE001  whatever it is, it is the answer
        answers.put(BrokerAnswer(is_there=False, why=f"{type(error).__name__}: {' '.join(str(error).split())}"))
    finally:
        _asking.release()


def _count_waiting() -> BrokerAnswer:
    options = dict(settings.CELERY_BROKER_TRANSPORT_OPTIONS)
    if settings.CELERY_BROKER_URL.startswith("redis"):
        options |= {"socket_timeout": PATIENCE_SECONDS, "socket_connect_timeout": PATIENCE_SECONDS}
    with Connection(settings.CELERY_BROKER_URL, transport_options=options) as connection:
        # Kombu's own patience would outlast ours, and hide the reason.
        connection.ensure_connection(max_retries=1, interval_start=0)
        channel = connection.channel()
        # Redis, files and memory are all of this kind; others only say that they are there.
        if not isinstance(channel, virtual.Channel):
            return BrokerAnswer(is_there=True)
        declared = channel.queue_declare(queue=app.conf.task_default_queue)
        return BrokerAnswer(is_there=True, waiting=int(declared.message_count))
