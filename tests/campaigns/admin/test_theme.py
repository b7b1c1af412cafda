"""The desk's look: colours that WCAG 2.2 AA finds readable in both themes, and nothing that a strict CSP blocks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import campaigns

DESK = Path(campaigns.__file__).parent / "static" / "campaigns" / "desk"
TEMPLATES = Path(campaigns.__file__).parent / "templates"
TOKENS = (DESK / "tokens.css").read_text()
COLOURS = {
    name: (light, dark)
    for name, light, dark in re.findall(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", TOKENS)
}

STATES = ("good", "warn", "bad", "off", "info")
SURFACES = ("ground", "surface", "surface-quiet", "surface-raised", "hover", "selected")
TEXTS = ("ink", "ink-soft", "ink-quiet", "accent-ink", "accent-ink-hover", *(f"{state}-ink" for state in STATES))

READABLE = [
    *((text, surface) for text in TEXTS for surface in SURFACES),
    *((f"{state}-ink", f"{state}-wash") for state in STATES),
    *(("ink", f"{state}-wash") for state in STATES),
    ("on-accent", "accent-fill"),
    ("on-accent", "accent-fill-hover"),
]
DISCERNIBLE = [
    *((f"{state}-fill", back) for state in STATES for back in ("surface", "track", "hover")),
    *(("line-control", surface) for surface in SURFACES),
    *(("focus", surface) for surface in SURFACES),
    *((series, "surface") for series in ("accent-fill", "chart-2", "chart-3", "chart-column", "chart-column-now")),
]


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour, such as `#ffffff`."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_counted_as_the_standard_does() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("pairs", "least"), [(READABLE, 4.5), (DISCERNIBLE, 3.0)], ids=["text", "shapes"])
def test_colours_stand_out(theme: int, pairs: list[tuple[str, str]], least: float) -> None:
    weak = [
        (front, back, round(found, 2))
        for front, back in pairs
        if (found := contrast(COLOURS[front][theme], COLOURS[back][theme])) < least
    ]

    assert weak == []


def test_colours_have_their_only_home_in_the_tokens() -> None:
    strays = {
        sheet.name: found
        for sheet in DESK.glob("*.css")
        if sheet.name != "tokens.css" and (found := re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[;, )])", sheet.read_text()))
    }

    assert strays == {}


def test_names_of_tokens_are_known() -> None:
    sheets = {sheet.name: sheet.read_text() for sheet in DESK.glob("*.css")}
    defined = set(re.findall(r"(--[\w-]+):", "".join(sheets.values())))

    unknown = {name: set(re.findall(r"var\((--[\w-]+)\)", text)) - defined for name, text in sheets.items()}

    assert not any(unknown.values()), unknown


def test_nothing_comes_from_elsewhere() -> None:
    for sheet in DESK.glob("*.css"):
        assert not re.search(r"@import|url\(", sheet.read_text()), sheet


def test_templates_have_nothing_inline() -> None:
    inline = re.compile(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|javascript:", re.IGNORECASE)

    found = {page.name: inline.findall(page.read_text()) for page in TEMPLATES.rglob("*.html")}

    assert found
    assert not any(found.values()), found
