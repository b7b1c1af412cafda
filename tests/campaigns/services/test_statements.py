from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.db.models import F, Model
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.models import Brand, Campaign, SpendImport, SpendLog, money_value
from campaigns.rules.money import LARGEST_AMOUNT, MICRO, from_micros
from campaigns.services import statements
from campaigns.services.statements import Move, ReferenceTaken
from tests.factories import NOON, make_brand, make_campaign, make_campaigns, spend
from tests.readings import everything_stored

pytestmark = pytest.mark.django_db

Append = Callable[..., None]


# The plain way ------------------------------------------------------------------------------------------------------


def append_plainly(*, entries: Sequence[SpendLog], campaigns: Sequence[Move], brands: Sequence[Move]) -> None:
    """Do with the ORM what `statements.append` does."""
    SpendLog.objects.append(entries)
    moves = [*((Campaign, move) for move in campaigns), *((Brand, move) for move in brands)]
    for model, move in moves:
        model._default_manager.filter(pk=move.key).update(
            current_daily_spend=F("current_daily_spend") + money_value(from_micros(move.daily)),
            current_monthly_spend=F("current_monthly_spend") + money_value(from_micros(move.monthly)),
        )


@dataclass(frozen=True)
class Given:
    """An entry that is to be written, and how it moves the counters."""

    campaign: int
    amount: Decimal
    occurred_at: datetime
    local_day: date
    description: str
    source: str
    reference: str
    is_correction: bool
    is_imported: bool
    daily: int
    monthly: int


