"""How a counter that differs from the ledger is shown."""

from __future__ import annotations

from campaigns.management.base import Json
from campaigns.management.receipts import money_fact
from campaigns.rules.money import format_amount
from campaigns.services.totals import Drift


def drift_line(drift: Drift) -> str:
    """Return a line for people: whose counter, and both sums."""
    return (
        f"{drift.owner}: the counter of the {drift.kind} since {drift.since.isoformat()} says "
        f"{format_amount(drift.counted, drift.currency)}, the ledger {format_amount(drift.in_ledger, drift.currency)}."
    )


def drift_facts(drift: Drift) -> Json:
    """Return the same as facts."""
    return {
        "brand": drift.brand,
        "campaign": drift.campaign,
        "period": drift.kind,
        "since": drift.since,
        "counted": money_fact(drift.counted),
        "in_ledger": money_fact(drift.in_ledger),
    }
