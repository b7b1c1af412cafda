"""What production refuses: settings that are safe on a laptop only, and secrets that everybody knows."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from ad_system.environment import Environment

SHORTEST_SECRET = 50
# As Django's own check asks for.
FEWEST_CHARACTERS = 5
# What stands in files of this project for everybody to read, and what people type who mean to change it later.
KNOWN_SECRETS = frozenset(
    {
        "at-least-fifty-characters-from-a-password-manager-or-openssl-rand",
        "only-for-trials",
        "ad_system",
        "changeme",
        "password",
        "postgres",
        "redis",
    }
)
KNOWN_BEGINNINGS = ("django-insecure-", "only-for-")


def refusals(environment: Environment) -> list[str]:
    """This will return a sentence for each setting with which production does not start."""
    return [*_laptop_settings(environment), *_open_hosts(environment), *_bad_secrets(environment)]


def _laptop_settings(environment: Environment) -> list[str]:
    found = [
        f"{name} is on: switch it off"
        for name, is_on in (
            ("DEBUG", environment.debug),
            ("ALLOW_TIME_TRAVEL", environment.allow_time_travel),
            ("WEBHOOK_ALLOW_HTTP", environment.webhook_allow_http),
        )
        if is_on
    ]
    if _is_sqlite(environment.database_url) and not environment.allow_sqlite:
        found.append("the database is SQLite: set DATABASE_URL to PostgreSQL, or ALLOW_SQLITE=1 if it is meant")
    return found


def _open_hosts(environment: Environment) -> list[str]:
    found = []
    if "*" in environment.allowed_hosts or not environment.allowed_hosts:
        found.append("ALLOWED_HOSTS is open: name the hosts of this site")
    if any(proxy.endswith("/0") for proxy in environment.trusted_proxies):
        found.append("TRUSTED_PROXIES names the whole world: name the proxies in front")
    return found


def _bad_secrets(environment: Environment) -> list[str]:
    found = []
    if len(environment.secret_key) < SHORTEST_SECRET:
        found.append(f"SECRET_KEY is missing or short: set one of {SHORTEST_SECRET} characters or more")
    keys = {"SECRET_KEY": [environment.secret_key], "SECRET_KEY_FALLBACKS": environment.secret_key_fallbacks}
    passwords = {
        "DATABASE_PASSWORD": [environment.database_password, _password_in(environment.database_url)],
        "CELERY_BROKER_PASSWORD": [environment.celery_broker_password, _password_in(environment.celery_broker_url)],
        "FLOWER_PASSWORD": [environment.flower_password],
        "METRICS_TOKEN": [environment.metrics_token],
    }
    found += [f"{name} is one that others know: make a new one" for name, values in keys.items() if _any_weak(values)]
    return found + [
        f"{name} is one that others know: make a new one"
        for name, values in passwords.items()
        if any(_is_known(value) for value in values)
    ]


def _any_weak(keys: list[str]) -> bool:
    return any(key and (_is_known(key) or len(set(key)) < FEWEST_CHARACTERS) for key in keys)


def _is_known(secret: str) -> bool:
    return secret in KNOWN_SECRETS or secret.startswith(KNOWN_BEGINNINGS)


def _is_sqlite(url: str) -> bool:
    return not url or url.startswith(("sqlite:", "spatialite:"))


def _password_in(url: str) -> str:
    return unquote(urlsplit(url).password or "")
