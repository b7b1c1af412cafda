"""Late, back-dated, restated and corrected: a week that arrives in the wrong order counts as in the right one."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest

from campaigns.models import SpendLog
from campaigns.services import correct_spend, record_reported_total, record_spend, reverse_spend
from tests.clock import run_minute
from tests.factories import DAY, HOUR, MINUTE, NOON, at, make_brand, make_campaign
from tests.readings import RUNNING, assert_totals_are_right, ledger, spent, state_of

pytestmark = pytest.mark.django_db

# A week over a month's end: what each day really cost.
WEEK = {date(2026, 11, 27) + timedelta(days=number): Decimal(10 + number) for number in range(7)}
LAST_NOON = at("2026-12-03 12:00")


@pytest.mark.parametrize("order", list(itertools.islice(itertools.permutations(range(7)), 0, 5040, 997)))
def test_a_week_that_arrives_in_any_order_ends_the_same(order: tuple[int, ...]) -> None:
    campaign = make_campaign(make_brand(daily_budget="17", monthly_budget="60", now=LAST_NOON), now=LAST_NOON)
    days = list(WEEK)

    for position in order:
        day = days[position]
        record_spend(
            campaign_id=campaign.pk, amount=WEEK[day], occurred_at=at(f"{day} 09:30"), now=LAST_NOON + position * MINUTE
        )
        assert_totals_are_right()

    # 3 December: 16. December: 14 + 15 + 16.
    assert (spent(campaign), spent(campaign.brand)) == (("16.00", "45.00"), ("16.00", "45.00"))
    assert state_of(campaign) == RUNNING
    assert dict(SpendLog.objects.values_list("local_day", "amount")) == WEEK


def test_the_day_that_a_report_was_wrong_again_and_again() -> None:
    campaign = make_campaign(make_brand(daily_budget="100"))
    day = date(2026, 11, 20)

    def report(total: str, hour: int) -> Callable[[], object]:
        now = NOON + hour * HOUR
        return lambda: record_reported_total(campaign_id=campaign.pk, source="google", day=day, total=total, now=now)

    def correct_first(amount: str, hour: int) -> Callable[[], object]:
        now = NOON + hour * HOUR
        return lambda: correct_spend(entry_id=SpendLog.objects.earliest("pk").pk, new_amount=amount, now=now)

    steps: list[tuple[Callable[[], object], str, tuple[str, str]]] = [
        (report("40", 0), "40.00", RUNNING),
        (report("100", 1), "100.00", ("paused", "brand_day")),
        # The platform takes back a cent of invalid clicks.
        (report("99.99", 2), "99.99", RUNNING),
        (report("99.99", 3), "99.99", RUNNING),
        # Somebody corrects the first entry by hand: 30, not 40.
        (correct_first("30", 4), "89.99", RUNNING),
        # The platform has the last word on its day.
        (report("120", 5), "120.00", ("paused", "brand_day")),
        (lambda: reverse_spend(entry_id=SpendLog.objects.earliest("pk").pk, now=NOON + 6 * HOUR), "90.00", RUNNING),
        (report("0", 7), "0.00", RUNNING),
    ]
    for step, total, state in steps:
        step()
        assert (spent(campaign)[0], state_of(campaign)) == (total, state)
        assert_totals_are_right()

    assert ledger() == ["40.00", "60.00", "-0.01", "-10.00", "30.01", "-30.00", "-90.00"]


def test_days_are_restated_for_a_week_after_they_are_over() -> None:
    campaign = make_campaign(make_brand(daily_budget="100", monthly_budget="500"))
    restated = {0: "90", 1: "95", 2: "94.5", 5: "99.999999", 6: "120"}
    day = date(2026, 11, 20)

    for days_later, total in restated.items():
        now = NOON + days_later * DAY
        run_minute(now)
        record_reported_total(campaign_id=campaign.pk, source="google", day=day, total=total, now=now)
        # Restating a past day never stops the present one.
        assert state_of(campaign) == RUNNING
        assert [Decimal(text) for text in spent(campaign)] == [Decimal(0 if days_later else total), sum_of_day(day)]
        assert_totals_are_right()

    assert sum_of_day(day) == Decimal("120.00")
    assert len(ledger()) == 5


def sum_of_day(day: date) -> Decimal:
    return sum((entry.amount for entry in SpendLog.objects.filter(local_day=day)), Decimal(0))


def test_a_reference_that_is_sent_for_days_counts_once() -> None:
    campaign = make_campaign(make_brand(daily_budget="10"))

    for days in range(5):
        receipt = record_spend(
            campaign_id=campaign.pk, amount="10", occurred_at=NOON, reference="r", now=NOON + days * DAY
        )
        assert receipt.is_replay is (days > 0)
        assert_totals_are_right()

    assert (ledger(), spent(campaign), state_of(campaign)) == (["10.00"], ("0.00", "10.00"), RUNNING)
