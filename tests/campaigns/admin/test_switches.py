"""Bulk actions on brands and campaigns: each says what was done, and what was refused and why."""

from __future__ import annotations

import pytest

from campaigns.models import Brand, Campaign, StatusChange
from tests.campaigns.admin.browser import Browser
from tests.campaigns.admin.paths import BRANDS, CAMPAIGNS
from tests.factories import break_zone, make_brand, make_campaign, spend
from tests.readings import RUNNING, assert_totals_are_right, ledger, spent, state_of, states_of


def test_brands_are_switched_off_and_on(desk: Browser) -> None:
    brands = [make_brand(name="Acme"), make_brand(name="Zeta")]
    campaigns = [make_campaign(brand) for brand in brands]
    keys = [brand.pk for brand in brands]

    off = desk.do(BRANDS, "pause", keys)
    states_off = states_of(*campaigns)
    on = desk.do(BRANDS, "activate", keys)

    assert off.messages == ["Switched off 2 brands: Acme: 0 of 1 campaigns run, Zeta: 0 of 1 campaigns run."]
    assert states_off == [("paused", "brand_off")] * 2
    assert on.messages == ["Switched on 2 brands: Acme: 1 of 1 campaigns run, Zeta: 1 of 1 campaigns run."]
    assert states_of(*campaigns) == [RUNNING] * 2
    assert {change.actor for change in StatusChange.objects.order_by("-pk")[:4]} == {"mia"}


def test_campaigns_are_switched_on_and_say_what_still_holds_them(desk: Browser) -> None:
    brand = make_brand()
    free = make_campaign(brand, name="Free", is_enabled=False)
    held = make_campaign(brand, name="Held", is_enabled=False, windows=[])

    page = desk.do(CAMPAIGNS, "activate", [free.pk, held.pk])

    assert page.messages == ["Switched on 2 campaigns: Free is active, Held is paused (outside its windows)."]
    assert states_of(free, held) == [RUNNING, ("paused", "outside_windows")]


def test_campaigns_are_switched_off(desk: Browser) -> None:
    campaign = make_campaign(name="Search")

    page = desk.do(CAMPAIGNS, "pause", [campaign.pk])

    assert page.messages == ["Switched off 1 campaign: Search is inactive (campaign switched off)."]
    assert state_of(campaign) == ("inactive", "campaign_off")


def test_brands_day_starts_now(desk: Browser) -> None:
    brand = make_brand(name="Acme", daily_budget="10")
    campaign = make_campaign(brand)
    spend(campaign, "10.00")

    page = desk.do(BRANDS, "reset_day", [brand.pk])

    assert page.messages == [
        "Today's spend starts at 0 (the ledger keeps every entry) for 1 brand: Acme: 1 of 1 campaigns run."
    ]
    assert (spent(brand), spent(campaign)) == (("0.00", "10.00"), ("0.00", "10.00"))
    assert (ledger(), state_of(campaign)) == (["10.00"], RUNNING)
    assert_totals_are_right()


def test_brands_month_starts_now(desk: Browser) -> None:
    brand = make_brand(name="Acme", monthly_budget="10")
    campaign = make_campaign(brand)
    spend(campaign, "10.00")

    desk.do(BRANDS, "reset_month", [brand.pk])

    assert (spent(brand), state_of(campaign)) == (("10.00", "0.00"), RUNNING)


def test_campaigns_day_and_month_start_now_and_leave_the_brands_alone(desk: Browser) -> None:
    brand = make_brand()
    campaign = make_campaign(brand, name="Search", daily_budget="10", monthly_budget="10")
    spend(campaign, "10.00")

    day = desk.do(CAMPAIGNS, "reset_day", [campaign.pk])
    after_day = state_of(campaign)
    desk.do(CAMPAIGNS, "reset_month", [campaign.pk])

    assert day.messages[0].endswith("for 1 campaign: Search is paused (campaign's monthly budget).")
    assert after_day == ("paused", "campaign_month")
    assert (state_of(campaign), spent(campaign), spent(brand)) == (RUNNING, ("0.00", "0.00"), ("10.00", "10.00"))


@pytest.mark.parametrize("action", ["reset_day", "reset_month"])
def test_reset_says_which_brands_cannot_be_reset(desk: Browser, action: str) -> None:
    broken, sound = make_brand(name="Broken"), make_brand(name="Sound")
    break_zone(broken)

    page = desk.do(BRANDS, action, [broken.pk, sound.pk])

    assert page.messages[0].endswith("for 1 brand: Sound: 0 of 0 campaigns run.")
    assert page.messages[1] == "Not reset, 1 brand: The time zone of Broken cannot be read: correct it first."


def test_reset_says_which_campaigns_cannot_be_reset(desk: Browser) -> None:
    campaign = make_campaign()
    break_zone(campaign.brand)

    page = desk.do(CAMPAIGNS, "reset_day", [campaign.pk])

    assert page.messages[0].startswith("Not reset, 1 campaign: 'Mars/Olympus' is not a time zone")


def test_delete_of_brands_says_which_were_not_deleted_and_why(desk: Browser) -> None:
    empty, full = make_brand(name="Empty"), make_brand(name="Full")
    make_campaign(full)

    asked = desk.act(BRANDS, "delete_selected", [empty.pk, full.pk])
    page = desk.confirm(asked)

    assert "Are you sure" in asked.text
    assert page.messages == [
        "Deleted 1 brand: Empty.",
        "Not deleted, 1 brand: Full has campaigns, so it cannot be deleted: switch it off instead.",
    ]
    assert list(Brand.objects.all()) == [full]


def test_delete_of_campaigns_says_which_were_not_deleted_and_why(desk: Browser) -> None:
    brand = make_brand()
    unused, used = make_campaign(brand, name="Unused"), make_campaign(brand, name="Used")
    spend(used, "1")

    page = desk.confirm(desk.act(CAMPAIGNS, "delete_selected", [unused.pk, used.pk]))

    assert page.messages == [
        "Deleted 1 campaign: Unused.",
        "Not deleted, 1 campaign: Used has spend in the ledger, so it cannot be deleted: switch it off instead.",
    ]
    assert list(Campaign.objects.all()) == [used]


def test_messages_name_a_few_rows_and_count_the_rest(desk: Browser) -> None:
    brand = make_brand()
    campaigns = [make_campaign(brand, name=f"C{number:02}") for number in range(12)]

    page = desk.do(CAMPAIGNS, "pause", [campaign.pk for campaign in campaigns])

    assert page.messages[0].startswith("Switched off 12 campaigns: C00 is inactive")
    assert page.messages[0].endswith("C07 is inactive (campaign switched off) and 4 more.")
    assert set(states_of(*campaigns)) == {("inactive", "campaign_off")}


@pytest.mark.parametrize("keys", [[], ["abc"], ["9" * 30], ["1\x00"]])
def test_action_on_nothing_does_nothing(desk: Browser, keys: list[str]) -> None:
    brand = make_brand()

    page = desk.act(BRANDS, "pause", keys)

    brand.refresh_from_db()
    assert (page.status, brand.is_enabled) == (200, True)
    assert len(page.messages) == 1
