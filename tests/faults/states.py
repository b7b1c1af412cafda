"""What the database of a system says about its campaigns, asked around the system."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from tests.faults.system import System

MICROS = 1_000_000
# What the promise says.
SECONDS_TO_TAKE_EFFECT = 60


def held(system: System) -> dict[str, str]:
    """This will return what holds the campaigns that do not run, as it is stored, by `Brand/Campaign`."""
    rows = system.query(
        "SELECT b.name || '/' || c.name, c.paused_because FROM campaigns_campaign c "
        "JOIN campaigns_brand b ON b.id = c.brand_id WHERE NOT c.is_active"
    )
    return {str(name): str(held_by) for name, held_by in rows}


def wait_until_held(system: System, expected: dict[str, str]) -> None:
    """This will wait until exactly these campaigns are held, each by that."""
    seconds = SECONDS_TO_TAKE_EFFECT
    system.wait_until(lambda: held(system) == expected, seconds=seconds, what=f"{expected}, and nothing else held")


def day_of(system: System, brand: str) -> tuple[datetime, Decimal]:
    """This will return from when the brand's day counts, and what it counts."""
    columns = "daily_since, current_daily_spend_micros"
    [(since, micros)] = system.query(f"SELECT {columns} FROM campaigns_brand WHERE name = '{brand}'")
    moment = datetime.fromisoformat(str(since))
    # SQLite keeps moments without their zone, which is UTC.
    utc = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    return utc, Decimal(str(micros)) / MICROS


def changes(system: System) -> int:
    """This will return how many starts and stops the history has."""
    [(count,)] = system.query("SELECT count(*) FROM campaigns_statuschange")
    return int(count or 0)
