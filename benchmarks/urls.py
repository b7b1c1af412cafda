"""The desk's addresses, and one that does nothing: what the web server itself takes."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def nothing(_request: HttpRequest) -> HttpResponse:
    """Answer."""
    return HttpResponse()


urlpatterns = [path("nothing", nothing), path("", include("ad_system.urls"))]
