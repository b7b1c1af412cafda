"""The walk of an account manager: from a new brand to a budget that stops it, and a correction that starts it again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from tests.browser.choosing import choose, let_time_pass, save, type_window
from tests.browser.desk import MIA, PASSWORD
from tests.browser.visits import Visits, sign_in

pytestmark = pytest.mark.system

BRAND, CAMPAIGN = "Nachtfalter Radio", "Night Shift"
NIGHT = ("22:00", "06:00")


def zone_where_it_is_two_at_night() -> str:
    """Return a zone in whose night the test runs, whenever it runs."""
    # These names count westwards: Etc/GMT+5 is five hours behind.
    behind = (datetime.now(UTC).hour - 2 + 12) % 24 - 12
    return f"Etc/GMT{behind:+d}"


def line_of(page: Page, brand: str) -> str:
    """Return what the overview says about the brand."""
    return " ".join(page.get_by_role("row").filter(has_text=brand).first.inner_text().split())


def test_budget_stops_and_correction_starts_before_ones_eyes(visits: Visits) -> None:
    page, watching = visits.open(), visits.open(MIA)
    sign_in(page, MIA, PASSWORD)
    _make_brand_and_campaign(page)
    _watch_the_overview(watching)

    entry = _spend_to_the_limit(page)
    let_time_pass(watching)
    badge = watching.get_by_role("row").filter(has_text=BRAND)
    expect(badge).to_contain_text("1 paused")
    assert "Today's budget used up" in line_of(watching, BRAND)
    _read_why(watching)

    _watch_the_overview(watching)
    _correct(page, entry)
    let_time_pass(watching)
    expect(badge).to_contain_text("1 active")
    assert "100.00" not in line_of(watching, BRAND).partition("of")[0]
    assert watching.evaluate("window.wasNeverReloaded") is True


def _make_brand_and_campaign(page: Page) -> None:
    page.get_by_role("link", name="Add brand", exact=True).click()
    page.get_by_label("Name").fill(BRAND)
    page.get_by_label("Time zone").fill(zone_where_it_is_two_at_night())
    page.get_by_label("Daily budget").fill("100")
    assert BRAND in save(page)

    page.goto("/admin/")
    page.get_by_role("link", name="Add campaign", exact=True).click()
    choose(page, "brand", BRAND)
    page.get_by_label("Name").fill(CAMPAIGN)
    type_window(page, *NIGHT)
    assert CAMPAIGN in save(page)
    expect(page.get_by_role("row").filter(has_text=CAMPAIGN)).to_contain_text("active")


def _watch_the_overview(page: Page) -> None:
    page.clock.install()
    page.goto("/admin/?q=Nachtfalter")
    expect(page.get_by_role("row").filter(has_text=BRAND)).to_contain_text("1 ")
    page.evaluate("window.wasNeverReloaded = true")


def _spend_to_the_limit(page: Page) -> str:
    first = _record(page, "60")
    assert "Stopped" not in first
    assert f"Stopped: {CAMPAIGN}" in _record(page, "40")
    page.locator(".field-number a").first.click()
    return page.url


def _record(page: Page, amount: str) -> str:
    page.goto("/admin/campaigns/spendlog/add/")
    choose(page, "campaign", CAMPAIGN)
    page.get_by_label("Amount").fill(amount)
    return save(page, "Record")


def _read_why(page: Page) -> None:
    assert page.evaluate("window.wasNeverReloaded") is True
    page.get_by_role("row").filter(has_text=BRAND).get_by_role("link", name="1 paused").click()
    expect(page.get_by_role("row").filter(has_text=CAMPAIGN)).to_contain_text("brand's daily budget")
    page.get_by_role("link", name=CAMPAIGN).first.click()
    expect(page.locator("#content")).to_contain_text("100.00")
    expect(page.locator("#content")).to_contain_text("brand's daily budget")


def _correct(page: Page, entry: str) -> None:
    page.goto(entry)
    page.get_by_role("textbox", name="Counts for").fill("4")
    page.get_by_label("Reason").fill("a zero too many")
    assert f"Started: {CAMPAIGN}" in save(page, "Write the correction")
