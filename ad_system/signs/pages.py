"""The health pages: `/healthz` (the process), `/readyz` (the system) and `/metrics` (numbers for Prometheus)."""

from __future__ import annotations

import ipaddress
import json
import logging
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.core.cache import cache
from django.db import Error as AnyDatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.crypto import constant_time_compare

from ad_system.signs.examination import examine
from ad_system.signs.findings import Finding, Level, Part, does_answer, is_well
from ad_system.signs.metrics import CONTENT_TYPE, measure
from campaigns.queries.reach import reach_of

# However many look, each web process looks for itself only so often.
READY_SECONDS = 1
METRICS_SECONDS = 5

# With one of these a proxy says that it speaks for somebody else: what comes from this machine may come from anywhere.
_PROXY_HEADERS = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")

logger = logging.getLogger(__name__)


class SignsMiddleware:
    """Answers the health pages, and passes on everything else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response
        self._pages = {"/healthz": show_health, "/readyz": show_readiness, "/metrics": show_metrics}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """This will answer for the system where it is asked about itself."""
        page = self._pages.get(request.path_info)
        if page is None:
            return self._get_response(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponse(status=HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": "GET, HEAD"})
        response = page(request)
        add_never_cache_headers(response)
        return response


def show_health(_request: HttpRequest) -> HttpResponse:
    """This will say that the process answers; it asks nobody else."""
    return _as_json({"status": "ok"}, HTTPStatus.OK)


def show_readiness(request: HttpRequest) -> HttpResponse:
    """This will say whether the system does all its work: 200, or 503 with each reason.

    `?only=database,migrations` asks about these parts alone.
    """
    wanted = [name.strip() for name in request.GET.get("only", ",".join(Part)).split(",")]
    unknown = sorted(set(wanted).difference(Part))
    if unknown:
        sentence = f"There is no part called {unknown[0][:40]!r}: choose from {', '.join(Part)}."
        return _as_json({"status": "refused", "error": sentence}, HTTPStatus.BAD_REQUEST)
    found = cache.get_or_set("signs:readyz", lambda: examine(now=timezone.now()), READY_SECONDS) or []
    findings = [finding for finding in found if finding.part in wanted]
    # What cannot be known is not well.
    hidden = set(wanted).difference(finding.part for finding in findings)
    findings += [Finding(part, Level.ILL, "Not known while the database is not well.") for part in sorted(hidden)]
    status = HTTPStatus.OK if is_well(findings) else HTTPStatus.SERVICE_UNAVAILABLE
    return _as_json(_facts(findings, has_details=_may_see_details(request, found)), status)


def show_metrics(request: HttpRequest) -> HttpResponse:
    """This will return the numbers in Prometheus's text format, to those who may see them."""
    if not _is_let_in(request):
        sentence = "Send the METRICS_TOKEN as a bearer token. Where none is set, only this machine itself may look.\n"
        headers = {"WWW-Authenticate": "Bearer"}
        return HttpResponse(sentence, "text/plain; charset=utf-8", HTTPStatus.UNAUTHORIZED, headers=headers)
    body = cache.get_or_set("signs:metrics", lambda: measure(now=timezone.now()), METRICS_SECONDS)
    return HttpResponse(body, content_type=CONTENT_TYPE)


def _facts(findings: Sequence[Finding], *, has_details: bool) -> dict[str, Any]:
    """Return the findings as facts, the worst first: a person sees the reason without scrolling."""
    worst_first = sorted(findings, key=lambda finding: list(Level)[::-1].index(finding.level))
    return {
        "status": "ok" if is_well(findings) else "ill",
        "reasons": [f"{one.part}: {one.sentence}" for one in worst_first if one.level is Level.ILL],
        "checks": [_fact(finding, has_details=has_details) for finding in worst_first],
    }


def _fact(finding: Finding, *, has_details: bool) -> dict[str, Any]:
    fact: dict[str, Any] = {"part": finding.part, "level": finding.level, "says": finding.sentence}
    if finding.advice:
        fact["advice"] = finding.advice
    if finding.details and has_details:
        fact["details"] = finding.details
    return fact


def _may_see_details(request: HttpRequest, found: Sequence[Finding]) -> bool:
    # Who it is stands in the database, which may never answer.
    return _is_let_in(request) or (does_answer(found) and _is_staff(request))


def _is_let_in(request: HttpRequest) -> bool:
    """Tell whether the token says so; without a token, whether it is this machine itself that asks."""
    if settings.METRICS_TOKEN:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        return scheme.lower() == "bearer" and constant_time_compare(token.strip(), settings.METRICS_TOKEN)
    if any(name in request.headers for name in _PROXY_HEADERS):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _is_staff(request: HttpRequest) -> bool:
    try:
        user = get_user(request)
        # Details name brands: any of them.
        may_look = user.is_active and user.is_staff and user.has_perm("campaigns.view_brand")
        return may_look and reach_of(user).is_everything
    except AnyDatabaseError:
        # Who it is stands in the database that does not answer.
        logger.warning("Nobody can be known while the database does not answer")
        return False


def _as_json(facts: dict[str, Any], status: HTTPStatus) -> HttpResponse:
    # Laid out for people, who look at it as often as machines do.
    return HttpResponse(json.dumps(facts, indent=2) + "\n", content_type="application/json", status=status)
