"""An analyst looks at everything of the brands, and can change nothing, on any page, by any button or forged form."""

from __future__ import annotations

import pytest
import time_machine
from django.contrib import admin

from campaigns.models import ApiKey, Brand, Campaign, SpendLog, WebhookDelivery, WebhookEndpoint
from campaigns.queries.reach import LIMITABLE
from tests.campaigns.admin.agency import Agency, browser_of, make_agency, person
from tests.campaigns.admin.browser import Browser
from tests.campaigns.admin.paths import change_page
from tests.campaigns.admin.walk import actions_of, key_of, pages_of, snapshot

# Secrets and addresses of receivers are not for analysts.
LOGOUT_BUTTON = '<button type="submit">Log out</button>'
CLOSED = (ApiKey, WebhookEndpoint, WebhookDelivery)


@pytest.fixture
def agency(db: None, clock: time_machine.Traveller) -> Agency:
    return make_agency()


@pytest.fixture
def analyst(agency: Agency) -> Browser:
    return browser_of(person("ana", "Analyst (read-only)"))


def test_analyst_sees_without_a_form(agency: Agency, analyst: Browser) -> None:
    rows = [row for row in agency.own.all() if not isinstance(row, CLOSED)]
    pages = [analyst.open(change_page(row)) for row in rows]
    lists = [analyst.open(pages_of(type(row), agency.own)[""]) for row in rows]

    assert [page.status for page in (*pages, *lists)] == [200] * (2 * len(rows))
    assert [page.url for page in pages if 'type="submit"' in page.html.replace(LOGOUT_BUTTON, "")] == []


def test_analyst_changes_nothing_anywhere(agency: Agency, analyst: Browser) -> None:
    forged = {"post": "yes", "name": "Taken over", "amount": "1", "is_enabled": "", "hours": "never", "reason": "x"}
    before = snapshot()

    for model in admin.site._registry:
        pages = pages_of(model, agency.own)
        for route, path in pages.items():
            if route != "":
                assert analyst.send(path, forged).status in (403, 404, 405, 200), path
        for action in actions_of(model):
            values = {"action": action, "_selected_action": [str(key_of(model, agency.own))], "index": "0"}
            analyst.send(pages[""], values)
            analyst.send(pages[""], {**values, "post": "yes", "select_across": "1"})

    assert snapshot() == before


def test_superuser_changes_something_by_the_same_requests(desk: Browser, agency: Agency) -> None:
    """So the walk above would notice."""
    found = [(model, str(key_of(model, agency.own)), pages_of(model, agency.own)[""]) for model in LIMITABLE]
    changed = set()

    for model, key, front in found:
        before = snapshot()
        for action in actions_of(model):
            desk.send(front, {"action": action, "_selected_action": [key], "index": "0", "post": "yes"})
        if snapshot() != before:
            changed.add(model)

    assert changed >= {ApiKey, Brand, Campaign, SpendLog, WebhookEndpoint}


@pytest.mark.parametrize("model", CLOSED, ids=lambda model: model.__name__)
def test_secrets_are_closed_to_analysts(agency: Agency, analyst: Browser, model: type) -> None:
    assert analyst.open(pages_of(model, agency.own)[""]).status == 403
