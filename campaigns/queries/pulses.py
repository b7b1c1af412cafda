"""Pulses and drifts: what the health pages know of the passes and of the ledger."""

from __future__ import annotations

from collections.abc import Mapping

from campaigns.models import LedgerDrift, Pulse

# A page names so many drifts, and counts the rest.
NAMED_DRIFTS = 20


def read_pulses() -> Mapping[str, Pulse]:
    """Return the last run of every task that has ever run, by its name."""
    return {pulse.name: pulse for pulse in Pulse.objects.all()}


def read_drifts() -> tuple[int, list[LedgerDrift]]:
    """Return how many counters differed when the ledger was last checked, and the first of them."""
    drifts = LedgerDrift.objects.select_related("brand")
    named = list(drifts[: NAMED_DRIFTS + 1])
    return (len(named), named) if len(named) <= NAMED_DRIFTS else (drifts.count(), named[:NAMED_DRIFTS])
