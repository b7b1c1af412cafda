"""`manage.py reset_budgets`: start the count of a day or a month anew, now."""

from __future__ import annotations

from datetime import datetime

from django.core.management.base import CommandParser

from campaigns.management.arguments import read_text
from campaigns.management.base import ACTOR, DeskCommand
from campaigns.management.receipts import change_facts, change_lines
from campaigns.management.refusals import Refused, Usage
from campaigns.queries import find_brand, find_campaign
from campaigns.rules.periods import PeriodKind
from campaigns.services.passes import all_brands
from campaigns.services.resets import ResetReport, reset_brands, reset_campaign


class Command(DeskCommand):
    help = (
        "Starts today's count, or this month's, or both, anew from this moment: what was\n"
        "spent before no longer counts against the budget. The ledger keeps everything.\n"
        "Without --brand and --campaign: every brand with all its campaigns.\n"
        "The change of day and month needs no command: it happens at each brand's midnight."
    )
    examples = (
        "reset_budgets --daily",
        "reset_budgets --brand Acme --daily --monthly",
        'reset_budgets --campaign "Acme/Search" --monthly',
    )
    has_json = True

    def add_arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--brand", type=read_text, metavar="NAME", help="only this brand, with all its campaigns")
        which.add_argument(
            "--campaign", type=read_text, metavar="BRAND/CAMPAIGN", help="only this campaign; its brand's count goes on"
        )
        parser.add_argument("--daily", action="store_true", help="start today's count anew")
        parser.add_argument("--monthly", action="store_true", help="start this month's count anew")

    def handle(
        self,
        *,
        brand: str | None,
        campaign: str | None,
        daily: bool,
        monthly: bool,
        as_json: bool,
        now: datetime,
        **options: object,
    ) -> None:
        wanted = {PeriodKind.DAY: daily, PeriodKind.MONTH: monthly}
        kinds = [kind for kind, is_wanted in wanted.items() if is_wanted]
        if not kinds:
            raise Usage("say which count to start anew: --daily, --monthly or both")
        if campaign is not None:
            report = reset_campaign(campaign_id=find_campaign(campaign).pk, kinds=kinds, now=now, actor=ACTOR)
        else:
            brand_ids = all_brands() if brand is None else [find_brand(brand).pk]
            report = reset_brands(brand_ids=brand_ids, kinds=kinds, now=now, actor=ACTOR)
        self._tell(report, kinds, whole_brands=campaign is None, as_json=as_json)

    def _tell(self, report: ResetReport, kinds: list[PeriodKind], *, whole_brands: bool, as_json: bool) -> None:
        if as_json:
            self.say_json(
                {
                    "kinds": list(kinds),
                    "brands": list(report.brands),
                    "campaigns": report.campaigns,
                    "refused": list(report.refused),
                    "busy": list(report.busy),
                    "changes": change_facts(report.changes),
                }
            )
        else:
            self.say("\n".join([_summary(report, kinds, whole_brands=whole_brands), *change_lines(report.changes)]))
        left_out = []
        if report.refused:
            names = ", ".join(report.refused)
            left_out.append(f"Not reset, because their time zone cannot be read: {names}. Correct the zone first.")
        if report.busy:
            numbers = ", ".join(map(str, report.busy))
            left_out.append(f"Not reset, because somebody else was changing them: brands {numbers}. Reset them again.")
        if left_out:
            raise Refused(" ".join(left_out))


def _summary(report: ResetReport, kinds: list[PeriodKind], *, whole_brands: bool) -> str:
    words = " and ".join({PeriodKind.DAY: "Today's", PeriodKind.MONTH: "this month's"}[kind] for kind in kinds)
    campaigns = f"{report.campaigns} campaign{'' if report.campaigns == 1 else 's'}"
    brands = f"{len(report.brands)} brand{'' if len(report.brands) == 1 else 's'} and " if whole_brands else ""
    return f"{words[0].upper()}{words[1:]} count starts now for {brands}{campaigns}. The ledger keeps everything."
