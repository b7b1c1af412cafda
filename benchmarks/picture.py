"""The picture of how cost grows with size: `python -m benchmarks.picture 1k.json 100k.json 1m.json > growth.svg`.

Both axes are logarithmic, so that what grows with the data is a straight line upward, and what does not lies flat.
"""

from __future__ import annotations

import json
import math
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path

_COUNTS = {"tiny": 120, "1k": 1_000, "100k": 100_000, "1m": 1_000_000}
_LINE_HEIGHT = 16.0
_COLOURS = ("#1f6feb", "#d1242f", "#1a7f37", "#9a6700", "#8250df", "#57606a")
_WIDTH, _HEIGHT, _LEFT, _TOP, _RIGHT, _BOTTOM = 860, 420, 70, 20, 330, 50
_FEWEST, _MOST, _SHORTEST, _LONGEST = 3, 6, -1, 5

Line = dict[int, float]


def lines_of(files: Sequence[Path]) -> dict[str, Line]:
    """Return for each case the milliseconds of one operation, by the number of campaigns."""
    lines: defaultdict[str, Line] = defaultdict(dict)
    for file in files:
        figures = json.loads(file.read_text())
        for case in figures["cases"]:
            lines[case["title"]][_COUNTS[figures["about"]["size"]]] = case["ours"]["p50"] * 1000
    # One size alone says nothing of growth.
    return {title: line for title, line in lines.items() if len(line) > 1}


def draw(lines: Mapping[str, Line]) -> str:
    """Return the picture."""
    heights = _heights(lines)
    curves = (
        part
        for number, (title, line) in enumerate(lines.items())
        for part in _curve(number, title, line, height=heights[title])
    )
    body = "\n".join([*_axes(), *curves])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" '
        f'font-size="13">\n<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>\n{body}\n</svg>\n'
    )


def _x(campaigns: float) -> float:
    share = (math.log10(campaigns) - _FEWEST) / (_MOST - _FEWEST)
    return round(_LEFT + share * (_WIDTH - _LEFT - _RIGHT), 1)


def _y(milliseconds: float) -> float:
    share = (math.log10(milliseconds) - _SHORTEST) / (_LONGEST - _SHORTEST)
    return round(_HEIGHT - _BOTTOM - share * (_HEIGHT - _BOTTOM - _TOP), 1)


def _axes() -> Iterator[str]:
    for power in range(_SHORTEST, _LONGEST + 1):
        y = _y(10.0**power)
        text = f"{10**power} ms" if power < _FEWEST else f"{10 ** (power - 3)} s"
        yield f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y}" y2="{y}" stroke="#d0d7de"/>'
        yield f'<text x="{_LEFT - 8}" y="{y + 4}" text-anchor="end">{text}</text>'
    for power in range(_FEWEST, _MOST + 1):
        yield f'<text x="{_x(10**power)}" y="{_HEIGHT - 25}" text-anchor="middle">{10**power:,}</text>'
    yield f'<text x="{_x(10**4.5)}" y="{_HEIGHT - 6}" text-anchor="middle">campaigns</text>'


def _heights(lines: Mapping[str, Line]) -> dict[str, float]:
    """Return where the names of the lines stand: beside their ends, and none on another."""
    ends = sorted((_y(line[max(line)]), title) for title, line in lines.items())
    heights: dict[str, float] = {}
    lowest = 0.0
    for end, title in ends:
        heights[title] = lowest = max(end, lowest + _LINE_HEIGHT)
    return heights


def _curve(number: int, title: str, line: Line, *, height: float) -> Iterator[str]:
    colour = _COLOURS[number % len(_COLOURS)]
    places = [(_x(count), _y(line[count])) for count in sorted(line)]
    points = " ".join(f"{x},{y}" for x, y in places)
    yield f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>'
    yield from (f'<circle cx="{x}" cy="{y}" r="3.5" fill="{colour}"/>' for x, y in places)
    x, _ = places[-1]
    yield f'<text x="{x + 10}" y="{height + 4}" fill="{colour}">{escape(title)}</text>'


if __name__ == "__main__":
    sys.stdout.write(draw(lines_of([Path(name) for name in sys.argv[1:]])))
