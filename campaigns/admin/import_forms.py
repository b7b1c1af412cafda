"""The form of an upload: a file, its brand, and what a person can say about it."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from campaigns.admin.forms import DeskForm
from campaigns.files import DateOrder, DecimalMark, Unit
from campaigns.models import SpendImport
from campaigns.services.imports import Mode
from campaigns.services.imports.uploads import UploadOptions

COLUMNS = ("campaign_column", "date_column", "amount_column")
_AS_THE_FILE_SAYS = ("", "as the whole column tells")


class UploadForm(DeskForm[SpendImport]):
    """What to import, and how to read it."""

    fields_of_refusals: ClassVar[dict[str, str]] = {"date_format": "date_order", "decimal": "decimal_mark"}

    file = forms.FileField(help_text="CSV or TSV in UTF-8 or UTF-16, as the platform exports it.", max_length=500)
    campaign_column = forms.CharField(required=False, label="Column with the campaign")
    date_column = forms.CharField(required=False, label="Column with the date")
    amount_column = forms.CharField(required=False, label="Column with the amount")
    reference_column = forms.CharField(required=False, label="Column that names each row")
    unit = forms.ChoiceField(
        choices=[(Unit.UNITS.value, "units of the currency"), (Unit.MICROS.value, "micros, millionths of it")],
        required=False,
        label="Amounts are",
    )
    mode = forms.ChoiceField(
        choices=[
            ("", "day totals for a known report, entries for named columns"),
            (Mode.DAY_TOTALS.value, "parts of day totals, which are restated"),
            (Mode.ENTRIES.value, "entries, each of which counts once"),
        ],
        required=False,
        label="Rows are",
    )
    source = forms.CharField(
        required=False,
        max_length=50,
        help_text="The platform. Day totals of different sources add up. Empty: as the report says.",
    )
    date_order = forms.ChoiceField(
        choices=[
            _AS_THE_FILE_SAYS,
            (DateOrder.DAY_FIRST.value, "day/month"),
            (DateOrder.MONTH_FIRST.value, "month/day"),
        ],
        required=False,
        label="Dates are written",
    )
    decimal_mark = forms.ChoiceField(
        choices=[_AS_THE_FILE_SAYS, (DecimalMark.POINT.value, "1,234.50"), (DecimalMark.COMMA.value, "1.234,50")],
        required=False,
        label="Amounts are written",
    )
    may_create_campaigns = forms.BooleanField(required=False, label="Create campaigns that the brand does not have")
    allows_older = forms.BooleanField(required=False, label="Import it although a newer report was imported before")
    missing_is_zero = forms.BooleanField(
        required=False, label="Take back days between its first and last that it does not have"
    )
    ignores_totals = forms.BooleanField(required=False, label="Import it although its own total says otherwise")

    class Meta:
        model = SpendImport
        fields = ("brand",)

    def clean(self) -> dict[str, Any] | None:
        """Ask for all three columns, or for none."""
        cleaned = super().clean() or {}
        named = [name for name in COLUMNS if cleaned.get(name)]
        if named or cleaned.get("reference_column"):
            for name in COLUMNS:
                if name not in named and name not in self.errors:
                    self.add_error(name, "Name all three columns, or none for a known report.")
        return cleaned

    def options(self) -> UploadOptions:
        """Return what the person said about the file."""
        return UploadOptions(**{name: self.cleaned_data[name] for name in UploadOptions.__slots__})
