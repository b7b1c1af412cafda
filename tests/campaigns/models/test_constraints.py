"""What one row can state, the database itself enforces, by a constraint with a name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from campaigns.models import Brand, Campaign, DaypartingSchedule, DaypartingWindow, SpendLog
from tests.factories import NOON, hours, make_brand, make_campaign, spend

pytestmark = pytest.mark.django_db


def set_on_brand(**columns: object) -> Callable[[], object]:
    return lambda: Brand.objects.update(**columns)


def set_on_campaign(**columns: object) -> Callable[[], object]:
    return lambda: Campaign.objects.filter(name="Search").update(**columns)


def second_entry(**columns: object) -> Callable[[], object]:
    facts = {"occurred_at": NOON, "recorded_at": NOON, "local_day": date(2026, 11, 20), **columns}
    return lambda: SpendLog.objects.append([SpendLog(campaign=Campaign.objects.get(name="Search"), **facts)])


VIOLATIONS: list[tuple[str, Callable[[], object]]] = [
    ("brand_daily_budget_not_negative", set_on_brand(daily_budget=Decimal("-0.000001"))),
    ("brand_monthly_budget_not_negative", set_on_brand(monthly_budget=Decimal(-1))),
    ("brand_name_not_empty", set_on_brand(name="")),
    ("campaign_daily_budget_not_negative", set_on_campaign(daily_budget=Decimal(-1))),
    ("campaign_monthly_budget_not_negative", set_on_campaign(monthly_budget=Decimal(-1))),
    ("campaign_name_not_empty", set_on_campaign(name="")),
    ("campaign_name_unique_in_brand", set_on_campaign(name="Social")),
    ("campaign_external_id_unique_in_brand", set_on_campaign(external_id="s-1")),
    ("campaign_active_only_if_enabled", set_on_campaign(is_enabled=False)),
    ("campaign_active_only_if_not_held", set_on_campaign(paused_because="brand_day")),
    ("campaign_flight_in_order", set_on_campaign(start_date=date(2026, 1, 2), end_date=date(2026, 1, 1))),
    ("window_has_weekdays", lambda: DaypartingWindow.objects.update(weekday_bits=0)),
    ("window_has_weekdays", lambda: DaypartingWindow.objects.update(weekday_bits=128)),
    ("spend_amount_not_zero", second_entry(amount=Decimal(0))),
    ("spend_reference_unique_in_campaign", second_entry(amount=Decimal(2), reference="r")),
]


@pytest.mark.parametrize(("name", "violate"), VIOLATIONS)
def test_database_refuses_what_a_row_may_not_say(name: str, violate: Callable[[], object]) -> None:
    brand = make_brand()
    campaign = make_campaign(brand, name="Search", windows=[hours("00:00", "00:00")])
    make_campaign(brand, name="Social", external_id="s-1")
    spend(campaign, "1", reference="r")

    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        violate()

    # SQLite names columns, not the constraint, where something has to be unique.
    is_named = connection.vendor == "postgresql" or "unique" not in name
    assert (name if is_named else "UNIQUE constraint failed") in str(refused.value)


def test_every_constraint_is_tried() -> None:
    tables = (Brand, Campaign, SpendLog, DaypartingSchedule, DaypartingWindow)
    named = {constraint.name for table in tables for constraint in table._meta.constraints}

    assert named == {name for name, _ in VIOLATIONS}


def test_brand_names_are_unique() -> None:
    make_brand(name="Acme")

    with pytest.raises(IntegrityError), transaction.atomic():
        Brand.objects.create(name="Acme")


def test_campaign_has_one_schedule_at_most() -> None:
    campaign = make_campaign(windows=[])

    with pytest.raises(IntegrityError), transaction.atomic():
        DaypartingSchedule.objects.create(campaign=campaign)


@pytest.mark.parametrize("amount", [Decimal(-5), Decimal("0.000001")])
def test_amounts_of_either_sign_and_entries_without_a_reference_are_taken(amount: Decimal) -> None:
    make_campaign(name="Search")

    second_entry(amount=amount)()
    second_entry(amount=amount)()

    assert SpendLog.objects.count() == 2


def test_window_may_end_before_it_starts() -> None:
    schedule = DaypartingSchedule.objects.create(campaign=make_campaign())

    window = DaypartingWindow.objects.create(schedule=schedule, weekday_bits=127, start_time=time(22), end_time=time(6))

    assert window.window == hours("22:00", "06:00")
