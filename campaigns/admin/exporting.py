"""Exporting a list of the admin: what it shows now, all pages of it, as a CSV file that is streamed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path

from campaigns.admin.base import asks_for_nul
from campaigns.admin.journals import JournalAdmin
from campaigns.queries.exports import Row, csv_lines

_Row = TypeVar("_Row", bound=Model)


class ExportingAdmin(JournalAdmin[_Row]):
    """The base of pages whose list can be exported."""

    change_list_template = "admin/campaigns/change_list_with_exports.html"
    # The last part of the address, and the words of the link.
    exports: tuple[tuple[str, str], ...] = ()

    def export_rows(self, name: str, rows: QuerySet[_Row]) -> Iterator[Row]:
        """Yield the rows of that export."""
        raise NotImplementedError

    def get_urls(self) -> list[URLPattern]:
        """Add the addresses of the exports."""
        model = f"{self.opts.app_label}_{self.opts.model_name}"
        own = [
            path(
                f"{name}.csv",
                self.admin_site.admin_view(self.export_view),
                {"name": name},
                name=f"{model}_{name.replace('-', '_')}",
            )
            for name, _ in self.exports
        ]
        return [*own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the list with links to its exports, which keep its filters."""
        query = f"?{request.GET.urlencode()}" if request.GET else ""
        links = [(f"{name}.csv{query}", words) for name, words in self.exports]
        return super().changelist_view(request, {**(extra_context or {}), "export_links": links})

    def export_view(self, request: HttpRequest, name: str) -> HttpResponseBase:
        """Stream what the list shows under these filters and this search, all pages of it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        desk = self.at_present()
        desk.is_complete = True
        # What the list says to a filter that makes no sense. A file of all rows would not be what was asked for.
        no_sense = HttpResponseRedirect("./?e=1")
        if asks_for_nul(request):
            return no_sense
        try:
            rows = desk.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters:
            return no_sense
        lines = csv_lines(desk.export_rows(name, rows))
        answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
        return answer
