"""What all our pages have in common: one moment per request, one service call per save, refusals shown as errors.

And who is limited to brands sees, finds, chooses and touches theirs only: lists, pages, actions, searches and exports
start from `get_queryset`, filters from `RowsFilter`, and what a form offers from `DeskForm`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from copy import copy
from datetime import datetime
from typing import Any, ClassVar, Self, TypeVar

from django.contrib import admin, messages
from django.contrib.admin.actions import delete_selected as ask_before_deleting
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import EmptyResultSet
from django.db import transaction
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from campaigns.admin.choices import keys_among
from campaigns.admin.forms import PRESET, PREVIEW, DeskForm
from campaigns.admin.log import describe_changes
from campaigns.admin.search_words import without_nul
from campaigns.errors import Refusal
from campaigns.models import LARGEST_KEY, AuditEntry
from campaigns.queries.reach import reach_of
from campaigns.services.refused import count_refused

_Row = TypeVar("_Row", bound=Model)

# A message names so many rows, and counts the rest.
NAMED_ROWS = 8
# A row's history shows so many acts; the list of the audit has all.
NEWEST_ACTS = 200


class DeskChangeList(ChangeList):
    """A list of rows. What no database can be asked for, such as the year 99999, is a filter that makes no sense."""

    def get_queryset(self, request: HttpRequest, exclude_parameters: list[str | None] | None = None) -> QuerySet[Any]:
        """Return the rows that the address asks for.

        :raises IncorrectLookupParameters: if it makes no sense; the list then opens without filters.
        """
        rows = super().get_queryset(request, exclude_parameters)
        try:
            # Some lookups look at their values only where the statement is written.
            _, values = rows.query.sql_with_params()
        except EmptyResultSet:
            # Makes sense, and no row fits.
            return rows
        except (ValueError, OverflowError) as error:
            raise IncorrectLookupParameters(error) from error
        if any(isinstance(value, int) and abs(value) > LARGEST_KEY for value in values):
            raise IncorrectLookupParameters("a number of more than 64 bits")
        return rows


class DeskAdmin(admin.ModelAdmin[_Row]):
    """The base of our pages.

    One `ModelAdmin` serves all requests of all threads at once. Each request of ours works on a copy of its own, which
    carries the request's moment and, where a service said no, the refusal that the form shows.
    """

    empty_value_display = "–"

    # What an empty list says to somebody who wonders what belongs there.
    nothing_yet = ""

    now: datetime
    refusal: Refusal | None = None
    # Of a page that brings spend: the door under which what is refused is counted.
    door: ClassVar[str] = ""

    def get_queryset(self, request: HttpRequest) -> QuerySet[_Row]:
        """Return the rows that the person may see."""
        return reach_of(request.user).rows(super().get_queryset(request))

    def at_present(self) -> Self:
        """Return a copy for one request: here the clock is read, once."""
        desk = copy(self)
        desk.now = timezone.now()
        return desk

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the list, or run a bulk action."""
        if asks_for_nul(request):
            # No database can be asked for a NUL: the same answer as to any other filter that makes no sense.
            return HttpResponseRedirect(f"{request.path}?e=1")
        return super(DeskAdmin, self.at_present()).changelist_view(request, extra_context)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Return our own list."""
        return DeskChangeList

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show or save the form. What a service refuses is shown as the form's error: nothing was written then."""
        desk = self.at_present()
        view = super(DeskAdmin, desk).changeform_view
        try:
            return view(request, object_id, form_url, extra_context)
        except Refusal as refusal:
            desk.refusal = refusal
            if self.door:
                count_refused(door=self.door, refusal=refusal, now=desk.now)
            return view(request, object_id, form_url, extra_context)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Ask, then delete one row. A refusal is a message on the row's page."""
        try:
            return super(DeskAdmin, self.at_present()).delete_view(request, object_id, extra_context)
        except Refusal as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return HttpResponseRedirect(self.page_of(object_id))

    def page_of(self, row: _Row | str) -> str:
        """Return the address of a row's own page.

        :param row: the row, or its key.
        """
        key = row if isinstance(row, str) else row.pk
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[key])

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show what was done to the row: by whichever door, with old and new values, and what the admin logged."""
        row = self.get_object(request, unquote(object_id))
        audit = [] if row is None else list(self.audit_of(row)[:NEWEST_ACTS])
        return super().history_view(request, object_id, {"audit": audit, **(extra_context or {})})

    def audit_of(self, row: _Row) -> QuerySet[AuditEntry]:
        """Return what the audit keeps about the row, the newest first."""
        return AuditEntry.objects.none()

    def get_form(
        self, request: HttpRequest, obj: _Row | None = None, change: bool = False, **kwargs: Any
    ) -> type[ModelForm[_Row]]:
        """Return a form class of this request's own, which knows the refusal to show."""
        form_class = super().get_form(request, obj, change, **kwargs)
        if issubclass(form_class, DeskForm):
            form_class.refusal = self.refusal
            form_class.now = self.now
            form_class.is_tried = PREVIEW in request.POST or PRESET in request.POST
            form_class.reach = reach_of(request.user)
        return form_class

    def save_model(self, request: HttpRequest, obj: _Row, form: Any, change: bool) -> None:
        """Make the one service call; `obj` becomes what is stored."""
        stored = self.store(request, form, obj if change else None)
        obj.pk = stored.pk
        obj.refresh_from_db()

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> list[dict[str, dict[str, list[str]]]]:
        """Keep old and new values in the log."""
        return describe_changes(form, super().construct_change_message(request, form, formsets, add))

    def store(self, request: HttpRequest, form: Any, row: _Row | None) -> _Row:
        """Have a service write what the person changed, and return the row as it is stored.

        :param row: the row to change; None to create one.
        :raises Refusal: as the service does.
        """
        raise NotImplementedError

    def remove(self, request: HttpRequest, row: _Row) -> None:
        """Have a service delete the row.

        :raises Refusal: as the service does.
        """
        raise NotImplementedError

    def delete_model(self, request: HttpRequest, obj: _Row) -> None:
        """Delete one row by its service."""
        self.remove(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[_Row]) -> None:
        """Delete rows by their service, and say which ones were not."""
        self.each(
            request, queryset, lambda row: self._remove_and_say(request, row), did="Deleted", failed="Not deleted"
        )

    def full_name(self, row: _Row) -> str:
        """Return what a confirmation calls the row."""
        return str(row)

    def get_deleted_objects(
        self, objs: Sequence[_Row] | QuerySet[_Row], request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Return what the confirmation lists. Whether it may be deleted is for the service to say."""
        names = [self.full_name(row) for row in objs]
        return names, {str(self.opts.verbose_name_plural): len(names)}, set(), []

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[_Row], bool]:
        """Search. A NUL, which PostgreSQL cannot be asked for, finds nothing."""
        return super().get_search_results(request, queryset, without_nul(search_term))

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[_Row], *args: Any, **kwargs: Any
    ) -> HttpResponse | None:
        """Run a bulk action. What was selected has to be rows: a forged key selects nothing."""
        selected = request.POST.getlist(ACTION_CHECKBOX_NAME)
        if keys_among(selected) != selected:
            self.message_user(request, "What was selected are no rows of this list.", messages.ERROR)
            return None
        return super().response_action(request, queryset, *args, **kwargs)

    @admin.action(permissions=["delete"], description="Delete…")
    def delete_selected(self, request: HttpRequest, queryset: QuerySet[_Row]) -> HttpResponse | None:
        """Ask, then delete the rows one by one."""
        if not request.POST.get("post"):
            return ask_before_deleting(self, request, queryset)
        self.delete_queryset(request, queryset)
        return None

    def get_action_choices(
        self, request: HttpRequest, default_choices: list[tuple[str, str]] | None = None
    ) -> list[tuple[str, str]]:
        """Return the bulk actions, below words that ask to choose one."""
        return super().get_action_choices(request, default_choices or [("", "Choose what to do")])

    def each(
        self,
        request: HttpRequest,
        rows: Iterable[_Row],
        act: Callable[[_Row], str],
        *,
        did: str,
        failed: str,
        log: str = "",
    ) -> None:
        """Do something to each row in a transaction of its own, then say what was done, and what refused and why.

        :param act: does it and returns a few words on what became of the row.
        :param log: what the history of each row says about it; empty: the act sees to that.
        """
        done: list[str] = []
        refused: dict[str, list[str]] = {}
        for row in rows:
            try:
                done.append(self._act_and_log(request, row, act, log) if log else act(row))
            except Refusal as refusal:
                refused.setdefault(refusal.code, []).append(str(refusal))
        if done:
            self.message_user(request, f"{did} {self.count_words(len(done))}: {_few(done, ', ')}.", messages.SUCCESS)
        for sentences in refused.values():
            self.message_user(
                request, f"{failed}, {self.count_words(len(sentences))}: {_few(sentences, ' ')}", messages.ERROR
            )

    def count_words(self, number: int) -> str:
        """Return a number of rows in words: `3 campaigns`."""
        return f"{number} {self.opts.verbose_name if number == 1 else self.opts.verbose_name_plural}"

    def _act_and_log(self, request: HttpRequest, row: _Row, act: Callable[[_Row], str], log: str) -> str:
        with transaction.atomic():
            words = act(row)
            self.log_change(request, row, log)
        return words

    def _remove_and_say(self, request: HttpRequest, row: _Row) -> str:
        name = str(row)
        with transaction.atomic():
            self.log_deletions(request, self.model._default_manager.filter(pk=row.pk))
            self.remove(request, row)
        return name


def asks_for_nul(request: HttpRequest) -> bool:
    """Tell whether the address has a NUL, which no database can be asked for."""
    return any("\x00" in value for values in request.GET.lists() for value in (values[0], *values[1]))


def actor_of(request: HttpRequest) -> str:
    """Return who asks, as the history names them."""
    return request.user.get_username()


def _few(texts: Sequence[str], separator: str) -> str:
    more = len(texts) - NAMED_ROWS
    return separator.join(texts[:NAMED_ROWS]) + (f" and {more} more" if more > 0 else "")
