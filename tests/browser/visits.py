"""Visits to the desk: each in a browser context of its own, watched for what nobody must see in any page."""

from __future__ import annotations

from typing import Literal

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, StorageState

from tests.browser.desk import PASSWORD, ServedDesk

Theme = Literal["light", "dark"]

WIDE, PHONE = (1360, 860), (390, 844)
# A page of ours that needs longer is a defect, even here.
SECONDS_TO_WAIT = 15.0
_TELL = """
document.addEventListener('securitypolicyviolation', (event) => {
    window.tellOfViolation(`policy: ${event.violatedDirective} blocked ${event.blockedURI} on ${location.pathname}`);
});
"""


class Visits:
    """Opens pages for people, and keeps what the browser had to complain about."""

    def __init__(self, browser: Browser, desk: ServedDesk) -> None:
        self.complaints: list[str] = []
        self._browser = browser
        self._desk = desk
        self._contexts: list[BrowserContext] = []
        self._states: dict[str, StorageState] = {}

    def open(self, person: str = "", *, size: tuple[int, int] = WIDE, theme: Theme = "light", scale: float = 1) -> Page:
        """This will return an empty page of a new browser, signed in where a person is named."""
        if person and person not in self._states:
            self._states[person] = self._sign_in(person)
        width, height = size
        context = self._browser.new_context(
            base_url=self._desk.address,
            storage_state=self._states.get(person),
            viewport={"width": width, "height": height},
            device_scale_factor=scale,
            color_scheme=theme,
            reduced_motion="reduce",
            locale="en-GB",
            timezone_id="UTC",
        )
        context.set_default_timeout(1000 * SECONDS_TO_WAIT)
        self._watch(context)
        self._contexts.append(context)
        return context.new_page()

    def forgive(self, words: str) -> None:
        """This will drop complaints with these words: the test has provoked them; one there has to be."""
        provoked = [complaint for complaint in self.complaints if words in complaint]
        assert provoked, f"nothing complained of {words!r}"
        self.complaints = [complaint for complaint in self.complaints if complaint not in provoked]

    def close(self) -> None:
        """This will close all browsers."""
        while self._contexts:
            self._contexts.pop().close()

    def _watch(self, context: BrowserContext) -> None:
        def hear(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning"):
                self.complaints.append(f"{message.type} on {message.page and message.page.url}: {message.text}")

        context.on("console", hear)
        context.on("weberror", lambda error: self.complaints.append(f"script: {error.error}"))
        context.expose_function("tellOfViolation", lambda violation: self.complaints.append(str(violation)))
        context.add_init_script(_TELL)

    def _sign_in(self, person: str) -> StorageState:
        page = self.open()
        sign_in(page, person)
        return page.context.storage_state()


def sign_in(page: Page, person: str, password: str = PASSWORD) -> None:
    """This will fill in the form and send it."""
    page.goto("/admin/")
    page.get_by_label("Username").fill(person)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_load_state()
