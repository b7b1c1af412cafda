"""A campaign's hours: what a person types into the table of windows, and what is stored."""

from __future__ import annotations

from campaigns.models import Campaign, DaypartingSchedule
from campaigns.rules.dayparting import Weekday, Window
from tests.campaigns.admin.browser import Value

ALL_DAYS = [str(day.value) for day in Weekday]


def schedule_of(campaign: Campaign) -> tuple[bool, list[Window]] | None:
    """Return what is stored: in force or not, and the windows; None for no schedule."""
    schedule = DaypartingSchedule.objects.filter(campaign=campaign).first()
    return None if schedule is None else (schedule.is_enabled, [row.window for row in schedule.windows.all()])


def line(number: int, start: str, end: str, weekdays: list[str] = ALL_DAYS) -> dict[str, Value]:
    """Return what a person types into one line of the table."""
    return {
        f"windows-{number}-weekdays": weekdays,
        f"windows-{number}-start": start,
        f"windows-{number}-end": end,
    }
