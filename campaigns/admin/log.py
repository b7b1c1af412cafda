"""What the admin's log keeps of a form that was saved: each field with its old and its new value."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import Model

from campaigns.admin.forms import MoneyFormField

Message = list[dict[str, dict[str, list[str]]]]

_NOTHING = "none"
_LONGEST = 200


def describe_changes(form: forms.ModelForm[Any], message: Message) -> Message:
    """Return Django's message, with `label: old → new` in the place of each label of a changed row's form."""
    fields = [_sentence(form, name) for name in form.changed_data if name in form.cleaned_data]
    return [
        {"changed": {**part["changed"], "fields": fields}} if "name" not in part.get("changed", {"name": ""}) else part
        for part in message
    ]


def _sentence(form: forms.ModelForm[Any], name: str) -> str:
    field = form.fields[name]
    label = field.label or name.replace("_", " ")
    old, new = (_word(field, value) for value in (form.initial.get(name), form.cleaned_data[name]))
    return f"{label}: {old} → {new}"


def _word(field: forms.Field, value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(field, forms.ModelChoiceField) and isinstance(value, int | str) and field.queryset is not None:
        value = field.queryset.filter(pk=value).first()
    if isinstance(value, Iterable) and not isinstance(value, str | Model):
        value = ", ".join(sorted(map(str, value)))
    if isinstance(field, MoneyFormField):
        value = field.prepare_value(value)
    text = str(value) if value not in (None, "") else _NOTHING
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
