"""The canvas: bars, lines, paths and words at a place in percent across and pixels down."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

# Across, a path counts to this: it is stretched to the width that there is.
_WIDE = 1000

Point = tuple[float, float]


def picture(
    pieces: Iterable[SafeString], *, key: str, kind: str, height: int, title: str, description: str
) -> SafeString:
    """Return a picture.

    :param key: its name on the page; no other picture there has it.
    :param kind: how CSS calls it.
    :param title: what it shows, in a few words.
    :param description: what it says, in a sentence or two.
    """
    return format_html(
        '<svg class="picture picture-{kind}" height="{height}" role="img" aria-labelledby="{key}-title {key}-desc">'
        '<title id="{key}-title">{title}</title><desc id="{key}-desc">{description}</desc>{pieces}</svg>',
        kind=kind,
        height=height,
        key=key,
        title=title,
        description=description,
        pieces=group(pieces),
    )


def group(pieces: Iterable[SafeString]) -> SafeString:
    """Return the pieces as one; all of them are safe by their type."""
    return mark_safe("".join(pieces))  # noqa: S308


def inset(pieces: Iterable[SafeString], *, left: float, top: float, height: float) -> SafeString:
    """Return the pieces on a part of the canvas that begins `left` percent from its left, `top` pixels from its top."""
    return format_html(
        '<svg class="inset" x="{}%" y="{}" width="{}%" height="{}">{}</svg>',
        _number(left),
        _number(top),
        _number(100 - left),
        _number(height),
        group(pieces),
    )


def bar(
    kind: str, *, x: float, width: float, top: float, height: float, words: str = "", round_: float = 0
) -> SafeString:
    """Return a rectangle.

    :param words: what it says when somebody points at it.
    """
    return format_html(
        '<rect class="{}" x="{}%" y="{}" width="{}%" height="{}"{}>{}</rect>',
        kind,
        _number(x),
        _number(top),
        _number(width),
        _number(height),
        format_html(' rx="{}"', _number(round_)) if round_ else "",
        format_html("<title>{}</title>", words) if words else "",
    )


def across(kind: str, *, y: float) -> SafeString:
    """Return a level line over the whole width."""
    return format_html('<line class="{}" x1="0" x2="100%" y1="{}" y2="{}"/>', kind, _number(y), _number(y))


def upright(kind: str, *, x: float, top: float, bottom: float) -> SafeString:
    """Return an upright line."""
    place = f"{_number(x)}%"
    return format_html(
        '<line class="{}" x1="{}" x2="{}" y1="{}" y2="{}"/>', kind, place, place, _number(top), _number(bottom)
    )


def dot(kind: str, *, x: float, y: float) -> SafeString:
    """Return a dot."""
    return format_html('<circle class="{}" cx="{}%" cy="{}" r="4"/>', kind, _number(x), _number(y))


def words(text: str, *, x: float, y: float, kind: str = "tick", anchor: str = "start") -> SafeString:
    """Return words at a place.

    :param anchor: what of them is at that place: start, middle or end.
    """
    return format_html(
        '<text class="{}" x="{}%" y="{}" text-anchor="{}">{}</text>', kind, _number(x), _number(y), anchor, text
    )


def path(kind: str, points: Sequence[Point], *, height: float, ground: float | None = None) -> SafeString:
    """Return a line through the points, percent across and pixels down.

    :param ground: fill the surface between the line and this height, in pixels, too.
    """
    if not points:
        return mark_safe("")
    line = " ".join(f"{_number(x * _WIDE / 100)},{_number(y)}" for x, y in points)
    pieces = [format_html('<polyline class="{}" points="{}"/>', kind, line)]
    if ground is not None:
        first, last = (f"{_number(x * _WIDE / 100)},{_number(ground)}" for x in (points[0][0], points[-1][0]))
        pieces.insert(0, format_html('<polygon class="{}-area" points="{} {} {}"/>', kind, first, line, last))
    return format_html(
        '<svg class="stretched" viewBox="0 0 {} {}" width="100%" height="{}" preserveAspectRatio="none">{}</svg>',
        _WIDE,
        _number(height),
        _number(height),
        group(pieces),
    )


def _number(value: float) -> str:
    """Write a coordinate with no more digits than anybody sees."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
