"""Copying one campaign's hours to others: whose, then what that is in words, then done."""

from __future__ import annotations

from datetime import datetime

from django import forms
from django.contrib import admin
from django.contrib.admin.sites import AdminSite
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict

from campaigns.admin.asking import (
    FORESEEN_ROWS,
    NAMED_ROWS,
    AskedRow,
    Question,
    ask,
    is_about_nothing,
    is_confirmed,
    outcomes,
    summary,
)
from campaigns.admin.base import DeskAdmin, actor_of
from campaigns.admin.cells import status_badge
from campaigns.admin.choices import CampaignField, CampaignSelect, campaign_path
from campaigns.admin.hours import find_schedule, windows_of
from campaigns.models import Campaign, DaypartingSchedule, describe_hours
from campaigns.queries.preview import Preview, preview, putting_windows
from campaigns.services import set_windows


class CopyForm(forms.Form):
    """Whose hours are copied; `seen` carries along the hours that the person said yes to."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: QueryDict | None, *, campaigns: QuerySet[Campaign], site: AdminSite) -> None:
        super().__init__(data)
        self.fields["source"] = CampaignField(
            queryset=campaigns,
            label="Copy the hours of",
            widget=CampaignSelect(DaypartingSchedule._meta.get_field("campaign"), site),
        )


class CopyingAdmin(DeskAdmin[Campaign]):
    """The bulk action that copies hours."""

    @admin.action(permissions=["change"], description="Copy another campaign's hours to them…")
    def copy_hours(self, request: HttpRequest, queryset: QuerySet[Campaign]) -> HttpResponse | None:
        """Ask whose hours, say what they are, ask again, then copy them."""
        if is_about_nothing(self, request, queryset):
            return None
        form = self._form(request)
        if "source" not in request.POST or not form.is_valid():
            return ask(self, request, queryset, self._question_whose(queryset, form))
        source: Campaign = form.cleaned_data["source"]
        schedule = find_schedule(source.pk)
        words = describe_hours(schedule)
        if not is_confirmed(self, request, queryset) or form.cleaned_data["seen"] != words:
            form = self._form(request, seen=words)
            return ask(self, request, queryset, self._question_sure(queryset, form, source, schedule))
        self._copy(request, queryset, source, schedule)
        return None

    def _form(self, request: HttpRequest, *, seen: str | None = None) -> CopyForm:
        data = request.POST.copy() if "source" in request.POST else None
        if data is not None and seen is not None:
            data["seen"] = seen
        # Whoever may see a campaign in the list may copy its hours.
        return CopyForm(data, campaigns=self.get_queryset(request), site=self.admin_site)

    def _question_whose(self, rows: QuerySet[Campaign], form: CopyForm) -> Question:
        return Question(
            title=f"Copy hours to {self.count_words(rows.count())}",
            sentences=("They get the hours of the campaign that you choose, in place of their own.",),
            yes="Go on",
            rows=[AskedRow(row.name, row.brand.name, status_badge(row.status), "") for row in rows[:NAMED_ROWS]],
            form=form,
        )

    def _question_sure(
        self, rows: QuerySet[Campaign], form: CopyForm, source: Campaign, schedule: DaypartingSchedule | None
    ) -> Question:
        foreseen = _foresee(rows, schedule, self.now)
        then = outcomes(foreseen)
        return Question(
            title=f"Copy hours to {self.count_words(rows.count())}?",
            sentences=(
                f"The hours of {campaign_path(source)}: {describe_hours(schedule)}. They take the place of their own.",
                *([summary(foreseen)] if foreseen else []),
            ),
            yes="Yes, copy them",
            rows=[
                AskedRow(row.name, row.brand.name, status_badge(row.status), then.get(row.pk, ""))
                for row in rows[:NAMED_ROWS]
            ],
            form=form,
        )

    def _copy(
        self, request: HttpRequest, rows: QuerySet[Campaign], source: Campaign, schedule: DaypartingSchedule | None
    ) -> None:
        windows = None if schedule is None else windows_of(schedule)
        is_enabled = schedule is None or schedule.is_enabled
        actor = actor_of(request)

        def copy_one(row: Campaign) -> str:
            campaign = set_windows(
                campaign_id=row.pk, windows=windows, is_enabled=is_enabled, now=self.now, actor=actor
            )
            return f"{campaign} is {campaign.status.value}"

        did = f"Hours of {campaign_path(source)} ({describe_hours(schedule)}) copied to"
        # Who is limited to a row's brand may read its log, and is told of no other brand.
        is_of_theirs = not rows.exclude(brand=source.brand_id).exists()
        log = (
            f"Hours copied from {campaign_path(source) if is_of_theirs else 'a campaign of another brand'}: "
            f"{describe_hours(schedule)}."
        )
        self.each(request, rows, copy_one, did=did, failed="Not copied", log=log)


def _foresee(rows: QuerySet[Campaign], schedule: DaypartingSchedule | None, now: datetime) -> list[Preview]:
    if rows.count() > FORESEEN_ROWS:
        return []
    windows = windows_of(schedule) if schedule is not None and schedule.is_enabled else None
    loaded = Campaign.objects.with_windows().select_related("brand").filter(pk__in=rows.order_by().values("pk"))
    return preview(campaigns=list(loaded), change=putting_windows(windows), now=now)
