"""Rows: what a plain save leaves alone, what they say of themselves, and the querysets by what people ask for."""

from __future__ import annotations

from datetime import time
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from campaigns.errors import InvalidTimeZone
from campaigns.facts import facts_of
from campaigns.models import Brand, Campaign, Cause, DaypartingSchedule, DaypartingWindow, Status, StatusChange
from campaigns.models.dayparting import weekday_bits
from campaigns.rules.budgets import BudgetUse
from campaigns.rules.dayparting import EVERY_DAY, Weekday
from campaigns.rules.periods import EARLIEST_MOMENT, PeriodKind, current_periods
from tests.factories import (
    HOUR,
    MONTH_START,
    NEXT_MIDNIGHT,
    NEXT_MONTH,
    NOON,
    THIS_MIDNIGHT,
    TICK,
    break_zone,
    hours,
    make_brand,
    make_campaign,
    make_campaigns,
    spend,
)
from tests.readings import RUNNING, since, spent, state_of

pytestmark = pytest.mark.django_db


# Saving -----------------------------------------------------------------------------------------------------------


def test_old_copy_of_a_brand_saves_what_people_decide_and_no_counter() -> None:
    brand = make_brand()
    campaign = make_campaign(brand)
    spend(campaign, "10")

    brand.currency = "EUR"
    brand.current_daily_spend = Decimal(99)
    brand.daily_since = NOON
    brand.save()

    assert Brand.objects.get().currency == "EUR"
    assert (spent(brand), since(brand)) == (("10.00", "10.00"), (THIS_MIDNIGHT, MONTH_START))


def test_named_columns_are_saved_as_asked() -> None:
    brand = make_brand()
    brand.current_daily_spend = Decimal(5)
    brand.save(update_fields=["current_daily_spend"])

    assert spent(brand) == ("5.00", "0.00")


def test_new_row_made_by_hand_starts_in_no_period_and_is_due() -> None:
    campaign = Campaign.objects.create(brand=Brand.objects.create(name="Acme"), name="Search")

    assert since(campaign) == since(campaign.brand) == (EARLIEST_MOMENT, EARLIEST_MOMENT)
    assert list(Campaign.objects.due(NOON)) == [campaign]


def test_running_campaign_cannot_be_switched_off_around_the_services() -> None:
    campaign = make_campaign()
    campaign.is_enabled = False

    with pytest.raises(IntegrityError, match="campaign_active_only_if_enabled"), transaction.atomic():
        campaign.save()

    assert state_of(campaign) == RUNNING


# What rows say ----------------------------------------------------------------------------------------------------


def test_status_in_three_words() -> None:
    running, paused, off = make_campaign(), make_campaign(daily_budget="0"), make_campaign(is_enabled=False)

    assert [campaign.status for campaign in (running, paused, off)] == [Status.ACTIVE, Status.PAUSED, Status.INACTIVE]
    assert [campaign.headline for campaign in (running, paused, off)] == [None, "campaign_day", "campaign_off"]


def test_names_are_what_rows_are_called() -> None:
    campaign = make_campaign(make_brand(name="Acme"), name="Search", windows=[hours("08:00", "20:00", Weekday.MONDAY)])

    assert (str(campaign), str(campaign.brand), str(campaign.schedule)) == ("Search", "Acme", "schedule of Search")
    assert [str(row) for row in DaypartingWindow.objects.all()] == ["Mon 08:00-20:00"]


def test_zone_of_a_brand_is_read_or_refused() -> None:
    brand = make_brand(time_zone="Asia/Kathmandu")
    assert brand.zone.key == "Asia/Kathmandu"

    break_zone(brand)
    with pytest.raises(InvalidTimeZone, match="'Mars/Olympus' is not a time zone"):
        assert Brand.objects.get().zone


def test_counter_of_an_older_period_is_no_use_of_a_budget() -> None:
    brand = make_brand(daily_budget="10", monthly_budget="100")
    spend(make_campaign(brand), "10")
    stored = Brand.objects.get()

    uses = [stored.budget_uses(current_periods(now, brand.zone)) for now in (NOON, NEXT_MIDNIGHT, NEXT_MONTH)]

    ten, hundred = Decimal(10), Decimal(100)
    assert [use.day for use in uses] == [BudgetUse(ten, ten), BudgetUse(ten, Decimal(0)), BudgetUse(ten, Decimal(0))]
    assert [use.month for use in uses] == [BudgetUse(hundred, ten)] * 2 + [BudgetUse(hundred, Decimal(0))]


def test_counter_counts_from_its_start_to_the_end_of_its_period() -> None:
    brand = make_brand()
    brand.set_counter(PeriodKind.DAY, since=NOON, spent=Decimal(1))

    assert brand.counted_span(PeriodKind.DAY, brand.zone) == (NOON, NEXT_MIDNIGHT)
    assert brand.counted_span(PeriodKind.MONTH, brand.zone) == (MONTH_START, NEXT_MONTH)
    assert (brand.counter(PeriodKind.DAY), brand.counter(PeriodKind.MONTH)) == (Decimal(1), Decimal(0))
    assert (brand.since(PeriodKind.DAY), brand.since(PeriodKind.MONTH)) == (NOON, MONTH_START)


@pytest.mark.parametrize(
    ("weekdays", "bits"),
    [({Weekday.MONDAY}, 1), ({Weekday.SUNDAY}, 64), ({Weekday.MONDAY, Weekday.WEDNESDAY}, 5), (EVERY_DAY, 127)],
)
def test_weekdays_are_bits(weekdays: frozenset[Weekday], bits: int) -> None:
    row = DaypartingWindow(weekday_bits=bits, start_time=time(8), end_time=time(9))

    assert weekday_bits(weekdays) == bits
    assert row.weekdays == weekdays


def test_history_tells_reasons_in_words_newest_first() -> None:
    campaign = make_campaign(make_brand(daily_budget="1"), windows=[hours("08:00", "20:00")])
    spend(campaign, "1")

    newest, oldest = StatusChange.objects.all()

    assert (str(newest), newest.reasons, newest.cause) == (
        f"{campaign} stopped",
        ("brand's daily budget",),
        Cause.SPEND,
    )
    assert (str(oldest), oldest.reasons, oldest.cause) == (f"{campaign} started", (), Cause.PERSON)


# Querysets --------------------------------------------------------------------------------------------------------


def test_campaigns_by_what_people_ask_for() -> None:
    brand = make_brand()
    running, off = make_campaign(brand), make_campaign(brand, is_enabled=False)
    paused = make_campaign(brand, windows=[hours("13:00", "14:00")])

    assert list(Campaign.objects.running()) == [running]
    assert list(Campaign.objects.paused()) == [paused]
    assert [list(Campaign.objects.due(now)) for now in (NOON, NOON + HOUR - TICK, NOON + HOUR)] == [[], [], [paused]]
    assert off in brand.campaigns.all()


def test_with_windows_loads_all_that_facts_need() -> None:
    for campaign in make_campaigns(3):
        schedule = DaypartingSchedule.objects.create(campaign=campaign)
        DaypartingWindow.objects.create(schedule=schedule, weekday_bits=127, start_time=time(8), end_time=time(9))
    brand = Brand.objects.get()

    with CaptureQueriesContext(connection) as queries:
        facts = [facts_of(campaign, brand, NOON) for campaign in Campaign.objects.with_windows()]

    assert [fact.windows for fact in facts] == [(hours("08:00", "09:00"),)] * 3
    assert len(queries) == 2
