"""Beat's lines as a person may set them in the admin: every second, so that a test sees many runs in little time."""

from __future__ import annotations

from tests.faults.system import System

EXPIRE_SECONDS = 2


def run_every_second(system: System, *tasks: str) -> None:
    """This will have beat send these tasks (`enforce_budgets`) every second, from its next start on.

    They are lines of their own beside those of the table, which go on as they are.
    """
    system.query("INSERT INTO django_celery_beat_intervalschedule (every, period) VALUES (1, 'seconds')")
    [(interval,)] = system.query("SELECT id FROM django_celery_beat_intervalschedule")
    for task in tasks:
        columns = {
            "name": f"'{task}, every second'",
            "task": f"'campaigns.tasks.{task}'",
            "interval_id": str(interval),
            "args": "'[]'",
            "kwargs": "'{\"due_only\": true}'" if task.startswith("reset_") else "'{}'",
            "headers": "'{}'",
            "expire_seconds": str(EXPIRE_SECONDS),
            "one_off": "false",
            "enabled": "true",
            "total_run_count": "0",
            "date_changed": "'2026-01-01 00:00:00+00:00'",
            "description": "''",
        }
        names, values = ", ".join(columns), ", ".join(columns.values())
        system.query(f"INSERT INTO django_celery_beat_periodictask ({names}) VALUES ({values})")
