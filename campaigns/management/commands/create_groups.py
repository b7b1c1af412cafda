"""`manage.py create_groups`: groups of people that are ready to use."""

from __future__ import annotations

from django.core.management.base import CommandParser

from campaigns.management.base import DeskCommand
from campaigns.services.people import create_groups


class Command(DeskCommand):
    help = (
        "Makes the groups Account manager, Analyst (read-only) and Administrator, with what\n"
        "each may do. A group that is there stays as people have it, unless --reset is given."
    )
    examples = ("create_groups", "create_groups --reset")
    has_now = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--reset", action="store_true", help="put groups that are there back to what they began as")

    def handle(self, *, reset: bool, **options: object) -> None:
        report = create_groups(resets=reset)
        for words, names in (
            ("Made", report.made),
            ("Put back to what it began as", report.reset),
            ("Left as it is", report.kept),
        ):
            for name in names:
                self.say(f"{words}: {name}")
