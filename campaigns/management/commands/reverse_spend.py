"""`manage.py reverse_spend`: an entry that should not be there."""

from __future__ import annotations

from datetime import datetime

from django.core.management.base import CommandParser

from campaigns.management.arguments import read_count
from campaigns.management.base import ACTOR, DeskCommand
from campaigns.management.receipts import say_receipt
from campaigns.services import reverse_spend


class Command(DeskCommand):
    help = (
        "Takes back what an entry still counts for. Nothing is erased: a new entry with\n"
        "the opposite amount is written, and counts in the day and the month of the first."
    )
    examples = (
        "reverse_spend 1204",
        'reverse_spend 1204 --description "recorded twice"',
    )
    has_json = True
    door = "command"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("entry", type=read_count, metavar="ENTRY", help="the number of the entry")
        parser.add_argument("--description", default="", metavar="T", help="the reason, for people")

    def handle(self, *, entry: int, description: str, as_json: bool, now: datetime, **options: object) -> None:
        receipt = reverse_spend(entry_id=entry, description=description, actor=ACTOR, now=now)
        say_receipt(self, receipt, now=now, as_json=as_json)
