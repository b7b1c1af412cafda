"""What a person reads after a spend or a correction: what was written, the new totals, what stopped and by what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal

from campaigns import queries
from campaigns.facts import budget_uses
from campaigns.management.base import DeskCommand, Json
from campaigns.models import Brand, Campaign, SpendLog, StatusChange
from campaigns.queries.explain import describe_moment
from campaigns.rules.budgets import BudgetUse, BudgetUses
from campaigns.rules.money import format_amount, format_money, from_micros, to_micros
from campaigns.rules.periods import local_day
from campaigns.services import SpendReceipt


def say_receipt(command: DeskCommand, receipt: SpendReceipt, *, now: datetime, as_json: bool) -> None:
    """Print what became of a spend or of a correction."""
    if as_json:
        command.say_json(_receipt_facts(receipt, now))
    else:
        command.say("\n".join(_receipt_lines(receipt, now)))


def change_lines(changes: Iterable[StatusChange]) -> Iterator[str]:
    """Yield one line for each start and stop: of which campaign, and by what."""
    for change in changes:
        path = f"{change.campaign.brand.name}/{change.campaign.name}"
        if change.is_active:
            yield f"  Started: {path}"
        else:
            yield f"  Stopped: {path}, by {', '.join(change.reasons)}{_numbers(change)}"


def change_facts(changes: Iterable[StatusChange]) -> list[Json]:
    """Return starts and stops as facts."""
    return [
        {
            "brand": change.campaign.brand.name,
            "campaign": change.campaign.name,
            "is_active": change.is_active,
            "blockers": list(change.blockers),
            "spent": money_fact(change.spent),
            "limit": money_fact(change.limit),
        }
        for change in changes
    ]


def uses_facts(uses: BudgetUses) -> dict[str, Json]:
    """Return the use of both budgets as facts."""
    return {"today": _use_facts(uses.day), "this_month": _use_facts(uses.month)}


def money_fact(amount: Decimal | None) -> str | None:
    """Return an amount as text, which no program rounds: with 2 decimals, or more where there are any."""
    return None if amount is None else f"{from_micros(to_micros(amount)):f}"


def _use_facts(use: BudgetUse) -> Json:
    return {
        "spent": money_fact(use.spent),
        "limit": money_fact(use.limit),
        "remaining": money_fact(use.remaining),
        "used_percent": use.used_percent,
    }


def _receipt_lines(receipt: SpendReceipt, now: datetime) -> Iterator[str]:
    brand, campaign = receipt.brand, receipt.campaign
    explanation = queries.explain(campaign_id=campaign.pk, now=now)
    yield _entry_line(receipt)
    yield from (f"  {line}" for line in explanation.budgets)
    if receipt.entry.local_day != local_day(now, brand.zone):
        yield f"  It counts on {receipt.entry.local_day}, its own day in {brand.time_zone}."
    if receipt.was_paused and _is_new_spend(receipt):
        yield f"  {campaign.name} was not running when this came in: it counts all the same."
    yield from change_lines(receipt.changes)
    if not receipt.changes:
        yield f"  {explanation.headline}"


def _is_new_spend(receipt: SpendReceipt) -> bool:
    return not receipt.is_replay and receipt.entry.corrects_id is None and receipt.entry.amount > 0


def _entry_line(receipt: SpendReceipt) -> str:
    entry, brand = receipt.entry, receipt.brand
    amount = format_money(entry.amount, brand.currency)
    moment = describe_moment(entry.occurred_at, brand.zone)
    if receipt.is_replay:
        return f"Entry {entry.pk} says that already ({amount}, {moment}): nothing was added."
    path = f"{brand.name}/{receipt.campaign.name}"
    if entry.corrects_id is not None:
        return f"Entry {entry.pk} corrects entry {entry.corrects_id} by {amount}: {path}, {moment}."
    return f"Entry {entry.pk}: {amount} for {path}, {moment}."


def _numbers(change: StatusChange) -> str:
    if change.limit is None or change.spent is None:
        return ""
    currency = change.campaign.brand.currency
    return f" ({format_amount(change.spent, currency)} of {format_money(change.limit, currency)} spent)"


def _receipt_facts(receipt: SpendReceipt, now: datetime) -> Json:
    brand, campaign = receipt.brand, receipt.campaign
    return {
        "entry": _entry_facts(receipt.entry),
        "is_replay": receipt.is_replay,
        "was_paused": receipt.was_paused,
        "brand": {"name": brand.name, "currency": brand.currency, **_totals(brand, brand, now)},
        "campaign": {
            "name": campaign.name,
            "status": campaign.status,
            "headline": campaign.headline,
            **_totals(campaign, brand, now),
        },
        "changes": change_facts(receipt.changes),
    }


def _entry_facts(entry: SpendLog) -> Json:
    return {
        "number": entry.pk,
        "amount": money_fact(entry.amount),
        "occurred_at": entry.occurred_at,
        "local_day": entry.local_day,
        "reference": entry.reference,
        "corrects": entry.corrects_id,
    }


def _totals(row: Brand | Campaign, brand: Brand, now: datetime) -> dict[str, Json]:
    return uses_facts(budget_uses(row, brand.zone, now))
