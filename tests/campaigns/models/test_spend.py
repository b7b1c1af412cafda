"""The ledger is closed: no door of Django's writes, changes or erases an entry."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.db.models import ProtectedError

from campaigns.errors import LedgerIsClosed
from campaigns.models import SpendLog
from tests.factories import NOON, make_campaign, make_campaigns, spend
from tests.readings import assert_totals_are_right, ledger

pytestmark = pytest.mark.django_db


def draft() -> SpendLog:
    campaign = SpendLog.objects.all()[0].campaign
    return SpendLog(
        campaign=campaign, amount=Decimal(5), occurred_at=NOON, recorded_at=NOON, local_day=date(2026, 11, 20)
    )


def entry() -> SpendLog:
    return SpendLog.objects.all()[0]


FACTS = {"amount": Decimal(5), "occurred_at": NOON, "recorded_at": NOON, "local_day": date(2026, 11, 20)}

DOORS: dict[str, Callable[[], object]] = {
    "save a new one": lambda: draft().save(),
    "save an old one": lambda: entry().save(),
    "save some columns": lambda: entry().save(update_fields=["amount"]),
    "force an insert": lambda: draft().save(force_insert=True),
    "create": lambda: SpendLog.objects.create(campaign=entry().campaign, **FACTS),
    "get or create": lambda: SpendLog.objects.get_or_create(campaign=entry().campaign, reference="x", defaults=FACTS),
    "update or create": lambda: SpendLog.objects.update_or_create(pk=entry().pk, defaults={"amount": Decimal(1)}),
    "create through the campaign": lambda: entry().campaign.spend.create(**FACTS),
    "bulk create": lambda: SpendLog.objects.bulk_create([draft()]),
    "bulk update": lambda: SpendLog.objects.bulk_update([entry()], ["amount"]),
    "update": lambda: SpendLog.objects.update(amount=Decimal(1)),
    "update through the campaign": lambda: entry().campaign.spend.update(amount=Decimal(1)),
    "add to a campaign": lambda: make_campaign().spend.add(entry()),
    "set on a campaign": lambda: make_campaign().spend.set([entry()]),
    "add as a correction": lambda: entry().corrections.add(entry()),
    "delete": lambda: entry().delete(),
    "delete many": lambda: SpendLog.objects.all().delete(),
    "delete through the campaign": lambda: entry().campaign.spend.all().delete(),
    "update by the base manager": lambda: SpendLog._base_manager.update(amount=Decimal(1)),
    "delete by the base manager": lambda: SpendLog._base_manager.all().delete(),
}


@pytest.mark.parametrize("door", DOORS)
def test_no_door_of_djangos_writes_an_entry(door: str) -> None:
    campaign = make_campaign()
    spend(campaign, "1")

    with pytest.raises(LedgerIsClosed, match="use record_spend, correct_spend or reverse_spend"):
        DOORS[door]()

    assert ledger(campaign) == ["1.00"]
    assert_totals_are_right()


def test_campaign_or_brand_with_entries_cannot_be_deleted_around_the_services_either() -> None:
    campaign = make_campaign()
    spend(campaign, "1")

    with pytest.raises(ProtectedError):
        campaign.delete()
    with pytest.raises(ProtectedError):
        campaign.brand.delete()

    assert ledger() == ["1.00"]


def test_append_inserts_and_numbers_the_entries() -> None:
    make_campaign()
    spend(make_campaigns(1)[0], "1")
    first, second = draft(), draft()

    stored = SpendLog.objects.append([first, second])

    assert stored == [first, second]
    assert [entry.pk for entry in SpendLog.objects.order_by("pk")][1:] == [first.pk, second.pk]
    assert SpendLog.objects.append([]) == []


def test_newest_entry_comes_first_and_is_called_by_its_number() -> None:
    campaign = make_campaign()
    old, new = spend(campaign, "1"), spend(campaign, "2")

    assert list(SpendLog.objects.all()) == [new, old]
    assert str(new) == f"entry {new.pk}"
