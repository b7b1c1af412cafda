"""The page for when no page can be shown: the database refuses to write, or is away."""

from __future__ import annotations

import sys

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.defaults import server_error

from campaigns.errors import DatabaseFull
from campaigns.services.database import is_away, refusal_of

RETRY_SECONDS = 5

_AWAY = (
    "The database does not answer at the moment. Wait a few seconds, look whether what you did was saved, "
    "and if not do it again."
)


def answer_failure(request: HttpRequest) -> HttpResponse:
    """This will answer what no view could: with a sentence if it was the database, with Django's own page if not."""
    error = sys.exc_info()[1]
    refusal = refusal_of(error) if error else None
    if refusal is None and not (error and is_away(error)):
        return server_error(request)
    # Without the request: what a page shows of it (who is signed in, messages) lies in the database.
    page = render_to_string("campaigns/outage.html", {"sentence": str(refusal or _AWAY)})
    status = 507 if isinstance(refusal, DatabaseFull) else 503
    return HttpResponse(page, status=status, headers={"Retry-After": str(RETRY_SECONDS)})
