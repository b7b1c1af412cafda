"""Status changes: when a campaign started or stopped, and why. To read only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from campaigns.admin import cells
from campaigns.admin.exporting import ExportingAdmin
from campaigns.admin.filters import OneCampaignFilter
from campaigns.admin.search_words import without_nul, words_of
from campaigns.facts import readable_zone
from campaigns.models import StatusChange
from campaigns.queries.exports import Row, export_status
from campaigns.queries.searching import search_changes

COLUMNS = ("changed", "where", "state", "why", "cause", "actor", "numbers")


class StatusChangeAdmin(ExportingAdmin[StatusChange]):
    """The pages of status changes."""

    list_display = COLUMNS
    list_display_links = ("changed",)
    list_filter = (OneCampaignFilter, "is_active", "cause", "changed_at", "campaign__brand")
    search_fields = ("campaign__name", "campaign__brand__name", "=actor")
    search_help_text = "Campaign, brand or who did it"
    nothing_yet = "Every start and stop of a campaign is kept here, with its reason and the numbers at that moment."
    fields = COLUMNS
    readonly_fields = COLUMNS
    exports = (("status-changes", "Export as CSV"),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[StatusChange]:
        """Load what every line names."""
        return super().get_queryset(request).select_related("campaign__brand")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[StatusChange], bool]:
        """Search by campaign, brand, and who did it."""
        return search_changes(changes=queryset, words=words_of(without_nul(search_term))), False

    def export_rows(self, name: str, rows: QuerySet[StatusChange]) -> Iterator[Row]:
        """Yield the starts and stops."""
        return export_status(rows)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: StatusChange | None = None) -> bool:
        """Refuse."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: StatusChange | None = None) -> bool:
        """Refuse."""
        return False

    @admin.display(description="when", ordering="id")
    def changed(self, change: StatusChange) -> SafeString | str:
        """Return when it happened, as the brand's clocks show it."""
        return cells.moment(change.changed_at, readable_zone(change.campaign.brand))

    @admin.display(description="campaign", ordering="campaign__name")
    def where(self, change: StatusChange) -> SafeString:
        """Return the campaign with its brand below."""
        return cells.owned(change.campaign.name, change.campaign.brand.name)

    @admin.display(description="change", ordering="is_active")
    def state(self, change: StatusChange) -> SafeString:
        """Return whether it started or stopped."""
        return cells.started_badge(change.is_active)

    @admin.display(description="held by")
    def why(self, change: StatusChange) -> str:
        """Return everything that held it from then on."""
        return ", ".join(change.reasons) or cells.NOTHING

    @admin.display(description="spent, of a limit")
    def numbers(self, change: StatusChange) -> str:
        """Return the deciding budget's numbers at that moment."""
        return cells.change_numbers(change)
