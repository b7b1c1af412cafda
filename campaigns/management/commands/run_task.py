"""`manage.py run_task`: one of beat's tasks, now and here."""

from __future__ import annotations

from datetime import datetime

from django.core.management.base import CommandParser

from campaigns.management.base import DeskCommand
from campaigns.management.refusals import Found, Usage
from campaigns.tasks import RESETS, TASKS, run_here


class Command(DeskCommand):
    help = (
        "Runs one of the scheduled tasks once, now, in this process: no worker, no beat\n"
        "and no broker are needed. The result is the same as if beat had started it.\n"
        "Exit code 1: it found something wrong, or left a brand undone; the log says which."
    )
    examples = ("run_task enforce_budgets", "run_task reset_daily_spends", "run_task reset_daily_spends --manual")
    has_json = True
    has_logs = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", choices=TASKS, metavar="NAME", help=f"one of: {', '.join(TASKS)}")
        parser.add_argument(
            "--manual",
            action="store_true",
            help="of a reset: start every period now, as reset_budgets does, instead of only bringing forward "
            "what is behind its own midnight",
        )

    def handle(self, *, name: str, manual: bool, as_json: bool, now: datetime, **options: object) -> None:
        if manual and name not in RESETS:
            raise Usage(f"--manual is for resets only: {', '.join(RESETS)}")
        report = run_here(name, now=now, by_hand=manual)
        if as_json:
            self.say_json({"task": name, "result": report.text, "is_bad": report.is_bad})
        else:
            self.say(f"{name}: {report.text}")
        if report.is_bad:
            raise Found(f"{name} did not end well: {report.text}. The log above says why.")
