"""`manage.py explain`: why a campaign runs or not, and what changes next."""

from __future__ import annotations

from datetime import datetime

from django.core.management.base import CommandParser

from campaigns import queries
from campaigns.management.arguments import read_text
from campaigns.management.base import DeskCommand, Json
from campaigns.queries import Explanation, find_campaign


class Command(DeskCommand):
    help = (
        "Says why a campaign runs or not: everything that holds it, its budgets and\n"
        "its brand's with their numbers, and what time alone changes next, and when."
    )
    examples = ('explain "Acme/Search"', 'explain "Acme/Search" --json')
    has_json = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("campaign", type=read_text, metavar="BRAND/CAMPAIGN", help="the campaign")

    def handle(self, *, campaign: str, as_json: bool, now: datetime, **options: object) -> None:
        explanation = queries.explain(campaign_id=find_campaign(campaign).pk, now=now)
        if as_json:
            self.say_json(_facts(explanation))
        else:
            self.say("\n".join(_lines(explanation)))


def _lines(explanation: Explanation) -> list[str]:
    lines = [f"{explanation.brand}/{explanation.campaign}: {explanation.status}", explanation.headline]
    if len(explanation.holds) > 1:
        lines += ["Everything that holds it:", *(f"  {hold}" for hold in explanation.holds)]
    lines += ["Budgets:", *(f"  {line}" for line in explanation.budgets)]
    lines.append(f"Next: {explanation.next_change or 'time alone changes nothing.'}")
    if not explanation.is_settled:
        stored = "still runs" if not explanation.is_running else "does not run yet"
        lines.append(f"As stored it {stored}: the next pass, within a minute, brings it in line.")
    return lines


def _facts(explanation: Explanation) -> Json:
    return {
        "brand": explanation.brand,
        "campaign": explanation.campaign,
        "status": explanation.status,
        "is_running": explanation.is_running,
        "is_settled": explanation.is_settled,
        "headline": explanation.headline,
        "blockers": list(explanation.verdict.blockers),
        "holds": list(explanation.holds),
        "budgets": list(explanation.budgets),
        "next_change": explanation.next_change,
        "next_change_at": explanation.next_change_at,
    }
