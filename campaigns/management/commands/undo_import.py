"""`manage.py undo_import`: takes back everything that an import recorded."""

from __future__ import annotations

from datetime import datetime

from django.core.management.base import CommandParser

from campaigns.management.arguments import read_count
from campaigns.management.base import ACTOR, DeskCommand
from campaigns.management.commands.import_spend import RunningClock
from campaigns.management.receipts import change_facts, change_lines
from campaigns.rules.money import format_money
from campaigns.services.imports import undo_import


class Command(DeskCommand):
    """Undo an import."""

    help = (
        "Takes back everything that an import recorded, by reversals: new entries that name\n"
        "the ones they reverse. Campaigns that the import created stay. Undoing twice is\n"
        "undoing once, and the same file can be imported again afterwards.\n"
        "\n"
        "An import of day totals on which later ones build cannot be undone before them."
    )
    has_json = True
    examples = ("undo_import 12",)

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare which import."""
        parser.add_argument("number", type=read_count, metavar="N", help="the import's number, as import_spend said it")

    def handle(self, *, now: datetime, number: int, as_json: bool, **options: object) -> None:
        """Reverse its entries, and say how many."""
        report = undo_import(import_id=number, clock=RunningClock(now), actor=ACTOR)
        row = report.spend_import
        if as_json:
            self.say_json(
                {
                    "import": row.pk,
                    "reversals": report.reversals,
                    "taken_back": report.taken_back,
                    "changes": change_facts(report.changes),
                }
            )
            return
        if not report.reversals:
            self.say(f"Import {row.pk} ({row.file_name}) counts for nothing already: nothing was written.")
            return
        amount = format_money(report.taken_back, row.brand.currency)
        entries = "1 entry" if report.reversals == 1 else f"{report.reversals:,} entries"
        self.say(f"Import {row.pk} ({row.file_name}) undone: {entries} over {amount} reversed.")
        for line in change_lines(report.changes):
            self.say(line)
