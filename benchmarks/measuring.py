"""Measuring: both sides of a case in turn, round after round."""

from __future__ import annotations

import cProfile
import io
import pstats
import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal

from django.db import connection

from benchmarks.case import Case, Scene
from benchmarks.crew import Crew, Station, crew_of
from benchmarks.results import Result, SideResult

Side = Literal["ours", "floor"]

# So that every statement is prepared and every cache is warm.
WARM_UP_OPERATIONS = 8
# However long one takes, a median needs some.
FEWEST_OPERATIONS = 2
_PROFILED_LINES = 50


class DisagreementError(Exception):
    """After a case, something that should be equal is not: what was measured is worth nothing."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """What one process did in one go.

    :param latencies: seconds, one for each operation.
    :param processor: seconds that the process used for them.
    :param memory: bytes that the process held at most; 0 where the system does not say.
    """

    latencies: list[float]
    processor: float
    memory: int


def measure(case: Case, scene: Scene, *, rounds: int, seconds: float) -> Result:
    """Run the sides in turn, `seconds` each, `rounds` times.

    :raises DisagreementError: if the two sides did not do the same.
    """
    with crew_of(case, scene) as crew:
        sides: tuple[Side, ...] = ("ours", "floor") if crew.ask_one(has_floor) else ("ours",)
        for side in sides:
            _stretches(crew, side, seconds=0, least=1 if case.about.is_long else WARM_UP_OPERATIONS)
        queries = crew.ask_one(count_queries)
        by_round: dict[Side, list[list[Stretch]]] = {side: [] for side in sides}
        fewest = 1 if case.about.is_long else FEWEST_OPERATIONS
        for number in range(rounds):
            # Whoever comes second in a round finds warmer caches, or more to clean up.
            for side in sides if number % 2 else reversed(sides):
                by_round[side].append(_stretches(crew, side, seconds=seconds, least=fewest))
        disagreements = sorted({sentence for found in crew.ask_all(disagreements_of) for sentence in found})
    if disagreements:
        raise DisagreementError(f"{case.about.name}: {'; '.join(disagreements)}")
    ours = _summary(case, by_round["ours"])
    if "floor" not in by_round:
        return Result(ours, None, None, queries)
    floor = by_round["floor"]
    ratios = [_per_second(case, our) / _per_second(case, its) for our, its in zip(by_round["ours"], floor, strict=True)]
    return Result(ours, _summary(case, floor), statistics.median(ratios), queries)


def profile(case: Case, scene: Scene, *, operations: int) -> str:
    """Return where the time of our side goes, function by function."""
    with crew_of(replace(case, about=replace(case.about, processes=1)), scene) as crew:
        _stretches(crew, "ours", seconds=0, least=WARM_UP_OPERATIONS)
        return crew.ask_one(partial(profile_ours, operations=operations))


def run_side(station: Station, *, side: Side, seconds: float, least: int) -> Stretch:
    """Work again and again for so many seconds, at least so many times."""
    work = station.sides.floor if side == "floor" else station.sides.ours
    before_each = station.sides.before_each or _nothing
    latencies: list[float] = []
    worked = processor = 0.0
    station.start.wait()
    _forget_peak_memory()
    while work and (len(latencies) < least or worked < seconds):
        before_each()
        used, began = time.process_time(), time.perf_counter()
        work()
        latencies.append(time.perf_counter() - began)
        processor += time.process_time() - used
        worked += latencies[-1]
    return Stretch(latencies, processor, _peak_memory())


def profile_ours(station: Station, *, operations: int) -> str:
    """Work so many times under the profiler, and return its table."""
    profiler = cProfile.Profile()
    for _ in range(operations):
        (station.sides.before_each or _nothing)()
        profiler.runcall(station.sides.ours)
    table = io.StringIO()
    pstats.Stats(profiler, stream=table).sort_stats("tottime").print_stats(_PROFILED_LINES)
    return table.getvalue()


def count_queries(station: Station) -> int:
    """Work once, and return how many statements that took."""
    count = 0

    def counting(execute: Callable[..., object], *arguments: object) -> object:
        nonlocal count
        count += 1
        return execute(*arguments)

    (station.sides.before_each or _nothing)()
    with ExitStack() as stack:
        stack.enter_context(connection.execute_wrapper(counting))
        station.sides.ours()
    return count


def has_floor(station: Station) -> bool:
    """Say whether there is anything to compare with."""
    return station.sides.floor is not None


def disagreements_of(station: Station) -> list[str]:
    """Return what should be equal and is not."""
    return list(station.sides.disagreements()) if station.sides.disagreements else []


def _stretches(crew: Crew, side: Side, *, seconds: float, least: int) -> list[Stretch]:
    return crew.ask_all(partial(run_side, side=side, seconds=seconds, least=least))


def _per_second(case: Case, stretches: Sequence[Stretch]) -> float:
    means = [statistics.mean(stretch.latencies) for stretch in stretches if stretch.latencies]
    if case.about.is_shared:
        # It is done when the last one is; who does it alone does the shares of all.
        return case.about.items * case.about.processes / max(means)
    return sum(case.about.items / mean for mean in means)


def _summary(case: Case, rounds: Sequence[Sequence[Stretch]]) -> SideResult:
    latencies = sorted(latency for stretches in rounds for stretch in stretches for latency in stretch.latencies)
    return SideResult(
        per_second=statistics.median(_per_second(case, stretches) for stretches in rounds),
        p50=statistics.median(latencies),
        p99=latencies[min(len(latencies) - 1, len(latencies) * 99 // 100)],
        processor=sum(stretch.processor for stretches in rounds for stretch in stretches) / len(latencies),
        memory=max(stretch.memory for stretches in rounds for stretch in stretches),
    )


def _nothing() -> None:
    pass


def _forget_peak_memory() -> None:
    try:
        # Linux: 5 puts the peak back to what is held now.
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        pass


def _peak_memory() -> int:
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return 0
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024
