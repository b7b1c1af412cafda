"""A case: one thing that is measured, and the floor that it is measured against.

A new one is a module in `benchmarks/cases` with a tuple `CASES`. Nothing else has to know of it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from benchmarks.results import About

# The moment of every data set and of every case: a Friday, the same local date in all the zones of the data.
NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Scene:
    """Where a case plays: a copy of a data set that is the case's own.

    :param database_url: of the database; Django is connected to it already.
    :param small_brands: keys of the many brands, in order.
    :param large_brand: key of the one brand with many campaigns.
    :param campaigns: keys of campaigns by their brand; of the small brands, the first one only.
    :param worker: number of this process among those that work at once, from 0.
    """

    database_url: str
    small_brands: list[int]
    large_brand: int
    campaigns: dict[int, list[int]]
    worker: int = 0

    @property
    def brands(self) -> list[int]:
        """The keys of all brands."""
        return [*self.small_brands, self.large_brand]


@dataclass(frozen=True, slots=True)
class Sides:
    """The two sides of a case, each a call that does one operation.

    :param ours: through the services, as a door would.
    :param floor: what the database alone takes for it; None if there is nothing to compare with, or if this process
        rests while another one does it.
    :param before_each: puts things back before each operation, outside the measured time.
    :param disagreements: after all operations of both sides: sentences about what should be equal and is not.
    """

    ours: Callable[[], object]
    floor: Callable[[], object] | None = None
    before_each: Callable[[], object] | None = None
    disagreements: Callable[[], Collection[str]] | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One line of the table.

    :param make: called once in each process that works; it opens what its sides need.
    """

    about: About
    make: Callable[[Scene], Sides]
