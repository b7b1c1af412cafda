"""Names, references, sources, descriptions and currencies: what is kept as written, and what is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from campaigns.errors import InvalidText
from campaigns.rules.texts import (
    DESCRIPTION_LENGTH,
    NAME_LENGTH,
    REFERENCE_LENGTH,
    SOURCE_LENGTH,
    parse_currency,
    parse_description,
    parse_name,
    parse_reference,
    parse_source,
)

_TEXTS: list[tuple[Callable[[str], str], int, str]] = [
    (parse_name, NAME_LENGTH, "name"),
    (parse_reference, REFERENCE_LENGTH, "reference"),
    (parse_source, SOURCE_LENGTH, "source"),
    (parse_description, DESCRIPTION_LENGTH, "description"),
]
_FIELDS = [field for _, _, field in _TEXTS]
_SHORT_TEXTS = [(parse, field) for parse, _, field in _TEXTS]
_OPTIONAL = [parse_reference, parse_source, parse_description]

_KEPT = [
    pytest.param("Summer Sale", id="plain"),
    pytest.param("<script>alert(1)</script>", id="markup"),
    pytest.param("=1+1", id="formula"),
    pytest.param("@SUM(A1)", id="formula with at"),
    pytest.param("O'Brien & Sons; DROP TABLE", id="quote"),
    pytest.param("100% {name} %s", id="placeholders"),
    pytest.param("..\\../etc", id="path"),
    pytest.param("M\u00fcller", id="umlaut"),
    pytest.param("\u05d0\u05d1\u200f!", id="Hebrew with its right-to-left mark"),
    pytest.param("\u590f\u5b63", id="Chinese"),
    pytest.param("\U0001f468\u200d\U0001f469\u200d\U0001f467", id="emoji of several characters"),
    pytest.param("two  spaces", id="inner spaces"),
]

_REFUSED = [
    pytest.param("a\x00b", id="NUL"),
    pytest.param("a\nb", id="line feed"),
    pytest.param("a\rb", id="carriage return"),
    pytest.param("a\u0085b", id="next line"),
    pytest.param("a\u2028b", id="line separator"),
    pytest.param("a\u2029b", id="paragraph separator"),
    pytest.param("a\x1b[31mb", id="terminal escape"),
    pytest.param("a\x7fb", id="delete"),
    pytest.param("a\ud800b", id="half a character"),
    pytest.param("a" * 10_000, id="10k characters"),
]


@pytest.mark.parametrize(("parse", "field"), _SHORT_TEXTS, ids=_FIELDS)
@pytest.mark.parametrize("text", _KEPT)
def test_texts_are_kept_as_written(parse: Callable[[str], str], field: str, text: str) -> None:
    assert parse(text) == text
    assert parse(f"  {text} ") == text


@pytest.mark.parametrize(("parse", "field"), _SHORT_TEXTS, ids=_FIELDS)
@pytest.mark.parametrize("text", _REFUSED)
def test_texts_that_are_no_line_are_refused(parse: Callable[[str], str], field: str, text: str) -> None:
    with pytest.raises(InvalidText) as refusal:
        parse(text)

    assert refusal.value.field == field
    assert str(refusal.value).isprintable()


@pytest.mark.parametrize(("parse", "longest", "field"), _TEXTS, ids=_FIELDS)
def test_texts_may_be_just_so_long(parse: Callable[[str], str], longest: int, field: str) -> None:
    assert parse("\u00e4" * longest) == "\u00e4" * longest
    assert parse(f" {'a' * longest} ") == "a" * longest
    with pytest.raises(InvalidText, match=str(longest)):
        parse("a" * (longest + 1))


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("", id="empty"),
        pytest.param("   ", id="spaces"),
        pytest.param("\n\t", id="line break and tab"),
        pytest.param("\u00a0", id="no-break space"),
        pytest.param("\u3000", id="wide space"),
        pytest.param("\u200b", id="zero-width space"),
        pytest.param("\u200f\u200e", id="direction marks only"),
        pytest.param("\ufeff", id="byte order mark"),
    ],
)
def test_parse_name_refuses_one_that_nobody_can_see(name: str) -> None:
    with pytest.raises(InvalidText) as refusal:
        parse_name(name)

    assert refusal.value.field == "name"


def test_parse_name_says_which_field_it_was() -> None:
    with pytest.raises(InvalidText, match="brand") as refusal:
        parse_name("", field="brand")

    assert refusal.value.field == "brand"


@pytest.mark.parametrize("parse", _OPTIONAL)
@pytest.mark.parametrize("text", ["", "   "])
def test_other_texts_may_be_empty(parse: Callable[[str], str], text: str) -> None:
    assert parse(text) == ""


def test_parse_reference_keeps_upper_and_lower_case_apart() -> None:
    assert parse_reference("Inv-7") != parse_reference("INV-7")


def test_parse_reference_refuses_256_characters() -> None:
    with pytest.raises(InvalidText):
        parse_reference("r" * 256)


@pytest.mark.parametrize("code", ["USD", "EUR", "JPY"])
def test_parse_currency_takes_three_capital_letters(code: str) -> None:
    assert parse_currency(code) == code


@pytest.mark.parametrize(
    "code", ["", "usd", "US", "USDT", "U$D", "US1", "USD\n", " USD", "\uff35\uff33\uff24", "\x00", "X" * 10_000]
)
def test_parse_currency_refuses_anything_else(code: str) -> None:
    with pytest.raises(InvalidText) as refusal:
        parse_currency(code)

    assert refusal.value.field == "currency"
    assert str(refusal.value).isprintable()
