"""SQLite with more writers than anybody has on a laptop: each waits for its turn, and none is told to go away."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from tests.depth import IS_LONG, report
from tests.faults.checks import assert_all_is_well
from tests.faults.journal import stored_references
from tests.faults.system import System
from tests.plugin.runs import ROOT

pytestmark = [pytest.mark.system, pytest.mark.sqlite]

WRITERS = 8
SECONDS_TO_WRITE = 240.0
SPENDS = 500 if IS_LONG else 40


def test_eight_writers_lose_nothing_and_none_finds_the_database_locked(system: System) -> None:
    campaigns = [str(key) for key in system.desk.campaigns.values()]
    began = time.monotonic()

    writers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.faults.writer", f"writer{number}", str(SPENDS), *campaigns],
            cwd=ROOT,
            env=system.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(WRITERS)
    ]
    try:
        said = [writer.communicate(timeout=SECONDS_TO_WRITE) for writer in writers]
    finally:
        for writer in writers:
            writer.kill()

    acknowledged = [reference for out, _ in said for reference in out.split()]
    report(f"{WRITERS} processes, {len(acknowledged)} spends, {time.monotonic() - began:.1f} s")
    assert [(writer.returncode, err) for writer, (_, err) in zip(writers, said, strict=True) if writer.returncode] == []
    assert "locked" not in "".join(err for _, err in said)
    assert len(acknowledged) == WRITERS * SPENDS
    assert stored_references(system) == dict.fromkeys(acknowledged, 1)
    assert_all_is_well(system)
