"""The desk's addresses, and one that does nothing: what the web server itself takes."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path

from ad_system import urls


def nothing(_request: HttpRequest) -> HttpResponse:
    """Answer."""
    return HttpResponse()


urlpatterns: list[URLPattern | URLResolver] = [path("nothing", nothing), *urls.urlpatterns]
