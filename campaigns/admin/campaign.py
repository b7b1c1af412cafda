"""Campaigns: people decide here, services start and stop, and each page says why its campaign runs or not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.db.models import ForeignKey, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString

from campaigns.admin import cells
from campaigns.admin.act_cells import last_acts
from campaigns.admin.asking import AskedRow, outcome
from campaigns.admin.base import actor_of
from campaigns.admin.campaign_form import FACTS, CampaignForm
from campaigns.admin.campaign_page import campaign_page
from campaigns.admin.choices import CampaignChoices, RowSelect
from campaigns.admin.copying import CopyingAdmin
from campaigns.admin.drawing import draw_week
from campaigns.admin.filters import BlockerFilter, FlightFilter, StatusFilter, UsedFilter
from campaigns.admin.foreseeing import foresee_campaign
from campaigns.admin.forms import PREVIEW
from campaigns.admin.hours import find_schedule
from campaigns.admin.switches import Act, SwitchedAdmin
from campaigns.facts import budget_uses, readable_zone
from campaigns.models import AuditEntry, Brand, Campaign, describe_hours
from campaigns.queries import explain
from campaigns.queries.preview import Change, Preview, preview, resetting_campaign, switching_campaign
from campaigns.rules.budgets import BudgetUses
from campaigns.rules.periods import PeriodKind
from campaigns.services import change_campaign, create_campaign, delete_campaign, resets

if TYPE_CHECKING:
    from django.contrib.admin.options import _FieldsetSpec


class CampaignAdmin(CopyingAdmin, SwitchedAdmin[Campaign]):
    """The pages of campaigns."""

    nothing_yet = (
        "A campaign belongs to a brand. It runs when it is switched on, in its flight and its hours, and "
        "both its own and its brand's budgets have something left."
    )
    form = CampaignForm
    change_form_template = "admin/campaigns/campaign_page.html"
    list_display = ("where", "state", "today", "month", "review")
    list_filter = (StatusFilter, BlockerFilter, UsedFilter, FlightFilter, "brand")
    search_fields = ("name", "external_id", "brand__name")
    search_help_text = "Name, external id or brand"
    ordering = ("brand__name", "name")
    actions = ("activate", "pause", "copy_hours", "reset_day", "reset_month", "delete_selected")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Campaign]:
        """Load the brands along with the campaigns: every line needs its zone and its currency."""
        return super().get_queryset(request).select_related("brand")

    def get_urls(self) -> list[URLPattern]:
        """Add the address that answers the search box for campaigns."""
        view = self.admin_site.admin_view(CampaignChoices.as_view(admin_site=self.admin_site))
        return [path("choices/", view, name="campaigns_campaign_choices"), *super().get_urls()]

    def get_fieldsets(self, request: HttpRequest, obj: Campaign | None = None) -> _FieldsetSpec:
        """Ask for what a person decides."""
        return [
            (None, {"fields": ("brand", "name", "external_id", "is_enabled")}),
            ("Its own budgets", {"fields": ("daily_budget", "monthly_budget")}),
            ("When it may run", {"fields": ("start_date", "end_date", "hours")}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Campaign | None = None) -> tuple[str, ...]:
        """Let nobody move a campaign to another brand."""
        return () if obj is None else ("brand",)

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> forms.ModelChoiceField[Any] | None:
        """Let brands be found by typing."""
        if db_field.name == "brand":
            kwargs["widget"] = RowSelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def audit_of(self, row: Campaign) -> QuerySet[AuditEntry]:
        """Return what was done to the campaign and its hours."""
        return AuditEntry.objects.filter(campaign=row)

    def store(self, request: HttpRequest, form: CampaignForm, row: Campaign | None) -> Campaign:
        """Create the campaign, or change what the person changed; windows only if they touched them."""
        changes, actor = form.changes(FACTS) | form.schedule_changes(), actor_of(request)
        if row is None:
            brand: Brand = form.cleaned_data["brand"]
            campaign = create_campaign(brand_id=brand.pk, now=self.now, actor=actor, **changes)
        else:
            campaign = change_campaign(campaign_id=row.pk, now=self.now, actor=actor, **changes)
        self.message_user(request, explain(campaign_id=campaign.pk, now=self.now).headline)
        return campaign

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Campaign | None = None,
    ) -> HttpResponse:
        """Show the answer and the past above the form, and the week; where asked for, what the form would do."""
        form = context["adminform"].form
        zone = None if obj is None else readable_zone(obj.brand)
        context["week"] = draw_week(form.drawn, zone, self.now)
        if obj is not None:
            context["page"] = campaign_page(obj, may=request.user.has_perm, now=self.now)
            context["acts"] = last_acts(self.audit_of(obj), zone)
            if PREVIEW in request.POST and not form.errors:
                changes = form.changes(FACTS) | form.schedule_changes()
                context["foreseen"] = foresee_campaign(form, obj, changes, self.now)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def remove(self, request: HttpRequest, row: Campaign) -> None:
        """Delete a campaign that never spent."""
        delete_campaign(campaign_id=row.pk)

    def foresee(self, rows: QuerySet[Campaign], act: Act) -> list[Preview]:
        """Return what would become of the campaigns."""
        loaded = Campaign.objects.with_windows().select_related("brand").filter(pk__in=rows.order_by().values("pk"))
        return preview(campaigns=list(loaded), change=_change_of(act), now=self.now)

    def asked_row(self, row: Campaign, foreseen: Sequence[Preview]) -> AskedRow:
        """Return what the question says of one campaign."""
        then = next((outcome(one) for one in foreseen if one.campaign.pk == row.pk), "")
        return AskedRow(row.name, row.brand.name, self.state(row), then)

    def switch(self, request: HttpRequest, row: Campaign, *, is_enabled: bool) -> str:
        """Switch the campaign, and say whether it runs."""
        return _outcome(
            change_campaign(campaign_id=row.pk, is_enabled=is_enabled, now=self.now, actor=actor_of(request))
        )

    def reset(self, request: HttpRequest, row: Campaign, kind: PeriodKind) -> str:
        """Start the campaign's own day or month now; its brand's count goes on."""
        resets.reset_campaign(campaign_id=row.pk, kinds=[kind], now=self.now, actor=actor_of(request))
        return _outcome(Campaign.objects.get(pk=row.pk))

    @admin.display(description="campaign", ordering="name")
    def where(self, campaign: Campaign) -> SafeString:
        """Return the campaign, with its brand and its flight below."""
        return cells.owned(campaign.name, campaign.brand.name, cells.flight(campaign))

    @admin.display(description="status", ordering="paused_because")
    def state(self, campaign: Campaign) -> SafeString:
        """Return the state as icon and word, and the first thing that holds it."""
        why = campaign.headline.label if campaign.headline else ""
        return format_html('{} <span class="held">{}</span>', cells.status_badge(campaign.status), why)

    @admin.display(description="today", ordering="current_daily_spend")
    def today(self, campaign: Campaign) -> SafeString:
        """Return what was spent today, of how much, and the used share."""
        return cells.budget(self._uses(campaign).day, campaign.brand.currency)

    @admin.display(description="this month", ordering="current_monthly_spend")
    def month(self, campaign: Campaign) -> SafeString:
        """Return what was spent this month, of how much, and the used share."""
        return cells.budget(self._uses(campaign).month, campaign.brand.currency)

    @admin.display(description="next review", ordering="review_at")
    def review(self, campaign: Campaign) -> SafeString | str:
        """Return when time alone may next change its state."""
        return cells.review_moment(campaign, campaign.brand, self.now)

    @admin.display(description="hours")
    def hours(self, campaign: Campaign) -> str:
        """Return its schedule in words, for those who may look only."""
        return describe_hours(find_schedule(campaign.pk))

    def _uses(self, campaign: Campaign) -> BudgetUses:
        return budget_uses(campaign, readable_zone(campaign.brand), self.now)


def _change_of(act: Act) -> Change:
    return resetting_campaign(act.kind) if act.kind else switching_campaign(is_enabled=bool(act.is_enabled))


def _outcome(campaign: Campaign) -> str:
    why = f" ({campaign.headline.label})" if campaign.headline else ""
    return f"{campaign} is {campaign.status.value}{why}"
