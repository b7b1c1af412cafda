"""The ledger: whether every counter agreed with its entries when they were last compared."""

from __future__ import annotations

from ad_system.signs.findings import Finding, Level, Part
from campaigns.models import LedgerDrift
from campaigns.queries.pulses import read_drifts
from campaigns.rules.money import format_amount


def look_at_ledger() -> Finding:
    """This will say whether counters differ from the ledger.

    :raises django.db.Error: if the database does not answer.
    """
    count, drifts = read_drifts()
    if not count:
        return Finding(Part.LEDGER, Level.OK, "Every counter agreed with the ledger when they were last compared.")
    differ = "1 counter differs" if count == 1 else f"{count} counters differ"
    details = [_sentence(drift) for drift in drifts]
    if count > len(drifts):
        details.append(f"and {count - len(drifts)} more")
    advice = "Run manage.py rebuild_totals: the entries are right, and the counters follow them."
    return Finding(Part.LEDGER, Level.ILL, f"{differ} from the ledger.", advice, tuple(details))


def _sentence(drift: LedgerDrift) -> str:
    counted, summed = (format_amount(amount, drift.brand.currency) for amount in (drift.counted, drift.in_ledger))
    return f"{drift.owner}, {drift.kind} since {drift.since.isoformat()}: counted {counted}, in the ledger {summed}"
