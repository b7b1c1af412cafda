"""Around the API: what its headers alone decide is decided before a body is read, and every no has the one shape."""

from __future__ import annotations

from collections.abc import Callable

from django.db import Error as AnyDatabaseError
from django.http import HttpRequest, HttpResponse

from campaigns.api.refusals import HttpRefusal, answer, answer_database_error, answer_status
from campaigns.services.database import is_away, refusal_of

PREFIX = "/api/"
# A full batch of 1,000 entries with long texts fits; Django itself refuses bodies over 2.5 MiB.
LARGEST_BODY = 2 * 1024 * 1024
JSON = "application/json"

_KEPT_HEADERS = ("Allow", "Retry-After")


class BodyTooLarge(HttpRefusal):
    """A body that says that it is larger than any batch."""

    code = "body_too_large"
    status = 413


class NotJson(HttpRefusal):
    """A body that says that it is something else than JSON."""

    code = "not_json"
    status = 415


class LengthMissing(HttpRefusal):
    """A body that does not say how long it is."""

    code = "length_missing"
    status = 411


class ApiMiddleware:
    """Passes on what is not below `/api/`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """This will answer by the headers alone if they are wrong, and otherwise pass the request on."""
        if not request.path_info.startswith(PREFIX):
            return self._get_response(request)
        try:
            _check_headers(request)
        except HttpRefusal as refusal:
            return answer(refusal)
        return _in_shape(self._get_response(request))

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """This will answer for a database that refuses or is away, where no view of the API was there to do it."""
        is_ours = request.path_info.startswith(PREFIX) and isinstance(error, AnyDatabaseError)
        return answer_database_error(request, error) if is_ours and (is_away(error) or refusal_of(error)) else None


def _check_headers(request: HttpRequest) -> None:
    if "chunked" in request.headers.get("Transfer-Encoding", "").lower():
        raise LengthMissing("The body does not say how long it is: send the header Content-Length.")
    length = request.headers.get("Content-Length") or "0"
    if not (length.isascii() and length.isdigit()):
        raise LengthMissing("Content-Length is no number: send the length of the body in bytes.")
    # Many digits are a large number, whichever: none is made of them.
    if len(length) > 18 or int(length) > LARGEST_BODY:
        sentence = f"The body is larger than {LARGEST_BODY:,} bytes: send it in parts, of at most 1,000 entries each."
        raise BodyTooLarge(sentence)
    if length.strip("0") and request.content_type != JSON:
        said = (request.content_type or "of no type")[:80]
        raise NotJson(f"The body is said to be {said}: send it as JSON, with the header Content-Type: {JSON}.")


def _in_shape(response: HttpResponse) -> HttpResponse:
    """Give an answer that Django or the framework made the shape of all others."""
    if response.status_code < 400 or response.headers.get("Content-Type", "").startswith(JSON):
        return response
    kept = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    return answer_status(response.status_code, kept)
