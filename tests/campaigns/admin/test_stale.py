"""An old form: it changes what its person changed, and undoes nobody's newer work."""

from __future__ import annotations

from decimal import Decimal

from campaigns.models import Brand, Campaign
from campaigns.services import change_brand, change_campaign, delete_brand, delete_campaign, set_windows
from tests.campaigns.admin.browser import Browser
from tests.campaigns.admin.paths import BRANDS, CAMPAIGNS, change_page, delete_page
from tests.campaigns.admin.schedules import schedule_of
from tests.factories import NOON, hours, make_brand, make_campaign, spend
from tests.readings import RUNNING, assert_totals_are_right, spent, state_of

OPEN, CLOSED = hours("08:00", "20:00"), hours("18:00", "20:00")


def test_fifty_spends_survive_an_old_brand_form(desk: Browser) -> None:
    brand = make_brand(daily_budget="49.00")
    campaign = make_campaign(brand)
    page = desk.open(change_page(brand))

    for _ in range(50):
        spend(campaign, "1.00")
    desk.save(page, name="Renamed")

    assert spent(brand) == spent(campaign) == ("50.00", "50.00")
    assert state_of(campaign) == ("paused", "brand_day")
    assert_totals_are_right()


def test_fifty_spends_survive_an_old_campaign_form(desk: Browser) -> None:
    campaign = make_campaign(daily_budget="50.00")
    page = desk.open(change_page(campaign))

    for _ in range(50):
        spend(campaign, "1.00")
    desk.save(page, name="Renamed")

    assert spent(campaign) == ("50.00", "50.00")
    assert state_of(campaign) == ("paused", "campaign_day")
    assert_totals_are_right()


def test_old_brand_form_keeps_what_others_changed_since(desk: Browser) -> None:
    brand = make_brand(name="Acme", daily_budget="10", monthly_budget="100")
    page = desk.open(change_page(brand))
    change_brand(
        brand_id=brand.pk, daily_budget="20", is_enabled=False, time_zone="Asia/Tokyo", currency="EUR", now=NOON
    )

    desk.save(page, monthly_budget="200")

    brand.refresh_from_db()
    assert (brand.daily_budget, brand.monthly_budget) == (Decimal("20.00"), Decimal("200.00"))
    assert (brand.is_enabled, brand.time_zone, brand.currency) == (False, "Asia/Tokyo", "EUR")


def test_old_campaign_form_keeps_what_others_changed_since(desk: Browser) -> None:
    campaign = make_campaign(name="Search")
    page = desk.open(change_page(campaign))
    change_campaign(
        campaign_id=campaign.pk, is_enabled=False, daily_budget="5", start_date=NOON.date(), windows=[CLOSED], now=NOON
    )

    desk.save(page, name="Renamed")

    campaign.refresh_from_db()
    assert (campaign.name, campaign.is_enabled, campaign.daily_budget) == ("Renamed", False, Decimal("5.00"))
    assert campaign.start_date == NOON.date()
    assert schedule_of(campaign) == (True, [CLOSED])


def test_old_campaign_form_whose_windows_nobody_touched_keeps_newer_ones(desk: Browser) -> None:
    campaign = make_campaign(windows=[OPEN])
    page = desk.open(change_page(campaign))
    set_windows(campaign_id=campaign.pk, windows=[CLOSED, hours("21:00", "22:00")], now=NOON)

    desk.save(page, daily_budget="5")

    assert schedule_of(campaign) == (True, [CLOSED, hours("21:00", "22:00")])


def test_old_campaign_form_that_only_moves_the_schedules_switch_keeps_newer_windows(desk: Browser) -> None:
    campaign = make_campaign(windows=[OPEN])
    page = desk.open(change_page(campaign))
    set_windows(campaign_id=campaign.pk, windows=[CLOSED], now=NOON)

    desk.save(page, hours="kept")

    assert schedule_of(campaign) == (False, [CLOSED])


def test_old_campaign_form_cannot_put_a_schedule_in_force_that_is_gone(desk: Browser) -> None:
    campaign = make_campaign()
    set_windows(campaign_id=campaign.pk, windows=[CLOSED], is_enabled=False, now=NOON)
    page = desk.open(change_page(campaign))
    set_windows(campaign_id=campaign.pk, windows=None, now=NOON)

    saved = desk.save(page, hours="windows")

    assert saved.errors == {
        "hours": ["The campaign has no schedule any more: give it windows, or load the page again."]
    }
    assert (schedule_of(campaign), state_of(campaign)) == (None, RUNNING)


def test_old_schedule_form_keeps_what_others_changed_since(desk: Browser) -> None:
    campaign = make_campaign(windows=[OPEN])
    untouched, switched = desk.open(change_page(campaign.schedule)), desk.open(change_page(campaign.schedule))
    set_windows(campaign_id=campaign.pk, windows=[CLOSED], is_enabled=False, now=NOON)

    desk.save(untouched)
    after_untouched = schedule_of(campaign)
    desk.save(switched, {"windows-0-start": "09:00"})

    assert after_untouched == (False, [CLOSED])
    assert schedule_of(campaign) == (False, [hours("09:00", "20:00")])


def test_old_form_that_was_refused_first_still_keeps_what_others_changed(desk: Browser) -> None:
    make_brand(name="Taken")
    brand = make_brand(name="Acme", daily_budget="10")
    page = desk.open(change_page(brand))
    change_brand(brand_id=brand.pk, daily_budget="20", now=NOON)

    refused = desk.save(page, name="Taken")
    desk.save(refused, name="Free")

    brand.refresh_from_db()
    assert (brand.name, brand.daily_budget) == ("Free", Decimal("20.00"))


def test_old_flight_is_no_obstacle_to_a_newer_one(desk: Browser) -> None:
    campaign = make_campaign(start_date=NOON.date().replace(day=1), end_date=NOON.date().replace(day=10))
    page = desk.open(change_page(campaign))
    change_campaign(campaign_id=campaign.pk, end_date=NOON.date().replace(day=30), now=NOON)

    saved = desk.save(page, start_date="2026-11-15")

    campaign.refresh_from_db()
    assert saved.errors == {}
    assert (str(campaign.start_date), str(campaign.end_date)) == ("2026-11-15", "2026-11-30")


GONE = ["What was selected is not there any more: nothing was done."]


def test_form_of_a_brand_that_is_gone_says_so(desk: Browser) -> None:
    brand = make_brand(name="Acme")
    page, asked = desk.open(change_page(brand)), desk.open(delete_page(brand))
    delete_brand(brand_id=brand.pk)

    saved, confirmed = desk.save(page, name="Renamed"), desk.confirm(asked)
    acted = desk.act(BRANDS, "activate", [brand.pk])

    assert "doesn’t exist" in saved.messages[0]
    assert "doesn’t exist" in confirmed.messages[0]
    assert (acted.status, acted.messages) == (200, GONE)
    assert not Brand.objects.exists()


def test_form_of_a_campaign_that_is_gone_says_so(desk: Browser) -> None:
    campaign = make_campaign(windows=[OPEN])
    page, schedule = desk.open(change_page(campaign)), desk.open(change_page(campaign.schedule))
    delete_campaign(campaign_id=campaign.pk)

    saved, saved_schedule = desk.save(page, name="Renamed"), desk.save(schedule, is_enabled=False)
    acted = desk.act(CAMPAIGNS, "reset_day", [campaign.pk])

    assert "doesn’t exist" in saved.messages[0]
    assert "doesn’t exist" in saved_schedule.messages[0]
    assert (acted.status, acted.messages) == (200, GONE)
    assert not Campaign.objects.exists()
