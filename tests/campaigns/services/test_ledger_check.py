"""The ledger's check, as the task runs it: what differs is kept until it agrees again."""

from __future__ import annotations

from decimal import Decimal

import pytest

from campaigns.models import Brand, Campaign, LedgerDrift
from campaigns.services import find_drift, rebuild_totals
from campaigns.services.totals import check_ledger
from tests.factories import MINUTE, NOON, make_brand, make_campaign, spend
from tests.readings import everything_stored

pytestmark = pytest.mark.django_db


@pytest.fixture
def bent() -> Campaign:
    """A campaign whose counter of the day says 9 where the ledger says 10."""
    campaign = make_campaign(make_brand(name="Acme"), name="Search")
    spend(campaign, "10")
    Campaign.objects.filter(pk=campaign.pk).update(current_daily_spend=Decimal(9))
    return campaign


def kept() -> list[tuple[object, ...]]:
    return [(row.owner, row.kind, row.counted, row.in_ledger) for row in LedgerDrift.objects.all()]


def test_drift_is_kept_with_its_owner_and_both_sums(bent: Campaign) -> None:
    found = check_ledger(now=NOON)

    assert found == find_drift()
    assert kept() == [("Acme/Search", "day", Decimal("9.00"), Decimal("10.00"))]


def test_drift_that_is_found_again_is_kept_once(bent: Campaign) -> None:
    for minutes in (0, 5, 5, 10):
        check_ledger(now=NOON + minutes * MINUTE)

    assert len(kept()) == 1


def test_drift_goes_with_the_check_that_does_not_find_it_again(bent: Campaign) -> None:
    check_ledger(now=NOON)
    Campaign.objects.update(current_daily_spend=Decimal(10))

    assert check_ledger(now=NOON + MINUTE) == []
    assert kept() == []


def test_drift_goes_with_the_rebuild_of_its_brand_and_no_other(bent: Campaign) -> None:
    other = make_campaign(make_brand(name="Other"), name="Shop")
    Brand.objects.filter(pk=other.brand_id).update(current_monthly_spend=Decimal(1))
    check_ledger(now=NOON)
    assert len(kept()) == 2

    rebuild_totals(brand_id=bent.brand_id, now=NOON)

    assert kept() == [("Other", "month", Decimal("1.00"), Decimal(0))]


def test_older_check_does_not_take_what_a_newer_one_found(bent: Campaign) -> None:
    check_ledger(now=NOON + MINUTE)
    Campaign.objects.update(current_daily_spend=Decimal(10))

    check_ledger(now=NOON)

    assert len(kept()) == 1


def test_check_changes_nothing_but_what_it_keeps(bent: Campaign) -> None:
    before = everything_stored()

    check_ledger(now=NOON)

    assert everything_stored() == before


def test_asking_by_hand_keeps_nothing(bent: Campaign) -> None:
    find_drift()

    assert kept() == []
