"""`manage.py load_demo`."""

from __future__ import annotations

import re
import shlex

import pytest

from campaigns.models import Brand, Campaign, SpendLog
from tests.campaigns.management.desk import run
from tests.factories import MINUTE, NOON, make_brand

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time_travel")]


def test_load_demo_says_what_it_made() -> None:
    answer = run("load_demo")

    running = Campaign.objects.running().count()
    assert (answer.code, answer.err) == (0, "")
    assert answer.lines[0] == (
        f"Loaded a demo agency: {Brand.objects.count()} brands, {Campaign.objects.count()} campaigns "
        f"({running} running), {SpendLog.objects.count()} spend entries of 14 days."
    )


def test_load_demo_names_a_command_that_stops_campaigns() -> None:
    answer = run("load_demo")
    found = re.fullmatch(r"See a budget stop a campaign: manage\.py (.+)", answer.lines[1])
    assert found is not None
    before = Campaign.objects.running().count()

    spent = run(*shlex.split(found[1]), now=NOON + MINUTE)

    stopped = [line for line in spent.lines if line.startswith("Stopped: ")]
    assert spent.code == 0
    assert len(stopped) >= 2
    assert all("by brand's daily budget" in line for line in stopped)
    assert Campaign.objects.running().count() == before - len(stopped)


def test_load_demo_leaves_a_database_with_a_brand_alone() -> None:
    make_brand(name="Acme")

    answer = run("load_demo")

    assert (answer.code, answer.err) == (0, "")
    assert answer.lines == ["There are brands already, so the demo agency was not loaded."]
    assert list(Brand.objects.values_list("name", flat=True)) == ["Acme"]


def test_load_demo_takes_no_arguments() -> None:
    assert run("load_demo", "please").code == 2
