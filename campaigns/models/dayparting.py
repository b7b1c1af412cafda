"""Dayparting: a campaign's hours of the week."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from django.db import models

from campaigns.models.campaign import Campaign
from campaigns.rules.dayparting import Weekday, Window


def weekday_bits(weekdays: Iterable[Weekday]) -> int:
    """Return the weekdays as one number: bit 0 is Monday, bit 6 is Sunday."""
    return sum(1 << day for day in set(weekdays))


class DaypartingSchedule(models.Model):
    """A campaign's schedule. Without one, or with a disabled one: any hour. With one that has no window: never."""

    campaign = models.OneToOneField(Campaign, on_delete=models.CASCADE, related_name="schedule")
    is_enabled = models.BooleanField("in force", default=True, help_text="Off: the campaign may run at any hour.")

    class Meta:
        verbose_name = "dayparting schedule"
        ordering: ClassVar[list[str]] = ["campaign__brand__name", "campaign__name"]

    def __str__(self) -> str:
        return f"schedule of {self.campaign}"


class DaypartingWindow(models.Model):
    """One window of a schedule, in wall-clock time of the brand's zone."""

    schedule = models.ForeignKey(DaypartingSchedule, on_delete=models.CASCADE, related_name="windows")
    weekday_bits = models.PositiveSmallIntegerField(help_text="Bit 0 is Monday, bit 6 is Sunday.")
    start_time = models.TimeField()
    end_time = models.TimeField(help_text="Not after the start: it ends on the next day.")

    class Meta:
        verbose_name = "window"
        ordering: ClassVar[list[str]] = ["schedule", "start_time", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(weekday_bits__gte=1, weekday_bits__lte=127), name="window_has_weekdays"
            ),
        ]

    def __str__(self) -> str:
        return str(self.window)

    @property
    def weekdays(self) -> frozenset[Weekday]:
        """The weekdays on which the window starts."""
        return frozenset(day for day in Weekday if self.weekday_bits & 1 << day)

    @property
    def window(self) -> Window:
        """The window as the rules know it."""
        return Window(self.weekdays, self.start_time, self.end_time)


def describe_hours(schedule: DaypartingSchedule | None) -> str:
    """Write a schedule in words; None is one that is not there.

    :param schedule: with its windows prefetched, or they cost a query.
    """
    if schedule is None:
        return "at any hour"
    windows = ", ".join(str(row.window) for row in schedule.windows.all())
    if not schedule.is_enabled:
        return f"at any hour: its schedule ({windows or 'no window'}) is not in force"
    return f"only {windows}" if windows else "never: its schedule has no window"
