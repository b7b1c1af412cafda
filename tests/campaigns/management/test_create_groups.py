"""`manage.py create_groups`."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command

pytestmark = pytest.mark.django_db


def said(*arguments: str) -> list[str]:
    out = StringIO()
    call_command("create_groups", *arguments, stdout=out)
    return out.getvalue().splitlines()


def test_command_says_what_became_of_each_group() -> None:
    names = ("Account manager", "Analyst (read-only)", "Administrator")

    assert said() == [f"Made: {name}" for name in names]
    assert said() == [f"Left as it is: {name}" for name in names]
    assert said("--reset") == [f"Put back to what it began as: {name}" for name in names]
