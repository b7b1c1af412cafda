"""How the API says no: one shape for every answer that is no success, and the status that goes with it."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from ninja.errors import HttpError
from pydantic import BaseModel, Field

from campaigns import errors
from campaigns.errors import ManyRefusals, Refusal
from campaigns.services.database import is_away
from campaigns.services.database import refusal_of as refusal_of_database

BUSY_SECONDS = 5

logger = logging.getLogger(__name__)


class RowRefused(BaseModel):
    """One bad row of a batch."""

    row: int = Field(description="Its place in the batch, counted from 0.")
    error: str
    code: str
    field: str


class Refused(BaseModel):
    """Why nothing was done."""

    error: str = Field(description="A sentence for people that says what to do.")
    code: str = Field(description="The same for programs. Codes stay, sentences may change.")
    field: str = Field(description="The field that it is about, or empty.")
    rows: list[RowRefused] | None = Field(default=None, description="Of a batch: every bad row.")


# What each operation may answer instead; the page of the API lists them.
REFUSALS: dict[int, type[Refused]] = dict.fromkeys(
    (400, 401, 403, 404, 409, 411, 413, 415, 422, 429, 503, 507), Refused
)


class HttpRefusal(Refusal):
    """A refusal that only this door knows, with its status and headers."""

    status: ClassVar[int] = 400
    headers: Mapping[str, str] = {}


class UnreadableRequest(HttpRefusal):
    """A request that does not have the form of the API: a missing, unknown or misshapen field."""

    code = "invalid_request"
    status = 422


class InvalidJson(HttpRefusal):
    """A body that is no JSON."""

    code = "invalid_json"


class UnknownAddress(HttpRefusal):
    """An address that the API does not have."""

    code = "unknown_address"
    status = 404


class ScopeMissing(HttpRefusal):
    """A valid key that does not allow this."""

    code = "scope_missing"
    status = 403


class TooManyRequests(HttpRefusal):
    """A key that was used more often than it may be."""

    code = "too_many_requests"
    status = 429

    def __init__(self, sentence: str, *, seconds: int) -> None:
        super().__init__(sentence)
        self.headers = {"Retry-After": str(seconds)}


_STATUS_OF: dict[type[Refusal], int] = {
    errors.KeyRefused: 401,
    errors.NotFound: 404,
    errors.NameTaken: 409,
    errors.ReferenceConflict: 409,
    errors.CorrectionRefused: 409,
    errors.BrandBusy: 503,
    errors.DatabaseReadOnly: 503,
    errors.DatabaseFull: 507,
}
_UNPROCESSABLE = 422
_HEADERS_OF = {
    401: {"WWW-Authenticate": "Bearer"},
    503: {"Retry-After": str(BUSY_SECONDS)},
    507: {"Retry-After": str(BUSY_SECONDS)},
}

_CODES = {
    400: "bad_request",
    403: "forbidden",
    404: "unknown_address",
    405: "method_not_allowed",
    500: "internal_error",
}
_SENTENCES = {
    400: "This request cannot be read: check its address and headers.",
    404: "There is nothing at this address: /api/v1/docs lists what there is.",
    405: "This address does not take this method: the header Allow lists those that it takes.",
    500: "Something is wrong in here, and was logged. Send the request again; what has a reference counts once.",
}


def answer(refusal: Refusal) -> HttpResponse:
    """This will return the response that says no."""
    if isinstance(refusal, HttpRefusal):
        return _response(_facts(refusal), refusal.status, refusal.headers)
    if isinstance(refusal, ManyRefusals):
        rows = [{"row": number, **_facts(row)} for number, row in refusal.refusals]
        return _response({**_facts(refusal), "rows": rows}, _UNPROCESSABLE)
    status = _STATUS_OF.get(type(refusal), _UNPROCESSABLE)
    return _response(_facts(refusal), status, _HEADERS_OF.get(status, {}))


def answer_status(status: int, headers: Mapping[str, str]) -> HttpResponse:
    """This will return the response for a status that Django or the framework gave without a refusal of ours."""
    sentence = _SENTENCES.get(status, f"This request cannot be answered (HTTP status {status}).")
    return _response({"error": sentence, "code": _CODES.get(status, "refused"), "field": ""}, status, headers)


def answer_http_error(_request: HttpRequest, error: HttpError) -> HttpResponse:
    """This will return the response for a body that the parser could not read, or another no of the framework's."""
    if error.status_code != InvalidJson.status:
        return answer_status(error.status_code, {})
    cause = error.__cause__
    why = f" ({cause})" if isinstance(cause, ValueError) else ""
    return answer(InvalidJson(f"The body is no valid JSON{why}: send one JSON object in UTF-8."))


def answer_database_error(request: HttpRequest, error: Exception) -> HttpResponse:
    """This will return the response for a database that refuses, or is away.

    :raises Exception: `error` itself, if it is none of these but a fault of our own.
    """
    refusal = refusal_of_database(error)
    if refusal is not None:
        return answer(refusal)
    if not is_away(error):
        raise error
    logger.error("API request failed: the database is away. path=%s reason=%s", request.path, type(error).__name__)
    facts = {
        "error": f"The database does not answer at the moment: send the same again in {BUSY_SECONDS} seconds. "
        "What has a reference counts once, however often it is sent.",
        "code": "database_away",
        "field": "",
    }
    return _response(facts, 503, _HEADERS_OF[503])


def refusal_of(found: Sequence[Mapping[str, Any]]) -> Refusal:
    """This will turn pydantic's errors into one refusal, of the first of them.

    :param found: as pydantic, or the framework, lists them; a place may begin with the part of the request.
    """
    first = found[0]
    field = _field(first["loc"])
    sentence = _sentence(str(first["type"]), str(first["msg"]), field)
    if len(found) > 1:
        sentence += f" (And {len(found) - 1} more.)"
    refusal = UnreadableRequest(sentence, field=field)
    context: Mapping[str, Any] = first.get("ctx") or {}
    # Where one of our rules said no, its code is the better one.
    refusal.code = str(context.get("code", refusal.code))
    return refusal


def _sentence(kind: str, message: str, field: str) -> str:
    if kind == "missing":
        return f"The field {field} is missing." if field else "The body is missing: send a JSON object."
    if kind == "extra_forbidden":
        return f"The field {field} is not known here: leave it out, or see /api/v1/docs for its right name."
    if kind == "refused":
        return message
    return f"{field or 'The body'}: {message[:1].lower()}{message[1:]}."


def _field(place: Sequence[str | int]) -> str:
    """Return the place of an error as people write it: `windows.0.start`."""
    parts = list(place)
    if parts and parts[0] in ("body", "query", "path"):
        # The name of our own parameter, which holds the body, means nothing outside.
        parts = parts[2:] if parts[0] == "body" else parts[1:]
    return ".".join(str(part)[:80] for part in parts)


def _facts(refusal: Refusal) -> dict[str, Any]:
    return {"error": str(refusal), "code": refusal.code, "field": refusal.field}


def _response(facts: Mapping[str, Any], status: int, headers: Mapping[str, str] | None = None) -> HttpResponse:
    return HttpResponse(json.dumps(facts), content_type="application/json", status=status, headers=dict(headers or {}))
