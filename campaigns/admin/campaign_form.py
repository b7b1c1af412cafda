"""The form of a campaign: its facts, and its hours with the windows below."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from campaigns.admin.forms import budget_field
from campaigns.admin.hours import Hours, WindowsForm, find_schedule, hours_of, windows_of
from campaigns.models import Campaign, DaypartingSchedule
from campaigns.rules.dayparting import Window

FACTS = ("name", "external_id", "is_enabled", "daily_budget", "monthly_budget", "start_date", "end_date")


class CampaignForm(WindowsForm[Campaign]):
    """What a person decides about a campaign."""

    fields_of_refusals: ClassVar[dict[str, str]] = {"windows": "hours"}
    answer_of_preset: ClassVar[dict[str, str]] = {"hours": Hours.WINDOWS.value}

    daily_budget = budget_field("Daily budget")
    monthly_budget = budget_field("Monthly budget")
    hours = forms.ChoiceField(choices=Hours.choices, widget=forms.RadioSelect, label="May run")

    class Meta:
        model = Campaign
        fields = ("brand", *FACTS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["hours"] = hours_of(self.schedule()).value

    def schedule(self) -> DaypartingSchedule | None:
        """Return the campaign's schedule; a campaign to be has none."""
        return None if self.instance._state.adding else find_schedule(self.instance.pk)

    @property
    def drawn(self) -> tuple[Window, ...] | None:
        """The windows to draw, as the answer above them says."""
        schedule = self.schedule()
        answer = str(self.data.get("hours", "")) if self.is_typed else hours_of(schedule).value
        if answer in (Hours.ANY, Hours.KEPT):
            return None
        return () if answer == Hours.NEVER else (self.windows if self.is_typed else windows_of(schedule))

    def clean(self) -> dict[str, Any] | None:
        """Refuse hours and windows that contradict each other."""
        cleaned = super().clean()
        if self.lines.is_valid() and "hours" in self.cleaned_data:
            self._check_hours(self._hours)
        return cleaned

    def schedule_changes(self) -> dict[str, Any]:
        """Return what the person changed of the hours, for the service."""
        is_kept, was_kept = self._hours is Hours.KEPT, self._hours_shown == Hours.KEPT.value
        is_switched = is_kept is not was_kept and self._hours is not Hours.ANY
        # Windows that only come into force, or go out of it, stay as they are by now.
        are_others = "hours" in self.changed_data and not is_switched
        are_new = self._hours_shown == Hours.ANY.value or self._hours is Hours.NEVER
        changes: dict[str, Any] = {"is_schedule_enabled": not is_kept} if is_switched else {}
        if self.are_windows_changed or are_others or (is_switched and are_new):
            changes["windows"] = self._windows
        return changes

    @property
    def _hours(self) -> Hours:
        return Hours(self.cleaned_data["hours"])

    @property
    def _hours_shown(self) -> str:
        """The answer that the page showed."""
        return str(self.data.get(self["hours"].html_initial_name, self.initial["hours"]))

    @property
    def _windows(self) -> tuple[Window, ...] | None:
        """The windows that the person's answer stands for."""
        if self._hours is Hours.ANY:
            return None
        return () if self._hours is Hours.NEVER else self.windows

    def _check_hours(self, hours: Hours) -> None:
        if hours is Hours.WINDOWS and not self.windows:
            self.add_error("hours", "There is no window: give at least one below, or choose 'never'.")
        if hours in (Hours.ANY, Hours.NEVER) and self.new_windows:
            self.add_error("hours", "There is a new window below: choose 'only in the windows', or empty its line.")
