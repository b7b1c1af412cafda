"""`manage.py remove_demo`: the demo agency has done its work."""

from __future__ import annotations

from django.core.management.base import CommandParser

from campaigns.demo.removal import find_demo, remove_agency
from campaigns.management.base import ACTOR, DeskCommand


class Command(DeskCommand):
    help = (
        "Removes the demo agency: its brands with their campaigns, spend and history. It is\n"
        "play money, so it is erased. Brands that you renamed, or gave campaigns of your own,\n"
        "stay. Without --yes it only says what it would remove."
    )
    examples = ("remove_demo", "remove_demo --yes")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--yes", action="store_true", dest="is_sure", help="remove it")

    def handle(self, *, is_sure: bool, **options: object) -> None:
        found = find_demo()
        for name in found.kept:
            self.say(f"Stays, because it has campaigns that are not the demo's: {name}")
        if not found.brands:
            self.say("There is nothing of the demo agency to remove.")
            return
        names = ", ".join(brand.name for brand in found.brands)
        if not is_sure:
            self.say(f"Would be removed, with all their campaigns, spend and history: {names}")
            self.say("Nothing was removed: add --yes.")
            return
        report = remove_agency(brand_ids=[brand.pk for brand in found.brands], actor=ACTOR)
        self.say(
            f"Removed the demo agency: {len(report.brands)} brands, {report.campaigns} campaigns, "
            f"{report.entries} spend entries."
        )
