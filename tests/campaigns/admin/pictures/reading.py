"""Reading a picture as a browser does: as XML, by the classes of its pieces."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree import ElementTree as ET


@dataclass(frozen=True)
class Piece:
    """A piece of a picture.

    :param says: its words, or what it says when somebody points at it.
    """

    tag: str
    kind: str
    given: dict[str, str]
    says: str

    def number(self, name: str) -> float:
        """Return one of its measures, with or without a percent sign."""
        return float(self.given[name].rstrip("%"))


def pieces_of(picture: str, kind: str) -> list[Piece]:
    """Return the pieces of a picture that have that class, in their order.

    :raises xml.etree.ElementTree.ParseError: if the picture is no well-formed XML.
    """
    found = [_piece(element) for element in ET.fromstring(picture).iter()]
    return [piece for piece in found if kind in piece.kind.split()]


def words_of(picture: str) -> list[str]:
    """Return the words that stand in a picture."""
    return [element.text or "" for element in ET.fromstring(picture).iter("text")]


def points_of(piece: Piece) -> list[tuple[float, float]]:
    """Return the corners of a line: thousandths across, pixels down."""
    pairs = (pair.split(",") for pair in piece.given["points"].split())
    return [(float(x), float(y)) for x, y in pairs]


def _piece(element: ET.Element) -> Piece:
    title = element.find("title")
    says = (title.text if title is not None else element.text) or ""
    return Piece(element.tag, element.get("class", ""), dict(element.attrib), says)
