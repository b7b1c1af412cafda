"""`manage.py record_spend`: one spend, by hand."""

from __future__ import annotations

from datetime import datetime

from django.core.management.base import CommandParser

from campaigns.management.arguments import read_moment, read_text
from campaigns.management.base import ACTOR, DeskCommand
from campaigns.management.receipts import say_receipt
from campaigns.queries import find_campaign
from campaigns.services import record_spend

SOURCE = "command"


class Command(DeskCommand):
    help = (
        "Records what a campaign has spent, and says what follows: the new totals\n"
        "of today and this month, and which campaigns stopped, and why.\n"
        "A spend counts once, in the local day of its moment, also if it comes late."
    )
    examples = (
        'record_spend "Acme/Search" 12.50',
        'record_spend "Acme/Search" -3.00 --description "credit for invalid clicks"',
        'record_spend "Acme/Search" 80 --at 2026-11-19T18:30:00-05:00 --reference invoice-4711',
    )
    has_json = True
    door = "command"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("campaign", type=read_text, metavar="BRAND/CAMPAIGN", help="the campaign that spent")
        parser.add_argument("amount", metavar="AMOUNT", help="in the brand's currency; below zero: a credit")
        parser.add_argument("--at", type=read_moment, metavar="ISO", help="when, with an offset (default: now)")
        parser.add_argument(
            "--reference", default="", metavar="R", help="your own name for it: sent twice, it counts once"
        )
        parser.add_argument("--description", default="", metavar="T", help="a note for people")

    def handle(
        self,
        *,
        campaign: str,
        amount: str,
        at: datetime | None,
        reference: str,
        description: str,
        as_json: bool,
        now: datetime,
        **options: object,
    ) -> None:
        receipt = record_spend(
            campaign_id=find_campaign(campaign).pk,
            amount=amount,
            occurred_at=at,
            reference=reference,
            description=description,
            source=SOURCE,
            actor=ACTOR,
            now=now,
        )
        say_receipt(self, receipt, now=now, as_json=as_json)
