"""The desk's web application, with one more address."""

from __future__ import annotations

from django.conf import settings

from ad_system.wsgi import application

# Not looked at before the first request.
settings.ROOT_URLCONF = "benchmarks.urls"

__all__ = ["application"]
