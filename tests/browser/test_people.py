"""Signing in, and people who may see one brand of two."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.choosing import said, save
from tests.browser.desk import LEE, OTHER_BRAND, OWN_BRAND, ServedDesk
from tests.browser.visits import Visits, sign_in

pytestmark = pytest.mark.system

FAILURES = 5


def test_wrong_passwords_end_in_a_pause_that_says_so(visits: Visits) -> None:
    page = visits.open()

    sign_in(page, "nobody", "wrong-password")
    expect(page.get_by_role("main")).to_contain_text("Please enter the correct username and password")
    for _ in range(FAILURES - 1):
        sign_in(page, "nobody", "wrong-password")

    expect(page.get_by_role("heading", level=1)).to_have_text("Signing in pauses")
    expect(page.get_by_role("main")).to_contain_text("There were too many wrong passwords. Wait")
    visits.forgive("429")


def test_limited_person_sees_one_brand_of_two(visits: Visits, desk: ServedDesk) -> None:
    page = visits.open(LEE)

    for path in ("", "campaigns/brand/", "campaigns/campaign/", "campaigns/spendlog/"):
        page.goto(f"/admin/{path}")
        expect(page.get_by_role("main")).to_contain_text(OWN_BRAND)
        expect(page.get_by_role("main")).not_to_contain_text(OTHER_BRAND)

    page.goto(f"/admin/campaigns/brand/{desk.rows.other_brand}/change/")
    assert "doesn’t exist" in said(page)

    page.goto("/admin/campaigns/spendlog/add/")
    page.locator("#id_campaign + .select2 .select2-selection").click()
    page.locator(".select2-search__field").fill(OTHER_BRAND)
    expect(page.locator(".select2-results__message")).to_have_text("No results found")


def test_bulk_action_asks_then_reports(visits: Visits, desk: ServedDesk) -> None:
    page = visits.open(LEE)

    for action, yes, did, state in (
        ("Switch off…", "Yes, switch off", "Switched off 3 campaigns", "inactive"),
        ("Switch on…", "Yes, switch on", "Switched on 3 campaigns", "active"),
    ):
        page.goto("/admin/campaigns/campaign/")
        page.get_by_label("Select all objects on this page for an action").check()
        page.get_by_label("Action:").select_option(label=action)
        page.get_by_role("button", name="Go").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("3 campaigns")
        assert did in save(page, yes)
        assert [" ".join(words.split()[:1]) for words in page.locator(".field-state").all_inner_texts()] == [state] * 3
