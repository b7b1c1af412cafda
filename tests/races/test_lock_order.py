"""Several brands at once: their locks are taken in one order, so that nobody waits for ever. With its broken twin."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextvars import ContextVar
from functools import partial
from threading import Barrier

import pytest
from django.db import OperationalError, connection

from campaigns.models import Brand, Campaign
from campaigns.services import NewSpend, record_spends, statements
from campaigns.services.spend import SpendReceipt
from tests.factories import NOON, make_brand, make_campaign
from tests.races.writers import SECONDS, Outcome, line_up
from tests.readings import assert_totals_are_right, spent

pytestmark = pytest.mark.django_db(transaction=True)

HELD = ("paused", "brand_day")


# The order in which a writer of the broken twin takes its locks.
ORDER: ContextVar[list[int]] = ContextVar("ORDER")


def batches_crosswise(campaigns: Sequence[Campaign], *, writers: int) -> list[Outcome[list[SpendReceipt]]]:
    """Record a spend of each campaign, one writer in this order, the next in the other."""

    def batch(order: Sequence[Campaign]) -> list[SpendReceipt]:
        ORDER.set([campaign.pk for campaign in order])
        with connection.cursor() as cursor:
            cursor.execute("SET deadlock_timeout = '50ms'")
        return record_spends(spends=[NewSpend(campaign.pk, "1") for campaign in order], now=NOON)

    return line_up([partial(batch, campaigns), partial(batch, campaigns[::-1])] * (writers // 2))


def two_campaigns() -> list[Campaign]:
    # Their order by name is not that of their keys.
    return [make_campaign(make_brand(name=name)) for name in ("Zebra", "Acme")]


@pytest.mark.postgres
def test_batches_over_two_brands_crosswise_wait_for_each_other_in_one_order() -> None:
    campaigns = two_campaigns()

    outcomes = batches_crosswise(campaigns, writers=8)

    assert [outcome.error for outcome in outcomes] == [None] * 8
    assert [spent(campaign) for campaign in campaigns] == [("8.00", "8.00")] * 2
    assert_totals_are_right()


@pytest.mark.postgres
def test_twin_that_takes_the_locks_as_they_come_deadlocks(monkeypatch: pytest.MonkeyPatch) -> None:
    campaigns = two_campaigns()
    each_has_one = Barrier(2, timeout=SECONDS)

    lock = statements.lock_with_campaigns

    def lock_as_they_come(
        campaign_ids: Sequence[int], *, within: Collection[int] | None = None, may_wait: bool = True
    ) -> list[tuple[Brand, Campaign]]:
        first, second = ORDER.get()
        found = lock([first], within=within, may_wait=may_wait)
        each_has_one.wait()
        return found + lock([second], within=within, may_wait=may_wait)

    monkeypatch.setattr(statements, "lock_with_campaigns", lock_as_they_come)
    outcomes = batches_crosswise(campaigns, writers=2)

    errors = [outcome.error for outcome in outcomes if outcome.error]
    assert [type(error) for error in errors] == [OperationalError]
    assert "deadlock detected" in str(errors[0])
    assert [spent(campaign) for campaign in campaigns] == [("1.00", "1.00")] * 2
