"""Brands: made, changed, switched on and off. Every change of a fact is followed by its verdicts, at once."""

from __future__ import annotations

from datetime import datetime
from typing import Unpack

from django.db import IntegrityError

from campaigns.errors import NameTaken, StillHasSpend
from campaigns.facts import readable_zone
from campaigns.models import Act, Brand
from campaigns.rules.periods import current_periods, find_zone
from campaigns.rules.texts import parse_currency, parse_name
from campaigns.services import audit, periods
from campaigns.services.budgets import BudgetFacts, cause_of, put_budgets
from campaigns.services.database import writing
from campaigns.services.locks import lock_brand


class BrandFacts(BudgetFacts, total=False):
    """What a person decides about a brand; what is left out stays as it is."""

    name: str
    time_zone: str
    currency: str
    is_enabled: bool


def create_brand(*, now: datetime, actor: str = "", **facts: Unpack[BrandFacts]) -> Brand:
    """Create a brand; its first day and month are those that contain `now`.

    :raises Refusal: InvalidText, InvalidAmount, InvalidTimeZone or NameTaken; nothing is written.
    """
    brand = Brand(name=parse_name(facts.get("name", "")))
    _set(brand, facts)
    today = current_periods(now, brand.zone)
    brand.daily_since, brand.monthly_since = today.day.start, today.month.start
    with writing():
        _save(brand, None)
        audit.note(row=brand, act=Act.CREATED, after=audit.facts_now(brand, list(facts)), now=now, actor=actor)
    return brand


def change_brand(*, brand_id: int, now: datetime, actor: str = "", **changes: Unpack[BrandFacts]) -> Brand:
    """Change what is given, and nothing else; then start and stop what follows from it, in the same transaction.

    A new time zone moves no past entry; the current day and month are recounted for it.

    :raises Refusal: NotFound, InvalidText, InvalidAmount, InvalidTimeZone or NameTaken; nothing is written.
    """
    with writing():
        brand = lock_brand(brand_id)
        campaigns = periods.campaigns_of(brand)
        before = audit.facts_now(brand, list(changes))
        zone_before = brand.time_zone
        if changes.get("time_zone", zone_before) != zone_before and readable_zone(brand):
            # What the old zone's midnight began stays begun, whether or not a reset came by since.
            periods.roll(brand=brand, campaigns=campaigns, now=now)
        _set(brand, changes)
        if changes:
            _save(brand, list(changes))
            after = audit.facts_now(brand, list(changes))
            audit.note(row=brand, act=Act.CHANGED, before=before, after=after, now=now, actor=actor)
        if brand.time_zone != zone_before:
            periods.move_to_zone(brand=brand, campaigns=campaigns, zone=brand.zone, now=now)
        periods.settle(brand=brand, campaigns=campaigns, now=now, cause=cause_of(changes), actor=actor)
    return brand


def delete_brand(*, brand_id: int) -> None:
    """Delete a brand that has no campaign.

    :raises StillHasSpend: if it has one; switch the brand off instead.
    :raises NotFound: if there is no such brand.
    """
    with writing():
        brand = lock_brand(brand_id)
        if brand.campaigns.exists():
            raise StillHasSpend(f"{brand} has campaigns, so it cannot be deleted: switch it off instead.")
        brand.delete()


def _set(brand: Brand, facts: BrandFacts) -> None:
    put_budgets(brand, facts)
    if "name" in facts:
        brand.name = parse_name(facts["name"])
    if "time_zone" in facts:
        brand.time_zone = find_zone(facts["time_zone"]).key
    if "currency" in facts:
        brand.currency = parse_currency(facts["currency"])
    if "is_enabled" in facts:
        brand.is_enabled = facts["is_enabled"]


def _save(brand: Brand, update_fields: list[str] | None) -> None:
    try:
        with writing():
            brand.save(update_fields=update_fields)
    except IntegrityError as conflict:
        if Brand.objects.filter(name=brand.name).exclude(pk=brand.pk).exists():
            raise NameTaken(f"There is another brand called {brand.name!r}.") from conflict
        raise
