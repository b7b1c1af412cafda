"""`manage.py resend_webhooks`: send messages again that were given up."""

from __future__ import annotations

from datetime import datetime

from django.core.management.base import CommandParser

from campaigns.management.arguments import read_count, read_text
from campaigns.management.base import DeskCommand
from campaigns.management.refusals import Usage
from campaigns.queries import find_brand
from campaigns.services.webhooks import resend_dead


class Command(DeskCommand):
    help = (
        "Has messages to webhooks sent again that were given up after three days of\n"
        "failures: the dead letters. They go out within a minute, in their old order and\n"
        "with their old ids, ahead of what is newer of the same brand and endpoint.\n"
        "The admin lists them under Webhook deliveries."
    )
    examples = ("resend_webhooks --all", "resend_webhooks --brand Acme", "resend_webhooks --endpoint 3 --brand Acme")
    has_json = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", dest="is_all", help="every dead letter there is")
        parser.add_argument("--brand", type=read_text, metavar="NAME", help="only of this brand")
        parser.add_argument("--endpoint", type=read_count, metavar="NUMBER", help="only to this endpoint")

    def handle(
        self,
        *,
        is_all: bool,
        brand: str | None,
        endpoint: int | None,
        as_json: bool,
        now: datetime,
        **options: object,
    ) -> None:
        is_narrow = brand is not None or endpoint is not None
        if is_all is is_narrow:
            raise Usage("say which dead letters: --all, or --brand, --endpoint or both")
        brand_id = None if brand is None else find_brand(brand).pk
        count = resend_dead(endpoint_id=endpoint, brand_id=brand_id, now=now)
        if as_json:
            self.say_json({"resent": count})
        else:
            self.say(f"{count} dead letter{' goes' if count == 1 else 's go'} out again within a minute.")
