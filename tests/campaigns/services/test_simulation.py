"""Simulated spend: only what runs spends, the same for the same seed, until its budget stops it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from campaigns.models import SpendLog
from campaigns.services.simulation import simulate_spend
from tests.factories import MINUTE, NOON, make_brand, make_campaign, make_campaigns
from tests.readings import assert_totals_are_right, ledger, state_of

pytestmark = pytest.mark.django_db


def test_each_running_campaign_spends_once_a_minute_until_now() -> None:
    first, second = make_campaigns(2)
    make_campaign(is_enabled=False)
    make_campaign(windows=[])

    report = simulate_spend(now=NOON, minutes=3, seed=1)

    written = SpendLog.objects.order_by("pk").values_list("campaign", "occurred_at", "source")
    assert list(written) == [
        (campaign.pk, NOON - minutes * MINUTE, "simulation") for minutes in (2, 1, 0) for campaign in (first, second)
    ]
    assert (report.entries, str(report.total)) == (6, str(sum(map(Decimal, ledger()))))
    assert_totals_are_right()


def test_same_seed_gives_the_same_amounts() -> None:
    make_campaigns(3)
    simulate_spend(now=NOON, seed=7)
    simulate_spend(now=NOON, seed=7)
    simulate_spend(now=NOON, seed=8)

    amounts = ledger()
    assert amounts[:3] == amounts[3:6] != amounts[6:]


def test_campaign_spends_a_small_share_of_its_own_or_its_brands_budget() -> None:
    own = make_campaign(daily_budget="1000")
    brands = make_campaign(make_brand(daily_budget="2000"))
    none, tiny = make_campaign(), make_campaign(daily_budget="0.01")

    simulate_spend(now=NOON, seed=1)

    shares = {campaign: Decimal(ledger(campaign)[0]) for campaign in (own, brands, none, tiny)}
    assert Decimal(1) <= shares[own] <= Decimal(10)
    assert Decimal(2) <= shares[brands] <= Decimal(20)
    assert Decimal("0.5") <= shares[none] <= Decimal(5)
    assert shares[tiny] == Decimal("0.01")


@pytest.mark.parametrize(("currency", "coin"), [("JPY", "1"), ("USD", "0.01"), ("KWD", "0.001"), ("XQZ", "0.01")])
def test_campaign_spends_whole_coins_of_its_currency(currency: str, coin: str) -> None:
    campaign = make_campaign(make_brand(currency=currency, daily_budget="10000000"))

    simulate_spend(now=NOON, minutes=5, seed=1)

    amounts = [Decimal(amount) for amount in ledger(campaign)]
    assert len(amounts) == 5
    assert all(amount % Decimal(coin) == 0 for amount in amounts)
    assert any(amount % (Decimal(coin) * 10) for amount in amounts)


def test_campaign_spends_no_more_once_its_budget_stopped_it() -> None:
    campaign = make_campaign(daily_budget="0.01")

    report = simulate_spend(now=NOON, minutes=5, seed=1)

    assert (report.entries, ledger()) == (1, ["0.01"])
    assert [(change.campaign, change.is_active) for change in report.changes] == [(campaign, False)]
    assert state_of(campaign) == ("paused", "campaign_day")


def test_brand_that_stops_is_told_once_whatever_the_number_of_its_campaigns() -> None:
    campaigns = make_campaigns(3, make_brand(daily_budget="0.01"))

    report = simulate_spend(now=NOON, seed=1)

    assert [change.campaign for change in report.changes] == campaigns


def test_nothing_that_runs_spends_nothing() -> None:
    make_campaign(is_enabled=False)

    report = simulate_spend(now=NOON)

    assert (report.entries, report.total, report.changes) == (0, Decimal(0), ())
