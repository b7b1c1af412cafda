"""The keyboard, the light and the dark."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desk import MIA, OTHER_BRAND
from tests.browser.visits import Visits

pytestmark = pytest.mark.system


# What the keyboard comes to on the page of a new brand, beginning where Django puts it.
FORM = ("name", "time_zone", "currency", "is_enabled", "daily_budget", "monthly_budget", "_save")


def focused(page: Page) -> str:
    """Return what has the keyboard: a field's name, or words."""
    return str(page.evaluate("document.activeElement.name || document.activeElement.textContent.trim()"))


def test_keyboard_skips_the_menu(visits: Visits) -> None:
    page = visits.open(MIA)
    page.goto("/admin/")

    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to main content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport(ratio=1)
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    assert focused(page) == "Add brand"


def test_keyboard_walks_the_form_in_order_and_sends_it(visits: Visits) -> None:
    page = visits.open(MIA)
    page.goto("/admin/campaigns/brand/add/")

    came_to = [focused(page)]
    while len(came_to) < len(FORM):
        page.keyboard.press("Tab")
        came_to.append(focused(page))
    page.keyboard.press("Enter")

    assert tuple(came_to) == FORM
    expect(page.get_by_text("Please correct the error")).to_be_visible()


def test_dark_is_a_choice_that_stays(visits: Visits) -> None:
    page = visits.open(MIA)
    page.goto("/admin/")
    surface = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(surface)

    page.get_by_role("button", name="Toggle theme").click()
    dark = page.evaluate(surface)
    page.goto("/admin/campaigns/brand/")

    assert dark != light
    assert page.evaluate(surface) == dark
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_long_menu_is_narrowed_by_typing(visits: Visits) -> None:
    page = visits.open(MIA)
    page.goto("/admin/campaigns/campaign/")
    menu = page.locator("#changelist-filter details", has_text="Brand").last
    menu.locator("summary").click()

    expect(menu.get_by_label("Find in Brand")).to_be_focused()
    page.keyboard.type("STATION")
    expect(menu.get_by_role("link")).to_have_text([OTHER_BRAND])
    page.keyboard.press("Enter")
    page.wait_for_url("**brand__id__exact=*")

    expect(page.locator("#changelist-filter .chosen")).to_have_text([OTHER_BRAND])


def test_short_menu_has_nothing_to_find(visits: Visits) -> None:
    page = visits.open(MIA)
    page.goto("/admin/campaigns/campaign/")

    assert page.locator("#changelist-filter details").count() > 1
    assert page.locator("#changelist-filter .find").count() == 1
