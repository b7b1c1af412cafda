"""Brands: made, changed and switched by their services; what was spent is only shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict
from zoneinfo import available_timezones

from django import forms
from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django_stubs_ext import WithAnnotations

from campaigns.admin import cells
from campaigns.admin.act_cells import last_acts
from campaigns.admin.asking import AskedRow, outcome
from campaigns.admin.base import actor_of
from campaigns.admin.brand_page import brand_page
from campaigns.admin.filters import UsedFilter
from campaigns.admin.foreseeing import foresee_brand
from campaigns.admin.forms import PREVIEW, DeskForm, budget_field
from campaigns.admin.switches import Act, SwitchedAdmin
from campaigns.errors import InvalidTimeZone
from campaigns.facts import budget_uses, readable_zone
from campaigns.models import AuditEntry, Brand, Campaign
from campaigns.queries.preview import Preview, preview, resetting_brand, switching_brand
from campaigns.rules.budgets import BudgetUses
from campaigns.rules.periods import PeriodKind
from campaigns.services import change_brand, create_brand, delete_brand, resets

if TYPE_CHECKING:
    from django.contrib.admin.options import _FieldsetSpec


FACTS = ("name", "time_zone", "currency", "is_enabled", "daily_budget", "monthly_budget")


_OUTCOMES = (("starts", "start"), ("stops", "stop"), ("goes on running", "go on"), ("stays held", "stay held"))


class CampaignCounts(TypedDict):
    """What the list of brands counts: running campaigns, and all."""

    running: int
    total: int


class ZoneInput(forms.TextInput):
    """A field for a time zone that the browser completes: any part of a name finds it."""

    template_name = "campaigns/zone_input.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Add the names to choose from."""
        context = super().get_context(name, value, {**(attrs or {}), "list": "time-zones", "autocomplete": "off"})
        return {**context, "zones": sorted(name for name in available_timezones() if "/" in name or name == "UTC")}


class BrandForm(DeskForm[Brand]):
    """What a person decides about a brand."""

    daily_budget = budget_field("Daily budget")
    monthly_budget = budget_field("Monthly budget")

    class Meta:
        model = Brand
        fields = FACTS
        widgets: ClassVar[dict[str, forms.Widget]] = {"time_zone": ZoneInput()}


