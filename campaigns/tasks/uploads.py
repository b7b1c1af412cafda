"""Uploads: sent to the workers by a request, and once more where the message was lost."""

from __future__ import annotations

import logging
from datetime import datetime

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from campaigns.services.imports import uploads
from campaigns.tasks.runs import TaskReport, count, noted

logger = logging.getLogger(__name__)

# Somebody waits for the page: a broker that is away, or that accepts and never answers, has a second, and one try.
QUICK_SENDING = {"socket_connect_timeout": 1, "socket_timeout": 1, "max_retries": 0}
# What still waits then is sent again by the next run, a minute later.
WAITS_SECONDS = 55


@shared_task(name="campaigns.tasks.run_import")
def run_import(import_id: int) -> str:
    """Check or import an upload, whichever it waits for. Twice at once is once: the second finds it taken."""
    row = uploads.work_on(import_id=import_id, clock=timezone.now)
    return f"import {import_id}: {row.get_state_display() if row else 'nothing to do'}"


@shared_task(name="campaigns.tasks.take_up_imports")
def take_up_imports() -> str:
    """Send the uploads that nobody has taken up to the workers: their message was lost, or waits behind others."""
    return noted("take_up_imports", _send_waiting_imports, now=timezone.now()).text


def send_import(import_id: int) -> bool:
    """Tell the workers of an upload, from a request, within about a second.

    :returns: False if the broker took no message: `take_up_imports` sends it once there is one again.
    """
    try:
        with run_import.app.connection_for_write(transport_options=QUICK_SENDING) as connection:
            producer = run_import.app.amqp.Producer(connection, auto_declare=False)
            run_import.apply_async(args=(import_id,), retry=False, producer=producer)
    except OperationalError:
        logger.warning("The broker took no message of import=%s: it is sent again within a minute", import_id)
        return False
    return True


def take_up_here(*, now: datetime) -> TaskReport:
    """Work on the uploads that nobody has taken up, in this process."""
    taken_up = [uploads.work_on(import_id=import_id, clock=lambda: now) for import_id in uploads.waiting()]
    return TaskReport(f"{count(len(taken_up), 'import')} taken up", handled=len(taken_up))


def _send_waiting_imports(*, now: datetime) -> TaskReport:
    del now  # an upload waits from the moment on at which it is there
    waiting = uploads.waiting()
    for import_id in waiting:
        run_import.apply_async(args=(import_id,), expires=WAITS_SECONDS)
    return TaskReport(f"{count(len(waiting), 'import')} sent to the workers", handled=len(waiting))
