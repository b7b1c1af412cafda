"""`manage.py list_api_keys`: who has keys, for what, and whether they still open anything."""

from __future__ import annotations

from datetime import datetime

from rich.table import Table

from campaigns.management.base import DeskCommand, Json
from campaigns.models import ApiKey


class Command(DeskCommand):
    help = "Lists the keys of the HTTP API. Secrets are not among what is kept, so they are not shown."
    examples = ("list_api_keys", "list_api_keys --json")
    has_json = True

    def handle(self, *, as_json: bool, now: datetime, **options: object) -> None:
        keys = list(ApiKey.objects.prefetch_related("brands"))
        if as_json:
            self.say_json([_facts(key, now) for key in keys])
        elif keys:
            self.say_table(_table(keys, now))
        else:
            self.say("There is no key yet: create_api_key makes one.")


def _table(keys: list[ApiKey], now: datetime) -> Table:
    table = Table("client", "prefix", "state", "scopes", "brands", "last used", "expires")
    for key in keys:
        table.add_row(
            key.name,
            key.prefix,
            key.state(now),
            ", ".join(sorted(key.scopes)),
            "every brand" if key.every_brand else ", ".join(brand.name for brand in key.brands.all()),
            _moment(key.last_used_at),
            _moment(key.expires_at),
        )
    return table


def _moment(moment: datetime | None) -> str:
    return "never" if moment is None else f"{moment:%Y-%m-%d %H:%M} UTC"


def _facts(key: ApiKey, now: datetime) -> Json:
    return {
        "name": key.name,
        "prefix": key.prefix,
        "state": key.state(now),
        "scopes": sorted(key.scopes),
        "brands": None if key.every_brand else [brand.name for brand in key.brands.all()],
        "requests_per_minute": key.requests_per_minute,
        "created_at": key.created_at,
        "last_used_at": key.last_used_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
    }
