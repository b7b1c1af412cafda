"""Choosing a brand or a campaign out of many, by typing a part of its name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.contrib.admin.sites import AdminSite
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import ForeignKey, Model
from django.urls import reverse

from campaigns.models import Campaign

# Databases take 64 bits.
LONGEST_KEY = 18


class RowSelect(AutocompleteSelect):
    """Django's search box for rows. What is no key, in an address or a form, selects nothing instead of failing."""

    def build_attrs(self, base_attrs: dict[str, Any], extra_attrs: dict[str, Any] | None = None) -> dict[str, Any]:
        """Say what to do in the empty box, so that it has a name for those who cannot see its label beside it."""
        return {**super().build_attrs(base_attrs, extra_attrs), "data-placeholder": "Type a part of its name"}

    def optgroups(
        self, name: str, value: Sequence[str], attr: dict[str, Any] | None = None
    ) -> list[tuple[str | None, list[dict[str, Any]], int | None]]:
        """Return the selected row as an option."""
        return super().optgroups(name, keys_among(map(str, value)), attr)


class CampaignSelect(RowSelect):
    """The same for campaigns, by brand and name: two brands may both have a campaign called Search."""

    def get_url(self) -> str:
        """Return the address that answers what was typed."""
        return reverse("admin:campaigns_campaign_choices")


class CampaignField(forms.ModelChoiceField[Campaign]):
    """A campaign, shown with its brand."""

    def label_from_instance(self, obj: Campaign) -> str:
        """Return the words of an option."""
        return campaign_path(obj)


def campaign_choice(db_field: ForeignKey[Any, Any], admin_site: AdminSite) -> dict[str, Any]:
    """Return what Django's form field for a campaign is made of here."""
    return {
        "widget": CampaignSelect(db_field, admin_site),
        "form_class": CampaignField,
        "queryset": Campaign.objects.select_related("brand"),
    }


def keys_among(values: Iterable[str]) -> list[str]:
    """Return those of the values that can be the key of a row: people send anything, and databases take 64 bits."""
    return [value for value in values if value.isascii() and value.isdecimal() and len(value) <= LONGEST_KEY]


def campaign_path(campaign: Campaign) -> str:
    """Return brand and campaign, as the commands take them."""
    return f"{campaign.brand} / {campaign}"


class CampaignChoices(AutocompleteJsonView):
    """Answers the search box for campaigns with brand and name."""

    def serialize_result(self, obj: Model, to_field_name: str) -> dict[str, str]:
        """Return one found campaign."""
        result = super().serialize_result(obj, to_field_name)
        return {**result, "text": campaign_path(obj)} if isinstance(obj, Campaign) else result
