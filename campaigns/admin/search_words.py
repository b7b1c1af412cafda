"""What people type into a search box, word by word."""

from __future__ import annotations

from django.utils.text import smart_split, unescape_string_literal


def without_nul(text: str) -> str:
    """Return the text with another character in the place of NUL: one that nothing has either."""
    return text.replace("\x00", "\ufffd")


def words_of(term: str) -> list[str]:
    """Return what is searched for, word by word, as every list of the admin does: what stands in quotes is one."""
    return [
        unescape_string_literal(bit) if bit[0] in "\"'" and bit[-1] == bit[0] and len(bit) > 1 else bit
        for bit in smart_split(term)
    ]
