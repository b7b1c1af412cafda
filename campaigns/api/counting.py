"""Refused spend is counted at this door, before the answer goes out."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja.errors import ValidationError

from campaigns.api import refusals
from campaigns.api.refusals import ScopeMissing, TooManyRequests
from campaigns.errors import KeyRefused, Refusal
from campaigns.services.refused import count_refused

DOOR = "api"
_SPEND = "/api/v1/spend"

# These refuse a caller and not a spend. Counted, they would let strangers write.
_OF_CALLERS = (KeyRefused, ScopeMissing, TooManyRequests)


def answer(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """This will return the response that says no, and count it if it was spend that was refused."""
    brings_spend = request.method == "POST" and request.path_info.startswith(_SPEND)
    if brings_spend and not isinstance(refusal, _OF_CALLERS):
        count_refused(door=DOOR, refusal=refusal, now=timezone.now())
    return refusals.answer(refusal)


def answer_invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """This will return the response for facts that do not have the form of the schema."""
    return answer(request, refusals.refusal_of(error.errors))
