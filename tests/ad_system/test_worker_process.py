"""What a process of a worker does before its first task."""

from __future__ import annotations

import gc

from celery.signals import worker_process_init


def test_a_process_leaves_alone_what_is_loaded_when_it_starts() -> None:
    before = gc.get_freeze_count()

    try:
        worker_process_init.send(sender=None)

        assert gc.get_freeze_count() > before + 10_000
    finally:
        gc.unfreeze()
