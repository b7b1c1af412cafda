"""Scans: the hand-written SQL finds what a plain loop finds. The budgets' scan is compared in `test_mismatches`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.models import Brand, Campaign
from campaigns.rules.periods import PeriodKind, period_at
from campaigns.services import NewSpend, find_drift, record_spends, reverse_spend, scans
from campaigns.services.periods import EVERY_KIND, ledger_sum
from campaigns.services.scans import entries_with_references, spent_on_days
from tests.factories import DAY, HOUR, MONTH_START, NOON, THIS_MIDNIGHT, TICK, make_brand, make_campaign, spend

pytestmark = pytest.mark.django_db

_moments = st.sampled_from(
    [NOON, THIS_MIDNIGHT, THIS_MIDNIGHT - TICK, NOON - 3 * HOUR, NOON - 3 * DAY, MONTH_START, MONTH_START - TICK]
)


@dataclass(frozen=True)
class Row:
    """When the counters of a row begin, and by how much they are off."""

    daily_since: datetime
    monthly_since: datetime
    off: int


_rows = st.builds(Row, _moments, _moments, st.sampled_from([0, 0, 0, 0, 1, -1]))
_brands = st.tuples(
    st.sampled_from(["America/New_York", "America/New_York", "Asia/Tokyo", "Mars/Olympus"]),
    _rows,
    st.lists(st.tuples(_rows, st.lists(_moments, max_size=3)), max_size=3),
)


def bend(row: Brand | Campaign, wanted: Row) -> None:
    """Let the row's counters begin then, and differ from the ledger by so much."""
    zone = (row if isinstance(row, Brand) else row.brand).zone
    columns: dict[str, object] = {"daily_since": wanted.daily_since, "monthly_since": wanted.monthly_since}
    for kind, since, name in (
        (PeriodKind.DAY, wanted.daily_since, "current_daily_spend"),
        (PeriodKind.MONTH, wanted.monthly_since, "current_monthly_spend"),
    ):
        total = ledger_sum(row, start=since, end=period_at(kind, since, zone).end)
        columns |= {name: total + (wanted.off if kind is PeriodKind.DAY else 0)}
    type(row)._default_manager.filter(pk=row.pk).update(**columns)


def plain_drift() -> list[tuple[str, str]]:
    """Return what differs, one sum after the other."""
    rows: list[Brand | Campaign] = []
    for brand in Brand.objects.exclude(time_zone="Mars/Olympus").order_by("pk"):
        rows += [brand, *brand.campaigns.order_by("pk")]
    found = []
    for row in rows:
        zone = (row if isinstance(row, Brand) else row.brand).zone
        for kind in EVERY_KIND:
            since = row.since(kind)
            if row.counter(kind) != ledger_sum(row, start=since, end=period_at(kind, since, zone).end):
                owner = row.name if isinstance(row, Brand) else f"{row.brand.name}/{row.name}"
                found.append((owner, kind.value))
    return sorted(found)


@given(st.lists(_brands, min_size=1, max_size=4))
@settings(
    max_examples=settings().max_examples // 2,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_find_drift_finds_exactly_what_one_sum_after_the_other_finds(
    brands: list[tuple[str, Row, list[tuple[Row, list[datetime]]]]],
) -> None:
    with transaction.atomic():
        for zone, own, campaigns in brands:
            brand = make_brand()
            rows = []
            for row, moments in campaigns:
                campaign = make_campaign(brand)
                for moment in moments:
                    spend(campaign, "1.5", occurred_at=moment)
                rows.append((campaign, row))
            for campaign, row in rows:
                bend(Campaign.objects.select_related("brand").get(pk=campaign.pk), row)
            bend(Brand.objects.get(pk=brand.pk), own)
            Brand.objects.filter(pk=brand.pk).update(time_zone=zone)

        found = sorted((drift.owner, drift.kind.value) for drift in find_drift())
        expected = plain_drift()
        transaction.set_rollback(True)

    assert found == expected


def test_drift_of_a_brand_without_campaigns_is_found() -> None:
    brand = make_brand()
    Brand.objects.filter(pk=brand.pk).update(current_monthly_spend=Decimal(1))

    assert [(drift.owner, drift.kind) for drift in find_drift()] == [(brand.name, PeriodKind.MONTH)]


def test_drift_is_found_beyond_the_first_part_of_brands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("campaigns.services.totals._BRANDS_AT_ONCE", 2)
    campaigns = [make_campaign() for _ in range(5)]
    Campaign.objects.filter(pk=campaigns[4].pk).update(current_daily_spend=Decimal(1))

    assert [drift.brand for drift in find_drift()] == [campaigns[4].brand.name]


