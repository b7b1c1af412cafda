"""Where the pages are."""

from __future__ import annotations

from django.db.models import Model
from django.urls import reverse

OVERVIEW = "/admin/"
BRANDS = "/admin/campaigns/brand/"
CAMPAIGNS = "/admin/campaigns/campaign/"
SPENDS = "/admin/campaigns/spendlog/"
SCHEDULES = "/admin/campaigns/daypartingschedule/"
HISTORY = "/admin/campaigns/statuschange/"
LISTS = (BRANDS, CAMPAIGNS, SPENDS, SCHEDULES, HISTORY)


def change_page(row: Model) -> str:
    """Return the address of the row's own page."""
    return _page(row, "change")


def delete_page(row: Model) -> str:
    """Return the address that asks before it deletes."""
    return _page(row, "delete")


def _page(row: Model, what: str) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{what}", args=[row.pk])
