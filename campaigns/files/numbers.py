"""Numbers: which sign a column's amounts have before their decimals, decided once for all of them."""

from __future__ import annotations

import re
from enum import StrEnum

from campaigns.errors import UnreadableFile


class DecimalMark(StrEnum):
    """What stands before the decimals: `1,234.50` or `1.234,50`."""

    POINT = "point"
    COMMA = "comma"


_PLAIN = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE]-[0-9]{1,2})?", re.ASCII)
_PLAIN_COMMA = re.compile(r"[+-]?([0-9]+(,[0-9]*)?|,[0-9]+)", re.ASCII)
# Groups of three, all set apart by the same sign; spaces of three kinds and apostrophes are in use, too.
_GROUPED = re.compile(r"[+-]?[1-9][0-9]{0,2}(?P<mark>[, \u00a0\u202f'’])[0-9]{3}((?P=mark)[0-9]{3})*(\.[0-9]*)?")
_GROUPED_COMMA = re.compile(r"[+-]?[1-9][0-9]{0,2}(?P<mark>[. \u00a0\u202f'’])[0-9]{3}((?P=mark)[0-9]{3})*(,[0-9]*)?")
_GROUP_MARKS: dict[DecimalMark, dict[int, str | None]] = {
    DecimalMark.POINT: dict.fromkeys(map(ord, ", \u00a0\u202f'’")),
    DecimalMark.COMMA: {ord(","): ".", **dict.fromkeys(map(ord, ". \u00a0\u202f'’"))},
}
_MINUS = "\u2212"


def plain_number(text: str, mark: DecimalMark) -> str | None:
    """Write a number with that mark as plain digits and a point; None for what is no number with that mark."""
    text = text.replace(_MINUS, "-")
    if mark is DecimalMark.POINT and _PLAIN.fullmatch(text):
        return text
    shapes = (_GROUPED,) if mark is DecimalMark.POINT else (_PLAIN_COMMA, _GROUPED_COMMA)
    return text.translate(_GROUP_MARKS[mark]) if any(shape.fullmatch(text) for shape in shapes) else None


class NumberColumn:
    """Looks at a column's amounts, one after the other, and says which mark they have."""

    def __init__(self) -> None:
        self._proof: set[DecimalMark] = set()
        self._unclear: tuple[int, str] | None = None

    @property
    def is_decided(self) -> bool:
        """Tell whether no other amount can change the mark any more."""
        return DecimalMark.POINT in self._proof

    def see(self, text: str, line: int) -> None:
        """Take note of an amount. What is no number is for its row to refuse."""
        with_point, with_comma = plain_number(text, DecimalMark.POINT), plain_number(text, DecimalMark.COMMA)
        if with_point == with_comma:
            return
        if with_comma is None:
            self._proof.add(DecimalMark.POINT)
        elif with_point is None:
            self._proof.add(DecimalMark.COMMA)
        elif self._unclear is None:
            self._unclear = line, text

    def decide(self, *, delimiter: str, file_name: str) -> DecimalMark:
        """Return the mark. Where both occur it is the point, and the rows with the other one are refused.

        :raises UnreadableFile: if `1,234` or `1.234` is all there is: it would be right with either.
        """
        if self._proof:
            return DecimalMark.POINT if DecimalMark.POINT in self._proof else DecimalMark.COMMA
        # Nobody who writes decimal commas puts commas between the cells.
        if self._unclear is None or ("," not in self._unclear[1] and delimiter == ","):
            return DecimalMark.POINT
        line, text = self._unclear
        raise UnreadableFile(
            f"{file_name}, line {line}: {text!r} may be a thousand or a fraction, and no other row tells. Say which "
            "it is: --decimal point (1,234.50) or --decimal comma (1.234,50).",
            field="decimal",
        )
