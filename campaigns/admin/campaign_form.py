"""The form of a campaign: its facts, and its hours with the windows below."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from campaigns.admin.forms import budget_field
from campaigns.admin.hours import Hours, WindowsForm, change_schedule, find_schedule, hours_of
from campaigns.models import Campaign, DaypartingSchedule
from campaigns.rules.dayparting import Window

FACTS = ("name", "external_id", "is_enabled", "daily_budget", "monthly_budget", "start_date", "end_date")


class CampaignForm(WindowsForm[Campaign]):
    """What a person decides about a campaign."""

    fields_of_refusals: ClassVar[dict[str, str]] = {"windows": "hours"}

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

    def clean(self) -> dict[str, Any] | None:
        """Refuse hours and windows that contradict each other."""
        cleaned = super().clean()
        if self.lines.is_valid() and "hours" in self.cleaned_data:
            self._check_hours(self._hours)
        return cleaned

    def window_changes(self) -> dict[str, Any]:
        """Return the windows for the service, if the person changed them and the schedule's switch stays as it is."""
        is_changed = "hours" in self.changed_data or self.are_windows_changed
        return {"windows": self._windows} if is_changed and self.puts_in_force is None else {}

    @property
    def puts_in_force(self) -> bool | None:
        """Whether a schedule with windows shall come into force, or go out of it; None: neither."""
        was_kept, is_kept = self._hours_shown == Hours.KEPT.value, self._hours is Hours.KEPT
        return None if was_kept is is_kept or self._hours is Hours.ANY else not is_kept

    def move_switch(self, *, campaign_id: int, actor: str) -> Campaign:
        """Put the schedule in or out of force, and change its windows if the person did."""
        shows_none = self._hours_shown == Hours.ANY.value
        is_changed = shows_none or self._hours is Hours.NEVER or self.are_windows_changed
        return change_schedule(
            campaign_id=campaign_id,
            windows=self._windows if is_changed else None,
            is_enabled=self.puts_in_force,
            now=self.now,
            actor=actor,
        )

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
