"""The forms' common ground: only what the person changed counts, and refusals land on the field that they are about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar, TypeVar

from django import forms
from django.contrib.admin.widgets import AdminSplitDateTime, RelatedFieldWidgetWrapper
from django.core.exceptions import ValidationError
from django.db.models import Model

from campaigns.errors import InvalidAmount, Refusal
from campaigns.models import Brand, Campaign, SpendLog
from campaigns.queries.reach import Reach
from campaigns.rules.money import amount_in_coins, parse_budget

DAY_FORMATS = ("%Y-%m-%d",)

_Row = TypeVar("_Row", bound=Model)

# What the buttons are called that send a form to be tried out, not to be saved: to see what would become of it, and to
# have a preset filled in.
PREVIEW, PRESET = "_preview", "_preset"


class DeskForm(forms.ModelForm[_Row]):
    """A form that changes only what the person changed since they loaded the page.

    Every field carries along what it showed at first, so that an old form undoes nobody's newer edit. Nothing is
    checked against the instance: it is as old as the form, and the service checks under its lock.
    """

    refusal: ClassVar[Refusal | None] = None
    now: ClassVar[datetime]
    # Nothing can be chosen until somebody has said who asks.
    reach: ClassVar[Reach] = Reach(frozenset())

    # A form that is only tried out counts as not valid, so that nobody saves it; it may be free of errors all the same.
    is_tried: ClassVar[bool] = False

    # Refusals name the facts of services; where a field is called otherwise, it is said here.
    fields_of_refusals: ClassVar[dict[str, str]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            for field in self.fields.values():
                field.show_hidden_initial = not field.widget.is_hidden
        for field in self.fields.values():
            _read_days_one_way(field)
            if isinstance(field.widget, RelatedFieldWidgetWrapper):
                _show_no_icons(field.widget)
            if isinstance(field.widget, AdminSplitDateTime):
                _name_both_parts(field.widget, str(field.label))
            if isinstance(field, MoneyFormField):
                field.currency = _currency_of(self.instance)
            if isinstance(field, forms.ModelChoiceField):
                _offer_only(field, self.reach)

    def is_valid(self) -> bool:
        """Tell whether what was sent may be saved."""
        return super().is_valid() and not self.is_tried

    def clean(self) -> dict[str, Any] | None:
        """Show what the service said no to, where it was asked in vain before."""
        if self.refusal is not None:
            name = self.fields_of_refusals.get(self.refusal.field, self.refusal.field)
            error = ValidationError(str(self.refusal), code=self.refusal.code)
            self.add_error(name if name in self.fields else None, error)
        return super().clean()

    def _post_clean(self) -> None:
        """Leave the instance as it was loaded."""

    def changes(self, names: Sequence[str]) -> dict[str, Any]:
        """Return those of the named facts that the person changed; all of them for a new row."""
        wanted = names if self.instance.pk is None else [name for name in names if name in self.changed_data]
        return {name: self.cleaned_data[name] for name in wanted}


def _currency_of(row: Model) -> str:
    """Return the currency in which the row has its amounts; empty for a new row, which has none yet."""
    if row.pk is None:
        return ""
    if isinstance(row, SpendLog):
        row = row.campaign
    if isinstance(row, Campaign):
        row = row.brand
    return row.currency if isinstance(row, Brand) else ""


def _read_days_one_way(field: forms.Field) -> None:
    """Take a day as the page writes it. Django would read 10/11/2026 as Americans do, and 26 as a year."""
    for part in field.fields if isinstance(field, forms.MultiValueField) else [field]:
        if isinstance(part, forms.DateField):
            part.input_formats = DAY_FORMATS


def _show_no_icons(widget: RelatedFieldWidgetWrapper) -> None:
    """Offer to choose, not to add, change or delete what is chosen from."""
    widget.can_add_related = widget.can_change_related = False
    widget.can_delete_related = widget.can_view_related = False


def _name_both_parts(widget: AdminSplitDateTime, label: str) -> None:
    """Give date and time names of their own: the label above belongs to both, and so to none."""
    for part, word in zip(widget.widgets, ("date", "time"), strict=True):
        part.attrs["aria-label"] = f"{label}: {word}"


def _offer_only(field: forms.ModelChoiceField[Any], reach: Reach) -> None:
    """Offer what is within reach; where no brand would mean every brand, who is limited has to name theirs."""
    if field.queryset is not None and not reach.is_everything:
        field.queryset = reach.rows(field.queryset)
        field.required = field.required or field.queryset.model is Brand


class MoneyFormField(forms.Field):
    """Plain digits and a point, read by a rule, which also says what is wrong: `Decimal`, or None where it is empty."""

    widget = forms.TextInput
    # Empty where it is not known.
    currency = ""

    def __init__(self, *, parse: Callable[[str], Decimal | None], **kwargs: Any) -> None:
        self._parse = parse
        super().__init__(**kwargs)

    def to_python(self, value: Any | None) -> Decimal | None:
        """Read what was typed.

        :raises ValidationError: with the rule's sentence.
        """
        text = str(value).strip() if value is not None else ""
        try:
            return self._parse(text) if text else None
        except InvalidAmount as refusal:
            raise ValidationError(str(refusal), code=refusal.code) from refusal

    def prepare_value(self, value: Any) -> Any:
        """Write an amount as it can be typed: `1234.50`."""
        return f"{amount_in_coins(value, self.currency):f}" if isinstance(value, Decimal) else value

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Let phones show digits."""
        return {**super().widget_attrs(widget), "inputmode": "decimal", "autocomplete": "off", "class": "money"}


def budget_field(label: str) -> MoneyFormField:
    """Return a field for a budget."""
    return MoneyFormField(parse=parse_budget, label=label, required=False, help_text="Empty: no limit. 0: may not run.")
