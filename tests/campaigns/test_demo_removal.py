"""Removing the demo agency: all of it, and nothing that is somebody's own."""

from __future__ import annotations

import pytest

from campaigns.demo import load_agency
from campaigns.demo.agency import AGENCY
from campaigns.demo.removal import find_demo, remove_agency
from campaigns.models import Brand, Campaign, DaypartingWindow, SpendLog, StatusChange
from campaigns.services import change_brand
from tests.factories import NOON, make_brand, make_campaign, spend

pytestmark = pytest.mark.django_db


def remove() -> tuple[str, ...]:
    return remove_agency(brand_ids=[brand.pk for brand in find_demo().brands], actor="mia").brands


def test_everything_of_the_demo_goes_and_the_rest_stays() -> None:
    load_agency(now=NOON, days=0)
    campaign = make_campaign(make_brand(name="Acme"), name="Search")
    spend(campaign, "5.00")

    report = remove_agency(brand_ids=[brand.pk for brand in find_demo().brands], actor="mia")

    assert (len(report.brands), report.campaigns, report.kept) == (8, 21, ())
    assert report.entries > 20
    assert list(Brand.objects.values_list("name", flat=True)) == ["Acme"]
    assert list(Campaign.objects.values_list("name", flat=True)) == ["Search"]
    assert [str(entry.amount) for entry in SpendLog.objects.all()] == ["5.00"]
    assert set(StatusChange.objects.values_list("campaign", flat=True)) == {campaign.pk}
    assert not DaypartingWindow.objects.exists()
    assert find_demo().brands == ()


def test_what_became_somebodys_own_stays() -> None:
    load_agency(now=NOON, days=0)
    renamed, grown = Brand.objects.get(name="Alpenrad"), Brand.objects.get(name="Himal Treks")
    change_brand(brand_id=renamed.pk, name="Alpenrad GmbH", now=NOON)
    make_campaign(grown, name="Our own")

    assert find_demo().kept == ("Himal Treks",)
    assert len(remove()) == 6
    assert set(Brand.objects.values_list("name", flat=True)) == {"Alpenrad GmbH", "Himal Treks"}
    assert grown.campaigns.count() == 4


def test_campaign_that_is_added_after_the_question_keeps_its_brand() -> None:
    load_agency(now=NOON, days=0)
    asked = [brand.pk for brand in find_demo().brands]
    make_campaign(Brand.objects.get(name="Alpenrad"), name="Our own")

    report = remove_agency(brand_ids=asked, actor="mia")

    assert report.kept == ("Alpenrad",)
    assert Brand.objects.get().name == "Alpenrad"


def test_only_what_was_asked_for_goes() -> None:
    load_agency(now=NOON, days=0)

    report = remove_agency(brand_ids=[Brand.objects.get(name="Alpenrad").pk], actor="mia")

    assert report.brands == ("Alpenrad",)
    assert Brand.objects.count() == 7


def test_namesake_without_a_campaign_of_the_demo_is_no_demo() -> None:
    make_brand(name=AGENCY[0].name)
    make_campaign(make_brand(name=AGENCY[1].name), name="Search - Pencils")

    assert find_demo().brands == ()
    assert remove() == ()
    assert Brand.objects.count() == 2
