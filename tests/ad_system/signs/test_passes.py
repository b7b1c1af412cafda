"""Beat and the passes: when they are late, and when it is only early."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test.utils import CaptureQueriesContext
from django_celery_beat.models import CrontabSchedule, PeriodicTask

from ad_system.beat import PULSE, is_as_in_the_table
from ad_system.celery import SCHEDULE
from ad_system.signs.database import PULSES_MIGRATION
from ad_system.signs.examination import look_at_clockwork
from ad_system.signs.findings import Finding, Level
from tests.ad_system.signs.clockwork import make_well, set_last, set_line
from tests.factories import DAY, HOUR, MINUTE, NOON, SECOND

pytestmark = pytest.mark.django_db

EXPECTED = {line.pulse: line.interval for line in SCHEDULE if line.is_enabled}


def told(now: datetime = NOON) -> dict[str, Finding]:
    """Return the findings, those of passes by task."""
    return {
        finding.sentence.split()[0].rstrip(":") if finding.part == "passes" else finding.part: finding
        for finding in look_at_clockwork(now=now)
    }


def levels(now: datetime = NOON) -> dict[str, Level]:
    return {name: finding.level for name, finding in told(now).items() if finding.level is not Level.OK}


def test_all_is_well_where_all_came_by() -> None:
    make_well(NOON)

    assert levels() == {}
    assert set(told()) == {"beat", "ledger", *EXPECTED}


@pytest.mark.parametrize(("name", "interval"), EXPECTED.items())
def test_pass_is_late_after_three_missed_turns(name: str, interval: timedelta) -> None:
    make_well(NOON)
    set_last(name, finished_at=NOON - 3 * interval)
    assert levels() == {}

    set_last(name, finished_at=NOON - 3 * interval - SECOND)

    assert levels() == {name: Level.ILL}
    every = "1 h" if interval == HOUR else f"{interval.seconds // 60} min"
    assert told()[name].sentence.startswith(f"{name} is late: it is to run every {every}.")
    assert "worker" in told()[name].advice


def test_late_pass_says_what_it_last_said() -> None:
    make_well(NOON)
    set_last("check_ledger", finished_at=NOON - HOUR, last_error="OSError: no room")

    assert told()["check_ledger"].details == ("It last said: OSError: no room",)


def test_pass_that_only_ever_starts_is_late() -> None:
    make_well(NOON)
    set_last("enforce_budgets", started_at=NOON, finished_at=None)

    assert levels() == {"enforce_budgets": Level.ILL}


def test_beat_is_dead_after_90_seconds_of_silence() -> None:
    make_well(NOON)
    set_last(PULSE, finished_at=NOON - 90 * SECOND)
    assert levels() == {}

    set_last(PULSE, finished_at=NOON - 91 * SECOND)

    assert levels() == {"beat": Level.ILL}
    assert told()["beat"].sentence.startswith("Beat was last seen 1 min 31 s ago")


def test_after_a_weekend_off_passes_have_the_time_to_come_by() -> None:
    make_well(NOON - 3 * DAY)
    assert levels() == {"beat": Level.ILL, **dict.fromkeys(EXPECTED, Level.ILL)}

    set_last(PULSE, started_at=NOON - SECOND, finished_at=NOON)
    assert levels() == {}

    set_last(PULSE, finished_at=NOON + 4 * MINUTE)
    every_minute = {name for name, interval in EXPECTED.items() if interval == MINUTE}
    assert set(levels(NOON + 4 * MINUTE)) == every_minute


def test_new_installation_is_not_ill_until_beat_should_have_come() -> None:
    app_label, name = PULSES_MIGRATION
    MigrationRecorder(connection).migration_qs.filter(app=app_label, name=name).update(applied=NOON)

    assert levels(NOON + 90 * SECOND) == {}
    assert levels(NOON + 91 * SECOND) == {"beat": Level.ILL}
    assert set(levels(NOON + 4 * HOUR)) == {"beat", *EXPECTED}


def test_run_of_the_future_is_no_sign_of_life() -> None:
    make_well(NOON)
    set_last("enforce_budgets", finished_at=NOON + DAY)
    set_last(PULSE, started_at=NOON - DAY)
    assert levels() == {"enforce_budgets": Level.ILL}

    set_last(PULSE, finished_at=NOON + DAY)
    assert levels()["beat"] is Level.ILL
    assert "clock" in told()["beat"].sentence


def test_pass_that_a_person_switched_off_is_a_warning_however_old_it_is() -> None:
    make_well(NOON)
    set_line("deliver_webhooks", enabled=False)
    set_last("deliver_webhooks", finished_at=NOON - 9 * DAY)

    assert levels() == {"deliver_webhooks": Level.WARNING}
    assert "switched off" in told()["deliver_webhooks"].sentence


def test_pass_that_a_person_moved_is_never_called_late() -> None:
    make_well(NOON)
    set_line("check_ledger", crontab=CrontabSchedule.objects.create(minute="0", hour="3", timezone="UTC"))
    set_last("check_ledger", finished_at=NOON - 9 * HOUR)

    assert levels() == {"check_ledger": Level.WARNING}


def test_demo_is_expected_only_where_somebody_switched_it_on() -> None:
    make_well(NOON)
    set_line("simulate_spend", enabled=True)

    assert levels() == {"simulate_spend": Level.ILL}


def test_pass_that_left_brands_undone_is_a_warning() -> None:
    make_well(NOON)
    set_last("enforce_dayparting", failed=2, last_error="5 brands reviewed, 2 brands failed")

    assert levels() == {"enforce_dayparting": Level.WARNING}


def test_lines_as_beat_installs_them_are_those_of_the_table() -> None:
    make_well(NOON)
    rows = {row.name: row for row in PeriodicTask.objects.select_related("crontab")}

    assert [is_as_in_the_table(rows[line.name], line) for line in SCHEDULE] == [True] * len(SCHEDULE)


def test_looking_takes_three_queries_however_much_there_is_to_tell() -> None:
    make_well(NOON - DAY)

    with CaptureQueriesContext(connection) as queries:
        look_at_clockwork(now=NOON)

    assert len(queries) == 3
