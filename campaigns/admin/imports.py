"""Imports: a file is uploaded, checked, shown, imported after a yes, and can be undone. The list is their history."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import ForeignKey, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse

from campaigns import tasks
from campaigns.admin.base import actor_of
from campaigns.admin.choices import RowSelect
from campaigns.admin.import_cells import ImportCells
from campaigns.admin.import_forms import COLUMNS, UploadForm
from campaigns.errors import Refusal
from campaigns.models import UNFINISHED, ImportState, SpendImport
from campaigns.rules.money import format_money
from campaigns.services.imports import undo_import, uploads
from campaigns.services.imports.history import is_at_work

if TYPE_CHECKING:
    from django.contrib.admin.options import _FieldsetSpec

SHOWN = (
    "state_and_progress",
    "brand",
    "file",
    "read_as",
    "days",
    "counts",
    "totals",
    "problem_lines",
    "who",
    "entries",
)
_UNDOABLE = (ImportState.DONE, ImportState.FAILED)
# A page about work in progress asks again after so many seconds.
_REFRESH_SECONDS = 2


class SpendImportAdmin(ImportCells):
    """The pages of imports."""

    form = UploadForm
    nothing_yet = (
        "Upload a report of Google Ads, Microsoft Advertising, Meta, LinkedIn or TikTok, or any table of "
        "spend: you see what it would record before anything is written."
    )
    list_display = ("number", "created", "brand", "file", "state_badge", "rows", "money", "actor")
    list_filter = ("state", "brand", "source")
    search_fields = ("file_name", "sha256", "=actor", "brand__name")
    search_help_text = "File, its hash, brand or who imported it"
    show_full_result_count = False
    actions = ("undo_selected",)
    change_form_template = "admin/campaigns/spendimport/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[SpendImport]:
        """Load what every line names."""
        return super().get_queryset(request).select_related("brand")

    def get_urls(self) -> list[URLPattern]:
        """Add what can be done with one import."""
        acts: dict[str, Callable[[HttpRequest, int], HttpResponse]] = {
            "confirm": self.confirm_view,
            "discard": self.discard_view,
            "undo": self.undo_view,
        }
        own = [
            path(f"<int:import_id>/{name}/", self.admin_site.admin_view(view), name=f"campaigns_spendimport_{name}")
            for name, view in acts.items()
        ]
        return [*own, *super().get_urls()]

    def get_fieldsets(self, request: HttpRequest, obj: SpendImport | None = None) -> _FieldsetSpec:
        """Ask for a file, or show what became of one."""
        if obj is not None:
            return [(None, {"fields": SHOWN})]
        known = "Leave these empty for the reports of Google Ads, Microsoft, Meta, LinkedIn and TikTok: they are known."
        return [
            (None, {"fields": ("file", "brand", "may_create_campaigns")}),
            ("Columns of any other table", {"fields": (*COLUMNS, "reference_column", "unit"), "description": known}),
            ("How to read it", {"fields": ("mode", "source", "date_order", "decimal_mark")}),
            ("Where it would be refused", {"fields": ("allows_older", "ignores_totals", "missing_is_zero")}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: SpendImport | None = None) -> tuple[str, ...]:
        """Let nothing of the history be edited."""
        return () if obj is None else SHOWN

    def has_change_permission(self, request: HttpRequest, obj: SpendImport | None = None) -> bool:
        """Refuse to edit one; who may change imports may undo them."""
        return obj is None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: SpendImport | None = None) -> bool:
        """Refuse: the history stays."""
        return False

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> forms.ModelChoiceField[Any] | None:
        """Let brands be found by typing."""
        kwargs["widget"] = RowSelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Say what can be done now, and whether the page has to ask again by itself."""
        row: SpendImport | None = kwargs.get("obj")
        context |= {"show_save_and_continue": False, "show_save_and_add_another": False}
        if row is not None:
            is_waiting = row.state in UNFINISHED
            at_work = is_at_work(row, self.now)
            may_import = self.has_add_permission(request)
            context |= {
                "title": f"Import of {row.file_name}",
                "refresh_seconds": _REFRESH_SECONDS if is_waiting else 0,
                "can_confirm": may_import and row.state == ImportState.CHECKED,
                "can_go_on": may_import and (row.state == ImportState.FAILED or (is_waiting and not at_work)),
                "can_discard": may_import and row.state in (ImportState.CHECKED, ImportState.CHECKING) and not at_work,
                "can_undo": super().has_change_permission(request) and row.state in _UNDOABLE,
            }
        return super().render_change_form(request, context, *args, **kwargs)

    def store(self, request: HttpRequest, form: UploadForm, row: SpendImport | None) -> SpendImport:
        """Keep the file, and have it checked: at once if it is small, else by a worker."""
        upload, brand = form.cleaned_data["file"], form.cleaned_data["brand"]
        content = upload.read()
        kept = uploads.keep_upload(
            brand_id=brand.pk,
            file_name=upload.name,
            content=content,
            options=form.options(),
            now=self.now,
            actor=actor_of(request),
        )
        self._work(request, kept, is_small=uploads.is_small(content))
        return kept

    def response_add(
        self, request: HttpRequest, obj: SpendImport, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Go to the preview."""
        return self._page_of(obj.pk)

    def confirm_view(self, request: HttpRequest, import_id: int) -> HttpResponse:
        """Import a file that was checked, or go on with one that stopped."""

        def confirm(desk: SpendImportAdmin) -> None:
            row = SpendImport.objects.filter(pk=import_id).first()
            if row is None or row.state not in UNFINISHED:
                row = uploads.confirm(import_id=import_id)
            desk._work(request, row, is_small=row.rows <= uploads.LINES_AT_ONCE and row.state == ImportState.RUNNING)

        return self._act(request, import_id, self.has_add_permission(request), confirm)

    def discard_view(self, request: HttpRequest, import_id: int) -> HttpResponse:
        """Throw a file away that was not imported."""
        return self._act(
            request, import_id, self.has_add_permission(request), lambda _: uploads.discard(import_id=import_id)
        )

    def undo_view(self, request: HttpRequest, import_id: int) -> HttpResponse:
        """Reverse everything that the import recorded."""

        def undo(desk: SpendImportAdmin) -> None:
            desk.message_user(request, desk._undo(request, import_id), messages.SUCCESS)

        return self._act(request, import_id, super().has_change_permission(request), undo)

    @admin.action(permissions=["change"], description="Undo selected imports")
    def undo_selected(self, request: HttpRequest, queryset: QuerySet[SpendImport]) -> None:
        """Reverse what the imports recorded, the newest first: later ones may build on earlier ones."""
        rows = queryset.order_by("-id")
        self.each(request, rows, lambda row: self._undo(request, row.pk), did="Undone", failed="Not undone")

    def _act(
        self, request: HttpRequest, import_id: int, is_allowed: bool, act: Callable[[SpendImportAdmin], object]
    ) -> HttpResponse:
        """Do what a button asks for, and go back to the page, which shows what came of it."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not is_allowed:
            raise PermissionDenied
        if not self.get_queryset(request).filter(pk=import_id).exists():
            raise Http404(f"There is no import with number {import_id}.")
        try:
            act(self.at_present())
        except Refusal as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        return self._page_of(import_id)

    def _work(self, request: HttpRequest, row: SpendImport, *, is_small: bool) -> None:
        """Have an upload worked on: here if that is quick, else by a worker once this request is stored."""
        if is_small:
            uploads.work_on(import_id=row.pk, clock=lambda: self.now)
        else:
            transaction.on_commit(partial(self._send_to_worker, request, row.pk))

    def _send_to_worker(self, request: HttpRequest, import_id: int) -> None:
        if not tasks.send_import(import_id):
            sentence = (
                "No worker could be told, because the broker does not answer. Nothing is lost: the file is kept, and "
                "is taken up within a minute once broker, beat and a worker run. Or press Go on then."
            )
            self.message_user(request, sentence, messages.WARNING)

    def _undo(self, request: HttpRequest, import_id: int) -> str:
        report = undo_import(import_id=import_id, clock=lambda: self.now, actor=actor_of(request))
        row = report.spend_import
        amount = format_money(report.taken_back, row.brand.currency)
        return f"{row} ({row.file_name}): {report.reversals:,} reversals over {amount}"

    def _page_of(self, import_id: int) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:campaigns_spendimport_change", args=[import_id]))
