"""Gives a process the clock of a test. Python imports this file at its start where PYTHONPATH leads to this folder.

The file that AD_SYSTEM_TEST_CLOCK names says by how many seconds the clock is ahead. It is looked at all the time, so
that the clocks of all processes jump together, while they run. What waits (sleep, timeouts) waits by the real clock.
"""

from __future__ import annotations

import os
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import time_machine

SECONDS_BETWEEN_LOOKS = 0.02

_file = Path(os.environ["AD_SYSTEM_TEST_CLOCK"])


def _follow() -> None:
    ahead = _ahead
    pause = threading.Event()
    while not pause.wait(SECONDS_BETWEEN_LOOKS):
        if (read := _file.read_text()) != ahead:
            ahead = read
            real = time_machine.escape_hatch.time.time()
            _traveller.move_to(datetime.fromtimestamp(real + float(ahead), UTC), tick=True)


def _start_following() -> None:
    threading.Thread(target=_follow, daemon=True).start()


_ahead = _file.read_text()
_traveller = time_machine.travel(datetime.fromtimestamp(time.time() + float(_ahead), UTC), tick=True).start()
_start_following()
# A child has the clock, and no thread.
os.register_at_fork(after_in_child=_start_following)
