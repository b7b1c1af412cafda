"""Endpoints of webhooks: made, changed and given new secrets; a secret is shown once."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any, TypedDict

from django import forms
from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString
from django_stubs_ext import WithAnnotations

from campaigns.admin import cells
from campaigns.admin.base import DeskAdmin
from campaigns.admin.forms import DeskForm
from campaigns.errors import InvalidWebhook, Refusal
from campaigns.models import WebhookEndpoint
from campaigns.rules.webhooks import EventKind, WebhookUrl
from campaigns.services import webhooks

if TYPE_CHECKING:
    from django.contrib.admin.options import _FieldsetSpec

_EVERY_BRAND = "every brand"
_SHOWN = ("state", "waiting_messages", "dead_letters", "created_at", "old_secret")


class DeliveryCounts(TypedDict):
    """What the list of endpoints counts: messages that wait, and those that were given up."""

    waiting: int
    dead: int


class EndpointForm(DeskForm[WebhookEndpoint]):
    """Where messages go, and which."""

    kinds = forms.MultipleChoiceField(
        label="Events",
        choices=[(kind.value, f"{kind.value}: {kind.label}") for kind in EventKind],
        widget=forms.CheckboxSelectMultiple,
        initial=[kind.value for kind in EventKind],
    )

    class Meta:
        model = WebhookEndpoint
        fields = ("url", "brand", "kinds", "is_enabled")


class WebhookEndpointAdmin(DeskAdmin[WebhookEndpoint]):
    """The pages of endpoints. The name server is asked before the form's transaction begins."""

    form = EndpointForm
    list_display = ("url", "whose", "told", "state", "waiting_messages", "dead_letters")
    list_filter = ("is_enabled", "brand")
    list_select_related = ("brand",)
    # A row that counts others forgets the order of its table.
    ordering = ("url", "id")
    search_fields = ("url", "brand__name")
    actions = ("rotate", "delete_selected")

    target: WebhookUrl | None = None
    target_refusal: Refusal | None = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[WebhookEndpoint]:
        """Count the deliveries that matter along with the endpoints."""
        waiting = Count("deliveries", filter=Q(deliveries__next_attempt_at__isnull=False))
        dead = Count("deliveries", filter=Q(deliveries__dead_at__isnull=False))
        return super().get_queryset(request).annotate(waiting=waiting, dead=dead)

    def get_fieldsets(self, request: HttpRequest, obj: WebhookEndpoint | None = None) -> _FieldsetSpec:
        """Say what waits, once there is an endpoint."""
        decided: _FieldsetSpec = [(None, {"fields": ("url", "brand", "kinds", "is_enabled")})]
        return decided if obj is None else [*decided, ("Now", {"fields": _SHOWN})]

    def get_readonly_fields(self, request: HttpRequest, obj: WebhookEndpoint | None = None) -> tuple[str, ...]:
        """Let nobody move an endpoint to another brand."""
        return _SHOWN if obj is None else ("brand", *_SHOWN)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Look up a new address first: that takes as long as the network does, and so has no place in a transaction."""
        desk = copy(self)
        is_new_url = request.POST.get("url") != request.POST.get("initial-url")
        may_save = self.has_change_permission(request) or self.has_add_permission(request)
        if request.method == "POST" and is_new_url and may_save:
            try:
                desk.target = webhooks.check_target(url=request.POST.get("url", ""))
            except Refusal as refusal:
                desk.target_refusal = refusal
        return super(WebhookEndpointAdmin, desk).changeform_view(request, object_id, form_url, extra_context)

    def store(self, request: HttpRequest, form: EndpointForm, row: WebhookEndpoint | None) -> WebhookEndpoint:
        """Create the endpoint, or change what the person changed."""
        changes = form.changes(("url", "kinds", "is_enabled"))
        if changes.pop("url", None) is not None:
            changes["target"] = self._checked_target()
        if row is not None:
            return webhooks.change_endpoint(endpoint_id=row.pk, **changes)
        brand = form.cleaned_data["brand"]
        return webhooks.create_endpoint(brand_id=brand.pk if brand else None, now=self.now, **changes)

    def remove(self, request: HttpRequest, row: WebhookEndpoint) -> None:
        """Delete the endpoint with everything that waits for it."""
        webhooks.delete_endpoint(endpoint_id=row.pk)

    def response_add(
        self, request: HttpRequest, obj: WebhookEndpoint, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Show the secret, this once."""
        return self._show_secrets(request, [obj])

    @admin.action(permissions=["change"], description="New secret for selected %(verbose_name_plural)s")
    def rotate(self, request: HttpRequest, queryset: QuerySet[WebhookEndpoint]) -> HttpResponse:
        """Give each endpoint a new secret, and show it, this once."""
        renewed = [webhooks.rotate_secret(endpoint_id=row.pk, now=self.now) for row in queryset]
        for endpoint in renewed:
            self.log_change(request, endpoint, "Gave it a new secret.")
        return self._show_secrets(request, renewed)

    @admin.display(description="brand", ordering="brand__name")
    def whose(self, endpoint: WebhookEndpoint) -> str:
        """Return whose changes it is told of."""
        return endpoint.brand.name if endpoint.brand else _EVERY_BRAND

    @admin.display(description="events")
    def told(self, endpoint: WebhookEndpoint) -> str:
        """Return what it is told of."""
        return ", ".join(endpoint.kinds)

    @admin.display(description="state", ordering="is_enabled")
    def state(self, endpoint: WebhookEndpoint) -> SafeString:
        """Return whether it is switched on."""
        return cells.badge("on", "good") if endpoint.is_enabled else cells.badge("off", "off")

    @admin.display(description="waiting", ordering="waiting")
    def waiting_messages(self, endpoint: WithAnnotations[WebhookEndpoint, DeliveryCounts]) -> int:
        """Return how many messages wait for it."""
        return endpoint.waiting

    @admin.display(description="dead letters", ordering="dead")
    def dead_letters(self, endpoint: WithAnnotations[WebhookEndpoint, DeliveryCounts]) -> int:
        """Return how many messages were given up."""
        return endpoint.dead

    @admin.display(description="old secret signs until")
    def old_secret(self, endpoint: WebhookEndpoint) -> SafeString | str:
        """Return until when messages carry the signature of the secret before this one, too."""
        until = endpoint.previous_secret_until
        return cells.moment(until if until is not None and until > self.now else None, None)

    def _checked_target(self) -> WebhookUrl:
        if self.target_refusal is not None:
            raise self.target_refusal
        if self.target is None:
            raise InvalidWebhook("The address was not checked: save the form again.")
        return self.target

    def _show_secrets(self, request: HttpRequest, endpoints: list[WebhookEndpoint]) -> TemplateResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": "The secret, shown this once",
            "opts": self.opts,
            "endpoints": endpoints,
        }
        return TemplateResponse(request, "admin/campaigns/webhookendpoint/secrets.html", context)
