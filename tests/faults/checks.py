"""What has to be true of a desk's tables whatever died: asked of the database itself, around the system."""

from __future__ import annotations

from itertools import pairwise

from tests.faults.system import System

# A counter and the ledger's sum of its period, for each brand and campaign. The periods of these tests are the present
# ones, so they have no end yet.
_COUNTERS = """
    SELECT '{owner} ' || own.name, own.current_{word}_spend_micros, (
        SELECT CAST(coalesce(sum(entry.amount_micros), 0) AS bigint)
        FROM campaigns_spendlog entry JOIN campaigns_campaign campaign ON campaign.id = entry.campaign_id
        WHERE campaign.{key} = own.id AND entry.occurred_at >= own.{word}_since
    ) FROM campaigns_{owner} own
"""


def assert_counters_are_the_ledgers(system: System) -> None:
    """This will fail if a counter differs from the sum of its entries."""
    for owner, key in (("brand", "brand_id"), ("campaign", "id")):
        for word in ("daily", "monthly"):
            rows = system.query(_COUNTERS.format(owner=owner, key=key, word=word))
            assert [row for row in rows if row[1] != row[2]] == [], f"{word} counters and their ledger"


def assert_one_line_of_history_for_each_change(system: System) -> None:
    """This will fail if the history of a campaign tells the same twice, or ends with something else than its state."""
    told: dict[object, list[object]] = {}
    for campaign, is_active in system.query("SELECT campaign_id, is_active FROM campaigns_statuschange ORDER BY id"):
        told.setdefault(campaign, []).append(bool(is_active))
    states = system.query("SELECT id, is_active FROM campaigns_campaign")
    for campaign, is_active in states:
        changes = told.get(campaign, [bool(is_active)])
        assert all(first is not second for first, second in pairwise(changes)), f"campaign {campaign}: {changes}"
        assert changes[-1] is bool(is_active), f"campaign {campaign}: {changes}, but {is_active=}"


def assert_stopped_where_a_budget_is_used_up(system: System) -> None:
    """This will fail if a campaign of the desk runs over a budget, or stands still below it."""
    rows = system.query(
        "SELECT own.name, own.is_active, own.daily_budget_micros, own.current_daily_spend_micros, brand.name,"
        " brand.daily_budget_micros, brand.current_daily_spend_micros"
        " FROM campaigns_campaign own JOIN campaigns_brand brand ON brand.id = own.brand_id"
    )
    for name, is_active, own_budget, own_spent, brand, brand_budget, brand_spent in rows:
        limits = ((own_budget, own_spent), (brand_budget, brand_spent))
        is_used_up = any(budget is not None and int(spent or 0) >= int(budget) for budget, spent in limits)
        assert bool(is_active) is not is_used_up, f"{brand}/{name} {is_active=} {limits}"


def assert_all_is_well(system: System) -> None:
    """This will check counters, states and history."""
    assert_counters_are_the_ledgers(system)
    assert_stopped_where_a_budget_is_used_up(system)
    assert_one_line_of_history_for_each_change(system)
