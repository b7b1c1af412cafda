"""Texts that people give: what is refused, and how it is kept."""

from __future__ import annotations

import re
import unicodedata

from campaigns.errors import InvalidText

NAME_LENGTH = 200
REFERENCE_LENGTH = 200
SOURCE_LENGTH = 50
DESCRIPTION_LENGTH = 500

# Control characters (NUL and line breaks among them), halves of characters, and line and paragraph separators.
_NOT_KEPT = frozenset({"Cc", "Cs", "Zl", "Zp"})
# Spaces, and marks that only steer how others are shown.
_UNSEEN = frozenset({"Cf", "Zs"})

_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)


def parse_name(value: str, *, field: str = "name") -> str:
    """Read a name: not empty, one line, at most 200 characters; outer white space goes, the rest stays as written.

    :raises InvalidText: for anything else.
    """
    name = _parse_line(value, longest=NAME_LENGTH, field=field)
    if all(unicodedata.category(character) in _UNSEEN for character in name):
        raise InvalidText(f"The {field} is empty: give one.", field=field)
    return name


def parse_reference(value: str) -> str:
    """Read a reference, the sender's own name for a spend: at most 200 characters, upper and lower case differ.

    :raises InvalidText: if it is longer, or has characters that cannot be seen.
    """
    return _parse_line(value, longest=REFERENCE_LENGTH, field="reference")


def parse_source(value: str) -> str:
    """Read the name of where a spend comes from: at most 50 characters.

    :raises InvalidText: if it is longer, or has characters that cannot be seen.
    """
    return _parse_line(value, longest=SOURCE_LENGTH, field="source")


def parse_description(value: str) -> str:
    """Read a free text of at most 500 characters.

    :raises InvalidText: if it is longer, or has characters that cannot be kept.
    """
    return _parse_line(value, longest=DESCRIPTION_LENGTH, field="description")


def parse_currency(value: str) -> str:
    """Read a currency code of three capital letters (ISO 4217).

    :raises InvalidText: for anything else.
    """
    if _CURRENCY.fullmatch(value) is None:
        raise InvalidText(f"{value[:20]!r} is not a currency: use its three letters, such as USD.", field="currency")
    return value


def _parse_line(value: str, *, longest: int, field: str) -> str:
    text = value.strip()
    if len(text) > longest:
        raise InvalidText(f"The {field} has {len(text)} characters: at most {longest} can be kept.", field=field)
    # Quickly, for nearly all: what can be printed has none of them.
    if not text.isprintable() and any(unicodedata.category(character) in _NOT_KEPT for character in text):
        raise InvalidText(f"The {field} has a line break or another character that cannot be kept.", field=field)
    return text