# Everything that the columns take: quotes, braces, backslashes and NULL in letters have a meaning in arrays.
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30) | st.sampled_from(
    ["NULL", "null", '{"a"}', "\\", '"', "'", "%s", "a,b", "{}", "\\N", "%"]
)
MICROS = st.integers(-(10**15), 10**15)
GIVEN = st.builds(
    Given,
    campaign=st.integers(0, 2),
    amount=st.decimals(-LARGEST_AMOUNT, LARGEST_AMOUNT, places=6).filter(bool),
    # Hypothesis takes naive bounds, and adds the zone.
    occurred_at=st.datetimes(datetime(1998, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    local_day=st.dates(date(1998, 1, 1), date(2100, 1, 1)),
    description=TEXTS,
    source=TEXTS,
    reference=TEXTS,
    is_correction=st.booleans(),
    is_imported=st.booleans(),
    daily=MICROS,
    monthly=MICROS,
)


def stored_after(append: Append, given: Sequence[Given]) -> list[object]:
    """Return what is in the tables, and what the entries say, after writing; nothing of it stays."""
    with transaction.atomic():
        campaigns = [*Campaign.objects.order_by("pk")]
        original = SpendLog.objects.get()
        spend_import = SpendImport.objects.get()
        entries = [
            SpendLog(
                campaign=campaigns[one.campaign],
                amount=one.amount,
                occurred_at=one.occurred_at,
                recorded_at=NOON,
                local_day=one.local_day,
                description=one.description,
                source=one.source,
                reference=one.reference and f"{number} {one.reference}",
                corrects=original if one.is_correction else None,
                spend_import=spend_import if one.is_imported else None,
            )
            for number, one in enumerate(given)
        ]
        campaign_moves, brand_moves = (
            [Move(key, sum(one.daily for one in own), sum(one.monthly for one in own)) for key, own in groups.items()]
            for groups in (
                grouped(given, lambda one: campaigns[one.campaign].pk),
                grouped(given, lambda one: campaigns[one.campaign].brand_id),
            )
        )
        append(entries=entries, campaigns=campaign_moves, brands=brand_moves)
        # Keys go on counting, whatever is taken back.
        stored = [columns_of(entry) | {"id": None} for entry in SpendLog.objects.order_by("pk")[1:]]
        rows = [list(model._default_manager.order_by("pk").values()) for model in (Brand, Campaign)]
        assert [SpendLog.objects.get(pk=entry.pk).description for entry in entries] == [
            one.description for one in given
        ]
        assert not any(entry._state.adding for entry in entries)
        transaction.set_rollback(True)
    return [stored, rows]


def grouped(given: Sequence[Given], key_of: Callable[[Given], int]) -> dict[int, list[Given]]:
    groups: dict[int, list[Given]] = {}
    for one in given:
        groups.setdefault(key_of(one), []).append(one)
    return groups


@pytest.fixture
def tables() -> None:
    brand = make_brand()
    make_campaigns(2, brand)
    make_campaign()
    spend(Campaign.objects.order_by("pk")[0], "5")
    SpendImport.objects.create(brand=brand, created_at=NOON, file_name="a", sha256="", size=1, state="done")


@given(given=st.lists(GIVEN, min_size=1, max_size=6))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
def test_append_writes_what_the_orm_writes(tables: None, given: list[Given]) -> None:
    assert stored_after(statements.append, given) == stored_after(append_plainly, given)


@pytest.mark.parametrize("count", [1, 2, 90, 91, 1000])
def test_append_takes_any_number(tables: None, count: int) -> None:
    one = Given(0, Decimal("1.25"), NOON, NOON.date(), "text", "source", "r", False, False, 1_250_000, 1_250_000)
    given = [replace(one, campaign=number % 3, amount=MICRO * (number + 1)) for number in range(count)]

    assert stored_after(statements.append, given) == stored_after(append_plainly, given)


def test_append_of_entries_that_move_no_counter(tables: None) -> None:
    before = [list(model._default_manager.values()) for model in (Brand, Campaign)]
    entry = unsaved(Campaign.objects.order_by("pk")[1])

    statements.append(entries=[entry], campaigns=[], brands=[])

    assert SpendLog.objects.get(pk=entry.pk).amount == 5
    assert [list(model._default_manager.values()) for model in (Brand, Campaign)] == before


@pytest.mark.parametrize("others", [0, 2])
def test_append_refuses_a_reference_that_is_taken(tables: None, others: int) -> None:
    campaign = Campaign.objects.order_by("pk")[1]
    spend(campaign, "5", reference="r")
    before = everything_stored()
    entries = [unsaved(campaign, reference=str(number)) for number in range(others)] + [
        unsaved(campaign, reference="r")
    ]

    with pytest.raises(ReferenceTaken), transaction.atomic():
        statements.append(entries=entries, campaigns=[Move(campaign.pk, 1, 1)], brands=[])

    assert everything_stored() == before


def unsaved(campaign: Campaign, reference: str = "") -> SpendLog:
    return SpendLog(
        campaign=campaign,
        amount=Decimal(5),
        occurred_at=NOON,
        recorded_at=NOON,
        local_day=NOON.date(),
        reference=reference,
    )


def test_lock_reads_what_the_orm_reads() -> None:
    make_brand(name="nobody's")
    brand = make_brand(name='Ümläut "%s" {}', daily_budget="10.05", monthly_budget=None, currency="EUR")
    first = make_campaign(brand, start_date=date(2026, 1, 1), end_date=date(2026, 12, 31), daily_budget="0")
    second = make_campaign(make_brand(), name="other", external_id="x")
    spend(first, "0.000001")
    spend(second, "-5")

    with transaction.atomic():
        found = statements.lock_with_campaigns([second.pk, first.pk, second.pk + 1000])
        (alone,) = statements.lock_with_campaigns([second.pk])

    assert [columns_of(campaign) for _, campaign in found] == [columns_of(read(first)), columns_of(read(second))]
    assert [columns_of(owner) for owner, _ in found] == [columns_of(read(brand)), columns_of(read(second.brand))]
    assert [columns_of(row) for row in alone] == [columns_of(row) for row in found[1]]
    assert not any(row._state.adding for row in alone)


def test_lock_returns_one_brand_for_all_of_its_campaigns() -> None:
    campaigns = make_campaigns(3)

    with transaction.atomic():
        found = statements.lock_with_campaigns([campaign.pk for campaign in campaigns])
        nobody = statements.lock_with_campaigns([campaigns[-1].pk + 1])

    assert len({id(brand) for brand, _ in found}) == 1
    assert nobody == []


def test_statements_are_heard_by_whoever_listens(tables: None) -> None:
    campaign = Campaign.objects.order_by("pk")[1]

    with CaptureQueriesContext(connection) as queries, transaction.atomic():
        statements.lock_with_campaigns([campaign.pk])
        statements.append(entries=[unsaved(campaign)], campaigns=[Move(campaign.pk, 5, 5)], brands=[])

    texts = [query["sql"] for query in queries.captured_queries]
    assert any("JOIN" in text and str(campaign.pk) in text for text in texts)
    assert any("INSERT INTO" in text for text in texts)


@pytest.mark.postgres
def test_statements_are_prepared_once_for_a_connection(tables: None) -> None:
    campaign = Campaign.objects.order_by("pk")[1]

    known = []
    for number in range(3):
        spend(campaign, Decimal(10) ** (number * 3))
        with connection.cursor() as cursor:
            cursor.execute("SELECT statement FROM pg_prepared_statements ORDER BY name")
            known.append(cursor.fetchall())

    assert known[0] == known[1] == known[2]
    assert len(set(known[0])) == len(known[0])
    assert any("campaigns_spendlog" in statement for (statement,) in known[0])


def read(row: Model) -> Model:
    return type(row)._default_manager.get(pk=row.pk)


def columns_of(row: Model) -> dict[str, object]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
