"""Signing in pauses for whoever was wrong too often: whom to count, and what they are told."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

_STATUS = 429
# What the table of attempts can hold; no name of a person is longer.
_LONGEST_NAME = 150


def tried_name(request: HttpRequest, credentials: Mapping[str, object] | None = None) -> str:
    """This will return the name that somebody tried, cut where nobody's name goes on."""
    name = (credentials or {}).get("username") or request.POST.get("username", "")
    return str(name)[:_LONGEST_NAME]


def locked_out(
    request: HttpRequest, _answer: HttpResponse | None = None, _credentials: Mapping[str, object] | None = None
) -> HttpResponse:
    """This will say for how long signing in pauses; the same to a name that exists and to one that does not."""
    minutes = settings.ENVIRONMENT.login_pause_minutes
    answer = render(request, "campaigns/locked_out.html", {"title": "Signing in pauses", "minutes": minutes})
    answer.status_code = _STATUS
    answer.headers["Retry-After"] = str(minutes * 60)
    return answer
