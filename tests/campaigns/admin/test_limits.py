"""Who is limited to a brand sees, finds, chooses and changes nothing of another one, on any page of the admin."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pytest
import time_machine
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile

from campaigns.admin.base import DeskAdmin
from campaigns.models import ApiKey, Brand, Campaign, Scope, SpendImport, SpendLog, WebhookEndpoint
from campaigns.queries.reach import LIMITABLE
from campaigns.services import authenticate, create_api_key
from campaigns.services.people import limit_person
from tests.campaigns.admin.agency import OTHER, OWN, Agency, browser_of, log_acts_on, make_agency, person
from tests.campaigns.admin.browser import Browser, Page
from tests.campaigns.admin.paths import BRANDS, CAMPAIGNS, SCHEDULES, SPENDS, change_page
from tests.campaigns.admin.test_access import secret_on
from tests.campaigns.admin.walk import actions_of, choices, every_page, key_of, pages_of, snapshot
from tests.factories import NOON

KEYS = "/admin/campaigns/apikey/"
ENDPOINTS = "/admin/campaigns/webhookendpoint/"
IMPORTS = "/admin/campaigns/spendimport/"


@dataclass(frozen=True)
class Desk:
    """Two brands; Lee may see one of them, and Mia all."""

    agency: Agency
    lee: Browser
    mia: Browser
    user: User


@pytest.fixture
def limited(db: None, clock: time_machine.Traveller) -> Desk:
    """Two brands, and two account managers."""
    agency = make_agency()
    lee, mia = person("lee", "Account manager", limited_to=agency.own.brand), person("mia", "Account manager")
    for user in (lee, mia):
        log_acts_on(user, agency.own)
        log_acts_on(user, agency.other)
    return Desk(agency, browser_of(lee), browser_of(mia), lee)


def said(browser: Browser, path: str) -> str:
    """Return everything that comes back, headers and streamed files too."""
    response = browser.client.get(path, follow=True)
    return f"{response.headers} {response.getvalue().decode()}"


def refused(page: Page) -> bool:
    """Tell whether a page says no: by its number, by an error, or by leading to the front page."""
    return page.status in (403, 404) or bool(page.errors) or page.url == "/admin/"


def test_no_page_says_a_word_of_the_other_brand(limited: Desk) -> None:
    paths = dict.fromkeys([*every_page(limited.agency.other), *map(change_page, limited.agency.own.all())])

    told = [path for path in paths if OTHER in said(limited.lee, path)]

    assert told == []
    assert len(paths) > 150


def test_the_walk_would_find_it(limited: Desk) -> None:
    """Mia, who is not limited, is told of the other brand wherever there is something to tell."""
    lists = [pages_of(model, limited.agency.other)[""] for model in LIMITABLE]
    own_pages = [change_page(row) for row in limited.agency.other.all()]
    offers = [choices("campaign.brand"), choices("spendlog.campaign")]
    paths = [*lists, *own_pages, *offers, "/admin/", f"{SPENDS}entries.csv"]

    assert [path for path in paths if OTHER not in said(limited.mia, path)] == []


def test_own_brand_is_all_there(limited: Desk) -> None:
    paths = [change_page(row) for row in limited.agency.own.all()]
    paths += [pages_of(model, limited.agency.own)[""] for model in LIMITABLE]
    paths += [f"{SPENDS}entries.csv", choices("campaign.brand"), choices("spendlog.campaign"), "/admin/"]

    assert [path for path in paths if OWN not in said(limited.lee, path)] == []


def test_every_page_of_ours_starts_from_what_a_person_may_see() -> None:
    ours = {model: page for model, page in admin.site._registry.items() if model._meta.app_label == "campaigns"}

    assert [model for model, page in ours.items() if not isinstance(page, DeskAdmin)] == []
    assert set(ours) <= set(LIMITABLE)


def test_forged_addresses_and_actions_change_nothing(limited: Desk) -> None:
    forged = {"post": "yes", "name": "Taken over", "amount": "1", "is_enabled": ""}
    before = snapshot()

    for model in LIMITABLE:
        key, pages = str(key_of(model, limited.agency.other)), pages_of(model, limited.agency.other)
        for path in (path for route, path in pages.items() if "<" in route):
            page = limited.lee.send(path, forged)
            assert refused(page), path
            assert OTHER not in page.html
        for action in actions_of(model):
            for more in ({}, {"post": "yes"}):
                values = {"action": action, "_selected_action": [key], "index": "0", **more}
                assert OTHER not in limited.lee.send(pages[""], values).html

    assert snapshot() == before


def test_action_on_all_rows_leaves_the_other_brand_alone(limited: Desk) -> None:
    keys = [str(row.pk) for rows in (limited.agency.own, limited.agency.other) for row in (rows.campaign,)]

    page = limited.lee.send(
        CAMPAIGNS, {"action": "pause", "_selected_action": keys, "select_across": "1", "index": "0", "post": "yes"}
    )

    assert OTHER not in page.html
    assert Campaign.objects.get(pk=limited.agency.other.campaign.pk).is_enabled


def test_hours_are_copied_from_no_other_brand_and_its_name_is_in_no_log(limited: Desk) -> None:
    own, other = limited.agency.own.campaign, limited.agency.other.campaign
    values = {"action": "copy_hours", "_selected_action": [str(own.pk)], "index": "0", "source": str(other.pk)}
    before = snapshot()

    assert OTHER not in limited.lee.send(CAMPAIGNS, values).html
    assert OTHER not in limited.lee.send(CAMPAIGNS, {**values, "post": "yes", "asked_for": "1"}).html
    assert snapshot() == before

    limited.mia.confirm(limited.mia.send(CAMPAIGNS, values))
    assert snapshot() != before
    assert OTHER not in said(limited.lee, f"{CAMPAIGNS}{own.pk}/history/")


def test_forms_take_nothing_of_the_other_brand(limited: Desk) -> None:
    brand, campaign = str(limited.agency.other.brand.pk), str(limited.agency.other.campaign.pk)
    before = snapshot()
    day, clock = {"occurred_at_0": "2026-11-20"}, {"occurred_at_1": "10:00"}
    key: dict[str, object] = {"name": "sender", "may_read": "on", "requests_per_minute": "60"}
    hook = {"url": "https://93.184.216.34/hook", "kinds": ["campaign.paused"], "is_enabled": "on"}
    forged: list[tuple[str, dict[str, object]]] = [
        (CAMPAIGNS, {"brand": brand, "name": "Mine", "hours": "any", **_no_windows()}),
        (SPENDS, {"campaign": campaign, "amount": "1", **day, **clock}),
        (SCHEDULES, {"campaign": campaign, "is_enabled": "on", **_no_windows()}),
        (KEYS, {**key, "brands": [brand]}),
        (KEYS, {**key, "brands": [brand, str(limited.agency.own.brand.pk)]}),
        (KEYS, {**key, "every_brand": "on"}),
        (ENDPOINTS, {**hook, "brand": brand}),
        (ENDPOINTS, {**hook, "brand": ""}),
    ]

    for path, values in forged:
        page = limited.lee.send(f"{path}add/", values)
        assert page.errors, path
        assert OTHER not in page.html
    upload = {"brand": brand, "file": SimpleUploadedFile("x.csv", b"campaign,date,amount\n")}
    assert limited.lee.send(f"{IMPORTS}add/", upload).errors
    assert limited.lee.open(f"{BRANDS}add/").status == 403

    assert snapshot() == before


def test_limited_person_works_within_their_brand(limited: Desk) -> None:
    own = limited.agency.own
    limited.lee.save(limited.lee.open(f"{SPENDS}add/"), campaign=str(own.campaign.pk), amount="3.00")
    shown = limited.lee.save(limited.lee.open(f"{KEYS}add/"), name="mine", brands=[str(own.brand.pk)])
    limited.lee.save(limited.lee.open(change_page(own.brand)), daily_budget="77")
    limited.lee.save(limited.lee.open(change_page(own.campaign)), name="Renamed")

    assert SpendLog.objects.filter(campaign=own.campaign).count() == 2
    assert authenticate(secret=secret_on(shown), now=NOON).brand_ids == frozenset({own.brand.pk})
    assert Brand.objects.get(pk=own.brand.pk).daily_budget == Decimal(77)
    assert Campaign.objects.get(pk=own.campaign.pk).name == "Renamed"


def test_keys_of_others_are_not_named_where_a_name_is_taken(limited: Desk) -> None:
    for _ in range(2):
        create_api_key(name="sender", scopes=[Scope.READ], brand_ids=[limited.agency.other.brand.pk], now=NOON)
    prefixes = ApiKey.objects.filter(name="sender").values_list("prefix", flat=True)

    page = limited.lee.save(limited.lee.open(f"{KEYS}add/"), name="sender", brands=[str(limited.agency.own.brand.pk)])

    assert page.errors == {"name": ["A client of that name has its keys already: take another name."]}
    assert [prefix for prefix in prefixes if prefix in page.html] == []


def test_limit_is_felt_at_the_next_request_and_lifted_too(limited: Desk) -> None:
    path = change_page(limited.agency.other.brand)

    limit_person(person_id=limited.user.pk, brand_ids=[limited.agency.other.brand.pk])
    assert limited.lee.open(path).url == path
    limit_person(person_id=limited.user.pk, brand_ids=[])
    assert limited.lee.open(path).url == "/admin/"
    limit_person(person_id=limited.user.pk, brand_ids=None)
    assert limited.lee.open(path).url == path


def test_person_whose_only_brand_is_deleted_sees_nothing_instead_of_all(limited: Desk) -> None:
    for model in (SpendImport, ApiKey, WebhookEndpoint):
        model._default_manager.all().delete()
    lonely = Brand.objects.create(name="Lonely")
    limit_person(person_id=limited.user.pk, brand_ids=[lonely.pk])
    lonely.delete()

    assert limited.lee.open(change_page(limited.agency.own.brand)).url == "/admin/"
    assert OTHER not in said(limited.lee, BRANDS)


def test_what_knows_no_brand_is_closed_to_who_is_limited(limited: Desk) -> None:
    """Whatever they were given: people, groups and the schedule of tasks reach every brand."""
    limited.user.groups.set([])
    limited.user.user_permissions.set(_every_permission())

    for model in admin.site._registry:
        if model not in LIMITABLE:
            assert limited.lee.open(pages_of(model, limited.agency.own)[""]).status == 403, model


def test_superuser_is_never_limited(limited: Desk) -> None:
    User.objects.filter(pk=limited.user.pk).update(is_superuser=True)

    assert OTHER in said(limited.lee, BRANDS)


def _no_windows() -> dict[str, object]:
    return {"windows-TOTAL_FORMS": "0", "windows-INITIAL_FORMS": "0", "windows_shown": ""}


def _every_permission() -> list[int]:
    return list(Permission.objects.values_list("pk", flat=True))
