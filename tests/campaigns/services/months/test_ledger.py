"""The ledger in months: whatever is recorded counts once, wherever its day lies."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction

from campaigns.demo import load_agency
from campaigns.demo.removal import find_demo, remove_agency
from campaigns.errors import CorrectionRefused, NotFound, ReferenceConflict
from campaigns.models import Campaign, SpendLog
from campaigns.services import (
    NewSpend,
    correct_spend,
    find_drift,
    record_reported_total,
    record_spend,
    record_spends,
    reverse_spend,
)
from campaigns.services.months.catalog import REFERENCES, rows_of
from campaigns.services.passes import all_brands
from tests.factories import DAY, HOUR, NEXT_MONTH, NOON, make_brand, make_campaign, spend
from tests.ledgers import SWITCHED_AT
from tests.races.writers import Point, line_up, race

pytestmark = [pytest.mark.postgres, pytest.mark.usefixtures("in_months")]

OCTOBER, NOVEMBER, DECEMBER = SWITCHED_AT, NOON, NEXT_MONTH + 12 * HOUR


@pytest.fixture
def campaign() -> Campaign:
    return make_campaign(make_brand(name="Acme", now=SWITCHED_AT), name="Search", now=SWITCHED_AT)


def places() -> list[tuple[str, str]]:
    """Return each entry's partition and reference."""
    return rows_of("SELECT tableoid::regclass::text, reference FROM campaigns_spendlog ORDER BY id")


def test_each_entry_lies_in_the_month_of_its_day(campaign: Campaign) -> None:
    for name, moment in (("o", OCTOBER), ("n", NOVEMBER), ("d", DECEMBER)):
        spend(campaign, "1", now=moment, reference=name)

    assert places() == [
        ("campaigns_spendlog_until_2026_11", "o"),
        ("campaigns_spendlog_2026_11", "n"),
        ("campaigns_spendlog_2026_12", "d"),
    ]


def test_keys_go_on_where_the_one_table_ended(campaign: Campaign) -> None:
    first, second = (spend(campaign, "1", now=moment) for moment in (OCTOBER, NOVEMBER))

    assert second.pk == first.pk + 1
    assert SpendLog.objects.get(pk=first.pk) == first


def test_a_spend_sent_again_a_month_later_counts_once(campaign: Campaign) -> None:
    first = record_spend(campaign_id=campaign.pk, amount="5", now=OCTOBER, reference="r")

    again = record_spend(campaign_id=campaign.pk, amount="5", now=NOVEMBER, reference="r")

    assert again.is_replay
    assert again.entry == first.entry
    assert SpendLog.objects.count() == 1
    assert again.campaign.current_daily_spend == 0


def test_a_reference_of_another_month_stands_for_one_spend(campaign: Campaign) -> None:
    spend(campaign, "5", now=OCTOBER, reference="r")

    with pytest.raises(ReferenceConflict, match=r"already stands for another spend: 5\.00"):
        spend(campaign, "6", now=NOVEMBER, reference="r")

    assert SpendLog.objects.count() == 1


def test_a_batch_over_months_with_what_was_sent_before(campaign: Campaign) -> None:
    spend(campaign, "1", now=OCTOBER, reference="old")
    batch = [
        NewSpend(campaign.pk, "1", OCTOBER, "old"),
        NewSpend(campaign.pk, "2", NOVEMBER, "new"),
        NewSpend(campaign.pk, "2", NOVEMBER, "new"),
        NewSpend(campaign.pk, "3", OCTOBER),
    ]

    receipts = record_spends(spends=batch, now=NOVEMBER)

    assert [receipt.is_replay for receipt in receipts] == [True, False, True, False]
    assert sorted(SpendLog.objects.values_list("amount", flat=True)) == [Decimal(1), Decimal(2), Decimal(3)]


