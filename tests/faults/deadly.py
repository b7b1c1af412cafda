"""A task that ends the process that runs it, as one does that needs more memory than there is."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from celery import shared_task


@shared_task(name="tests.faults.deadly.die")
def die(path: str) -> None:
    """Note the attempt in a file, and die of it."""
    with Path(path).open("a") as file:
        file.write("attempt\n")
    os.kill(os.getpid(), signal.SIGKILL)
