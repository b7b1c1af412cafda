"""Messages as they lie in the broker's queue, good ones and others, put there around the system."""

from __future__ import annotations

import base64
import json
import uuid

import redis

from ad_system import embedded
from tests.faults.system import System

QUEUE = "celery"


def broker_client(system: System) -> redis.Redis:
    """This will return a client of the system's broker, which gives up after a while."""
    return redis.Redis(unix_socket_path=str(embedded.broker_socket(system.data_dir)), socket_timeout=10)


def put(system: System, *messages: bytes) -> None:
    """This will put messages into the queue, the first one to be taken out first."""
    with broker_client(system) as client:
        for message in messages:
            client.lpush(QUEUE, message)


def waiting(system: System) -> int:
    """This will return how many messages nobody has taken yet."""
    with broker_client(system) as client:
        return int(client.llen(QUEUE))


def unacknowledged(system: System) -> int:
    """This will return how many messages a worker has taken and not finished with: they would come back."""
    with broker_client(system) as client:
        return int(client.hlen("unacked"))


def message(task: str, /, *, body: object = None, **changes: object) -> bytes:
    """This will return a message as Celery sends it.

    :param body: instead of a call without arguments; bytes are taken as they are.
    :param changes: of the headers (`expires`, `eta`), the properties and the envelope (`content-type`); None removes.
    """
    content = body if isinstance(body, bytes) else json.dumps([[], {}, {}] if body is None else body).encode()
    key = str(uuid.uuid4())
    headers: dict[str, object] = {
        "lang": "py",
        "task": task,
        "id": key,
        "root_id": key,
        "parent_id": None,
        "group": None,
        "retries": 0,
    }
    headers |= {"eta": None, "expires": None, "timelimit": [None, None], "argsrepr": "()", "kwargsrepr": "{}"}
    properties: dict[str, object] = {
        "correlation_id": key,
        "delivery_mode": 2,
        "delivery_info": {"exchange": "", "routing_key": QUEUE},
        "priority": 0,
        "body_encoding": "base64",
        "delivery_tag": key,
    }
    envelope: dict[str, object] = {"body": base64.b64encode(content).decode(), "content-encoding": "utf-8"}
    envelope |= {"content-type": "application/json"}
    for name, value in changes.items():
        _change(next(part for part in (headers, properties, envelope) if name in part), name, value)
    return json.dumps({**envelope, "headers": headers, "properties": properties}).encode()


def _change(part: dict[str, object], name: str, value: object) -> None:
    if value is None:
        del part[name]
    else:
        part[name] = value
