"""What else `doctor` looks at: the data folder, the key, the clocks, the checks of the set-up, schedule and workers."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core import checks
from django.db import connection
from django.utils import timezone
from kombu.exceptions import KombuError

from ad_system.celery import SCHEDULE, app
from ad_system.signs.findings import Finding, Level
from ad_system.signs.passes import read_clockwork
from campaigns.queries.numbers import DeskNumbers, count_refused_since, unreadable_zones
from campaigns.rules.delivery import Blocker

MEGABYTE = 1_000_000
FULL_BELOW = 100 * MEGABYTE
TIGHT_BELOW = 1000 * MEGABYTE
# A spend may be so much ahead of the clock before it is refused; half of it is a reason to look.
CLOCKS_APART = timedelta(minutes=2, seconds=30)
WORKER_SECONDS = 1.0


def look_at_folder(folder: Path) -> Finding:
    """This will say whether the data folder can be written to, and how much room there is."""
    if not os.access(folder, os.W_OK | os.X_OK):
        advice = "Give this user the folder, or set DATA_DIR to another one."
        return Finding("folder", Level.ILL, "The data folder is missing or not writable.", advice, (str(folder),))
    free = shutil.disk_usage(folder).free
    room = f"{free // MEGABYTE:,} MB are free in the data folder"
    if free < FULL_BELOW:
        advice = "Make room: a full disk refuses spend."
        return Finding("folder", Level.ILL, f"Only {room}.", advice, (str(folder),))
    level = Level.WARNING if free < TIGHT_BELOW else Level.OK
    return Finding("folder", level, f"{room}.", "Make room soon." if level is Level.WARNING else "", (str(folder),))


def look_at_key(folder: Path) -> Finding:
    """This will say where the key comes from, and whether others can read it."""
    if settings.ENVIRONMENT.secret_key:
        return Finding("secret", Level.OK, "The key comes from SECRET_KEY.")
    path = folder / "secret_key"
    if os.name == "posix" and path.exists() and path.stat().st_mode & 0o077:
        sentence = "Others on this machine can read the key that signs sessions."
        return Finding("secret", Level.WARNING, sentence, f"Run chmod 600 {path}, or set SECRET_KEY.")
    return Finding("secret", Level.OK, "The key was made on first use, and only its owner can read it.")


def look_at_clocks(*, now: datetime) -> Finding:
    """This will compare this machine's clock with the database's.

    :raises django.db.Error: if the database does not answer.
    """
    if connection.vendor != "postgresql":
        return Finding("clock", Level.OK, f"The clock says {now:%Y-%m-%d %H:%M:%S} UTC; the database has no own one.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (theirs,) = cursor.fetchone()
    apart = abs(theirs.astimezone(UTC) - timezone.now())
    if apart <= CLOCKS_APART:
        return Finding("clock", Level.OK, f"This clock and the database's are {apart.total_seconds():.1f} s apart.")
    sentence = f"This clock and the database's are {apart.total_seconds():.0f} s apart."
    return Finding("clock", Level.ILL, sentence, "Set both by NTP: days and budgets follow this machine's clock.")


def look_at_setup() -> Iterator[Finding]:
    """This will yield what Django's and our own checks of the set-up say; in production, those of deployment too."""
    found = checks.run_checks(include_deployment_checks=settings.ENVIRONMENT.production)
    told = [message for message in found if not message.is_silenced() and message.level >= checks.WARNING]
    for message in told:
        level = Level.ILL if message.is_serious() else Level.WARNING
        yield Finding("set-up", level, f"{message.id}: {' '.join(str(message.msg).split())}", message.hint or "")
    if not told:
        yield Finding("set-up", Level.OK, "The checks of the set-up found nothing.")


def look_at_schedule() -> Finding:
    """This will say whether every line of the schedule's table is in the database.

    :raises django.db.Error: if the database does not answer.
    """
    lines = read_clockwork().lines
    missing = tuple(line.name for line in SCHEDULE if line.name not in lines)
    if missing:
        advice = "Start beat, or start it again: it adds what is missing."
        return Finding("schedule", Level.WARNING, f"{len(missing)} lines of the schedule are missing.", advice, missing)
    off = tuple(line.name for line in SCHEDULE if line.is_enabled and not lines[line.name].enabled)
    if off:
        advice = "Switch them on in the admin, under Periodic tasks, unless somebody wants them off."
        return Finding("schedule", Level.WARNING, f"{len(off)} lines of the schedule are switched off.", advice, off)
    return Finding("schedule", Level.OK, f"All {len(SCHEDULE)} lines of the schedule are there.")


def look_at_workers() -> Finding:
    """This will ask the workers, through a broker that answers, whether they are there."""
    with app.connection_for_write() as broker:
        broker_errors: tuple[type[BaseException], ...] = (
            KombuError,
            OSError,
            *broker.connection_errors,
            *broker.channel_errors,
        )
        try:
            replies = app.control.ping(timeout=WORKER_SECONDS, connection=broker) or []
        except broker_errors:
            replies = []
    names = sorted(name for reply in replies for name in reply)
    if names:
        return Finding("worker", Level.OK, f"Workers that answer: {', '.join(names)}.")
    advice = "Start one (manage.py up, or celery -A ad_system worker). One that is busy with long tasks may be silent."
    return Finding("worker", Level.WARNING, f"No worker answered within {WORKER_SECONDS:g} s.", advice)


def look_at_brands() -> Finding:
    """This will say whether every brand's time zone can be read.

    :raises django.db.Error: if the database does not answer.
    """
    bad = unreadable_zones()
    if not bad:
        return Finding("brands", Level.OK, "Every brand's time zone can be read.")
    sentence = f"{len(bad)} brands have a time zone that cannot be read, and stand still."
    details = tuple(f"{name}: {zone!r}" for name, zone in bad)
    return Finding("brands", Level.ILL, sentence, "Correct the zone in the admin.", details)


def look_at_campaigns(numbers: DeskNumbers) -> Finding:
    """This will say how many campaigns run, and what holds the others. Nothing of it is ill."""
    states = ", ".join(f"{count} {state}" for state, count in numbers.campaigns.items())
    held = tuple(f"{count} held: {Blocker(code).label}" for code, count in numbers.held.items() if count)
    return Finding("campaigns", Level.OK, f"Campaigns: {states}.", details=held)


def look_at_webhooks(numbers: DeskNumbers) -> Finding:
    """This will say how many messages wait, and whether some were given up."""
    sentence = f"{numbers.webhooks_waiting} messages of webhooks wait, {numbers.webhooks_dead} were given up."
    if not numbers.webhooks_dead:
        return Finding("webhooks", Level.OK, sentence)
    return Finding("webhooks", Level.WARNING, sentence, "Mend the receiver, then run manage.py resend_webhooks.")


def look_at_refusals(*, now: datetime) -> Finding:
    """This will say how often spend was refused today, and why. Nothing of it is ill: a refusal is an answer.

    :raises django.db.Error: if the database does not answer.
    """
    refused = count_refused_since(since=now.astimezone(UTC))
    details = tuple(f"{count} at the door {door}: {code}" for (door, code), count in sorted(refused.items()))
    return Finding("refused", Level.OK, f"Refused spends today (UTC): {sum(refused.values())}.", details=details)
