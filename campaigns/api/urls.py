"""Addresses of the API. What is not among them is answered in the API's own shape."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path
from django.views.decorators.csrf import csrf_exempt

from campaigns.api.refusals import answer_status
from campaigns.api.site import api


@csrf_exempt
def nothing_here(_request: HttpRequest) -> HttpResponse:
    """This will say that there is no such address."""
    return answer_status(404, {})


urlpatterns = [
    path("v1/", api.urls),
    re_path("", nothing_here),
]
