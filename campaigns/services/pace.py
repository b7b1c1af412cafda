"""Pace: how much to do in one transaction, so that nobody waits long for the locks that it holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

_Item = TypeVar("_Item")

# Fast enough that small ones soon are no longer most of the parts; slow enough that one kind of items after another,
# which takes longer, is noticed in time.
_GROWTH = 4


class Pace:
    """Cuts work into parts: the next one by how long the last one took, and at most four times as large."""

    def __init__(self, *, seconds: float, first: int, least: int = 1, most: int) -> None:
        """Start with parts of `first` items.

        :param seconds: how long a part should take.
        :param least: a part is not smaller, however long it takes; `most`: nor larger, however short.
        """
        self._seconds = seconds
        self._least = min(least, most)
        self._most = most
        self.size = min(first, most)

    def parts(self, items: Iterable[_Item]) -> Iterator[list[_Item]]:
        """Yield the items in lists, each of the size that is right by then."""
        rest = iter(items)
        while part := list(islice(rest, self.size)):
            yield part

    def learn(self, count: int, seconds: float) -> None:
        """Set the size of the next part, after one of so many items took so many seconds."""
        fitting = int(count * self._seconds / seconds) if seconds else self._most
        self.size = max(self._least, min(_GROWTH * self.size, self._most, fitting))
