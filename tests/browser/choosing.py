"""What hands do on our pages: choose from a box that searches, type hours, save."""

from __future__ import annotations

from playwright.sync_api import Page, expect

SECONDS_BETWEEN_REFRESHES = 20


def choose(page: Page, field: str, words: str) -> None:
    """This will open the search box of a field, type, and take the one row that is found."""
    page.locator(f"#id_{field} + .select2 .select2-selection").click()
    page.locator(".select2-search__field").fill(words)
    # Before the answer is there, the box shows rows that were not searched for.
    found = page.locator(".select2-results__option[role=option]:not(.loading-results)")
    expect(found).to_have_count(1)
    found.click()
    expect(page.locator(f"#select2-id_{field}-container")).to_contain_text(words)


def type_window(page: Page, start: str, end: str) -> None:
    """This will fill in the first line of the table of windows, for every day of the week."""
    page.get_by_label("only in the windows below").check()
    for weekday in page.locator("[name=windows-0-weekdays]").all():
        weekday.check()
    page.locator("[name=windows-0-start]").fill(start)
    page.locator("[name=windows-0-end]").fill(end)


def save(page: Page, button: str = "Save") -> str:
    """This will press the button and return what the desk says afterwards."""
    page.get_by_role("button", name=button, exact=True).click()
    return said(page)


def said(page: Page) -> str:
    """This will return what the desk says on the page that has just opened, in one line."""
    # Whether the clock goes round stands in a list of its own.
    return " ".join(page.locator(".messagelist:not(.of-signs)").inner_text().split())


def let_time_pass(page: Page) -> None:
    """This will move the page's own clock to its next refresh: nobody waits for 20 seconds, and nothing is reloaded."""
    page.clock.fast_forward(1000 * (SECONDS_BETWEEN_REFRESHES + 1))
