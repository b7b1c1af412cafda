"""What a person can set, call, schedule or run into is in the reference. What is missing is named."""

from __future__ import annotations

import re

import pytest
from django.core.management import get_commands

from ad_system.celery import SCHEDULE
from ad_system.environment import Environment
from campaigns.rules.delivery import Blocker
from tests.plugin.runs import ROOT

OUR_APPS = ("ad_system", "campaigns")

SUBJECTS = {
    "settings": [name.upper() for name in Environment.model_fields],
    "commands": sorted(name for name, app in get_commands().items() if app in OUR_APPS),
    "tasks": [line.task.rpartition(".")[2] for line in SCHEDULE],
    "blockers": [blocker.label for blocker in Blocker],
}


def reference() -> str:
    """The code of all pages of the reference: what stands between backticks."""
    pages = "\n".join(page.read_text() for page in sorted((ROOT / "docs" / "reference").glob("*.md")))
    return "\n".join(re.findall(r"```.*?```|`[^`\n]+`", pages, flags=re.DOTALL))


def missing_in(code: str, names: list[str]) -> list[str]:
    return [name for name in names if not re.search(rf"(?<!\w){re.escape(name)}(?!\w)", code)]


@pytest.mark.parametrize("subject", SUBJECTS)
def test_reference_names_all(subject: str) -> None:
    missing = missing_in(reference(), SUBJECTS[subject])

    assert missing == [], f"docs/reference says nothing, in `backticks`, about these {subject}"


@pytest.mark.parametrize("subject", SUBJECTS)
def test_search_finds_what_is_missing(subject: str) -> None:
    names = SUBJECTS[subject]

    found_missing = missing_in(" ".join(f"`{name}`" for name in names[1:]), names)

    assert found_missing == names[:1]
