"""What is stored of a campaign's hours."""

from __future__ import annotations

from campaigns.models import Campaign, DaypartingSchedule
from campaigns.rules.dayparting import Window


def schedule_of(campaign: Campaign) -> tuple[bool, list[Window]] | None:
    """Return what is stored: in force or not, and the windows; None for no schedule."""
    schedule = DaypartingSchedule.objects.filter(campaign=campaign).first()
    return None if schedule is None else (schedule.is_enabled, [row.window for row in schedule.windows.all()])
