"""A person at the admin of a system that runs: over real HTTP, with cookies and forms, and a watch in the hand."""

from __future__ import annotations

import time
import urllib.request
from collections.abc import Mapping
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode

from django.contrib.auth.hashers import make_password

from tests.campaigns.admin.browser import Page, Value
from tests.faults.system import System

NAME, PASSWORD = "mia", "correct horse battery staple"
BOUNDARY = "a-line-between-the-parts-of-a-form"
SECONDS_TO_ANSWER = 60


class Person:
    """Somebody with every right, who is logged in.

    :ivar waited: how many seconds the last page took, redirects included.
    """

    def __init__(self, system: System) -> None:
        create = (
            f"from django.contrib.auth.models import User; User.objects.create_superuser({NAME!r}, '', {PASSWORD!r})"
        )
        system.manage("shell", "--no-imports", "--command", create)
        self._root = f"http://{system.web_address.host}:{system.web_address.port}"
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        self.waited = 0.0
        self.save(self.open("/admin/login/"), "username", username=NAME, password=PASSWORD)

    def open(self, path: str) -> Page:
        """This will open a page, and follow where it leads."""
        return self._load(urllib.request.Request(self._root + path))

    def save(self, page: Page, field: str, **changes: Value) -> Page:
        """This will send the form of a page that has `field`, with these changes."""
        sent = page.form_with(field).filled(changes) | {"_save": ["Save"]}
        body = urlencode([(name, value) for name, values in sent.items() for value in values])
        return self._load(urllib.request.Request(self._root + page.url, body.encode()))

    def upload(self, page: Page, content: bytes, **changes: Value) -> Page:
        """This will send the form of a page that asks for a file."""
        sent = page.form_with("file").filled(changes) | {"_save": ["Save"]}
        del sent["file"]
        parts = [(f'name="{name}"', value.encode()) for name, values in sent.items() for value in values]
        parts.append(('name="file"; filename="spend.csv"\r\nContent-Type: text/csv', content))
        body = b"".join(
            f"--{BOUNDARY}\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + value + b"\r\n"
            for head, value in parts
        )
        headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        url = self._root + page.url
        return self._load(urllib.request.Request(url, body + f"--{BOUNDARY}--\r\n".encode(), headers))

    def _load(self, request: urllib.request.Request) -> Page:
        began = time.monotonic()
        try:
            with self._opener.open(request, timeout=SECONDS_TO_ANSWER) as response:
                status, url, content = response.status, response.url, response.read()
        except HTTPError as error:
            status, url, content = error.code, error.url, error.read()
        self.waited = time.monotonic() - began
        errors: Mapping[str, list[str]] = {}
        return Page(url=url.removeprefix(self._root), status=status, html=content.decode(), errors=errors)


def _make_administrator(system: System) -> None:
    columns = {
        "username": f"'{NAME}'",
        "password": f"'{make_password(PASSWORD)}'",
        **dict.fromkeys(("first_name", "last_name", "email"), "''"),
        **dict.fromkeys(("is_superuser", "is_staff", "is_active"), "true"),
        "date_joined": "'2026-01-01 00:00:00+00:00'",
    }
    system.query(f"INSERT INTO auth_user ({', '.join(columns)}) VALUES ({', '.join(columns.values())})")
