"""Power cuts at named points: a function that does its work, and then nothing comes after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pkgutil import resolve_name
from unittest.mock import patch


class CrashError(BaseException):
    """The power is gone. No `except Exception` may catch it, as none catches a power cut."""


@contextmanager
def crash_after(name: str) -> Iterator[None]:
    """This will end whoever calls the function of that name, right after it did its work."""
    work: Callable[..., object] = resolve_name(name)

    def crashing(*args: object, **kwargs: object) -> None:
        work(*args, **kwargs)
        raise CrashError(name)

    with patch(name, crashing):
        yield
