"""A question to somebody who may never answer: asked in a thread, one at a time, with a limit to the patience."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class NoAnswer(Exception):
    """There was none in time."""


class Question(Generic[Answer]):
    """What is asked again and again, in one process by many at once, perhaps.

    :param put: asks, for as long as it takes.
    :param seconds: for so long whoever asks waits, whatever the other side, the network or the name server do.
    """

    def __init__(self, put: Callable[[], Answer], *, name: str, seconds: float) -> None:
        self._put, self._name, self._seconds = put, name, seconds
        # One that accepts and never answers must not gather threads.
        self._asking = threading.Lock()

    def ask(self) -> Answer:
        """This will return the answer.

        :raises NoAnswer: if there is none in time.
        :raises Exception: whatever it was that the question ended with.
        """
        deadline = time.monotonic() + self._seconds
        if not self._asking.acquire(timeout=self._seconds):
            raise NoAnswer("it has not answered the question before yet")
        answers: queue.SimpleQueue[Answer | Exception] = queue.SimpleQueue()
        threading.Thread(target=self._put_and_keep, args=(answers,), daemon=True, name=self._name).start()
        try:
            answer = answers.get(timeout=max(deadline - time.monotonic(), 0))
        except queue.Empty:
            raise NoAnswer(f"no answer within {self._seconds:g} s") from None
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _put_and_keep(self, answers: queue.SimpleQueue[Answer | Exception]) -> None:
        try:
            answers.put(self._put())
        except Exception as error:  # noqa: BLE001  whatever it is, it is the answer
            answers.put(error)
        finally:
            self._asking.release()
