"""The table for people, and the machine that it was measured on."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.results import Line, SideResult

_WIDTH = 120


def machine() -> dict[str, str]:
    """Return what the figures depend on, besides the code."""
    return {
        "cores": str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()),
        "load": f"{os.getloadavg()[0]:.1f}",
        "processor": _processor(),
        "Python": platform.python_version(),
        "Django": version("django"),
        "psycopg": version("psycopg"),
    }


def print_table(lines: Sequence[Line], *, title: str) -> None:
    """Print one line for each case."""
    table = Table(title=title, title_justify="left", title_style="")
    table.add_column("case", min_width=44)
    for name in ("per second", "ratio", "reach", "p50 ms", "p99 ms", "CPU ms", "queries", "MB"):
        table.add_column(name, justify="right")
    for line in lines:
        table.add_row(*_cells(line))
        if line.result.floor:
            table.add_row("  its floor", f"{line.result.floor.per_second:,.0f}", "", "", *_times(line.result.floor))
    Console(width=_WIDTH).print(table)


def _cells(line: Line) -> list[str]:
    case, result = line.case, line.result
    return [
        case.title,
        f"{result.ours.per_second:,.0f}",
        f"{result.ratio:.2f}" if result.ratio else "",
        f"{case.reach:.2f}" if case.reach else "",
        *_times(result.ours),
        str(result.queries),
        f"{result.ours.memory / 1e6:.0f}",
    ]


def _times(side: SideResult) -> tuple[str, ...]:
    return tuple(f"{seconds * 1000:.2f}" for seconds in (side.p50, side.p99, side.processor))


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
