"""The clock of a whole system: it runs on, and jumps when a test says so, in all processes at once.

clock = SystemClock(system)
clock.set(datetime(2026, 12, 31, 23, 59, 57, tzinfo=UTC))
system.start("broker", "worker", "beat")
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.faults.system import System

FOLDER = Path(__file__).with_name("clock")


class SystemClock:
    """A clock for the processes that the system starts from now on. The test's own process keeps the real one."""

    def __init__(self, system: System) -> None:
        self._file = system.data_dir / "clock"
        self._ahead = timedelta()
        self._write()
        folders = [str(FOLDER), *filter(None, [system.environment.get("PYTHONPATH")])]
        system.environment |= {"PYTHONPATH": os.pathsep.join(folders), "AD_SYSTEM_TEST_CLOCK": str(self._file)}

    @property
    def now(self) -> datetime:
        """What the clock shows."""
        return datetime.now(UTC) + self._ahead

    def set(self, moment: datetime) -> None:
        """This will set the clock to a moment, from which it runs on."""
        self._ahead = moment - datetime.now(UTC)
        self._write()

    def _write(self) -> None:
        # In one step: somebody may be reading it.
        draft = self._file.with_suffix(".draft")
        draft.write_text(str(self._ahead.total_seconds()))
        draft.replace(self._file)
