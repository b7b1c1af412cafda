"""The walk through the admin, as it was asked for: from a new brand to a reset month, by its pages alone."""

from __future__ import annotations

from datetime import timedelta

import time_machine
from django.contrib.auth.models import User
from django.test import Client

from campaigns.models import Brand, Campaign
from campaigns.tasks import reset_daily_spends, reset_monthly_spends
from tests.campaigns.admin.browser import Browser
from tests.campaigns.admin.paths import BRANDS, CAMPAIGNS, SPENDS, change_page
from tests.factories import NEW_YORK, NOON
from tests.readings import assert_totals_are_right, ledger, spent, state_of


def test_walk_through_the_admin(db: None) -> None:
    client = Client()
    with time_machine.travel(NOON, tick=False) as clock:
        client.force_login(User.objects.create_superuser("mia"))
        desk = Browser(client)

        brand, campaign = _a_brand_with_a_campaign(desk)
        _spend_reaches_both(desk, brand, campaign)
        _crossing_stops_at_once(desk, brand, campaign)
        _raised_budget_starts_at_once(desk, brand, campaign)
        _window_stops_and_its_removal_starts(desk, campaign)
        clock.shift(timedelta(minutes=1))
        _switched_off_stays_off_over_resets(desk, brand, campaign)


def _a_brand_with_a_campaign(desk: Browser) -> tuple[Brand, Campaign]:
    desk.save(
        desk.open(f"{BRANDS}add/"),
        name="Acme",
        time_zone=NEW_YORK,
        daily_budget="1000.00",
        monthly_budget="30000.00",
    )
    brand = Brand.objects.get()
    desk.save(desk.open(f"{CAMPAIGNS}add/"), brand=str(brand.pk), name="Search", is_enabled=True)
    campaign = Campaign.objects.get()
    assert state_of(campaign) == ("active", "")
    return brand, campaign


def _spend_reaches_both(desk: Browser, brand: Brand, campaign: Campaign) -> None:
    _enter_spend(desk, campaign, "500.00")

    assert spent(brand) == spent(campaign) == ("500.00", "500.00")
    page = desk.open(change_page(campaign)).text
    assert "campaign today 500.00 USD" in page
    assert "campaign this month 500.00 USD" in page
    assert "brand today 500.00 USD of 1,000.00" in page
    assert "brand this month 500.00 USD of 30,000.00" in page
    assert (
        "Acme America/New_York on 1 of 1 run 500.00 USD of 1,000.00 50.0 % 500.00 USD of 30,000.00 1.7 %"
        in desk.open(BRANDS).text
    )


def _crossing_stops_at_once(desk: Browser, brand: Brand, campaign: Campaign) -> None:
    messages = _enter_spend(desk, campaign, "600.00")

    assert messages[-1] == "Stopped: Search (brand's daily budget)."
    assert state_of(campaign) == ("paused", "brand_day")
    assert "Search Acme paused brand's daily budget 1,100.00 USD" in desk.open(CAMPAIGNS).text
    assert spent(brand) == spent(campaign) == ("1100.00", "1100.00")


def _raised_budget_starts_at_once(desk: Browser, brand: Brand, campaign: Campaign) -> None:
    desk.save(desk.open(change_page(brand)), daily_budget="2000")

    assert state_of(campaign) == ("active", "")


def _window_stops_and_its_removal_starts(desk: Browser, campaign: Campaign) -> None:
    every_day = ["0", "1", "2", "3", "4", "5", "6"]
    in_the_evening = {"windows-0-weekdays": every_day, "windows-0-start": "18:00", "windows-0-end": "20:00"}

    desk.save(desk.open(change_page(campaign)), in_the_evening, hours="windows")
    assert state_of(campaign) == ("paused", "outside_windows")

    desk.save(desk.open(change_page(campaign)), {"windows-0-DELETE": True}, hours="any")
    assert state_of(campaign) == ("active", "")


def _switched_off_stays_off_over_resets(desk: Browser, brand: Brand, campaign: Campaign) -> None:
    desk.save(desk.open(change_page(campaign)), is_enabled=False)
    assert state_of(campaign) == ("inactive", "campaign_off")

    reset_daily_spends()
    assert state_of(campaign) == ("inactive", "campaign_off")
    assert spent(brand) == spent(campaign) == ("0.00", "1100.00")

    reset_monthly_spends()
    assert state_of(campaign) == ("inactive", "campaign_off")
    assert spent(brand) == spent(campaign) == ("0.00", "0.00")
    assert ledger() == ["500.00", "600.00"]
    assert_totals_are_right()


def _enter_spend(desk: Browser, campaign: Campaign, amount: str) -> list[str]:
    return desk.save(desk.open(f"{SPENDS}add/"), campaign=str(campaign.pk), amount=amount).messages
