"""The services, as code of the project calls them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

from campaigns.errors import Refusal
from campaigns.rules.dayparting import Weekday, Window
from campaigns.services import (
    change_brand,
    change_campaign,
    correct_spend,
    record_reported_total,
    record_spend,
    reverse_spend,
    set_windows,
)
from tests.factories import NOON
from tests.matrix.desk import Desk
from tests.matrix.table import Denied, Subject


def take(desk: Desk, subject: Subject, value: object) -> None:
    """This will hand the value in.

    :raises Denied: as the service refuses it.
    """
    try:
        TAKES[subject](desk, value)
    except Refusal as refusal:
        raise Denied(refusal.code, str(refusal)) from refusal


def _spend(desk: Desk, **facts: Any) -> None:
    record_spend(**{"campaign_id": desk.search.pk, "amount": "12.50", "now": NOON, **facts})


def _full(desk: Desk, value: str) -> None:
    _spend(desk, amount=value)


def _moment(desk: Desk, value: str | None) -> None:
    _spend(desk, occurred_at=None if value is None else datetime.fromisoformat(value))


def _brand(desk: Desk, **facts: Any) -> None:
    change_brand(brand_id=desk.brand.pk, now=NOON, **facts)


def _flight(desk: Desk, value: tuple[str, str]) -> None:
    start, end = (date.fromisoformat(day) if day else None for day in value)
    change_campaign(campaign_id=desk.search.pk, start_date=start, end_date=end, now=NOON)


def _windows(desk: Desk, value: tuple[tuple[tuple[str, ...], str, str], ...]) -> None:
    windows = [
        Window(frozenset(Weekday[day.upper()] for day in days), time.fromisoformat(start), time.fromisoformat(end))
        for days, start, end in value
    ]
    set_windows(campaign_id=desk.search.pk, windows=windows, now=NOON)


TAKES: dict[Subject, Callable[[Desk, Any], object]] = {
    Subject.AMOUNT: lambda desk, value: _spend(desk, amount=value),
    Subject.FULL_COUNTER: _full,
    Subject.NEW_AMOUNT: lambda desk, value: correct_spend(entry_id=desk.entry.pk, new_amount=value, now=NOON),
    Subject.TOTAL: lambda desk, value: record_reported_total(
        campaign_id=desk.search.pk, source="platform", day=NOON.date(), total=value, now=NOON
    ),
    Subject.TOTAL_DAY: lambda desk, value: record_reported_total(
        campaign_id=desk.search.pk, source="platform", day=date.fromisoformat(value), total="12.50", now=NOON
    ),
    Subject.BUDGET: lambda desk, value: _brand(desk, daily_budget=value),
    Subject.MOMENT: _moment,
    Subject.REFERENCE: lambda desk, value: _spend(desk, reference=value),
    Subject.DESCRIPTION: lambda desk, value: _spend(desk, description=value),
    Subject.BRAND_NAME: lambda desk, value: _brand(desk, name=value),
    Subject.CAMPAIGN_NAME: lambda desk, value: change_campaign(campaign_id=desk.search.pk, name=value, now=NOON),
    Subject.ZONE: lambda desk, value: _brand(desk, time_zone=value),
    Subject.CURRENCY: lambda desk, value: _brand(desk, currency=value),
    Subject.FLIGHT: _flight,
    Subject.WINDOWS: _windows,
    Subject.CAMPAIGN_KEY: lambda desk, value: _spend(desk, campaign_id=value),
    Subject.ENTRY_KEY: lambda _desk, value: reverse_spend(entry_id=value, now=NOON),
}