class BrandAdmin(SwitchedAdmin[Brand]):
    """The pages of brands."""

    nothing_yet = "A brand is a client: its time zone says when its days begin, its budgets stop all of its campaigns."
    form = BrandForm
    change_form_template = "admin/campaigns/brand_page.html"
    list_display = ("where", "state", "running_campaigns", "today", "month")
    list_filter = ("is_enabled", UsedFilter, "currency")
    # A row that counts others forgets the order of its table.
    ordering = ("name",)
    search_fields = ("name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Brand]:
        """Count the campaigns along with the brands."""
        running = Count("campaigns", filter=Q(campaigns__is_active=True))
        return super().get_queryset(request).annotate(running=running, total=Count("campaigns"))

    def get_fieldsets(self, request: HttpRequest, obj: Brand | None = None) -> _FieldsetSpec:
        """Ask for budgets first once there is a brand: they are what people come back for."""
        sets: _FieldsetSpec = [
            ("The brand", {"fields": ("name", "time_zone", "currency", "is_enabled")}),
            ("Budgets, over all its campaigns", {"fields": ("daily_budget", "monthly_budget")}),
        ]
        return sets if obj is None else sets[::-1]

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Brand | None = None,
    ) -> HttpResponse:
        """Show how the brand stands above its form and, where somebody asks for it, what the form would do."""
        if obj is not None:
            context["page"] = brand_page(obj, may=request.user.has_perm, now=self.now)
            context["acts"] = last_acts(self.audit_of(obj), readable_zone(obj))
            form = context["adminform"].form
            if PREVIEW in request.POST and not form.errors:
                context["foreseen"] = foresee_brand(obj, form.changes(FACTS), self.now)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def audit_of(self, row: Brand) -> QuerySet[AuditEntry]:
        """Return what was done to the brand and its campaigns."""
        return AuditEntry.objects.filter(brand=row)

    def store(self, request: HttpRequest, form: BrandForm, row: Brand | None) -> Brand:
        """Create the brand, or change what the person changed."""
        changes, actor = form.changes(FACTS), actor_of(request)
        if row is None:
            return create_brand(now=self.now, actor=actor, **changes)
        brand = change_brand(brand_id=row.pk, now=self.now, actor=actor, **changes)
        self.message_user(request, _running_sentence(brand))
        return brand

    def remove(self, request: HttpRequest, row: Brand) -> None:
        """Delete a brand that has no campaign."""
        delete_brand(brand_id=row.pk)

    def foresee(self, rows: QuerySet[Brand], act: Act) -> list[Preview]:
        """Return what would become of the brands' campaigns."""
        campaigns = Campaign.objects.filter(brand__in=rows.order_by().values("pk")).select_related("brand")
        change = resetting_brand(act.kind) if act.kind else switching_brand(is_enabled=bool(act.is_enabled))
        return preview(campaigns=list(campaigns.with_windows()), change=change, now=self.now)

    def asked_row(self, row: Brand, foreseen: Sequence[Preview]) -> AskedRow:
        """Return what the question says of one brand."""
        own = [one for one in foreseen if one.campaign.brand_id == row.pk]
        return AskedRow(row.name, "", self.state(row), _then(own))

    def switch(self, request: HttpRequest, row: Brand, *, is_enabled: bool) -> str:
        """Switch the brand, and say how many of its campaigns run."""
        brand = change_brand(brand_id=row.pk, is_enabled=is_enabled, now=self.now, actor=actor_of(request))
        return _running_sentence(brand)

    def reset(self, request: HttpRequest, row: Brand, kind: PeriodKind) -> str:
        """Start the day or month of the brand and its campaigns now."""
        report = resets.reset_brands(brand_ids=[row.pk], kinds=[kind], now=self.now, actor=actor_of(request))
        if report.refused:
            raise InvalidTimeZone(f"The time zone of {row} cannot be read: correct it first.")
        return _running_sentence(row)

    @admin.display(description="brand", ordering="name")
    def where(self, brand: Brand) -> SafeString:
        """Return the brand with its time zone below."""
        return cells.owned(brand.name, brand.time_zone)

    @admin.display(description="state", ordering="is_enabled")
    def state(self, brand: Brand) -> SafeString:
        """Return the brand's state as a word with a colour."""
        if readable_zone(brand) is None:
            return cells.badge("time zone unreadable", "bad")
        if not brand.is_enabled:
            return cells.badge("switched off", "off")
        uses = self._uses(brand)
        if uses.month.is_used_up:
            return cells.badge("month's budget used up", "bad")
        return cells.badge("day's budget used up", "bad") if uses.day.is_used_up else cells.badge("on", "good")

    @admin.display(description="campaigns")
    def running_campaigns(self, brand: WithAnnotations[Brand, CampaignCounts]) -> SafeString:
        """Return how many of its campaigns run, as a link to them."""
        url = f"{reverse('admin:campaigns_campaign_changelist')}?brand__id__exact={brand.pk}"
        return format_html('<a href="{}">{} of {} run</a>', url, brand.running, brand.total)

    @admin.display(description="today", ordering="current_daily_spend")
    def today(self, brand: Brand) -> SafeString:
        """Return what was spent today, of how much, and the used share."""
        return cells.budget(self._uses(brand).day, brand.currency)

    @admin.display(description="this month", ordering="current_monthly_spend")
    def month(self, brand: Brand) -> SafeString:
        """Return what was spent this month, of how much, and the used share."""
        return cells.budget(self._uses(brand).month, brand.currency)

    def _uses(self, brand: Brand) -> BudgetUses:
        return budget_uses(brand, readable_zone(brand), self.now)


def _running_sentence(brand: Brand) -> str:
    return f"{brand}: {brand.campaigns.running().count()} of {brand.campaigns.count()} campaigns run"


def _then(foreseen: Sequence[Preview]) -> str:
    """Say how many campaigns of a brand would start, stop, go on and stay held."""
    words = Counter(outcome(one).partition(":")[0] for one in foreseen)
    return ", ".join(f"{words[verb]} {plural}" for verb, plural in _OUTCOMES if words[verb])
