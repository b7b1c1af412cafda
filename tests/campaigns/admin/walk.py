"""Every address of the admin, found where Django keeps them: a page that is added is walked too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.test import RequestFactory
from django.urls import URLPattern

from campaigns.queries.reach import LIMITABLE
from tests.campaigns.admin.agency import Rows

# Finds all that is called after either brand, without being the name of one: pages say again what was searched for.
PART = "brandi"
_HOLE = re.compile(r"<[^>]+>")


def key_of(model: type[Model], rows: Rows) -> object:
    """Return the key of the row of that table; of a table that knows no brand, one that may exist."""
    return next((row.pk for row in rows.all() if type(row) is model), 1)


def pages_of(model: type[Model], rows: Rows) -> dict[str, str]:
    """Return the addresses of a table's pages, with this row where a page is about one: route → address."""
    front = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
    found = {}
    for pattern in admin.site.get_model_admin(model).get_urls():
        assert isinstance(pattern, URLPattern)
        route = str(pattern.pattern)
        found[route] = front + _HOLE.sub(str(key_of(model, rows)), route)
    return found


def every_page(rows: Rows) -> Iterator[str]:
    """Yield every address, with the words that people can add to it."""
    yield from site_pages(rows)
    for model in admin.site._registry:
        pages = pages_of(model, rows)
        yield from pages.values()
        if model in LIMITABLE:
            yield from variants(model, rows, pages)


def variants(model: type[Model], rows: Rows, pages: Mapping[str, str]) -> Iterator[str]:
    """Yield the pages of a table as popups, searched, filtered, and with fields filled in by the address."""
    yield f"{pages['']}?_popup=1&_to_field=name"
    yield f"{pages['add/']}?brand={rows.brand.pk}&brands={rows.brand.pk}&campaign={rows.campaign.pk}"
    yield f"{pages['<path:object_id>/change/']}?_to_field=id&_popup=1"
    yield from (f"{path}?q={PART}" for route, path in pages.items() if route == "" or route.endswith(".csv"))
    for key in filters_of(model):
        for related in rows.all():
            if key.endswith(related._meta.model_name or "") or related is rows.campaign:
                yield f"{pages['']}?{key}__id__exact={related.pk}"


def filters_of(model: type[Model]) -> set[str]:
    """Return the paths to other rows by which the list can be filtered."""
    named = {name for name in admin.site.get_model_admin(model).list_filter if isinstance(name, str)}
    return {*(name for name in named if name.endswith(("brand", "campaign", "endpoint"))), "campaign"}


def choices(field: str) -> str:
    """Return what the browser asks while somebody types into a field for a campaign or brand: `spendlog.campaign`."""
    model, _, name = field.partition(".")
    front = "/admin/campaigns/campaign/choices/" if name == "campaign" else "/admin/autocomplete/"
    return f"{front}?app_label=campaigns&model_name={model}&field_name={name}&term={PART}"


def site_pages(rows: Rows) -> Iterator[str]:
    """Yield the addresses that belong to no table."""
    yield from ("/admin/?q=brandi", "/admin/?currency=USD", "/admin/?outlook=look")
    for pattern in admin.site.get_urls():
        route = str(pattern.pattern)
        # What leads out, what Django's own tests cover, and what is a pattern for all tables at once.
        if isinstance(pattern, URLPattern) and not re.search(r"log|password|autocomplete|[<(]", route):
            yield f"/admin/{route}"
    for label in {model._meta.app_label for model in admin.site._registry}:
        yield f"/admin/{label}/"
    yield from map(choices, ("campaign.brand", "spendlog.campaign", "daypartingschedule.campaign", "spendimport.brand"))
    for row in rows.all():
        yield f"/admin/r/{ContentType.objects.get_for_model(row).pk}/{row.pk}/"


def actions_of(model: type[Model]) -> list[str]:
    """Return every bulk action of the table, whoever may run it."""
    request = RequestFactory().get("/")
    request.user = User(is_superuser=True, is_active=True, is_staff=True)
    return list(admin.site.get_model_admin(model).get_actions(request))


def snapshot() -> Mapping[str, list[Any]]:
    """Return every row of ours, of people and of the log, to show that something changed none."""
    models: list[type[Model]] = [*apps.get_app_config("campaigns").get_models(), User, Group, LogEntry]
    stored = {model._meta.label: list(model._default_manager.order_by("pk").values()) for model in models}
    through = User.groups.through._default_manager.order_by("pk").values()
    return {**stored, "groups of people": list(through)}
