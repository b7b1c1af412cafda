"""Deployment mistakes that matter, as Django's system checks: `manage.py check`, and every start, report them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error
from django.db import connections

VENDORS = ("postgresql", "sqlite")
THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "[::1]"})


def check_database(**_: Any) -> list[CheckMessage]:
    """Report a database on which the lock does not hold, or amounts and moments mean something else."""
    connection = connections["default"]
    found: list[CheckMessage] = []
    if connection.vendor not in VENDORS:
        found.append(
            Error(
                f"The database is {connection.vendor}: references would not be unique, and brands not locked.",
                hint="Set DATABASE_URL to PostgreSQL or SQLite.",
                id="campaigns.E001",
            )
        )
    if connection.vendor == "sqlite" and _transaction_mode(connection.settings_dict) != "IMMEDIATE":
        found.append(
            Error(
                "SQLite runs without IMMEDIATE transactions: a brand is not locked while its spend is recorded, and "
                "of two writers at once one fails.",
                hint='Set DATABASES["default"]["OPTIONS"]["transaction_mode"] to "IMMEDIATE".',
                id="campaigns.E002",
            )
        )
    if not settings.USE_TZ:
        found.append(Error("USE_TZ is off: a spend would have no moment.", hint="Switch it on.", id="campaigns.E003"))
    return found


def check_clock(**_: Any) -> list[CheckMessage]:
    """Report a beat that skips hours, or does not know what to run."""
    found: list[CheckMessage] = []
    if getattr(settings, "CELERY_TIMEZONE", None) != "UTC":
        found.append(
            Error(
                "CELERY_TIMEZONE is not UTC: where clocks change, beat loses an hour of runs.",
                hint='Set it to "UTC". Brands keep their own time zones.',
                id="campaigns.E004",
            )
        )
    if not getattr(settings, "CELERY_BEAT_SCHEDULER", ""):
        found.append(
            checks.Warning(
                "No CELERY_BEAT_SCHEDULER is set: beat would run nothing, and campaigns would not come back.",
                hint="Set it to the scheduler that installs the schedule.",
                id="campaigns.W005",
            )
        )
    return found


def check_time_travel(**_: Any) -> list[CheckMessage]:
    """Report, of a deployment, that commands may write at a moment of anybody's choice."""
    if not settings.ALLOW_TIME_TRAVEL:
        return []
    return [
        checks.Warning(
            "ALLOW_TIME_TRAVEL is on: a command can start and stop campaigns as of another moment.",
            hint="Switch it off where money is real.",
            id="campaigns.W006",
        )
    ]


def check_webhooks(**_: Any) -> list[CheckMessage]:
    """Report, of a deployment, that whoever keeps endpoints can reach into its own network."""
    if not settings.WEBHOOK_ALLOW_PRIVATE:
        return []
    return [
        checks.Warning(
            "WEBHOOK_ALLOW_PRIVATE is on: whoever keeps endpoints can have messages posted inside the own network.",
            hint="Switch it off unless receivers are in there.",
            id="campaigns.W007",
        )
    ]


def check_front(**_: Any) -> list[CheckMessage]:
    """Report, of a deployment, that nobody who comes from elsewhere would see a page."""
    if not settings.SECURE_SSL_REDIRECT:
        return []
    found: list[CheckMessage] = []
    if THIS_MACHINE.issuperset(settings.ALLOWED_HOSTS):
        found.append(
            checks.Warning(
                "ALLOWED_HOSTS names this machine only: whoever comes from elsewhere is told that the request is bad.",
                hint="Set it to the name of the site, such as desk.example.com.",
                id="campaigns.W008",
            )
        )
    if not settings.TRUSTED_PROXIES:
        found.append(
            checks.Warning(
                "TRUSTED_PROXIES is empty: behind a proxy that ends TLS each page leads to itself, again and again.",
                hint="Set it to the proxy's address as the web server sees it: 127.0.0.1 for one on the same host.",
                id="campaigns.W009",
            )
        )
    return found


def _transaction_mode(database: dict[str, Any]) -> str:
    return str(database.get("OPTIONS", {}).get("transaction_mode") or "").upper()
