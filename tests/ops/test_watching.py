"""The rules and the dashboard speak of numbers that there are, and the page of every alarm."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from ad_system.signs.metrics import measure
from tests.ad_system.signs.clockwork import make_well
from tests.factories import NOON
from tests.plugin.runs import ROOT

RULES = ROOT / "ops" / "prometheus" / "alerts.yml"
TESTS = ROOT / "ops" / "prometheus" / "alerts.test.yml"
DASHBOARD = ROOT / "ops" / "grafana" / "dashboard.json"


def alerts() -> dict[str, dict[str, dict[str, str]]]:
    groups = yaml.safe_load(RULES.read_text())["groups"]
    return {rule["alert"]: rule for group in groups for rule in group["rules"]}


def named_in(text: str) -> set[str]:
    return set(re.findall(r"\bad_system_[a-z_]+", text))


@pytest.mark.django_db
@pytest.mark.parametrize("path", [RULES, TESTS, DASHBOARD], ids=["rules", "tests", "dashboard"])
def test_every_number_that_is_asked_for_is_there(path: Path) -> None:
    make_well(NOON)
    there = set(re.findall(r"# TYPE (\w+)", measure(now=NOON).decode()))
    asked = named_in(path.read_text())

    assert len(asked) > 5
    assert asked - there == set()


def test_every_alarm_is_explained_and_says_whom_it_calls() -> None:
    page = (ROOT / "docs" / "operations.md").read_text()

    assert len(alerts()) == 12
    for name, rule in alerts().items():
        assert f"| `{name}` | {rule['labels']['severity']} |" in page
        assert rule["annotations"]["summary"]
    assert set(re.findall(r"`(AdSystem\w+)`", page)) == set(alerts())


def test_the_dashboard_has_a_place_for_each_of_its_panels() -> None:
    panels = json.loads(DASHBOARD.read_text())["panels"]

    places = [panel["gridPos"] for panel in panels]
    cells = [(x, y) for p in places for x in range(p["x"], p["x"] + p["w"]) for y in range(p["y"], p["y"] + p["h"])]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert all(target["expr"] for panel in panels for target in panel["targets"])


def test_prometheus_finds_what_its_configuration_names() -> None:
    configuration = yaml.safe_load((ROOT / "ops" / "prometheus" / "prometheus.yml").read_text())

    assert all((ROOT / "ops" / "prometheus" / name).exists() for name in configuration["rule_files"])
    assert configuration["scrape_configs"][0]["job_name"] == "ad_system"
