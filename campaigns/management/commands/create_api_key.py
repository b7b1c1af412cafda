"""`manage.py create_api_key`: a key for a program, shown once."""

from __future__ import annotations

from datetime import datetime

from django.core.management.base import CommandParser

from campaigns.management.arguments import read_count, read_moment, read_text
from campaigns.management.base import ACTOR, DeskCommand
from campaigns.models import Scope
from campaigns.models.access import DEFAULT_REQUESTS_PER_MINUTE
from campaigns.queries import find_brand
from campaigns.services import create_api_key


class Command(DeskCommand):
    help = (
        "Makes a key for a program that uses the HTTP API, and shows it: this once, because\n"
        "only a hash of it is kept. A program may have two valid keys, so that the new one\n"
        "can be put in place before the old one is revoked."
    )
    examples = (
        "create_api_key google-sync --scope read --scope record --every-brand",
        'create_api_key acme-report --scope read --brand "Acme" --expires 2027-01-01T00:00:00Z',
    )
    has_json = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", type=read_text, metavar="CLIENT", help="the program that will use the key")
        parser.add_argument(
            *("--scope", "-s"),
            action="append",
            required=True,
            choices=[scope.value for scope in Scope],
            help="what it may do; several times for several",
        )
        whose = parser.add_mutually_exclusive_group(required=True)
        whose.add_argument("--every-brand", action="store_true", help="for all brands, later ones too")
        whose.add_argument(
            "--brand",
            action="append",
            type=read_text,
            metavar="BRAND",
            help="for this brand; several times for several",
        )
        parser.add_argument("--expires", type=read_moment, metavar="ISO", help="when, with an offset (default: never)")
        parser.add_argument(
            "--requests-per-minute",
            type=read_count,
            default=DEFAULT_REQUESTS_PER_MINUTE,
            metavar="N",
            help=f"more are answered with 429 (default: {DEFAULT_REQUESTS_PER_MINUTE})",
        )

    def handle(
        self,
        *,
        name: str,
        scope: list[str],
        every_brand: bool,
        brand: list[str] | None,
        expires: datetime | None,
        requests_per_minute: int,
        as_json: bool,
        now: datetime,
        **options: object,
    ) -> None:
        new = create_api_key(
            name=name,
            scopes=[Scope(one) for one in scope],
            every_brand=every_brand,
            brand_ids=[find_brand(one).pk for one in brand or ()],
            expires_at=expires,
            requests_per_minute=requests_per_minute,
            actor=ACTOR,
            now=now,
        )
        if as_json:
            self.say_json({"name": new.key.name, "prefix": new.key.prefix, "key": new.secret})
            return
        self.say(f"{new.secret}\n\nThis is the key of {new.key.name}. It is shown this once: put it in its place now.")
        self.say(f"Revoke it with: manage.py revoke_api_key {new.key.prefix}")
