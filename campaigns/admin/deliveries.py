"""Deliveries of webhooks: what became of each message. To read, and to send again what was given up."""

from __future__ import annotations

import json

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from campaigns.admin import cells
from campaigns.admin.journals import JournalAdmin
from campaigns.facts import readable_zone
from campaigns.models import WebhookDelivery
from campaigns.services import webhooks

COLUMNS = ("happened", "what", "where", "state", "attempts", "next_try", "last_error")

_LEVEL_OF_STATE = {"delivered": "good", "waiting": "warn", "dead": "bad"}
_COLUMN_OF_STATE = {"waiting": "next_attempt_at", "delivered": "delivered_at", "dead": "dead_at"}


class StateFilter(admin.SimpleListFilter):
    """How far a delivery has come."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        """Return the choices."""
        return [("waiting", "waiting"), ("delivered", "delivered"), ("dead", "dead letters")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[WebhookDelivery]) -> QuerySet[WebhookDelivery]:
        """Keep those of the chosen state."""
        column = _COLUMN_OF_STATE.get(self.value() or "")
        return queryset.filter(**{f"{column}__isnull": False}) if column else queryset


class WebhookDeliveryAdmin(JournalAdmin[WebhookDelivery]):
    """The pages of deliveries."""

    list_display = COLUMNS
    list_display_links = ("happened",)
    list_filter = (StateFilter, "event__kind", "brand", "endpoint")
    list_select_related = ("endpoint", "event", "brand")
    search_fields = ("=event__message_id", "brand__name", "endpoint__url")
    search_help_text = "Message id, brand or address"
    show_full_result_count = False
    fields = (*COLUMNS, "message_id", "message")
    readonly_fields = fields
    actions = ("resend",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: WebhookDelivery | None = None) -> bool:
        """Refuse."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: WebhookDelivery | None = None) -> bool:
        """Refuse."""
        return False

    def has_resend_permission(self, request: HttpRequest) -> bool:
        """Allow it to whom the deliveries are given to change, though nobody changes them by hand."""
        return super().has_change_permission(request)

    @admin.action(permissions=["resend"], description="Send selected dead letters again")
    def resend(self, request: HttpRequest, queryset: QuerySet[WebhookDelivery]) -> None:
        """Have the dead letters among the rows sent again."""
        rows = list(queryset)
        keys = [row.pk for row in rows]
        for row in rows:
            if row.state == "dead":
                self.log_change(request, row, "Had it sent again.")
        count = webhooks.resend_dead(delivery_ids=keys, now=self.now)
        left = f" {len(keys) - count} of the selected are none, and stay as they are." if count < len(keys) else ""
        letters = "1 dead letter goes out" if count == 1 else f"{count} dead letters go out"
        level = messages.SUCCESS if count else messages.WARNING
        self.message_user(request, f"{letters} again within a minute.{left}", level)

    @admin.display(description="when", ordering="id")
    def happened(self, delivery: WebhookDelivery) -> SafeString | str:
        """Return when it happened, as the brand's clocks show it."""
        return cells.moment(delivery.event.created_at, readable_zone(delivery.brand))

    @admin.display(description="event", ordering="event__kind")
    def what(self, delivery: WebhookDelivery) -> SafeString:
        """Return the event with its brand below."""
        return cells.owned(delivery.event.kind, delivery.brand.name)

    @admin.display(description="endpoint", ordering="endpoint__url")
    def where(self, delivery: WebhookDelivery) -> str:
        """Return the endpoint's address."""
        return delivery.endpoint.url

    @admin.display(description="state")
    def state(self, delivery: WebhookDelivery) -> SafeString:
        """Return how far it has come."""
        return cells.badge(delivery.state, _LEVEL_OF_STATE[delivery.state])

    @admin.display(description="next attempt", ordering="next_attempt_at")
    def next_try(self, delivery: WebhookDelivery) -> SafeString | str:
        """Return when it is tried next."""
        return cells.moment(delivery.next_attempt_at, readable_zone(delivery.brand))

    @admin.display(description="message id")
    def message_id(self, delivery: WebhookDelivery) -> str:
        """Return what the receiver knows it by."""
        return delivery.event.message_id

    @admin.display(description="message")
    def message(self, delivery: WebhookDelivery) -> SafeString:
        """Return the message itself."""
        return format_html("<pre>{}</pre>", json.dumps(delivery.event.payload, indent=2, ensure_ascii=False))
