from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.db import connection
from hypothesis import settings

from benchmarks import datasets
from benchmarks.__main__ import SIZES
from benchmarks.case import Case, Scene
from benchmarks.cases import all_cases, recording, serving
from benchmarks.picture import draw, lines_of
from campaigns.models import ChangeFeed, SpendLog, StatusChange
from campaigns.services import find_drift
from tests.plugin.runs import ROOT, Run

SECONDS = 60
# A web server takes seconds to start: in the long run only.
CHOSEN = [case for case in all_cases() if case not in serving.CASES or settings.get_current_profile_name() == "long"]
CASES = [pytest.param(case, marks=getattr(pytest.mark, case.about.vendor), id=case.about.name) for case in CHOSEN]


@pytest.fixture
def scene(transactional_db: None, run: Run) -> Scene:
    # The floors open connections of their own: they see what is committed, in the database of the tests.
    name = connection.settings_dict["NAME"]
    url = f"{run.address}/{name}" if run.vendor == "postgres" else f"sqlite:///{name}"
    datasets.build(datasets.SIZES["tiny"])
    return datasets.look_around(url)


@pytest.mark.parametrize("case", CASES)
def test_sides_of_every_case_agree(case: Case, scene: Scene) -> None:
    sides = case.make(scene)
    before = SpendLog.objects.count()

    for side in filter(None, (sides.ours, sides.floor)):
        if sides.before_each:
            sides.before_each()
        side()

    assert sides.disagreements is not None
    assert list(sides.disagreements()) == []
    if case in recording.CASES:
        assert SpendLog.objects.count() > before


def test_picture_has_a_line_for_each_case_and_a_place_for_each_size(tmp_path: Path) -> None:
    files = []
    for size, seconds in (("1k", 0.001), ("1m", 1.0)):
        case = {"title": "a <case>", "ours": {"p50": seconds}}
        file = tmp_path / f"{size}.json"
        file.write_text(json.dumps({"about": {"size": size}, "cases": [case]}))
        files.append(file)

    drawn = draw(lines_of(files))

    assert drawn.count("<polyline") == 1
    assert drawn.count("<circle") == 2
    assert "a &lt;case&gt;" in drawn
    ElementTree.fromstring(drawn)


@pytest.mark.django_db
def test_data_set_is_one_that_the_desk_agrees_with() -> None:
    scene = datasets.build(datasets.SIZES["tiny"])

    assert find_drift() == []
    assert StatusChange.objects.filter(position=None).count() == 0
    assert StatusChange.objects.count() == ChangeFeed.objects.get().last_position
    assert len(scene.small_brands) == 20
    assert SpendLog.objects.count() == (20 + datasets.LARGE_BRAND_CAMPAIGNS) * datasets.DAYS


def test_command_line_offers_the_sizes_that_there_are() -> None:
    assert set(SIZES) == set(datasets.SIZES)


def test_command_line_measures_a_case_and_writes_its_figures(tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"

    done = subprocess.run(
        [
            *(sys.executable, "-m", "benchmarks", "--size=tiny", "--case=one_entry_sqlite"),
            *("--rounds=1", "--seconds=0", f"--json={figures}"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "one entry, SQLite" in done.stdout
    (case,) = json.loads(figures.read_text())["cases"]
    assert case["name"] == "one_entry_sqlite"
    assert case["ours"]["per_second"] > 0
    assert case["floor"]["per_second"] > 0


@pytest.mark.postgres
def test_command_line_sends_spend_beside_passes() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--size=tiny", "--beside"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    reset, review = done.stdout.splitlines()
    assert reset.startswith("daily reset, 10 % spent, tiny: ")
    assert review.startswith("the minute's pass, 1 % change, tiny: ")
