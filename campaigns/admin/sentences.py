"""What the desk says after spend was written: the new totals, and what stopped or started, and by what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from campaigns.admin.choices import campaign_path
from campaigns.facts import budget_uses, readable_zone
from campaigns.models import Brand, Campaign, StatusChange
from campaigns.rules.budgets import BudgetUse
from campaigns.rules.money import format_amount, format_money
from campaigns.services import SpendReceipt

NAMED_CAMPAIGNS = 8


def of_new_spend(receipt: SpendReceipt) -> str:
    """Say what became of a spend that a person entered."""
    if receipt.is_replay:
        return f"This spend was recorded before, as {receipt.entry}: nothing was written."
    paused = " It was not running when this came in; the spend counts all the same." if receipt.was_paused else ""
    return f"Recorded {_money(receipt)} for {campaign_path(receipt.campaign)}, as {receipt.entry}.{paused}"


def of_correction(receipt: SpendReceipt) -> str:
    """Say what became of a correction."""
    if receipt.is_replay:
        return f"{receipt.entry} counts for that amount already: nothing was written.".capitalize()
    return f"Wrote a correction of {_money(receipt)}, as {receipt.entry}; {receipt.entry.corrects} stays as it is."


def of_reversal(receipt: SpendReceipt) -> str:
    """Say what became of a reversal."""
    original = receipt.entry.corrects
    return f"Wrote a reversal of {_money(receipt)}, as {receipt.entry}; {original} stays, and counts for nothing now."


def of_totals(receipt: SpendReceipt, now: datetime) -> str:
    """Say what the campaign and its brand have spent by now."""
    zone, currency = readable_zone(receipt.brand), receipt.brand.currency
    rows: tuple[Campaign, Brand] = (receipt.campaign, receipt.brand)
    parts = []
    for row in rows:
        uses = budget_uses(row, zone, now)
        parts.append(f"{row}: {_use(uses.day, currency)} today, {_use(uses.month, currency)} this month.")
    return " ".join(parts)


def of_changes(changes: Sequence[StatusChange]) -> str:
    """Say what stopped, by what, and what started."""
    stopped = [f"{change.campaign} ({change.reasons[0]})" for change in changes if not change.is_active]
    started = [str(change.campaign) for change in changes if change.is_active]
    parts = [f"{word}: {_named(names)}." for word, names in (("Stopped", stopped), ("Started", started)) if names]
    return " ".join(parts) or "Nothing stopped or started."


def _named(names: Sequence[str]) -> str:
    more = len(names) - NAMED_CAMPAIGNS
    return ", ".join(names[:NAMED_CAMPAIGNS]) + (f" and {more} more" if more > 0 else "")


def _money(receipt: SpendReceipt) -> str:
    return format_money(receipt.entry.amount, receipt.brand.currency)


def _use(use: BudgetUse, currency: str) -> str:
    limit = "" if use.limit is None else f" of {format_amount(use.limit, currency)}"
    return f"{format_money(use.spent, currency)}{limit}"
