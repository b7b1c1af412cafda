"""The broker: whether it answers within a second, and how many messages wait there."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from kombu import Connection
from kombu.transport import virtual

from ad_system.celery import app
from ad_system.signs.findings import Finding, Level, Part
from ad_system.signs.question import NoAnswer, Question

# Nobody who looks waits for longer, whatever the broker, the network or the name server do.
PATIENCE_SECONDS = 1.0

# A few tasks are sent each minute, and expire before the next: so many are hours without a worker, or a long pass.
MANY_WAITING = 200


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
    try:
        # Before the clock runs: a process that has just begun loads the broker's client, a tenth of its second or more.
        _ = Connection(settings.CELERY_BROKER_URL).transport_cls
        return _QUESTION.ask()
    except NoAnswer as silence:
        return BrokerAnswer(is_there=False, why=str(silence))
    except Exception as error:  # noqa: BLE001  whatever it is, it is the answer
        return BrokerAnswer(is_there=False, why=f"{type(error).__name__}: {' '.join(str(error).split())}")


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


_QUESTION = Question(_count_waiting, name="broker-probe", seconds=PATIENCE_SECONDS)
