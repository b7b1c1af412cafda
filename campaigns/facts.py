"""From rows to the facts that the rules decide on. Services and queries both read here, so both see the same."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from campaigns.errors import InvalidTimeZone
from campaigns.models import Brand, Campaign
from campaigns.rules.budgets import BudgetUse, BudgetUses
from campaigns.rules.dayparting import Window
from campaigns.rules.delivery import Facts
from campaigns.rules.periods import current_periods, find_zone


def facts_of(campaign: Campaign, brand: Brand, now: datetime) -> Facts:
    """Return what decides about the campaign at `now`.

    :param campaign: loaded with `.with_windows()`, or its schedule costs two more queries.
    """
    zone = readable_zone(brand)
    return Facts(
        zone=zone,
        is_brand_enabled=brand.is_enabled,
        is_campaign_enabled=campaign.is_enabled,
        brand=budget_uses(brand, zone, now),
        campaign=budget_uses(campaign, zone, now),
        start_date=campaign.start_date,
        end_date=campaign.end_date,
        windows=windows_of(campaign),
    )


def readable_zone(brand: Brand) -> ZoneInfo | None:
    """Return the brand's time zone, or None if its column holds none."""
    return _find_zone(brand.time_zone)


def zones_in_use() -> list[tuple[str, ZoneInfo | None]]:
    """Return the time zones that brands have, by name; None for one that cannot be read. One query."""
    names = Brand.objects.order_by("time_zone").values_list("time_zone", flat=True).distinct()
    return [(name, _find_zone(name)) for name in names]


def budget_uses(row: Brand | Campaign, zone: ZoneInfo | None, now: datetime) -> BudgetUses:
    """Return the use of the row's budgets in the periods that contain `now`; without a zone, nothing is known spent."""
    if zone is None:
        nothing = Decimal(0)
        return BudgetUses(day=BudgetUse(row.daily_budget, nothing), month=BudgetUse(row.monthly_budget, nothing))
    return row.budget_uses(current_periods(now, zone))


def windows_of(campaign: Campaign) -> tuple[Window, ...] | None:
    """Return the campaign's windows; None where no schedule is in force, so that it may run at any hour."""
    schedule = getattr(campaign, "schedule", None)
    if schedule is None or not schedule.is_enabled:
        return None
    return tuple(row.window for row in schedule.windows.all())


def _find_zone(name: str) -> ZoneInfo | None:
    try:
        return find_zone(name)
    except InvalidTimeZone:
        return None
