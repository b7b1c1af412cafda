"""`manage.py revoke_api_key`: a key that shall open nothing any more."""

from __future__ import annotations

from datetime import datetime

from django.core.management.base import CommandParser

from campaigns.management.arguments import read_text
from campaigns.management.base import ACTOR, DeskCommand
from campaigns.services import revoke_api_key


class Command(DeskCommand):
    help = "Revokes a key of the HTTP API: from its next request on it opens nothing. This cannot be undone."
    examples = ("revoke_api_key 3f9a01bc",)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("prefix", type=read_text, metavar="PREFIX", help="as list_api_keys shows it")

    def handle(self, *, prefix: str, now: datetime, **options: object) -> None:
        key = revoke_api_key(prefix=prefix, actor=ACTOR, now=now)
        self.say(f"Key {key.prefix} of {key.name} is revoked.")
