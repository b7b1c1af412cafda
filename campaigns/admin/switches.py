"""What can be done to many brands or campaigns at once: switch them on or off, start their day or month anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from campaigns.admin.base import DeskAdmin
from campaigns.models import Brand, Campaign
from campaigns.rules.periods import PeriodKind

_Counted = TypeVar("_Counted", bound=Brand | Campaign)

_FIRST = ("activate", "pause", "reset_day", "reset_month", "delete_selected")


class SwitchedAdmin(DeskAdmin[_Counted]):
    """The base of the pages of brands and campaigns: bulk actions, each row in a transaction of its own."""

    actions = _FIRST

    def switch(self, request: HttpRequest, row: _Counted, *, is_enabled: bool) -> str:
        """Switch one row on or off, and say in a few words what became of it.

        :raises Refusal: as the service does.
        """
        raise NotImplementedError

    def reset(self, request: HttpRequest, row: _Counted, kind: PeriodKind) -> str:
        """Start the row's day or month now, and say in a few words what became of it.

        :raises Refusal: as the service does.
        """
        raise NotImplementedError

    @admin.action(permissions=["change"], description="Activate: switch selected %(verbose_name_plural)s on")
    def activate(self, request: HttpRequest, queryset: QuerySet[_Counted]) -> None:
        """Switch the rows on."""
        self.each(
            request, queryset, self._switching(request, is_enabled=True), did="Switched on", failed="Not switched"
        )

    @admin.action(permissions=["change"], description="Pause: switch selected %(verbose_name_plural)s off")
    def pause(self, request: HttpRequest, queryset: QuerySet[_Counted]) -> None:
        """Switch the rows off."""
        self.each(
            request, queryset, self._switching(request, is_enabled=False), did="Switched off", failed="Not switched"
        )

    @admin.action(permissions=["change"], description="Reset today's spend of selected %(verbose_name_plural)s")
    def reset_day(self, request: HttpRequest, queryset: QuerySet[_Counted]) -> None:
        """Start the rows' day now."""
        did = "Today's spend starts at 0 (the ledger keeps every entry) for"
        self.each(request, queryset, lambda row: self.reset(request, row, PeriodKind.DAY), did=did, failed="Not reset")

    @admin.action(permissions=["change"], description="Reset this month's spend of selected %(verbose_name_plural)s")
    def reset_month(self, request: HttpRequest, queryset: QuerySet[_Counted]) -> None:
        """Start the rows' month now."""
        did = "This month's spend starts at 0 (the ledger keeps every entry) for"
        self.each(
            request, queryset, lambda row: self.reset(request, row, PeriodKind.MONTH), did=did, failed="Not reset"
        )

    def _switching(self, request: HttpRequest, *, is_enabled: bool) -> Callable[[_Counted], str]:
        return lambda row: self.switch(request, row, is_enabled=is_enabled)
