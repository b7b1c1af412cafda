"""`manage.py rebuild_totals`: put the totals to what the entries say."""

from __future__ import annotations

from datetime import datetime

from django.core.management.base import CommandParser

from campaigns.errors import Refusal
from campaigns.management.arguments import read_text
from campaigns.management.base import ACTOR, DeskCommand
from campaigns.management.receipts import change_facts, change_lines
from campaigns.management.refusals import Refused, one_line
from campaigns.management.totals import drift_facts, drift_line
from campaigns.queries import find_brand
from campaigns.services import rebuild_totals
from campaigns.services.passes import all_brands
from campaigns.services.totals import RebuildReport


class Command(DeskCommand):
    help = (
        "Puts every counter to the sum of its entries in the ledger, then starts and\n"
        "stops the campaigns that follow. It says what was repaired; the ledger itself\n"
        "is not touched. Running it while all is well changes nothing."
    )
    examples = ("rebuild_totals", "rebuild_totals --brand Acme")
    has_json = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--brand", type=read_text, metavar="NAME", help="only this brand (default: all)")

    def handle(self, *, brand: str | None, as_json: bool, now: datetime, **options: object) -> None:
        reports: list[RebuildReport] = []
        refused: list[str] = []
        for brand_id in all_brands() if brand is None else [find_brand(brand).pk]:
            try:
                reports.append(rebuild_totals(brand_id=brand_id, now=now, actor=ACTOR))
            except Refusal as refusal:
                # One brand that cannot be recounted must not keep the others from it.
                refused.append(one_line(refusal))
        self._tell(reports, as_json=as_json)
        if refused:
            raise Refused(f"Not recounted: {' '.join(refused)}")

    def _tell(self, reports: list[RebuildReport], *, as_json: bool) -> None:
        repaired = [drift for report in reports for drift in report.repaired]
        changes = [change for report in reports for change in report.changes]
        if as_json:
            facts = [drift_facts(drift) for drift in repaired]
            self.say_json({"brands": len(reports), "repaired": facts, "changes": change_facts(changes)})
            return
        brands = "1 brand" if len(reports) == 1 else f"{len(reports)} brands"
        counters = "1 counter" if len(repaired) == 1 else f"{len(repaired) or 'no'} counters"
        lines = [f"Recounted {brands}: {counters} repaired.", *(f"  {drift_line(drift)}" for drift in repaired)]
        self.say("\n".join([*lines, *change_lines(changes)]))
