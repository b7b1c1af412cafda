"""Many spends in one call: all or none, over any number of brands, each reference once."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.errors import (
    CounterOverflow,
    InvalidAmount,
    InvalidMoment,
    InvalidText,
    InvalidTimeZone,
    ManyRefusals,
    NotFound,
    ReferenceConflict,
)
from campaigns.models import SpendLog
from campaigns.rules.money import LARGEST_AMOUNT
from campaigns.services import NewSpend, find_drift, record_spends
from tests.factories import DAY, HOUR, NEXT_MIDNIGHT, NOON, break_zone, make_brand, make_campaign, make_campaigns, spend
from tests.readings import RUNNING, assert_totals_are_right, everything_stored, history, ledger, spent, states_of

pytestmark = pytest.mark.django_db


def test_empty_batch_does_nothing() -> None:
    assert record_spends(spends=[], now=NOON) == []


def test_batch_over_several_brands_gives_a_receipt_for_each_in_its_order() -> None:
    campaigns = [make_campaign(), make_campaign(), make_campaign()]
    order = [2, 0, 1, 0, 2]

    receipts = record_spends(
        spends=[NewSpend(campaigns[position].pk, str(number + 1)) for number, position in enumerate(order)], now=NOON
    )

    assert [receipt.campaign for receipt in receipts] == [campaigns[position] for position in order]
    assert [str(receipt.entry.amount) for receipt in receipts] == ["1.00", "2.00", "3.00", "4.00", "5.00"]
    assert [spent(campaign)[0] for campaign in campaigns] == ["6.00", "3.00", "6.00"]
    assert [spent(campaign.brand)[1] for campaign in campaigns] == ["6.00", "3.00", "6.00"]
    assert_totals_are_right()


def test_every_refused_spend_is_named_by_its_index_and_nothing_is_written() -> None:
    campaign = make_campaign()
    good = NewSpend(campaign.pk, "1")
    before = everything_stored()

    with pytest.raises(ManyRefusals) as refused:
        record_spends(spends=[good, replace(good, amount="x"), good, replace(good, occurred_at=NOON + DAY)], now=NOON)

    assert [(index, type(refusal)) for index, refusal in refused.value.refusals] == [
        (1, InvalidAmount),
        (3, InvalidMoment),
    ]
    assert str(refused.value).startswith("row 1: ")
    assert str(refused.value).endswith("(and 1 more). Nothing was written.")
    assert everything_stored() == before


def test_what_the_door_refused_is_named_with_what_the_service_refuses() -> None:
    campaign = make_campaign()
    unreadable = InvalidText("The line has no amount.")

    with pytest.raises(ManyRefusals) as refused:
        record_spends(
            spends=[NewSpend(campaign.pk, "x"), unreadable, NewSpend(-1, "1"), NewSpend(campaign.pk, "1")], now=NOON
        )

    assert [(index, type(refusal)) for index, refusal in refused.value.refusals] == [
        (0, InvalidAmount),
        (1, InvalidText),
        (2, NotFound),
    ]
    assert refused.value.refusals[1][1] is unreadable
    assert ledger() == []


def test_unknown_campaigns_are_named_by_their_index() -> None:
    campaign = make_campaign()

    with pytest.raises(ManyRefusals) as refused:
        record_spends(spends=[NewSpend(-1, "1"), NewSpend(campaign.pk, "1"), NewSpend(10**12, "1")], now=NOON)

    assert [(index, type(refusal)) for index, refusal in refused.value.refusals] == [(0, NotFound), (2, NotFound)]
    assert ledger() == []


def test_unreadable_zone_and_conflicts_of_several_brands_are_refused_together() -> None:
    broken, first, second = make_campaign(), make_campaign(), make_campaign()
    for campaign in (first, second):
        spend(campaign, "1", reference="r")
    break_zone(broken.brand)
    before = everything_stored()

    with pytest.raises(ManyRefusals) as refused:
        record_spends(
            spends=[
                NewSpend(second.pk, "2", reference="r"),
                NewSpend(broken.pk, "1"),
                NewSpend(first.pk, "1", reference="r"),
                NewSpend(first.pk, "2", reference="r"),
            ],
            now=NEXT_MIDNIGHT + HOUR,
        )

    assert [(index, type(refusal)) for index, refusal in refused.value.refusals] == [
        (0, ReferenceConflict),
        (1, InvalidTimeZone),
        (3, ReferenceConflict),
    ]
    # The new day, into which the brands were brought on the way, is taken back as well.
    assert everything_stored() == before


def test_reference_twice_in_a_batch_counts_once() -> None:
    brand = make_brand()
    one, other = make_campaigns(2, brand)
    same = NewSpend(one.pk, "5", reference="r")

    receipts = record_spends(spends=[same, same, replace(same, campaign_id=other.pk), same], now=NOON)

    assert [receipt.is_replay for receipt in receipts] == [False, True, False, True]
    assert len({receipt.entry.pk for receipt in receipts}) == 2
    assert (spent(one), spent(brand)) == (("5.00", "5.00"), ("10.00", "10.00"))


def test_reference_twice_in_a_batch_with_other_facts_is_refused() -> None:
    campaign = make_campaign()

    with pytest.raises(ManyRefusals) as refused:
        record_spends(
            spends=[NewSpend(campaign.pk, "5", reference="r"), NewSpend(campaign.pk, "6", reference="r")], now=NOON
        )

    assert [(index, type(refusal)) for index, refusal in refused.value.refusals] == [(1, ReferenceConflict)]
    assert ledger() == []


def test_spends_without_a_reference_are_all_new() -> None:
    campaign = make_campaign()

    receipts = record_spends(spends=[NewSpend(campaign.pk, "5")] * 3, now=NOON)

    assert [receipt.is_replay for receipt in receipts] == [False] * 3
    assert spent(campaign) == ("15.00", "15.00")


def test_batch_that_crosses_a_budget_stops_once_and_tells_every_receipt() -> None:
    campaign, other = make_campaigns(2, make_brand(daily_budget="10"))

    receipts = record_spends(spends=[NewSpend(campaign.pk, "6"), NewSpend(other.pk, "6")], now=NOON, actor="ann")

    assert [{change.campaign for change in receipt.stopped} for receipt in receipts] == [{campaign, other}] * 2
    assert [receipt.was_paused for receipt in receipts] == [False, False]
    assert history(campaign) == [(True, [], "person"), (False, ["brand_day"], "spend")]
    assert {change.actor for change in receipts[0].changes} == {"ann"}


def test_batch_counts_as_one_sum() -> None:
    campaign = make_campaign(daily_budget="10")

    record_spends(spends=[NewSpend(campaign.pk, "100"), NewSpend(campaign.pk, "-95")], now=NOON)
    record_spends(spends=[NewSpend(campaign.pk, "5.5"), NewSpend(campaign.pk, "-5.5")], now=NOON)

    assert (states_of(campaign), spent(campaign)) == ([RUNNING], ("5.00", "5.00"))
    assert history(campaign) == [(True, [], "person")]


def test_late_and_present_spends_of_one_batch_each_count_where_they_belong() -> None:
    campaign = make_campaign(make_brand(daily_budget="10"))
    moments = [None, NOON - DAY, NOON - HOUR, NOON - 30 * DAY]

    record_spends(spends=[NewSpend(campaign.pk, "4", occurred_at=moment) for moment in moments], now=NOON)

    assert (spent(campaign), states_of(campaign)) == (("8.00", "12.00"), [RUNNING])
    assert_totals_are_right()


def test_overflow_of_one_brand_takes_the_whole_batch_back() -> None:
    small, large = make_campaign(), make_campaign()
    before = everything_stored()

    with pytest.raises(CounterOverflow):
        record_spends(spends=[NewSpend(small.pk, "1"), *[NewSpend(large.pk, LARGEST_AMOUNT)] * 10], now=NOON)

    assert everything_stored() == before


@pytest.mark.parametrize("reference", ["", "row {}"])
def test_large_batch_is_exact_and_repeats_as_nothing(reference: str) -> None:
    campaigns = [*make_campaigns(3), *make_campaigns(2)]
    spends = [
        NewSpend(campaigns[number % 5].pk, f"0.{number:06d}", reference=reference.format(number))
        for number in range(1, 3001)
    ]

    record_spends(spends=spends, now=NOON)
    receipts = record_spends(spends=spends, now=NOON) if reference else []

    assert SpendLog.objects.count() == 3000
    assert all(receipt.is_replay for receipt in receipts)
    # 0.000001 + 0.000002 + … + 0.003000
    brands = {campaign.brand for campaign in campaigns}
    assert sum(Decimal(spent(brand)[0]) for brand in brands) == Decimal("4.5015")
    assert find_drift() == []


def test_batch_costs_the_same_few_queries_for_any_number_of_campaigns_in_the_brand() -> None:
    few, many = make_campaigns(2), make_campaigns(20)
    counts = []

    for campaigns in (few, many):
        with CaptureQueriesContext(connection) as queries:
            record_spends(spends=[NewSpend(campaigns[0].pk, "1"), NewSpend(campaigns[1].pk, "1")], now=NOON)
        counts.append(len(queries))

    assert counts[0] == counts[1]
