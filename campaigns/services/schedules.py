"""Schedules: the hours of the week in which a campaign may run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypedDict, Unpack

from campaigns.errors import NotFound
from campaigns.models import Act, Campaign, Cause, DaypartingSchedule, DaypartingWindow
from campaigns.models.dayparting import weekday_bits
from campaigns.rules.dayparting import Window, daily_hours
from campaigns.services import audit, periods
from campaigns.services.database import writing
from campaigns.services.locks import lock_brand_of_campaign


class ScheduleFacts(TypedDict, total=False):
    """What a person decides about a campaign's hours; what is left out stays as it is.

    `windows`: None removes the schedule (any hour), empty means never. `is_schedule_enabled`: False keeps the windows
    without putting them in force; a new schedule is in force.
    """

    windows: Sequence[Window] | None
    is_schedule_enabled: bool


def change_schedule(*, campaign_id: int, now: datetime, actor: str = "", **changes: Unpack[ScheduleFacts]) -> Campaign:
    """Change what is given of the campaign's schedule, then start or stop it, in the same transaction.

    :raises NotFound: if there is no such campaign, or no schedule to put in or out of force.
    """
    with writing():
        brand, campaign = lock_brand_of_campaign(campaign_id)
        before = audit.facts_now(campaign, list(changes))
        campaign = store_schedule(campaign=campaign, changes=changes)
        after = audit.facts_now(campaign, list(changes))
        audit.note(row=campaign, act=Act.CHANGED, before=before, after=after, now=now, actor=actor)
        periods.settle(brand=brand, campaigns=[campaign], now=now, cause=Cause.PERSON, actor=actor)
    return campaign


def set_windows(
    *,
    campaign_id: int,
    windows: Sequence[Window] | None,
    now: datetime,
    is_enabled: bool = True,
    actor: str = "",
) -> Campaign:
    """Replace the campaign's schedule, then start or stop it: None for any hour, no window for never.

    :param is_enabled: False keeps the windows without putting them in force.
    :raises NotFound: if there is no such campaign.
    """
    changes: ScheduleFacts = {"windows": windows, "is_schedule_enabled": is_enabled}
    return change_schedule(campaign_id=campaign_id, now=now, actor=actor, **changes)


def set_daily_hours(
    *, campaign_id: int, allowed_start_hour: int, allowed_end_hour: int, now: datetime, actor: str = ""
) -> Campaign:
    """Let the campaign run every day from the first to the last of these hours: 8 and 20 mean 08:00 up to 21:00.

    :raises InvalidWindow: if one is no hour of the day (0 to 23).
    :raises NotFound: if there is no such campaign.
    """
    window = daily_hours(allowed_start_hour=allowed_start_hour, allowed_end_hour=allowed_end_hour)
    return set_windows(campaign_id=campaign_id, windows=[window], now=now, actor=actor)


def store_schedule(*, campaign: Campaign, changes: ScheduleFacts) -> Campaign:
    """Write what is given of the schedule, and return the campaign with it. The caller holds the lock, and decides.

    :raises NotFound: if a schedule is to be put in or out of force that is not there.
    """
    windows = changes.get("windows")
    if "windows" in changes and windows is None:
        DaypartingSchedule.objects.filter(campaign=campaign).delete()
    elif changes:
        schedule = _schedule_of(campaign, may_be_new="windows" in changes)
        if "is_schedule_enabled" in changes:
            schedule.is_enabled = changes["is_schedule_enabled"]
            schedule.save(update_fields=["is_enabled"])
        if windows is not None:
            _replace(schedule, windows)
    return Campaign.objects.with_windows().get(pk=campaign.pk)


def _schedule_of(campaign: Campaign, *, may_be_new: bool) -> DaypartingSchedule:
    if may_be_new:
        return DaypartingSchedule.objects.get_or_create(campaign=campaign)[0]
    schedule = DaypartingSchedule.objects.filter(campaign=campaign).first()
    if schedule is None:
        raise NotFound(
            "The campaign has no schedule any more: give it windows, or load the page again.", field="windows"
        )
    return schedule


def _replace(schedule: DaypartingSchedule, windows: Sequence[Window]) -> None:
    schedule.windows.all().delete()
    DaypartingWindow.objects.bulk_create(
        DaypartingWindow(
            schedule=schedule,
            weekday_bits=weekday_bits(window.weekdays),
            start_time=window.start,
            end_time=window.end,
        )
        for window in windows
    )
