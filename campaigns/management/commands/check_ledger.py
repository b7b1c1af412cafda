"""`manage.py check_ledger`: do the totals agree with the entries?"""

from __future__ import annotations

from campaigns.management.base import DeskCommand
from campaigns.management.refusals import Found
from campaigns.management.totals import drift_facts, drift_line
from campaigns.services import find_drift


class Command(DeskCommand):
    help = (
        "Compares every counter of brands and campaigns with the sum of its entries in\n"
        "the ledger. It changes nothing. Exit code 1: a counter differs, and is listed;\n"
        "rebuild_totals puts it right."
    )
    examples = ("check_ledger", "check_ledger --json")
    has_json = True
    has_now = False

    def handle(self, *, as_json: bool, **options: object) -> None:
        drifts = find_drift()
        if as_json:
            self.say_json({"drifts": [drift_facts(drift) for drift in drifts]})
        elif drifts:
            self.say("\n".join(drift_line(drift) for drift in drifts))
        else:
            self.say("Every counter agrees with the ledger.")
        if drifts:
            differ = "1 counter differs" if len(drifts) == 1 else f"{len(drifts)} counters differ"
            raise Found(f"{differ} from the ledger: run manage.py rebuild_totals.")
