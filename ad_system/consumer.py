"""Celery's consumer of messages, which one that is not ours does not end: it is dropped, loudly, and the next is read.

By itself the worker dies of what is no message at all, or is one with a body of another shape; and the latter goes back
into the queue, for the next worker to die of.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

import kombu
from celery.exceptions import InvalidTaskError
from celery.worker.consumer import Consumer as CelerysConsumer
from celery.worker.loops import asynloop, synloop
from kombu.exceptions import ContentDisallowed, DecodeError
from vine.promises import promise

logger = logging.getLogger(__name__)

# What Celery's own code meets in something that it expected to be a message.
_MALFORMED = (ValueError, TypeError, LookupError, AttributeError)


class Consumer(CelerysConsumer):
    """Reads messages until the worker stops, whatever they are."""

    # Left out of its types; None where the pool runs without an event loop.
    hub: object

    def create_task_handler(self, *arguments: type[promise]) -> Callable[[kombu.Message], None]:
        """Return what is called with every message."""
        handle = super().create_task_handler(*arguments)

        def handle_or_drop(message: kombu.Message) -> None:
            # What Celery does with those whose faults it knows: an error in the log, with the message.
            try:
                _check_shape(message)
                handle(message)
            except DecodeError as error:
                self.on_decode_error(message, error)
            except (InvalidTaskError, ContentDisallowed, *_MALFORMED) as error:
                self.on_invalid_task(None, message, error)

        return handle_or_drop

    def loop(self, *arguments: object) -> None:
        """Read messages until the connection, or the worker, ends. Celery takes its own loop where this is missing."""
        celerys_loop: Callable[..., None] = asynloop if self.hub else synloop
        try:
            celerys_loop(*arguments)
        except _MALFORMED as error:
            # It was taken out of the queue when it was read. The connection is in an unknown state, and is made anew.
            logger.exception("Dropped something from the queue that is no message of Celery's")
            raise ConnectionResetError("the connection is made anew after what was no message") from error


def _check_shape(message: kombu.Message) -> None:
    """Look at what Celery takes for granted after it has promised a process to the message, and never gets back.

    :raises InvalidTaskError: if the message has another shape.
    """
    match (message.headers or {}).get("timelimit"):
        case None | [int() | float() | None, int() | float() | None]:
            pass
        case other:
            raise InvalidTaskError(f"no pair of time limits: {other!r}")
    match message.decode():
        case [list(), dict(), dict() | None] | {"task": str()}:
            pass
        case other:
            raise InvalidTaskError(f"no call of a task: {other!r}")
