"""Schedules: the hours of the week in which a campaign may run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from campaigns.models import Campaign, Cause, DaypartingSchedule, DaypartingWindow
from campaigns.models.dayparting import weekday_bits
from campaigns.rules.dayparting import Window, daily_hours
from campaigns.services import periods
from campaigns.services.locks import lock_brand_of_campaign


def set_windows(
    *,
    campaign_id: int,
    windows: Sequence[Window] | None,
    now: datetime,
    is_enabled: bool = True,
    actor: str = "",
) -> Campaign:
    """Replace the campaign's windows, then start or stop it, in the same transaction.

    :param windows: None removes the schedule: any hour. Empty: never.
    :param is_enabled: False keeps the windows without putting them in force.
    :raises NotFound: if there is no such campaign.
    """
    with transaction.atomic():
        brand, campaign = lock_brand_of_campaign(campaign_id)
        campaign = store_windows(campaign=campaign, windows=windows, is_enabled=is_enabled)
        periods.settle(brand=brand, campaigns=[campaign], now=now, cause=Cause.PERSON, actor=actor)
    return campaign


def set_daily_hours(
    *, campaign_id: int, allowed_start_hour: int, allowed_end_hour: int, now: datetime, actor: str = ""
) -> Campaign:
    """Let the campaign run every day from the first to the last of these hours: 8 and 20 mean 08:00 up to 21:00.

    :raises InvalidWindow: if one is no hour of the day (0 to 23).
    :raises NotFound: if there is no such campaign.
    """
    window = daily_hours(allowed_start_hour=allowed_start_hour, allowed_end_hour=allowed_end_hour)
    return set_windows(campaign_id=campaign_id, windows=[window], now=now, actor=actor)


def store_windows(*, campaign: Campaign, windows: Sequence[Window] | None, is_enabled: bool | None = None) -> Campaign:
    """Write the windows and return the campaign with them. The caller holds the lock, and decides afterwards.

    :param is_enabled: None leaves the schedule's own switch as it is (a new one is in force).
    """
    if windows is None:
        DaypartingSchedule.objects.filter(campaign=campaign).delete()
    else:
        schedule, _ = DaypartingSchedule.objects.get_or_create(campaign=campaign)
        if is_enabled is not None and schedule.is_enabled is not is_enabled:
            schedule.is_enabled = is_enabled
            schedule.save(update_fields=["is_enabled"])
        _replace(schedule, windows)
    return Campaign.objects.with_windows().get(pk=campaign.pk)


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
