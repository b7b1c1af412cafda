"""What a run says: the cases, and what was measured of them. It knows no Django, as the command line does not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Vendor = Literal["postgres", "sqlite"]


@dataclass(frozen=True, slots=True)
class About:
    """A case, for people and for the command line.

    :param name: by which it is asked for.
    :param reach: the share of the floor's speed that is to be reached; None if that is not how it is judged.
    :param items: how many (entries, rows …) one operation handles.
    :param processes: how many work at once, each on a connection of its own.
    :param is_shared: the floor is the first of the processes, which does alone what all of ours share.
    :param is_long: one operation may take seconds: it is not repeated more than is needed.
    """

    name: str
    title: str
    vendor: Vendor
    reach: float | None = None
    items: int = 1
    processes: int = 1
    is_shared: bool = False
    is_long: bool = False


@dataclass(frozen=True, slots=True)
class SideResult:
    """One side of a case, over all rounds.

    :param per_second: items, in the median round.
    :param p50: seconds of one operation, the median.
    :param p99: seconds that one operation in a hundred exceeded.
    :param processor: seconds of the processor that one operation took in our own process, not in the database.
    :param memory: bytes that one process held at most; 0 where the system does not say.
    """

    per_second: float
    p50: float
    p99: float
    processor: float
    memory: int


@dataclass(frozen=True, slots=True)
class Result:
    """A case as it was measured.

    :param ratio: ours over the floor, in the median round.
    :param queries: statements of ours for one operation, without BEGIN and COMMIT.
    """

    ours: SideResult
    floor: SideResult | None
    ratio: float | None
    queries: int


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table."""

    case: About
    result: Result
