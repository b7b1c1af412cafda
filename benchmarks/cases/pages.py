"""The pages that people look at all day, rendered as the web server does, without the network between."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial

from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client

from benchmarks.case import Case, Scene, Sides
from benchmarks.results import About
from campaigns.models import Brand, Campaign, SpendLog

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


def _last(path: str, model: type[Campaign | SpendLog]) -> Callable[[Scene], str]:
    """Return the last page of a list; of a list that goes no further than ten thousand rows, the last of those."""
    return lambda _scene: f"{path}?p={min(100, -(-model._default_manager.count() // 100))}"


def _of_large_brand(scene: Scene) -> str:
    return f"{_ADMIN}/brand/{scene.large_brand}/change/"


def _of_campaign(scene: Scene) -> str:
    return f"{_ADMIN}/campaign/{Campaign.objects.filter(brand=scene.large_brand).order_by('pk')[0].pk}/change/"


def _of_quiet_brand(address: str) -> Callable[[Scene], str]:
    """Return the address for a brand that has campaigns and never spent: its rows are found nowhere."""

    def of_scene(_scene: Scene) -> str:
        brand = Brand.objects.create(name="Quiet")
        Campaign.objects.bulk_create(Campaign(brand=brand, name=f"Campaign {number}") for number in range(20))
        return address.format(brand.pk)

    return of_scene


def _of_brand(scene: Scene) -> str:
    return f"campaign__brand__id__exact={scene.large_brand}"


# At `case.NOW`: the day before, and the first of the days that a data set has entries of.
_YESTERDAY = "local_day__gte=2026-11-19&local_day__lt=2026-11-20"
_FIRST_DAY = "local_day__gte=2026-11-11&local_day__lt=2026-11-12"
_CHOICES = "app_label=campaigns&field_name={}&model_name={}&term=7"

_PAGES: dict[str, tuple[str, Callable[[Scene], str]]] = {
    "page_index": ("start page of the admin", _at("/admin/")),
    "page_index_found": ("start page, searched", _at("/admin/?q=Brand+7")),
    "page_brands": ("list of brands", _at(f"{_ADMIN}/brand/")),
    "page_brands_used": ("list of brands, by used budgets", _at(f"{_ADMIN}/brand/?used=80")),
    "page_campaigns": ("list of campaigns", _at(f"{_ADMIN}/campaign/")),
    "page_campaigns_found": ("list of campaigns, searched", _at(f"{_ADMIN}/campaign/?q=Campaign+7")),
    "page_campaigns_sorted": ("list of campaigns, sorted by state", _at(f"{_ADMIN}/campaign/?o=2")),
    "page_campaigns_last": ("list of campaigns, its last page", _last(f"{_ADMIN}/campaign/", Campaign)),
    "page_spend": ("list of entries", _at(f"{_ADMIN}/spendlog/")),
    "page_spend_last": ("list of entries, its last page", _last(f"{_ADMIN}/spendlog/", SpendLog)),
    "page_spend_sorted": ("list of entries, sorted by amount", _at(f"{_ADMIN}/spendlog/?o=3")),
    "page_spend_moments": ("list of entries, the first moments first", _at(f"{_ADMIN}/spendlog/?o=4")),
    "page_spend_kind": ("list of entries, those that correct nothing", _at(f"{_ADMIN}/spendlog/?kind=spend")),
    "page_spend_day": ("list of entries of a day", _at(f"{_ADMIN}/spendlog/?{_YESTERDAY}")),
    "page_spend_old_day": ("list of entries of an old day, searched", _at(f"{_ADMIN}/spendlog/?{_FIRST_DAY}&q=x")),
    "page_spend_brand": ("list of entries of a brand", lambda scene: f"{_ADMIN}/spendlog/?{_of_brand(scene)}"),
    "page_spend_quiet": (
        "list of entries of a brand that has none",
        _of_quiet_brand(f"{_ADMIN}/spendlog/?campaign__brand__id__exact={{}}"),
    ),
    "page_spend_found": ("list of entries, found by name", _at(f"{_ADMIN}/spendlog/?q=Campaign+7")),
    "page_spend_reference": ("list of entries, found by reference", _at(f"{_ADMIN}/spendlog/?q=day-3-7-0")),
    "page_spend_nothing": ("list of entries, searched in vain", _at(f"{_ADMIN}/spendlog/?q=nobody")),
    "page_history": ("list of changes", _at(f"{_ADMIN}/statuschange/")),
    "page_history_found": ("list of changes, found by name", _at(f"{_ADMIN}/statuschange/?q=Brand+7")),
    "page_history_nothing": ("list of changes, searched in vain", _at(f"{_ADMIN}/statuschange/?q=nobody")),
    "page_audit": ("list of the audit", _at(f"{_ADMIN}/auditentry/")),
    "page_audit_nothing": ("list of the audit, searched in vain", _at(f"{_ADMIN}/auditentry/?q=nobody")),
    "page_choose_campaign": (
        "choosing a campaign", _at(f"{_ADMIN}/campaign/choices/?{_CHOICES.format('campaign', 'spendlog')}"),
    ),
    "page_choose_brand": ("choosing a brand", _at(f"/admin/autocomplete/?{_CHOICES.format('brand', 'campaign')}")),
    "page_brand": ("page of a brand", _of_large_brand),
    "page_brand_quiet": ("page of a brand that never spent", _of_quiet_brand(f"{_ADMIN}/brand/{{}}/change/")),
    "page_brand_past": ("history of a brand", lambda scene: _of_large_brand(scene).replace("change", "history")),
    "page_campaign": ("page of a campaign", _of_campaign),
}  # fmt: skip

CASES = tuple(
    Case(About(name, title, "postgres", is_long=True), partial(_page, path=path))
    for name, (title, path) in _PAGES.items()
)
