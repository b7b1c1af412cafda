"""The API as one thing: its routes, its parser, and what becomes of everything that is raised."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, NoReturn, TypeVar

from csp.decorators import csp_update
from django.db import Error as AnyDatabaseError
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.parser import Parser
from ninja.renderers import BaseRenderer
from pydantic_core import to_json

from campaigns.api import brands, campaigns, corrections, counting, feed, history, refusals, spend
from campaigns.errors import Refusal

_Error = TypeVar("_Error", bound=Exception)

DESCRIPTION = (
    "Spend in; budgets, states and reasons out. Every request carries a key in the header "
    '`Authorization: Bearer KEY`. Money is text (`"12.50"`), moments are ISO 8601 with an offset. '
    "Whatever is refused is answered with the same shape, `{error, code, field}`, and nothing was written."
)


class StrictParser(Parser):
    """Reads JSON as it is defined: no NaN, no infinity, and no name twice, which would hide an amount."""

    def parse_body(self, request: HttpRequest) -> Any:
        """This will return what the body says.

        :raises ValueError: if it is no JSON.
        """
        # Said to be UTF-8: handed over as bytes, the parser would guess at other encodings.
        text = request.body.decode("utf-8-sig")
        return json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_object)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("an object has the same name twice")
    return found


class QuickRenderer(BaseRenderer):
    """Writes JSON as pydantic does: several times as fast as Python's own, which large batches feel."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: object, *, response_status: int) -> bytes:
        """This will return the body of an answer."""
        return to_json(data)


def _build() -> NinjaAPI:
    api = NinjaAPI(
        title="ad_system",
        version="1",
        description=DESCRIPTION,
        parser=StrictParser(),
        renderer=QuickRenderer(),
        urls_namespace="api",
        # Its stylesheet has small pictures within itself.
        docs_decorator=csp_update({"img-src": ["'self'", "data:"]}),
    )
    api.add_router("/brands", brands.router)
    api.add_router("/campaigns", campaigns.router)
    api.add_router("/spend", spend.router)
    api.add_router("/spend", corrections.router)
    api.add_router("/status-changes", history.router)
    api.add_router("/changes", feed.router)
    api.add_exception_handler(Refusal, _raised(counting.answer))
    api.add_exception_handler(ValidationError, _raised(counting.answer_invalid))
    api.add_exception_handler(HttpError, _raised(refusals.answer_http_error))
    api.add_exception_handler(AnyDatabaseError, _raised(refusals.answer_database_error))
    return api


def _raised(
    answer: Callable[[HttpRequest, _Error], HttpResponse],
) -> Callable[[HttpRequest, _Error | type[_Error]], HttpResponse]:
    """Return a handler for errors. The framework's type would let it hand over a class as well; it never does."""

    def handle(request: HttpRequest, error: _Error | type[_Error]) -> HttpResponse:
        if isinstance(error, type):
            raise TypeError(f"{error} is a class: an error was raised")
        return answer(request, error)

    return handle


api = _build()
