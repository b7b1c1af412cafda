"""The demo agency: every state at any hour, the same every time, and a ledger with a past."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries

from campaigns.demo import DemoReport, load_agency
from campaigns.models import Brand, Campaign, Cause, SpendLog, Status, StatusChange
from campaigns.queries import brand_statuses
from campaigns.rules.delivery import Blocker
from campaigns.services import find_drift, mismatches, passes, record_spend
from tests.factories import DAY, HOUR, MINUTE, NOON, at, make_brand

pytestmark = pytest.mark.django_db

# Only a damaged row has this one.
SHOWN = set(Blocker) - {Blocker.ZONE_UNREADABLE}

HOURS = [datetime(2026, 11, 20, hour, 3, tzinfo=UTC) for hour in range(24)]
EDGES = [
    at("2026-11-01 00:00"),
    at("2026-12-01 00:00") - timedelta(microseconds=1),
    at("2026-12-31 23:59"),
    at("2027-01-01 00:00"),
    at("2028-02-29 12:00"),
    at("2026-11-01 01:30"),
    at("2027-03-14 03:00"),
    at("2027-03-01 00:00", "Asia/Kathmandu"),
    at("2027-04-01 00:00", "Europe/Berlin"),
    at("2026-11-20 00:00", "Asia/Tokyo"),
    at("2026-11-20 07:00", "America/Los_Angeles"),
    at("2026-11-20 19:00", "America/Los_Angeles"),
]


def headlines(now: datetime) -> set[Blocker]:
    statuses = [status for brand in brand_statuses(now=now) for status in brand.campaigns]
    return {status.blockers[0] for status in statuses if status.blockers}


@pytest.mark.parametrize(
    ("now", "days"),
    [*((hour, 1) for hour in HOURS[::4]), *((edge, days) for edge in EDGES for days in (0, 1))],
    ids=str,
)
def test_every_state_is_there_at_any_moment(now: datetime, days: int) -> None:
    load_agency(now=now, days=days)

    assert headlines(now) == SHOWN
    assert {campaign.status for campaign in Campaign.objects.all()} == set(Status)
    assert {campaign.headline for campaign in Campaign.objects.all()} == {*SHOWN, None}
    assert find_drift() == []


def test_every_state_is_there_after_two_weeks(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    # On a laptop this many take about two seconds.
    with django_assert_max_num_queries(7000):
        load_agency(now=NOON)

    assert headlines(NOON) == SHOWN
    assert (Brand.objects.count(), Campaign.objects.count()) == (8, 21)
    assert Campaign.objects.running().count() >= 6


def test_nothing_is_left_to_do_for_a_pass() -> None:
    load_agency(now=NOON, days=1)

    assert passes.due_brands(now=NOON) == []
    assert mismatches.find_brands(now=NOON) == []
    assert all(report.changes == () for report in [passes.review_brands(brand_ids=passes.all_brands(), now=NOON)])


def test_ledger_has_a_past() -> None:
    load_agency(now=NOON, days=4)

    entries = SpendLog.objects.all()
    days = set(entries.filter(campaign__brand__name="Larkspur Coffee").values_list("local_day", flat=True))
    assert days == {(NOON - number * DAY).date() for number in range(5)}
    assert not entries.filter(recorded_at__gt=NOON).exists()
    assert not entries.filter(occurred_at__gt=NOON).exists()
    assert entries.exclude(reference="").count() > 150
    assert entries.filter(corrects__isnull=False, amount__lt=Decimal(0)).count() == 2
    assert entries.filter(source="microsoft_ads", description__startswith="day total").count() > 8


def test_history_has_a_past() -> None:
    load_agency(now=NOON, days=6)

    causes = set(StatusChange.objects.values_list("cause", flat=True))
    moments = list(StatusChange.objects.order_by("pk").values_list("changed_at", flat=True))
    assert causes >= {Cause.SPEND, Cause.CLOCK, Cause.PERSON}
    assert moments == sorted(moments)
    assert NOON - 8 * DAY < moments[0] < NOON - 5 * DAY
    assert moments[-1] <= NOON
    # A campaign that used up its day came back at its own midnight.
    lessons = StatusChange.objects.filter(campaign__name="Search - Surf Lessons", is_active=True, cause=Cause.CLOCK)
    assert {change.changed_at.hour for change in lessons} == {13}


@pytest.mark.parametrize("now", [HOURS[2], HOURS[17]], ids=str)
def test_one_small_spend_stops_a_campaign_for_hours(now: datetime) -> None:
    report = load_agency(now=now, days=1)
    assert report is not None
    brand_name, _, name = report.campaign.partition("/")
    campaign = Campaign.objects.get(brand__name=brand_name, name=name)
    assert campaign.is_active

    receipt = record_spend(campaign_id=campaign.pk, amount=report.amount, now=now + 10 * MINUTE)

    assert receipt.headline is Blocker.BRAND_DAY
    assert len(receipt.stopped) == campaign.brand.campaigns.count()
    assert receipt.campaign.review_at is not None
    assert receipt.campaign.review_at > now + 6 * HOUR


def loaded(now: datetime, seed: int) -> list[tuple[object, ...]]:
    """Load the agency, return its ledger, and take it back."""
    with transaction.atomic():
        load_agency(now=now, days=2, seed=seed)
        columns = ("campaign__name", "campaign__external_id", "amount", "occurred_at", "reference", "source")
        entries = list(SpendLog.objects.order_by("pk").values_list(*columns))
        transaction.set_rollback(True)
    return entries


def test_same_seed_makes_the_same_agency() -> None:
    first = loaded(NOON, seed=1)

    assert loaded(NOON, seed=1) == first
    assert loaded(NOON, seed=2) != first


def test_agency_is_not_loaded_over_a_brand() -> None:
    make_brand(name="Acme")

    report = load_agency(now=NOON)

    assert report is None
    assert Brand.objects.count() == 1
    assert not Campaign.objects.exists()


def test_agency_is_loaded_all_or_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> Iterator[None]:
        raise RuntimeError("the power went out")

    monkeypatch.setattr("campaigns.demo.story.passes.bring_forward", fail)

    with pytest.raises(RuntimeError, match="power"):
        load_agency(now=NOON, days=0)

    assert not Brand.objects.exists()


def test_report_counts_what_is_there() -> None:
    report = load_agency(now=NOON, days=1)

    assert report == DemoReport(
        brands=8,
        campaigns=21,
        running=Campaign.objects.running().count(),
        entries=SpendLog.objects.count(),
        days=1,
        # At noon in New York the day in Tokyo has just begun.
        campaign="Kumo Stationery/Search - Notebooks",
        amount=Decimal("3000.00"),
    )
