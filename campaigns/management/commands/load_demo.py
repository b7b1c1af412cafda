"""`manage.py load_demo`: something to look at."""

from __future__ import annotations

from datetime import datetime

from campaigns.demo import load_agency
from campaigns.management.base import DeskCommand
from campaigns.services.people import create_groups


class Command(DeskCommand):
    help = (
        "Fills an empty database with a demo agency: brands in eight time zones, about\n"
        "20 campaigns in every state, and two weeks of spend up to this moment.\n"
        "Where there is a brand already, it does nothing."
    )
    examples = ("load_demo",)

    def handle(self, *, now: datetime, **options: object) -> None:
        report = load_agency(now=now)
        if report is None:
            self.say("There are brands already, so the demo agency was not loaded.")
            return
        create_groups()
        self.say(
            f"Loaded a demo agency: {report.brands} brands, {report.campaigns} campaigns ({report.running} running), "
            f"{report.entries} spend entries of {report.days} days."
        )
        self.say(f'See a budget stop a campaign: manage.py record_spend "{report.campaign}" {report.amount:.2f}')
