"""`manage.py simulate_spend`: play money, so that a trial moves."""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import datetime

from django.core.management.base import CommandParser

from campaigns.management.arguments import read_count
from campaigns.management.base import DeskCommand
from campaigns.management.receipts import change_facts, change_lines
from campaigns.services.simulation import simulate_spend

MINUTES_A_DAY = 24 * 60


class Command(DeskCommand):
    help = (
        "Makes every running campaign spend a little, as if some minutes had passed:\n"
        "for demos and trials. The entries are real ones, with the source 'simulation'."
    )
    examples = ("simulate_spend", "simulate_spend --minutes 60 --seed 7")
    has_json = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--minutes", type=_read_minutes, default=1, metavar="N", help="minutes up to now (default: %(default)s)"
        )
        parser.add_argument("--seed", type=read_count, metavar="S", help="the same seed makes the same amounts")

    def handle(self, *, minutes: int, seed: int | None, as_json: bool, now: datetime, **options: object) -> None:
        report = simulate_spend(now=now, minutes=minutes, seed=seed)
        if as_json:
            self.say_json({"entries": report.entries, "changes": change_facts(report.changes)})
            return
        entries = "1 entry" if report.entries == 1 else f"{report.entries} entries"
        self.say("\n".join([f"Simulated {entries}.", *change_lines(report.changes)]))


def _read_minutes(text: str) -> int:
    minutes = read_count(text)
    if not 1 <= minutes <= MINUTES_A_DAY:
        raise ArgumentTypeError(f"{minutes} is out of range: use 1 to {MINUTES_A_DAY} minutes")
    return minutes
