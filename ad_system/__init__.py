"""The project: settings, the Celery app with its schedule, and the processes that run it."""

from __future__ import annotations

from ad_system.celery import app as celery_app

__all__ = ["celery_app"]
