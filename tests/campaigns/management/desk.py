"""Runs commands for tests as the command line would: exit code, stdout and stderr, but in this process."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from datetime import datetime

from django.core.management import CommandError, call_command

from tests.factories import NOON


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command did: its exit code, and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def facts(self) -> dict[str, object]:
        """What `--json` printed."""
        facts = json.loads(self.out)
        assert isinstance(facts, dict)
        return facts

    @property
    def lines(self) -> list[str]:
        """The lines on stdout, without what sets them apart."""
        return [line.strip() for line in self.out.splitlines() if line.strip()]


def run(*arguments: str, now: datetime | None = NOON) -> Answer:
    """This will run a command, as of `now`, which needs the fixture `time_travel`; None: as of the real clock."""
    out, err = io.StringIO(), io.StringIO()
    travel = [] if now is None else [f"--now={now.isoformat()}"]
    try:
        call_command(*arguments, *travel, stdout=out, stderr=err)
    except CommandError as error:
        return Answer(error.returncode, out.getvalue(), f"{err.getvalue()}{type(error).__name__}: {error}\n")
    return Answer(0, out.getvalue(), err.getvalue())
