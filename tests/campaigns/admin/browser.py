"""A browser without a screen: opens our pages, and sends their forms back with everything that they carried."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.test import Client

Value = str | bool | Sequence[str]


@dataclass
class Form:
    """One form of a page: what a browser would send if the person pressed a button now."""

    name: str
    values: dict[str, list[str]] = field(default_factory=dict)

    def filled(self, changes: Mapping[str, Value]) -> dict[str, list[str]]:
        """Return what is sent after the person's changes; False unticks a box, True ticks it."""
        sent = {name: list(values) for name, values in self.values.items()}
        for name, value in changes.items():
            if value is False:
                sent.pop(name, None)
            elif value is True:
                sent[name] = ["on"]
            else:
                sent[name] = [value] if isinstance(value, str) else list(value)
        return sent


class Page(HTMLParser):
    """A page that came back: its forms, and what it says."""

    def __init__(self, *, url: str, status: int, html: str, errors: Mapping[str, list[str]]) -> None:
        super().__init__()
        self.url = url
        self.status = status
        self.html = html
        self.errors = dict(errors)
        self.forms: list[Form] = []
        self._messages: list[str] = []
        self._words: list[str] = []
        self._select: str | None = None
        self._is_in_messages = False
        self.feed(html)

    @property
    def text(self) -> str:
        """Everything that stands on the page, in one line."""
        return " ".join(" ".join(self._words).split())

    @property
    def messages(self) -> list[str]:
        """What the desk says about what was just done."""
        return [" ".join(message.split()) for message in self._messages]

    def form_with(self, name: str) -> Form:
        """Return the form that has a field of that name."""
        return next(form for form in self.forms if name in form.values)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of a form, a field or a message."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given.get("id", "")))
        elif tag == "ul" and given.get("class") == "messagelist":
            self._is_in_messages = True
        elif tag == "li" and self._is_in_messages:
            self._messages.append("")
        elif tag == "select":
            self._select = given.get("name")
            self._take(given.get("name", ""), None)
        elif tag == "option" and self._select and "selected" in given:
            self._take(self._select, given["value"])
        elif tag == "textarea":
            self._take(given["name"], "")
        elif tag == "input":
            self._take_input(given)

    def handle_endtag(self, tag: str) -> None:
        """Take note of where something ends."""
        if tag == "ul":
            self._is_in_messages = False
        elif tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        """Take note of words."""
        self._words.append(data)
        if self._is_in_messages and self._messages:
            self._messages[-1] += data

    def _take_input(self, given: Mapping[str, str]) -> None:
        kind = given.get("type", "text")
        if kind in ("submit", "button") or "name" not in given or "disabled" in given:
            return
        if kind not in ("checkbox", "radio"):
            self._take(given["name"], given.get("value", ""))
        elif "checked" in given:
            self._take(given["name"], given.get("value", "on"))

    def _take(self, name: str, value: str | None) -> None:
        if self.forms:
            values = self.forms[-1].values.setdefault(name, [])
            if value is not None:
                values.append(value)


class Browser:
    """Somebody who is logged in."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def open(self, path: str) -> Page:
        """Open a page, and follow where it leads."""
        return self._page(path, self.client.get(path, follow=True))

    def send(self, path: str, values: Mapping[str, Any]) -> Page:
        """Send values to a page as they are, and follow where that leads."""
        return self._page(path, self.client.post(path, dict(values), follow=True))

    def save(
        self, page: Page, typed: Mapping[str, Value] | None = None, *, button: str = "_save", **changes: Value
    ) -> Page:
        """Press save on a page that was opened before: its form is sent, with what was typed and these changes."""
        return self.send(page.url, _own_form(page).filled({**(typed or {}), **changes}) | {button: ["Save"]})

    def act(self, path: str, action: str, keys: Sequence[object]) -> Page:
        """Run a bulk action on the rows with these keys."""
        return self.send(path, {"action": action, "_selected_action": [str(key) for key in keys], "index": "0"})

    def do(self, path: str, action: str, keys: Sequence[object]) -> Page:
        """Run a bulk action on the rows with these keys, and say yes to what it asks."""
        return self.confirm(self.act(path, action, keys))

    def confirm(self, page: Page) -> Page:
        """Say yes where a page asks."""
        asked = next((form for form in page.forms if form.name == "ask_form" or "post" in form.values), None)
        assert asked is not None, page.messages
        return self.send(page.url, asked.filled({}) | {"post": ["yes"]})

    def _page(self, path: str, response: Any) -> Page:
        url = response.redirect_chain[-1][0] if response.redirect_chain else path
        context = response.context
        errors: dict[str, list[str]] = {}
        if context is not None and "adminform" in context:
            errors = {name: list(map(str, found)) for name, found in context["adminform"].form.errors.items()}
        return Page(url=url, status=response.status_code, html=response.getvalue().decode(), errors=errors)


def _own_form(page: Page) -> Form:
    """Return the form of the admin's row, which the template names after the model."""
    return next(form for form in page.forms if form.name.endswith("_form") and form.name != "logout-form")