def test_two_writers_with_one_reference_in_two_months_record_one_entry(
    campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    point = Point()
    point.hold(monkeypatch, "campaigns.services.spend.post_all")
    send = partial(record_spend, campaign_id=campaign.pk, amount="5", reference="r")

    first, second = race(lambda: send(now=NOVEMBER), lambda: send(now=DECEMBER), point)

    assert second.was_blocked
    assert (first.answer.is_replay, second.answer.is_replay) == (False, True)
    assert SpendLog.objects.count() == 1


def test_two_writers_past_the_brands_lock_are_told_apart_by_the_table_of_references(campaign: Campaign) -> None:
    insert = (
        "INSERT INTO campaigns_spendlog (campaign_id, amount_micros, occurred_at, recorded_at, local_day, description, "
        "source, reference) VALUES (%s, 1, now(), now(), %s, '', '', 'r') ON CONFLICT DO NOTHING RETURNING id"
    )

    def write(day: str) -> int:
        return len(rows_of(insert, [campaign.pk, day]))

    outcomes = line_up([partial(write, day) for day in ("2026-11-20", "2026-12-20") * 4])

    assert sum(outcome.answer for outcome in outcomes) == 1
    assert SpendLog.objects.count() == 1


def test_corrections_and_reversals_lie_beside_their_entries(campaign: Campaign) -> None:
    old, other = (spend(campaign, "5", now=moment) for moment in (OCTOBER, NOVEMBER))

    correct_spend(entry_id=old.pk, new_amount="3", now=DECEMBER)
    reverse_spend(entry_id=other.pk, now=DECEMBER)

    assert [table for table, _ in places()] == [
        "campaigns_spendlog_until_2026_11",
        "campaigns_spendlog_2026_11",
        "campaigns_spendlog_until_2026_11",
        "campaigns_spendlog_2026_11",
    ]
    with pytest.raises(CorrectionRefused):
        reverse_spend(entry_id=other.pk, now=DECEMBER)
    with pytest.raises(NotFound):
        reverse_spend(entry_id=99, now=DECEMBER)


@pytest.mark.parametrize("day", ["2026-10-05", "2026-11-20", "2027-06-01"])
def test_no_month_takes_a_correction_of_nothing(campaign: Campaign, day: str) -> None:
    facts = {"campaign": campaign, "occurred_at": NOON, "recorded_at": NOON, "amount": 1, "corrects_id": 99}

    with pytest.raises(IntegrityError, match="corrects"), transaction.atomic():
        SpendLog.objects.append([SpendLog(local_day=date.fromisoformat(day), **facts)])


def test_the_orm_loses_no_entry_silently(campaign: Campaign) -> None:
    spend(campaign, "5", now=OCTOBER, reference="r")
    facts = {"occurred_at": NOON, "recorded_at": NOON, "local_day": date(2026, 11, 20), "amount": 1}

    with pytest.raises(IntegrityError, match="spend_reference_unique_in_campaign"):
        SpendLog.objects.append([SpendLog(campaign=campaign, reference="r", **facts)])

    assert SpendLog.objects.count() == 1


def test_day_totals_of_last_month_are_restated(campaign: Campaign) -> None:
    report = partial(record_reported_total, campaign_id=campaign.pk, source="meta", day=date(2026, 10, 5))
    report(total="5", now=OCTOBER + DAY)

    receipt = report(total="7", now=NOVEMBER)

    assert receipt.difference == Decimal(2)
    assert receipt.entry is not None
    assert receipt.entry.local_day == date(2026, 10, 5)
    assert {table for table, _ in places()} == {"campaigns_spendlog_until_2026_11"}


def test_counters_agree_over_a_months_end(campaign: Campaign) -> None:
    spend(campaign, "5", now=NEXT_MONTH - HOUR)
    spend(campaign, "7", now=NEXT_MONTH + HOUR)
    spend(campaign, "2", now=NEXT_MONTH + HOUR, occurred_at=NEXT_MONTH - HOUR)

    campaign.refresh_from_db()
    assert (campaign.current_daily_spend, campaign.current_monthly_spend) == (Decimal(7), Decimal(7))
    assert not list(find_drift(brand_ids=all_brands()))


def test_the_demo_goes_with_its_references(campaign: Campaign) -> None:
    spend(campaign, "5", reference="mine", now=NOON)
    load_agency(now=NOON, days=0)
    kept = SpendLog.objects.exclude(campaign=campaign)
    noted = kept.exclude(reference="").count()
    assert rows_of(f"SELECT count(*) FROM {REFERENCES}") == [(noted + 1,)]

    remove_agency(brand_ids=[brand.pk for brand in find_demo().brands], actor="mia")

    assert rows_of(f"SELECT campaign_id, reference FROM {REFERENCES}") == [(campaign.pk, "mine")]


def test_tables_that_are_emptied_take_the_references_with_them(campaign: Campaign) -> None:
    spend(campaign, "5", reference="r", now=NOON)

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE campaigns_spendlog")

    assert spend(campaign, "5", reference="r", now=NOON).pk
