"""The pages that people look at all day, rendered as the web server does, without the network between."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial

from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client

from benchmarks.case import Case, Scene, Sides
from benchmarks.results import About
from campaigns.models import Campaign

_ADMIN = "/admin/campaigns"


def _page(scene: Scene, *, path: Callable[[Scene], str]) -> Sides:
    settings.ALLOWED_HOSTS = ["testserver"]
    people = get_user_model()
    person, _ = people.objects.get_or_create(username="ann", defaults={"is_staff": True, "is_superuser": True})
    client = Client()
    client.force_login(person)
    address = path(scene)
    refused: list[str] = []

    def look() -> None:
        answer = client.get(address)
        if answer.status_code != 200:
            refused.append(f"{address} answers {answer.status_code}")

    def disagreements() -> Collection[str]:
        return refused

    return Sides(look, disagreements=disagreements)


def _at(path: str) -> Callable[[Scene], str]:
    return lambda _scene: path


def _of_large_brand(scene: Scene) -> str:
    return f"{_ADMIN}/brand/{scene.large_brand}/change/"


def _of_campaign(scene: Scene) -> str:
    return f"{_ADMIN}/campaign/{Campaign.objects.filter(brand=scene.large_brand).order_by('pk')[0].pk}/change/"


_PAGES: dict[str, tuple[str, Callable[[Scene], str]]] = {
    "page_index": ("start page of the admin", _at("/admin/")),
    "page_brands": ("list of brands", _at(f"{_ADMIN}/brand/")),
    "page_campaigns": ("list of campaigns", _at(f"{_ADMIN}/campaign/")),
    "page_campaigns_found": ("list of campaigns, searched", _at(f"{_ADMIN}/campaign/?q=Campaign+7")),
    "page_spend": ("list of entries", _at(f"{_ADMIN}/spendlog/")),
    "page_history": ("list of changes", _at(f"{_ADMIN}/statuschange/")),
    "page_brand": ("page of a brand", _of_large_brand),
    "page_campaign": ("page of a campaign", _of_campaign),
}

CASES = tuple(
    Case(About(name, title, "postgres", is_long=True), partial(_page, path=path))
    for name, (title, path) in _PAGES.items()
)
