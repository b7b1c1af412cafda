"""Finding what a person names: brands by name, campaigns as BRAND/CAMPAIGN, slashes in names or not."""

from __future__ import annotations

import pytest

from campaigns.errors import AmbiguousName, NotFound
from campaigns.queries import find_brand, find_campaign
from tests.factories import make_brand, make_campaign

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["Acme", " Acme "])
def test_brand_is_found_by_its_name(name: str) -> None:
    brand = make_brand(name="Acme")
    make_brand(name="acme")

    assert find_brand(name) == brand


def test_brand_that_is_not_there_is_answered_with_those_that_are() -> None:
    with pytest.raises(NotFound, match="There is no brand yet"):
        find_brand("Acme")
    make_brand(name="Beta")
    make_brand(name="Alpha")

    with pytest.raises(NotFound, match=r"no brand called 'Acme'\. There are: Alpha, Beta") as refused:
        find_brand("Acme")

    assert refused.value.field == "brand"


@pytest.mark.parametrize(
    ("brand", "name", "path"),
    [
        ("Acme", "Search", "Acme/Search"),
        ("Acme", "Search", " Acme / Search "),
        ("Zürich & Söhne", "Häuser – Sommer", "Zürich & Söhne/Häuser – Sommer"),
        ("A/B", "Search", "A/B/Search"),
        ("Acme", "Search/Brand/EN", "Acme/Search/Brand/EN"),
        ("A/B", "C/D", "A/B/C/D"),
        ("Acme", "/", "Acme//"),
    ],
)
def test_campaign_is_found_by_its_path(brand: str, name: str, path: str) -> None:
    campaign = make_campaign(make_brand(name=brand), name=name)
    make_campaign(make_brand(name="Other"), name=name)

    assert find_campaign(path) == campaign


def test_path_that_can_be_read_in_two_ways_is_refused() -> None:
    make_campaign(make_brand(name="A"), name="B/C")
    make_campaign(make_brand(name="A/B"), name="C")

    with pytest.raises(AmbiguousName, match="can be read as 2 campaigns"):
        find_campaign("A/B/C")


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("Acme", "'Acme' names no campaign: write BRAND/CAMPAIGN"),
        ("", "'' names no campaign"),
        ("Nobody/Search", "There is no brand for 'Nobody/Search'. There are: Acme, Empty."),
        ("Acme/Serach", "Acme has no campaign as in 'Acme/Serach'. It has: Search, Social."),
        ("acme/Search", "There is no brand for 'acme/Search'"),
        ("Empty/Search", "Empty has no campaign as in 'Empty/Search'. It has none."),
        ("/", "There is no brand for '/'"),
    ],
)
def test_campaign_that_is_not_there_is_answered_with_what_is(path: str, sentence: str) -> None:
    acme = make_brand(name="Acme")
    make_campaign(acme, name="Social")
    make_campaign(acme, name="Search")
    make_brand(name="Empty")

    with pytest.raises(NotFound) as refused:
        find_campaign(path)

    assert sentence in str(refused.value)


def test_answer_stays_short_however_much_there_is() -> None:
    for number in range(12):
        make_brand(name=f"Brand {number:02}")

    with pytest.raises(NotFound) as refused:
        find_campaign("x" * 5000 + "/y")

    assert len(str(refused.value)) < 250
    assert "Brand 09." in str(refused.value)
