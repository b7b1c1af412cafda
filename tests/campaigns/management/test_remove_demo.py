"""`manage.py remove_demo`."""

from __future__ import annotations

import pytest

from campaigns.demo import load_agency
from campaigns.models import Brand
from tests.campaigns.management.desk import run
from tests.factories import NOON, make_brand, make_campaign

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time_travel")]


def test_remove_demo_says_what_it_would_remove_and_then_removes_it() -> None:
    load_agency(now=NOON, days=0)
    make_campaign(Brand.objects.get(name="Alpenrad"), name="Our own")

    asked = run("remove_demo")
    brands = Brand.objects.count()
    done = run("remove_demo", "--yes")

    assert (asked.code, brands) == (0, 8)
    assert asked.lines[0] == "Stays, because it has campaigns that are not the demo's: Alpenrad"
    assert asked.lines[1].startswith("Would be removed, with all their campaigns, spend and history: Himal Treks, ")
    assert asked.lines[2] == "Nothing was removed: add --yes."
    assert done.lines[1].startswith("Removed the demo agency: 7 brands, 19 campaigns, ")
    assert Brand.objects.get().name == "Alpenrad"


def test_remove_demo_where_there_is_none() -> None:
    make_brand(name="Acme")

    answer = run("remove_demo", "--yes")

    assert (answer.code, answer.lines) == (0, ["There is nothing of the demo agency to remove."])
    assert Brand.objects.count() == 1
