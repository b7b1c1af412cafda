"""`manage.py correct_spend`: an entry that should have had another amount."""

from __future__ import annotations

from datetime import datetime

from django.core.management.base import CommandParser

from campaigns.management.arguments import read_count
from campaigns.management.base import ACTOR, DeskCommand
from campaigns.management.receipts import say_receipt
from campaigns.services import correct_spend


class Command(DeskCommand):
    help = (
        "Makes an entry count for another amount. Nothing is erased: a new entry over\n"
        "the difference is written, and counts in the day and the month of the first."
    )
    examples = (
        "correct_spend 1204 95.00",
        'correct_spend 1204 0 --description "booked on the wrong campaign"',
    )
    has_json = True
    door = "command"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("entry", type=read_count, metavar="ENTRY", help="the number of the entry")
        parser.add_argument("new_amount", metavar="NEW_AMOUNT", help="what it should count for; 0: for nothing")
        parser.add_argument("--description", default="", metavar="T", help="the reason, for people")

    def handle(
        self, *, entry: int, new_amount: str, description: str, as_json: bool, now: datetime, **options: object
    ) -> None:
        receipt = correct_spend(entry_id=entry, new_amount=new_amount, description=description, actor=ACTOR, now=now)
        say_receipt(self, receipt, now=now, as_json=as_json)
