"""Dayparting schedules: the same windows as on the campaign's page, for who looks for them here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import ForeignKey, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString

from campaigns.admin import cells
from campaigns.admin.base import DeskAdmin, actor_of
from campaigns.admin.choices import campaign_choice, campaign_path
from campaigns.admin.drawing import draw_week
from campaigns.admin.hours import WindowsForm, windows_of
from campaigns.facts import readable_zone
from campaigns.models import AuditEntry, DaypartingSchedule, describe_hours
from campaigns.queries import explain
from campaigns.rules.dayparting import Window
from campaigns.services import change_schedule, set_windows
from campaigns.services.schedules import ScheduleFacts

if TYPE_CHECKING:
    from django.contrib.admin.options import _FieldsetSpec


class ScheduleForm(WindowsForm[DaypartingSchedule]):
    """Whether a schedule is in force, and its windows."""

    class Meta:
        model = DaypartingSchedule
        fields = ("campaign", "is_enabled")

    def schedule(self) -> DaypartingSchedule | None:
        """Return the schedule itself; a new one has no window yet."""
        return None if self.instance._state.adding else self.instance

    @property
    def drawn(self) -> tuple[Window, ...] | None:
        """The windows to draw; a schedule that is not in force lets its campaign run at any hour."""
        is_enabled = bool(self.data.get("is_enabled")) if self.is_typed else self.instance.is_enabled
        if not is_enabled:
            return None
        return self.windows if self.is_typed else windows_of(self.schedule())

    def clean_campaign(self) -> Any:
        """Refuse a second schedule.

        :raises ValidationError: if the campaign has one.
        """
        campaign = self.cleaned_data["campaign"]
        if DaypartingSchedule.objects.filter(campaign=campaign).exists():
            raise ValidationError(f"{campaign_path(campaign)} has a schedule: change that one.")
        return campaign


class ScheduleAdmin(DeskAdmin[DaypartingSchedule]):
    """The pages of schedules."""

    nothing_yet = "Without a schedule a campaign may run at any hour. Its hours are set on its own page too."
    form = ScheduleForm
    change_form_template = "admin/campaigns/change_form_with_windows.html"
    list_display = ("where", "is_enabled", "hours")
    list_filter = ("is_enabled", "campaign__brand")
    search_fields = ("campaign__name", "campaign__brand__name")
    actions = ("delete_selected",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[DaypartingSchedule]:
        """Load what every line names."""
        return super().get_queryset(request).select_related("campaign__brand").prefetch_related("windows")

    def get_fieldsets(self, request: HttpRequest, obj: DaypartingSchedule | None = None) -> _FieldsetSpec:
        """Ask for the campaign once."""
        fields = ("campaign", "is_enabled") if obj is None else ("where", "is_enabled", "hours")
        return [(None, {"fields": fields})]

    def get_readonly_fields(self, request: HttpRequest, obj: DaypartingSchedule | None = None) -> tuple[str, ...]:
        """Let nobody move a schedule to another campaign."""
        return () if obj is None else ("where", "hours")

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> forms.ModelChoiceField[Any] | None:
        """Let campaigns be found by typing."""
        return super().formfield_for_foreignkey(
            db_field, request, **kwargs, **campaign_choice(db_field, self.admin_site)
        )

    def audit_of(self, row: DaypartingSchedule) -> QuerySet[AuditEntry]:
        """Return what was done to its campaign."""
        return AuditEntry.objects.filter(campaign=row.campaign_id)

    def store(self, request: HttpRequest, form: Any, row: DaypartingSchedule | None) -> DaypartingSchedule:
        """Create the schedule, or change what the person changed."""
        campaign_id = form.cleaned_data["campaign"].pk if row is None else row.campaign_id
        changes: ScheduleFacts = {}
        if row is None or "is_enabled" in form.changed_data:
            changes["is_schedule_enabled"] = form.cleaned_data["is_enabled"]
        if row is None or form.are_windows_changed:
            changes["windows"] = form.windows
        campaign = change_schedule(campaign_id=campaign_id, now=self.now, actor=actor_of(request), **changes)
        self.message_user(request, explain(campaign_id=campaign.pk, now=self.now).headline)
        return campaign.schedule

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: DaypartingSchedule | None = None,
    ) -> HttpResponse:
        """Show the week above the table of windows."""
        zone = None if obj is None else readable_zone(obj.campaign.brand)
        context["week"] = draw_week(context["adminform"].form.drawn, zone, self.now)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def remove(self, request: HttpRequest, row: DaypartingSchedule) -> None:
        """Let the campaign run at any hour."""
        set_windows(campaign_id=row.campaign_id, windows=None, now=self.now, actor=actor_of(request))

    @admin.display(description="campaign", ordering="campaign__name")
    def where(self, schedule: DaypartingSchedule) -> SafeString:
        """Return the campaign with its brand below."""
        return cells.owned(schedule.campaign.name, schedule.campaign.brand.name)

    @admin.display(description="it may run")
    def hours(self, schedule: DaypartingSchedule) -> str:
        """Return the schedule in words."""
        return describe_hours(schedule)
