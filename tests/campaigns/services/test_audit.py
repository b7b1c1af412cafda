"""Every act of a person or a program leaves what held before and after, in the same commit, by whichever door."""

from __future__ import annotations

from decimal import Decimal

import pytest

from campaigns.errors import NameTaken
from campaigns.models import Act, AuditEntry, Brand
from campaigns.rules.periods import PeriodKind
from campaigns.services import (
    change_brand,
    change_campaign,
    change_schedule,
    correct_spend,
    create_brand,
    create_campaign,
    delete_campaign,
    resets,
    reverse_spend,
    set_windows,
)
from tests.factories import NOON, hours, make_brand, make_campaign, spend

pytestmark = pytest.mark.django_db


def last() -> AuditEntry:
    entry = AuditEntry.objects.first()
    assert entry is not None
    return entry


def test_changed_brand_keeps_old_and_new_values() -> None:
    brand = make_brand(name="Acme", daily_budget="100")

    change_brand(
        brand_id=brand.pk,
        daily_budget="1250.5",
        monthly_budget="",
        is_enabled=False,
        time_zone="Europe/Berlin",
        now=NOON,
        actor="mia",
    )

    entry = last()
    assert (entry.brand, entry.campaign, entry.subject) == (brand, None, "Acme")
    assert (entry.act, entry.actor, entry.acted_at) == (Act.CHANGED, "mia", NOON)
    assert sorted(entry.sentences) == [
        "daily budget: 100.00 → 1,250.50",
        "switch: on → off",
        "time zone: America/New_York → Europe/Berlin",
    ]


def test_changed_campaign_keeps_budgets_flight_and_windows() -> None:
    campaign = make_campaign(make_brand(name="Acme"), name="Search", daily_budget="5")

    change_campaign(
        campaign_id=campaign.pk,
        daily_budget=None,
        start_date=NOON.date(),
        windows=[hours("08:00", "20:00")],
        now=NOON,
        actor="api:bidder",
    )

    entry = last()
    assert (entry.campaign, entry.subject, entry.actor) == (campaign, "Acme / Search", "api:bidder")
    assert sorted(entry.sentences) == [
        "daily budget: 5.00 → no limit",
        "first day: none → 2026-11-20",
        "hours: at any hour → only every day 08:00-20:00",
    ]


def test_every_way_to_the_hours_is_kept() -> None:
    campaign = make_campaign()

    set_windows(campaign_id=campaign.pk, windows=[hours("08:00", "20:00")], now=NOON, actor="mia")
    change_schedule(campaign_id=campaign.pk, is_schedule_enabled=False, now=NOON, actor="mia")
    set_windows(campaign_id=campaign.pk, windows=(), now=NOON, actor="mia")

    kept = [entry.sentences for entry in AuditEntry.objects.filter(act=Act.CHANGED).order_by("pk")]
    windows, never = "only every day 08:00-20:00", "never: its schedule has no window"
    not_in_force = "at any hour: its schedule (every day 08:00-20:00) is not in force"
    assert kept == [
        (f"hours: at any hour → {windows}",),
        (f"hours: {windows} → {not_in_force}",),
        (f"hours: {not_in_force} → {never}",),
    ]


def test_what_is_made_says_with_what() -> None:
    brand = create_brand(name="Acme", daily_budget="10", now=NOON, actor="mia")
    assert last().sentences == ("name: Acme", "daily budget: 10.00")

    create_campaign(brand_id=brand.pk, name="Search", is_enabled=False, windows=(), now=NOON, actor="mia")
    assert (last().act, last().actor) == (Act.CREATED, "mia")
    assert last().sentences == ("name: Search", "switch: off", "hours: never: its schedule has no window")


def test_what_changes_nothing_leaves_nothing() -> None:
    brand = make_brand(daily_budget="100")
    before = AuditEntry.objects.count()

    change_brand(brand_id=brand.pk, daily_budget=Decimal("100.00"), is_enabled=True, now=NOON, actor="mia")

    assert AuditEntry.objects.count() == before


def test_what_is_refused_leaves_nothing() -> None:
    make_brand(name="Taken")
    brand = make_brand(name="Acme")
    before = AuditEntry.objects.count()

    with pytest.raises(NameTaken):
        change_brand(brand_id=brand.pk, name="Taken", daily_budget="1", now=NOON, actor="mia")

    assert AuditEntry.objects.count() == before


def test_reset_says_what_had_been_spent() -> None:
    campaign = make_campaign(make_brand(name="Acme"), name="Search")
    spend(campaign, "12.345")

    resets.reset_campaign(campaign_id=campaign.pk, kinds=[PeriodKind.DAY], now=NOON, actor="mia")
    assert (last().act, last().campaign) == (Act.RESET, campaign)
    assert last().sentences == ("spent today: 12.345 → 0.00",)

    resets.reset_brands(brand_ids=[campaign.brand_id], kinds=list(PeriodKind), now=NOON, actor="mia")
    assert (last().subject, last().campaign) == ("Acme", None)
    assert last().sentences == ("spent today: 12.345 → 0.00", "spent this month: 12.345 → 0.00")


def test_corrected_and_reversed_spend_says_what_it_counted_for() -> None:
    entry = spend(make_campaign(), "12.00")

    correct_spend(entry_id=entry.pk, new_amount="10.5", now=NOON, actor="mia")
    correct_spend(entry_id=entry.pk, new_amount="10.5", now=NOON, actor="tom")
    reverse_spend(entry_id=entry.pk, now=NOON, actor="api:books")

    kept = [(kept.actor, kept.sentences) for kept in AuditEntry.objects.filter(act=Act.CORRECTED).order_by("pk")]
    assert kept == [
        ("mia", (f"entry {entry.pk}: 12.00 → 10.50",)),
        ("api:books", (f"entry {entry.pk}: 10.50 → 0.00",)),
    ]


def test_history_outlives_the_campaign() -> None:
    campaign = make_campaign(make_brand(name="Acme"), name="Search")

    delete_campaign(campaign_id=campaign.pk)

    entry = last()
    assert (entry.brand, entry.campaign, entry.subject) == (Brand.objects.get(), None, "Acme / Search")
