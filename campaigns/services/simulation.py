"""Simulation: makes running campaigns spend a little, as platforms would report it. For demos and trials."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from campaigns.models import Campaign, StatusChange
from campaigns.rules.money import coin_decimals
from campaigns.services.spend import NewSpend, record_spends

_ONE_MINUTE = timedelta(minutes=1)
# A campaign without a daily budget spends as if it had this one.
_ASSUMED_DAILY_BUDGET = Decimal(500)
# Shares of the day's budget that a campaign spends in a minute: it is used up in about three hours.
_SHARE = (Decimal("0.001"), Decimal("0.010"))


@dataclass(frozen=True, slots=True)
class SimulationReport:
    """What a simulation did: how many entries over how much, across all currencies, and what stopped."""

    entries: int
    total: Decimal
    changes: tuple[StatusChange, ...]


def simulate_spend(*, now: datetime, minutes: int = 1, seed: int | None = None) -> SimulationReport:
    """Record a spend for each campaign that runs, once for each of the minutes that end at `now`.

    :param minutes: 1 or more.
    :param seed: the same seed gives the same amounts to the same campaigns.
    :raises Refusal: whatever `record_spends` refuses.
    """
    dice = random.Random(seed)  # noqa: S311 - play money, no secret
    count, total = 0, Decimal(0)
    changes: list[StatusChange] = []
    for minutes_ago in reversed(range(minutes)):
        spends = [
            NewSpend(
                campaign_id=campaign.pk,
                amount=_amount(campaign, dice),
                occurred_at=now - minutes_ago * _ONE_MINUTE,
                description="simulated",
                source="simulation",
            )
            for campaign in Campaign.objects.running().select_related("brand").order_by("pk")
        ]
        receipts = record_spends(spends=spends, now=now)
        count += len(receipts)
        total += sum((receipt.entry.amount for receipt in receipts), Decimal(0))
        seen: dict[int, StatusChange] = {change.pk: change for receipt in receipts for change in receipt.changes}
        changes += seen.values()
    return SimulationReport(count, total, tuple(changes))


def _amount(campaign: Campaign, dice: random.Random) -> Decimal:
    budget = campaign.daily_budget or campaign.brand.daily_budget or _ASSUMED_DAILY_BUDGET
    # In the smallest coins of the brand's currency: nobody is billed for half a yen.
    coins: int = 10 ** coin_decimals(campaign.brand.currency)
    low, high = (int(budget * share * coins) for share in _SHARE)
    return Decimal(max(1, dice.randint(low, max(low, high)))) / coins
