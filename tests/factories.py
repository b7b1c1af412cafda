"""Brands, campaigns and spends for tests: plain functions that go through the services, as every door does.

Whatever a test does not say is such that nothing holds a campaign: switched on, no budget, any hour. The brand's zone
is New York's, and the moment is `NOON`, a Friday there.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Unpack
from zoneinfo import ZoneInfo

from campaigns.models import Brand, Campaign, SpendLog
from campaigns.rules.dayparting import EVERY_DAY, Weekday, Window
from campaigns.services import create_brand, create_campaign, record_spend
from campaigns.services.brands import BrandFacts
from campaigns.services.campaigns import CampaignFacts

NEW_YORK = "America/New_York"
TICK = timedelta(microseconds=1)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def at(wall: str, zone: str = NEW_YORK) -> datetime:
    """Return the instant, in UTC, at which the zone's clocks (first) show `wall`, such as `2026-11-20 12:00`."""
    return datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


NOON = at("2026-11-20 12:00")
# The midnights around it, in the brand's zone.
THIS_MIDNIGHT = at("2026-11-20 00:00")
NEXT_MIDNIGHT = at("2026-11-21 00:00")
MONTH_START = at("2026-11-01 00:00")
NEXT_MONTH = at("2026-12-01 00:00")


def make_brand(*, now: datetime = NOON, **facts: Unpack[BrandFacts]) -> Brand:
    """Make a brand in New York, unless the facts say otherwise."""
    facts.setdefault("name", f"Brand {Brand.objects.count() + 1}")
    facts.setdefault("time_zone", NEW_YORK)
    return create_brand(now=now, **facts)


def make_campaign(brand: Brand | None = None, *, now: datetime = NOON, **facts: Unpack[CampaignFacts]) -> Campaign:
    """Make a campaign of the brand, or of one of its own."""
    facts.setdefault("name", f"Campaign {Campaign.objects.count() + 1}")
    return create_campaign(brand_id=(brand or make_brand(now=now)).pk, now=now, **facts)


def make_campaigns(count: int, brand: Brand | None = None, *, now: datetime = NOON) -> list[Campaign]:
    """Make several campaigns of one brand."""
    owner = brand or make_brand(now=now)
    return [make_campaign(owner, now=now) for _ in range(count)]


def spend(
    campaign: Campaign,
    amount: str | Decimal,
    *,
    now: datetime = NOON,
    occurred_at: datetime | None = None,
    source: str = "",
    reference: str = "",
) -> SpendLog:
    """Record a spend of the campaign, and return its entry."""
    receipt = record_spend(
        campaign_id=campaign.pk,
        amount=amount,
        now=now,
        occurred_at=occurred_at,
        source=source,
        reference=reference,
    )
    return receipt.entry


def hours(start: str, end: str, *weekdays: Weekday) -> Window:
    """Return the window from `start` to `end`, such as `08:00`, on the weekdays; without any: every day."""
    return Window(frozenset(weekdays) or EVERY_DAY, time.fromisoformat(start), time.fromisoformat(end))


def break_zone(brand: Brand) -> None:
    """Put a time zone on the brand's row that nobody can read, as only somebody around the services can."""
    Brand.objects.filter(pk=brand.pk).update(time_zone="Mars/Olympus")