def test_entries_are_found_by_campaign_and_reference_together() -> None:
    first, second = make_campaign(), make_campaign()
    one, two = spend(first, "1", reference="a"), spend(second, "1", reference="b")
    spend(second, "1")

    found = entries_with_references({(first.pk, "a"), (first.pk, "b"), (second.pk, "b"), (second.pk, "")})

    assert sorted(found) == [one.pk, two.pk]
    assert entries_with_references([]) == []


def test_what_was_spent_on_days_is_said_in_the_order_asked_for() -> None:
    first, second = make_campaign(), make_campaign()
    spend(first, "1.25", source="a")
    spend(first, "0.000001", source="a")
    spend(first, "7", source="b")
    spend(second, "2", source="a", occurred_at=NOON - DAY)
    spend(second, "3", source="a")
    taken_back = spend(first, "5", source="c")
    reverse_spend(entry_id=taken_back.pk, now=NOON)
    today, yesterday = date(2026, 11, 20), date(2026, 11, 19)

    spent = spent_on_days(
        [
            *((second.pk, "a", yesterday), (first.pk, "a", today), (first.pk, "b", yesterday)),
            *((second.pk, "a", today), (first.pk, "c", today)),
        ]
    )

    assert spent == [Decimal(2), Decimal("1.250001"), Decimal(0), Decimal(3), Decimal(0)]
    assert spent_on_days([]) == []


@pytest.mark.sqlite
def test_days_are_found_by_their_index_however_much_a_campaign_has() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {scans._days_text('sqlite')}", ['[[1, "a", "2026-11-20"]]'])
        plan = " ".join(str(row[-1]) for row in cursor.fetchall())

    # By the campaign alone, all its entries would be read for each day.
    assert "INDEX spend_campaign_day_amount_idx (campaign_id=? AND local_day=? AND source=?)" in plan


@pytest.mark.postgres
def test_budgets_of_many_campaigns_are_looked_through_by_several_processors() -> None:
    brand = make_brand()
    Campaign.objects.bulk_create(
        Campaign(brand=brand, name=str(number), daily_since=NOON, monthly_since=NOON) for number in range(3_000)
    )
    values = [[value] for value in ("America/New_York", NOON, NOON, NOON)] * 2

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE campaigns_campaign")
        # As if there were very many.
        for name in ("min_parallel_table_scan_size", "parallel_setup_cost", "parallel_tuple_cost"):
            cursor.execute(f"SET LOCAL {name} = 0")
        for way in ("indexscan", "bitmapscan", "nestloop", "mergejoin"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
        cursor.execute(f"EXPLAIN {scans._against_budgets_text('postgresql')}", values)
        plan = [str(row[0]) for row in cursor.fetchall()]

    def first(words: str) -> int:
        return next(number for number, line in enumerate(plan) if words in line)

    # Several of them compare campaigns with their brands, and one gathers what they find.
    assert first("Gather") < first("Hash Join") < first("Parallel Seq Scan on campaigns_campaign")
    # Each campaign meets its brand, and not its brand in each zone.
    assert first("Hash Join") < first("Subquery Scan on held")


@pytest.mark.sqlite
def test_references_are_found_by_their_index_however_many_entries_a_campaign_has() -> None:
    text = scans._references_text("sqlite")

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {text}", ['[[1, "r"]]'])
        plan = " ".join(str(row[-1]) for row in cursor.fetchall())

    # By the campaign alone, each reference would be looked for among all entries of the campaign.
    assert "USING COVERING INDEX spend_reference_unique_in_campaign (campaign_id=? AND reference=?)" in plan


@pytest.mark.postgres
# Of an empty month, it reads the table.
@pytest.mark.one_table
def test_days_are_found_by_their_index_on_postgres() -> None:
    campaigns = [make_campaign(make_brand(name=f"Brand {number}")) for number in range(10)]
    # Other entries of the campaigns, of the day and of the source, so that only one index leads to few rows.
    for days in range(40):
        spends = [
            NewSpend(campaign.pk, number + 1, NOON - days * DAY, source=f"source {number % 4}")
            for campaign in campaigns
            for number in range(8)
        ]
        record_spends(spends=spends, now=NOON)
    with connection.cursor() as cursor:
        # Whatever tests before this one have left in the statistics.
        cursor.execute("ANALYZE campaigns_spendlog")
        cursor.execute(
            f"EXPLAIN {scans._days_text('postgresql')}", [[campaigns[0].pk], ["source 1"], [date(2026, 11, 20)]]
        )
        plan = " ".join(str(row[-1]) for row in cursor.fetchall())

    assert "spend_campaign_day_amount_idx" in plan
    assert "Filter" not in plan
