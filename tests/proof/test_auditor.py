"""The auditor lets every path of the desk through, and nothing that leaves a counter wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from campaigns.models import Brand, Campaign, SpendLog, money_value
from campaigns.services import change_brand, rebuild_totals
from tests.factories import MINUTE, NEXT_MIDNIGHT, NOON, THIS_MIDNIGHT, break_zone, make_campaign, spend
from tests.proof import auditor
from tests.proof.both import Both
from tests.proof.steps import ZONES, random_steps
from tests.readings import ledger

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def campaign(transactional_db: None) -> Iterator[Campaign]:
    """A campaign that has spent, in an audited database."""
    auditor.install()
    campaign = make_campaign()
    spend(campaign, "10")
    yield campaign
    auditor.remove()


def add_to_counter(campaign: Campaign) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(current_daily_spend=money_value(Decimal("10.000001")))


def forget_brand(campaign: Campaign) -> None:
    Brand.objects.update(current_monthly_spend=Decimal(0))


def write_entry(campaign: Campaign) -> None:
    entry = SpendLog(campaign=campaign, amount=Decimal(1), occurred_at=NOON, recorded_at=NOON, local_day=NOON.date())
    SpendLog.objects.append([entry])


def erase_entries(campaign: Campaign) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM campaigns_spendlog")


def move_entries(campaign: Campaign) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE campaigns_spendlog SET occurred_at = occurred_at - interval '1 day'")


def reset_to_nothing(campaign: Campaign) -> None:
    Brand.objects.update(current_daily_spend=Decimal(0), daily_since=THIS_MIDNIGHT)


def bring_back_the_month(campaign: Campaign) -> None:
    spend(campaign, "5", occurred_at=NOON.replace(month=10))
    Campaign.objects.update(monthly_since=NOON.replace(month=10, day=1))


@pytest.mark.parametrize(
    "write",
    [add_to_counter, forget_brand, write_entry, erase_entries, move_entries, reset_to_nothing, bring_back_the_month],
)
def test_commit_that_leaves_a_counter_wrong_fails(write: Callable[[Campaign], None], campaign: Campaign) -> None:
    with pytest.raises(IntegrityError, match=r"audit: the (day|month) of"), transaction.atomic():
        write(campaign)

    assert ledger() == ["10.00"]


def test_what_is_right_again_at_the_end_of_the_transaction_gets_through(campaign: Campaign) -> None:
    with transaction.atomic():
        add_to_counter(campaign)
        rebuild_totals(brand_id=campaign.brand_id, now=NOON)


def test_brand_without_a_readable_zone_has_nothing_to_compare(campaign: Campaign) -> None:
    break_zone(campaign.brand)

    change_brand(brand_id=campaign.brand_id, time_zone="Asia/Tokyo", now=NEXT_MIDNIGHT)


@pytest.mark.parametrize("zone", ZONES)
def test_every_path_of_the_desk_gets_through_in_every_zone(zone: str, transactional_db: None) -> None:
    auditor.install()
    try:
        both = Both(NEXT_MIDNIGHT - MINUTE, [zone], 2)
        for step in random_steps(ZONES.index(zone), 30):
            both.take(step)
    finally:
        auditor.remove()
    assert SpendLog.objects.exists()
