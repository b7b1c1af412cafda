"""The guard of cells: what a spreadsheet would run as a formula is written so that it stays a text."""

from __future__ import annotations

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def guard(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would run. `unguard` takes exactly that one away."""
    return f"'{text}" if _looks_like_formula(text) else text


def unguard(cell: str) -> str:
    """Return the text as it was before `guard`."""
    return cell[1:] if cell.startswith("'") and _looks_like_formula(cell) else cell


def _looks_like_formula(text: str) -> bool:
    return text.lstrip("'").startswith(_FORMULA)
