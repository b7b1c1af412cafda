"""Journals: lists of what only grows. However long one gets, it opens, counts, sorts and searches in the same time.

A list goes no further than its first ten thousand rows, and says so. Filters come before that: whoever looks for
something older names its day, its campaign or its brand. Exports are of everything.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar, TypeVar

from django.contrib import messages
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse

from campaigns.admin.base import DeskAdmin, DeskChangeList

# So far a list goes.
MOST_ROWS = 10_000
# So many of the newest rows are sorted, or searched, where no index does it.
SIFTED_ROWS = 100_000

_Row = TypeVar("_Row", bound=Model)


class JournalPaginator(Paginator[Any]):
    """Pages of keys. Rows are counted first, in no order and not to their end: so it is known how to find them.

    Told to sort by the key and to stop after a page, a database goes back through all rows until enough of them fit:
    quick where many do, and through the whole table where few do, or none has for months.
    """

    object_list: QuerySet[Any]

    @cached_property
    def count(self) -> int:
        """How many rows the pages have."""
        return min(self._counted, MOST_ROWS)

    @property
    def is_cut(self) -> bool:
        """Whether there are more rows than the pages have."""
        return self._counted > MOST_ROWS

    def keys_of(self, number: int, size: int) -> list[Any]:
        """Return the keys of the rows of a page, of so many rows."""
        if not self._counted:
            return []
        first = (number - 1) * size
        rows = self.object_list if self.is_cut else self._few
        return list(rows.values_list("pk", flat=True)[first : min(first + size, MOST_ROWS)])

    @cached_property
    def _counted(self) -> int:
        return self.object_list.order_by()[: MOST_ROWS + 1].count()

    @property
    def _few(self) -> QuerySet[Any]:
        """The rows, found first and sorted afterwards: the limit keeps the database from doing both at once."""
        rows = self.object_list
        fitting = rows.order_by().values("pk")[: MOST_ROWS + 1]
        found: QuerySet[Any] = rows.model._default_manager.filter(pk__in=fitting)
        return found.order_by(*rows.query.order_by)


class JournalChangeList(DeskChangeList):
    """A page of a journal: its keys are found first, by an index, and what its lines show is loaded for them alone."""

    model_admin: JournalAdmin[Any]
    # Whether there is more than the list has, and whether only the newest rows were sorted.
    is_cut = is_sifted = False

    @property
    def limits(self) -> str:
        """Where the list ends before its rows do, in words; empty where it has them all."""
        rows = self.opts.verbose_name_plural
        if self.is_sifted:
            return f"Only the newest {SIFTED_ROWS:,} {rows} are sorted, and the first {MOST_ROWS:,} of them shown."
        return f"There are more than {MOST_ROWS:,} {rows}: these are the first of them." if self.is_cut else ""

    def get_queryset(self, request: HttpRequest, exclude_parameters: list[str | None] | None = None) -> QuerySet[Any]:
        """Return the rows that the address asks for; sorted without an index, the newest of them."""
        rows = super().get_queryset(request, exclude_parameters)
        desk = self.model_admin
        first = str(rows.query.order_by[0]).lstrip("-") if rows.query.order_by else "pk"
        if first in desk.sorted_by_index or desk.is_complete:
            return rows
        oldest = oldest_of_newest(rows)
        self.is_sifted = oldest is not None
        return rows.filter(pk__gte=oldest) if self.is_sifted else rows

    def get_results(self, request: HttpRequest) -> None:
        """Count, and load the page."""
        super().get_results(request)
        paginator: JournalPaginator = self.paginator
        is_whole = self.show_all and self.can_show_all
        size = self.list_max_show_all if is_whole else self.list_per_page
        # A list of one page is that page, whatever number the address says.
        keys = paginator.keys_of(self.page_num if self.multi_page and not is_whole else 1, size)
        shown = self.root_queryset
        rows = (shown if shown.query.select_related else self.apply_select_related(shown)).in_bulk(keys)
        # What is erased in between is left out.
        self.result_list = [rows[key] for key in keys if key in rows]
        self.is_cut = paginator.is_cut


class JournalAdmin(DeskAdmin[_Row]):
    """The base of the pages of a journal."""

    paginator = JournalPaginator
    # Counting all rows to say how many do not match would take longer than finding those that do.
    show_full_result_count = False
    # By which fields an index sorts.
    sorted_by_index: ClassVar[frozenset[str]] = frozenset({"pk", "id"})
    # True for an export: of everything, however long that takes.
    is_complete = False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Return the list of a journal."""
        return JournalChangeList

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[_Row], *args: Any, **kwargs: Any
    ) -> HttpResponse | None:
        """Run a bulk action, on all rows only where the list shows all."""
        is_about_all = request.POST.get("select_across") == "1"
        if is_about_all and queryset.order_by()[: MOST_ROWS + 1].count() > MOST_ROWS:
            sentence = f"The list has more than {MOST_ROWS:,} rows: narrow it first, by day, campaign or brand."
            self.message_user(request, sentence, messages.ERROR)
            return None
        return super().response_action(request, queryset, *args, **kwargs)


def oldest_of_newest(rows: QuerySet[_Row]) -> int | None:
    """Return the key of the oldest of the newest rows, as many as are sifted; None: there are not so many."""
    return rows.order_by("-pk").values_list("pk", flat=True)[SIFTED_ROWS - 1 : SIFTED_ROWS].first()
