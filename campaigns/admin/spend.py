"""Spend entries: recorded, corrected and reversed by the services. Nothing here changes or erases an entry."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.db.models import ForeignKey, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from campaigns.admin import cells, sentences, spend_cells
from campaigns.admin.base import actor_of
from campaigns.admin.choices import campaign_choice, campaign_path
from campaigns.admin.exporting import ExportingAdmin
from campaigns.admin.filters import DayFilter, OneCampaignFilter, OneImportFilter
from campaigns.admin.journals import SIFTED_ROWS, oldest_of_newest
from campaigns.admin.search_words import without_nul, words_of
from campaigns.admin.spend_forms import CorrectionForm, NewSpendForm
from campaigns.facts import readable_zone
from campaigns.models import SpendLog
from campaigns.queries.exports import Row, export_entries, export_totals
from campaigns.queries.searching import search_entries
from campaigns.rules.money import format_money
from campaigns.services import SpendReceipt, correct_spend, record_spend, reverse_spend

if TYPE_CHECKING:
    from django.contrib.admin.options import _FieldsetSpec


SOURCE = "admin"
NEW = ("campaign", "amount", "occurred_at", "description", "reference")
SHOWN = ("where", "money", "kind", "occurred", "day", "description", "reference", "origin")
COUNTED = ("chain", "day_total")


class KindFilter(admin.SimpleListFilter):
    """Spends as they came in, or what corrects them."""

    title = "kind"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> list[tuple[str, str]]:
        """Return both kinds."""
        return [("spend", "spends and credits"), ("correction", "corrections and reversals")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[SpendLog]) -> QuerySet[SpendLog]:
        """Keep entries of that kind."""
        kinds = {"spend": True, "correction": False}
        return queryset.filter(corrects__isnull=kinds[value]) if (value := self.value()) in kinds else queryset


class SpendAdmin(ExportingAdmin[SpendLog]):
    """The pages of spend entries."""

    list_display = ("number", "campaign_and_brand", "money", "occurred", "day", "details")
    list_filter = (OneCampaignFilter, OneImportFilter, KindFilter, ("local_day", DayFilter), "campaign__brand")
    search_fields = ("reference", "description", "=source", "campaign__name", "campaign__brand__name")
    search_help_text = f"Campaign, brand or whole reference; any text of the newest {SIFTED_ROWS:,}"
    sorted_by_index = frozenset({"pk", "id", "occurred_at"})
    nothing_yet = (
        "Spend comes in by the API, by imported reports, or by hand. Each entry counts at once, in its "
        "own day and month."
    )
    door = SOURCE
    actions = ("delete_selected",)
    exports = (("entries", "Export entries"), ("day-totals", "Export day totals"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[SpendLog]:
        """Load what every line names."""
        return super().get_queryset(request).select_related("campaign__brand", "spend_import")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[SpendLog], bool]:
        """Search campaigns and references, and the texts of the newest entries."""
        term = without_nul(search_term).strip()
        if not term:
            return queryset, False
        since = None if self.is_complete else oldest_of_newest(queryset)
        return search_entries(entries=queryset, words=words_of(term), reference=term, since=since), False

    def export_rows(self, name: str, rows: QuerySet[SpendLog]) -> Iterator[Row]:
        """Yield the entries, or their day totals."""
        return export_entries(rows) if name == "entries" else export_totals(rows)

    def get_form(
        self, request: HttpRequest, obj: SpendLog | None = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm[SpendLog]]:
        """Return a form for a new spend, or for a correction."""
        return super().get_form(request, obj, change, form=NewSpendForm if obj is None else CorrectionForm, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: SpendLog | None = None) -> _FieldsetSpec:
        """Ask for a spend, or show one with what can be corrected."""
        if obj is None:
            return [(None, {"fields": NEW})]
        description = "The entry itself stays as it is."
        correct: _FieldsetSpec = [("Correct it", {"fields": ("amount", "reason"), "description": description})]
        return [
            ("Entry", {"fields": SHOWN}),
            *(correct if self.has_change_permission(request, obj) else []),
            ("What it counts for", {"fields": COUNTED}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: SpendLog | None = None) -> tuple[str, ...]:
        """Let nothing of an entry be edited."""
        return () if obj is None else (*SHOWN, *COUNTED)

    def has_change_permission(self, request: HttpRequest, obj: SpendLog | None = None) -> bool:
        """Refuse to correct a correction."""
        return super().has_change_permission(request, obj) and (obj is None or obj.corrects_id is None)

    def has_delete_permission(self, request: HttpRequest, obj: SpendLog | None = None) -> bool:
        """Refuse to reverse a correction."""
        return super().has_delete_permission(request, obj) and (obj is None or obj.corrects_id is None)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, str | list[str]]:
        """Fill in what the address says, but for the moment: Django's clock field cannot show what is none."""
        said = super().get_changeform_initial_data(request)
        return {name: value for name, value in said.items() if name != "occurred_at"}

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> forms.ModelChoiceField[Any] | None:
        """Let campaigns be found by typing."""
        return super().formfield_for_foreignkey(
            db_field, request, **kwargs, **campaign_choice(db_field, self.admin_site)
        )

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Leave out the buttons that make no sense for an entry: it is corrected once at a time."""
        context["show_save_and_continue"] = False
        return super().render_change_form(request, context, *args, **kwargs)

    def store(self, request: HttpRequest, form: Any, row: SpendLog | None) -> SpendLog:
        """Record the spend, or correct the entry if the person changed what it counts for."""
        if row is None:
            return self._record(request, form.cleaned_data)
        if "amount" in form.changed_data:
            self._correct(request, form.cleaned_data, row)
        else:
            sentence = "Nothing was written: what the entry counts for was not changed."
            self.message_user(request, sentence, messages.WARNING)
        return row

    def remove(self, request: HttpRequest, row: SpendLog) -> None:
        """Write a reversal."""
        receipt = self._reverse(request, row)
        self._say(request, sentences.of_reversal(receipt), receipt)

    def response_add(self, request: HttpRequest, obj: SpendLog, post_url_continue: str | None = None) -> HttpResponse:
        """Go on to the next spend, or back to the list; what was recorded is said already."""
        if "_addanother" in request.POST:
            return HttpResponseRedirect(request.get_full_path())
        return self.response_post_save_add(request, obj)

    def response_change(self, request: HttpRequest, obj: SpendLog) -> HttpResponse:
        """Stay on the entry, which shows its corrections; what was written is said already."""
        return HttpResponseRedirect(request.get_full_path())

    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: int) -> HttpResponse:
        """Go back to the entry, which is still there; its reversal is said already."""
        return HttpResponseRedirect(reverse("admin:campaigns_spendlog_change", args=[obj_id]))

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Ask, then write a reversal."""
        return super().delete_view(request, object_id, {"title": "Reverse this entry", **(extra_context or {})})

    @admin.action(permissions=["delete"], description="Reverse…")
    def delete_selected(self, request: HttpRequest, queryset: QuerySet[SpendLog]) -> HttpResponse | None:
        """Ask, then write a reversal of each entry."""
        return super().delete_selected(request, queryset)

    def full_name(self, row: SpendLog) -> str:
        """Return the entry with its amount and its campaign."""
        return f"{row}: {format_money(row.amount, row.campaign.brand.currency)} of {campaign_path(row.campaign)}"

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[SpendLog]) -> None:
        """Write a reversal of each entry, and say which ones were not reversed."""

        def reverse_one(row: SpendLog) -> str:
            receipt = self._reverse(request, row)
            self.log_deletions(request, queryset.filter(pk=row.pk))
            if receipt.changes:
                self._say_changes(request, receipt)
            return f"{row} by {receipt.entry}"

        self.each(request, queryset, reverse_one, did="Nothing was erased. Reversed", failed="Not reversed")

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[SpendLog]) -> list[LogEntry]:
        """Log reversals as what they are: the entries are still there."""
        return [self.log_change(request, entry, "Reversed.") for entry in queryset]

    @admin.display(description="entry", ordering="id")
    def number(self, entry: SpendLog) -> int:
        """Return the entry's number."""
        return entry.pk

    @admin.display(description="campaign", ordering="campaign__name")
    def campaign_and_brand(self, entry: SpendLog) -> SafeString:
        """Return the campaign with its brand below."""
        return cells.owned(entry.campaign.name, entry.campaign.brand.name)

    @admin.display(description="details")
    def details(self, entry: SpendLog) -> SafeString:
        """Return what is said about the entry: its kind, description, source and reference."""
        origin = " · ".join(filter(None, [entry.source, entry.reference]))
        description = f": {entry.description}" if entry.description else ""
        imported = spend_cells.import_link(entry)
        return format_html('{}{} <span class="owner">{}{}</span>', self.kind(entry), description, origin, imported)

    @admin.display(description="campaign")
    def where(self, entry: SpendLog) -> str:
        """Return brand and campaign."""
        return campaign_path(entry.campaign)

    @admin.display(description="amount", ordering="amount")
    def money(self, entry: SpendLog) -> SafeString:
        """Return the amount of the entry itself."""
        return format_html('<span class="money">{}</span>', format_money(entry.amount, entry.campaign.brand.currency))

    @admin.display(description="occurred", ordering="occurred_at")
    def occurred(self, entry: SpendLog) -> SafeString | str:
        """Return when it was spent, as the brand's clocks show it."""
        return cells.moment(entry.occurred_at, readable_zone(entry.campaign.brand))

    @admin.display(description="local day", ordering="local_day")
    def day(self, entry: SpendLog) -> str:
        """Return the brand's date that it counts in."""
        return cells.day(entry.local_day)

    @admin.display(description="recorded")
    def origin(self, entry: SpendLog) -> SafeString:
        """Return when it was recorded, by which door it came, and in which file."""
        when = cells.moment(entry.recorded_at, readable_zone(entry.campaign.brand))
        return format_html("{} · source: {}{}", when, entry.source or "not said", spend_cells.import_link(entry))

    @admin.display(description="kind", ordering="corrects")
    def kind(self, entry: SpendLog) -> SafeString | str:
        """Return whether it is a spend, a credit, or corrects another entry."""
        if entry.corrects_id is not None:
            url = reverse("admin:campaigns_spendlog_change", args=[entry.corrects_id])
            return format_html('corrects <a href="{}">entry {}</a>', url, entry.corrects_id)
        return "spend" if entry.amount > 0 else "credit"

    @admin.display(description="entry and corrections")
    def chain(self, entry: SpendLog) -> SafeString:
        """Return the original and everything that corrects it, with what remains."""
        return spend_cells.chain(entry.corrects or entry)

    @admin.display(description="that day")
    def day_total(self, entry: SpendLog) -> SafeString:
        """Return what its campaign has spent on that day, by source."""
        return spend_cells.day_total(entry)

    def _record(self, request: HttpRequest, values: dict[str, Any]) -> SpendLog:
        receipt = record_spend(
            campaign_id=values["campaign"].pk,
            amount=values["amount"],
            occurred_at=values["occurred_at"],
            description=values["description"],
            reference=values["reference"],
            source=SOURCE,
            now=self.now,
            actor=actor_of(request),
        )
        self._say(request, sentences.of_new_spend(receipt), receipt)
        return receipt.entry

    def _correct(self, request: HttpRequest, values: dict[str, Any], row: SpendLog) -> None:
        receipt = correct_spend(
            entry_id=row.pk,
            new_amount=values["amount"],
            description=values["reason"],
            now=self.now,
            actor=actor_of(request),
        )
        self._say(request, sentences.of_correction(receipt), receipt)

    def _reverse(self, request: HttpRequest, row: SpendLog) -> SpendReceipt:
        actor = actor_of(request)
        reason = request.POST.get("reason", "").strip() or f"reversed by {actor}"
        return reverse_spend(entry_id=row.pk, description=reason, now=self.now, actor=actor)

    def _say(self, request: HttpRequest, sentence: str, receipt: SpendReceipt) -> None:
        self.message_user(request, f"{sentence} {sentences.of_totals(receipt, self.now)}", messages.SUCCESS)
        if not receipt.is_replay:
            self._say_changes(request, receipt)

    def _say_changes(self, request: HttpRequest, receipt: SpendReceipt) -> None:
        level = messages.WARNING if receipt.stopped else messages.INFO
        self.message_user(request, sentences.of_changes(receipt.changes), level)
