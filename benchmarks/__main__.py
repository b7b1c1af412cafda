"""The command line: `python -m benchmarks`, or `./bench.sh`, which sets everything up first."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path

from benchmarks import beside, process
from benchmarks.process import CaseFailed
from benchmarks.report import machine, print_table
from benchmarks.results import About, Line
from benchmarks.servers import Databases, databases

# An agency has 500 brands, 10,000 campaigns and a million entries; of one brand, all of a million entries are.
SIZES = ("tiny", "1k", "100k", "1m", "agency", "one_brand")


def main(arguments: Sequence[str]) -> int:
    """Run what was asked for, and return 1 if a case failed."""
    with databases() as stores:
        cases = process.run(process.list_cases, directory=stores.directory)
        options = _parser([case.name for case in cases]).parse_args(arguments)
        if options.beside:
            beside.print_lines(stores, options.size)
            return 0
        chosen = [case for case in cases if not options.case or case.name in options.case]
        lines = [line for case in chosen if (line := _measure(case, stores, options))]
        about = machine() | stores.versions | {"size": options.size}
    print_table(lines, title=", ".join(f"{name} {value}" for name, value in about.items()))
    if options.json:
        figures = {"about": about, "cases": [asdict(line.case) | asdict(line.result) for line in lines]}
        options.json.write_text(json.dumps(figures, indent=2) + "\n")
    return 0 if len(lines) == len(chosen) else 1


def _measure(case: About, stores: Databases, options: argparse.Namespace) -> Line | None:
    """Return what was measured; None, with all that was said, if the case failed."""
    sys.stderr.write(f"bench: {case.title}\n")
    work = partial(process.measure, case.name, rounds=options.rounds, seconds=options.seconds)
    try:
        with stores.copy(case.vendor, options.size) as database_url:
            result = process.run(work, directory=stores.directory, database_url=database_url)
            if options.profile:
                profiling = partial(process.profile, case.name)
                sys.stdout.write(process.run(profiling, directory=stores.directory, database_url=database_url))
    except CaseFailed as failure:
        sys.stderr.write(f"bench: {case.name} failed:\n{failure}\n")
        return None
    return Line(case, result)


def _parser(names: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bench.sh", description="Measures the desk next to the floor: hand-written SQL that does the same."
    )
    parser.add_argument("--case", action="append", choices=names, metavar="NAME", help=f"only this: {', '.join(names)}")
    parser.add_argument("--size", choices=SIZES, default="1k", help="campaigns in the data, with ten entries each")
    parser.add_argument("--rounds", type=int, default=15, help="how often each side has its turn")
    parser.add_argument("--seconds", type=float, default=0.4, help="how long one turn takes at least")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    parser.add_argument(
        "--beside", action="store_true", help="instead: how long spend takes while a reset and a review are done"
    )
    parser.add_argument("--profile", action="store_true", help="show as well where the time of our side goes")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
