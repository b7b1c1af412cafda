"""The audit: what people and programs decided about brands and campaigns. To read only."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from campaigns.admin import cells
from campaigns.admin.journals import JournalAdmin
from campaigns.facts import readable_zone
from campaigns.models import AuditEntry

COLUMNS = ("acted", "subject", "act", "what", "actor")


class AuditEntryAdmin(JournalAdmin[AuditEntry]):
    """The pages of the audit."""

    list_display = COLUMNS
    list_display_links = ("acted",)
    list_filter = ("act", "acted_at", "brand")
    search_fields = ("subject", "=actor")
    search_help_text = "Brand, campaign or who did it"
    fields = COLUMNS
    readonly_fields = COLUMNS

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEntry]:
        """Load what every line needs."""
        return super().get_queryset(request).select_related("brand")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        """Refuse."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        """Refuse."""
        return False

    @admin.display(description="when", ordering="id")
    def acted(self, entry: AuditEntry) -> SafeString | str:
        """Return when it was, as the brand's clocks show it."""
        return cells.moment(entry.acted_at, readable_zone(entry.brand))

    @admin.display(description="before → after")
    def what(self, entry: AuditEntry) -> SafeString | str:
        """Return what was decided."""
        return cells.lines(entry.sentences, otherwise=cells.NOTHING)
