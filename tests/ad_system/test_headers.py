"""What every answer tells the browser, whoever makes it: pages, errors, redirects, files, the API and its page."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from campaigns.models import Brand
from tests.plugin.runs import ROOT

pytestmark = pytest.mark.django_db

POLICY = {
    "default-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "object-src": "'none'",
}
# Whatever a browser would run or apply without fetching it from us.
INLINE = re.compile(
    r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\bsrc=)(?![^>]*application/json)", re.IGNORECASE
)


@pytest.fixture
def client() -> Client:
    """Somebody who may do everything, and whose errors are answered as they are in production."""
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.create_superuser("mia"))
    return client


PATHS = (
    "/",
    "/admin/",
    "/admin/login/?next=/admin/",
    "/admin/campaigns/brand/",
    "/admin/campaigns/brand/add/",
    "/admin/campaigns/campaign/add/",
    "/admin/campaigns/spendlog/entries.csv",
    "/admin/django_celery_beat/periodictask/add/",
    "/admin/auth/user/add/",
    "/admin/nowhere/",
    "/nowhere",
    "/api/v1/docs",
    "/api/v1/openapi.json",
    "/api/v1/brands",
    "/static/admin/css/base.css",
)


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_carries_the_headers(client: Client, path: str) -> None:
    headers = client.get(path).headers

    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    # The page of the API has small pictures in its stylesheet.
    assert policy == POLICY | ({"img-src": "'self' data:"} if path in ("/api/v1/docs", "/api/v1/openapi.json") else {})
    assert headers.get("X-Frame-Options") == (None if path.startswith("/static/") else "DENY")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "no-store" in headers["Cache-Control"] or path.startswith("/static/")


@pytest.mark.parametrize("path", [path for path in PATHS if not path.startswith("/static/")])
def test_no_page_needs_more_than_the_policy_allows(client: Client, path: str) -> None:
    assert INLINE.findall(client.get(path).getvalue().decode()) == []


def test_no_template_of_ours_needs_more_than_the_policy_allows() -> None:
    templates = sorted(ROOT.glob("*/templates/**/*.html"))

    assert [file.name for file in templates if INLINE.search(file.read_text())] == []
    assert len(templates) > 10


@pytest.mark.parametrize("inline", ["<p style='color:red'>", "<style>", '<a onclick="x()">', "<script>x()</script>"])
def test_search_would_find_it(inline: str) -> None:
    assert INLINE.search(inline)


def test_errors_are_sentences(client: Client, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError

    analyst = Client()
    analyst.force_login(User.objects.create_user("ana", is_staff=True))
    forgetful = Client(enforce_csrf_checks=True)
    forgetful.force_login(User.objects.get(username="mia"))
    monkeypatch.setattr(Brand, "__str__", fail)
    brand = Brand.objects.create(name="Acme")
    answers = {
        404: client.get("/nowhere"),
        403: analyst.get("/admin/campaigns/brand/"),
        500: client.get(f"/admin/campaigns/brand/{brand.pk}/change/"),
        400: client.get("/", headers={"Host": "elsewhere.example.com"}),
    }
    stale = forgetful.post("/admin/campaigns/brand/add/", {"name": "x"})

    assert {status: answer.status_code for status, answer in answers.items()} == {s: s for s in answers}
    assert "There is nothing here" in answers[404].content.decode()
    assert "ask an administrator" in answers[403].content.decode()
    assert "What you sent was not saved" in answers[500].content.decode()
    assert "could not be understood" in answers[400].content.decode()
    assert (stale.status_code, "Nothing was saved" in stale.content.decode()) == (403, True)
    for answer in (*answers.values(), stale):
        assert "Content-Security-Policy" in answer.headers
        assert INLINE.findall(answer.content.decode()) == []
