"""Passes: whether beat goes round, whether every scheduled task came by in time, and what it said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django_celery_beat.models import PeriodicTask

from ad_system.beat import PULSE, is_as_in_the_table
from ad_system.celery import SCHEDULE, ScheduledTask
from ad_system.signs.database import PULSES_MIGRATION
from ad_system.signs.findings import Finding, Level, Part
from campaigns.models import Pulse
from campaigns.queries.pulses import read_pulses

# A task is late when it has missed this many of its turns.
MISSED_TURNS = 3
# Beat leaves word every 10 seconds, and its supervisor starts it again within 30.
BEAT_SILENCE = timedelta(seconds=90)
# Two machines' clocks may differ by so much.
CLOCK_SLACK = timedelta(minutes=5)

_START_BEAT = "Start beat (manage.py up, or celery -A ad_system beat). The first passes catch up."
_START_WORKER = "Look at the worker's log, and start it (manage.py up, or celery -A ad_system worker)."


@dataclass(frozen=True, slots=True)
class Clockwork:
    """What stands in the database about beat and the tasks, read in three queries.

    :param pulses: by name.
    :param lines: the schedule as people may have edited it, by the table's names.
    :param installed_at: when this database learned to keep pulses; None where nobody has to know.
    """

    pulses: Mapping[str, Pulse]
    lines: Mapping[str, PeriodicTask]
    installed_at: datetime | None

    @property
    def awake_since(self) -> datetime | None:
        """The moment from which tasks can be expected: since then beat has gone round, or should have."""
        beat = self.pulses.get(PULSE)
        return beat.started_at if beat else self.installed_at


def read_clockwork() -> Clockwork:
    """This will read it.

    :raises django.db.Error: if the database does not answer.
    """
    pulses = read_pulses()
    lines = PeriodicTask.objects.select_related("crontab").filter(name__in=[line.name for line in SCHEDULE])
    return Clockwork(
        pulses=pulses,
        lines={line.name: line for line in lines},
        # Only until beat has been seen for the first time.
        installed_at=None if PULSE in pulses else _installed_at(),
    )


def _installed_at() -> datetime | None:
    app, name = PULSES_MIGRATION
    applied = MigrationRecorder(connection).migration_qs.filter(app=app, name=name)
    return applied.values_list("applied", flat=True).first()


def look_at_beat(clockwork: Clockwork, *, now: datetime) -> Finding:
    """This will say whether beat has gone round lately."""
    beat = clockwork.pulses.get(PULSE)
    seen_at = beat.finished_at if beat else None
    if seen_at is not None and seen_at - now > CLOCK_SLACK:
        sentence = "Beat was last seen in the future: a clock was changed, or that of another machine is wrong."
        return Finding(Part.BEAT, Level.ILL, sentence, "Compare the clocks of all machines.")
    since = seen_at or clockwork.installed_at
    if since is not None and now - since <= BEAT_SILENCE:
        said = (
            f"Beat went round {_ago(now - since)}." if seen_at else "Beat has not gone round yet: it may be starting."
        )
        return Finding(Part.BEAT, Level.OK, said)
    when = f"was last seen {_ago(now - seen_at)}" if seen_at else "has never been seen"
    sentence = f"Beat {when}: nothing that waits for time happens (windows, flights, midnights)."
    return Finding(Part.BEAT, Level.ILL, sentence, _START_BEAT)


def look_at_passes(clockwork: Clockwork, *, now: datetime) -> Iterator[Finding]:
    """This will yield a finding for each line of the schedule's table that is expected to run."""
    for line in SCHEDULE:
        if line.is_enabled or _is_switched_on(clockwork.lines.get(line.name)):
            yield _look_at_pass(line, clockwork, now)


def _look_at_pass(line: ScheduledTask, clockwork: Clockwork, now: datetime) -> Finding:
    row, pulse = clockwork.lines.get(line.name), clockwork.pulses.get(line.pulse)
    seen = _last_seen(pulse, now)
    if row is not None and not row.enabled:
        sentence = f"{line.pulse} is switched off in the schedule ({line.name}). {seen}"
        return Finding(Part.PASSES, Level.WARNING, sentence, "Switch it on in the admin, under Periodic tasks.")
    if row is not None and not is_as_in_the_table(row, line):
        sentence = f"{line.pulse} runs at other times than the table's, so nobody can say if it is late. {seen}"
        return Finding(Part.PASSES, Level.WARNING, sentence)
    if is_late(line, clockwork, now=now):
        sentence = f"{line.pulse} is late: it is to run every {_span(line.interval)}. {seen}"
        return Finding(Part.PASSES, Level.ILL, sentence, _START_WORKER, _error_of(pulse))
    if pulse and pulse.failed and line.pulse != "check_ledger":
        sentence = f"{line.pulse} left {pulse.failed} undone. {seen}"
        return Finding(Part.PASSES, Level.WARNING, sentence, "The worker's log names them.", _error_of(pulse))
    return Finding(Part.PASSES, Level.OK, f"{line.pulse}: {seen}")


def is_late(line: ScheduledTask, clockwork: Clockwork, *, now: datetime) -> bool:
    """This will say whether the task has missed three of its turns since beat is awake."""
    pulse = clockwork.pulses.get(line.pulse)
    finished_at = pulse.finished_at if pulse else None
    known = [moment for moment in (finished_at, clockwork.awake_since) if moment is not None]
    # A run of the future says nothing about the present: somebody set a clock back since.
    past = [moment for moment in known if moment - now <= CLOCK_SLACK]
    return not past or now - max(past) > MISSED_TURNS * line.interval


def _is_switched_on(row: PeriodicTask | None) -> bool:
    return row is not None and bool(row.enabled)


def _last_seen(pulse: Pulse | None, now: datetime) -> str:
    if pulse is None or pulse.finished_at is None:
        return "It has not come to an end yet."
    return f"Last finished {_ago(now - pulse.finished_at)}, after {pulse.seconds:.1f} s."


def _error_of(pulse: Pulse | None) -> tuple[str, ...]:
    return (f"It last said: {pulse.last_error}",) if pulse and pulse.last_error else ()


def _ago(age: timedelta) -> str:
    return "just now" if age < timedelta(seconds=1) else f"{_span(age)} ago"


def _span(age: timedelta) -> str:
    """Return a length of time in its two largest units: 3 min, 2 h 5 min, 4 d 1 h."""
    seconds = int(age.total_seconds())
    units = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))
    parts: list[str] = []
    for name, size in units:
        count, seconds = divmod(seconds, size)
        if count or parts:
            parts.append(f"{count} {name}" if count else "")
    return " ".join(filter(None, parts[:2])) or "0 s"
