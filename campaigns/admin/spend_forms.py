"""The forms of spend entries: a new spend, and what an entry shall count for."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.contrib.admin.widgets import AdminSplitDateTime
from django.utils import timezone

from campaigns.admin.forms import DeskForm, MoneyFormField
from campaigns.models import SpendLog
from campaigns.rules.money import parse_amount, parse_new_amount
from campaigns.services.corrections import counted_amount


class NewSpendForm(DeskForm[SpendLog]):
    """A spend that a person enters."""

    amount = MoneyFormField(
        parse=parse_amount,
        label="Amount",
        help_text="In the brand's currency: plain digits and a point, at most 6 decimals. Negative: a credit.",
    )
    occurred_at = forms.SplitDateTimeField(required=False, widget=AdminSplitDateTime, label="Occurred at")

    class Meta:
        model = SpendLog
        fields = ("campaign", "amount", "occurred_at", "description", "reference")
        help_texts: ClassVar[dict[str, str]] = {
            "reference": "The platform's own name for this spend, if it has one. Entered twice, it counts once.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["occurred_at"].help_text = f"{desk_clock(self.now)} Empty: now."


class CorrectionForm(DeskForm[SpendLog]):
    """What an entry shall count for, and why."""

    fields_of_refusals: ClassVar[dict[str, str]] = {"description": "reason"}

    amount = MoneyFormField(
        parse=parse_new_amount,
        label="Counts for",
        help_text="Another amount writes a correction: a new entry over the difference. 0 takes all of it back.",
    )
    reason = forms.CharField(
        required=False,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text="Becomes the description of the correction.",
    )

    class Meta:
        model = SpendLog
        fields = ("amount",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["amount"] = counted_amount(self.instance)


def desk_clock(now: datetime) -> str:
    """Say which clock a typed moment is read by."""
    offset = now.astimezone(timezone.get_default_timezone()).isoformat()[-6:]
    return f"In the desk's time zone, {timezone.get_default_timezone_name()} (now UTC{offset})."
