"""A campaign's page above its form, and the week above its windows."""

from __future__ import annotations

import re

import pytest
from django.db.models import Model

from campaigns.models import Campaign, DaypartingSchedule
from campaigns.rules.dayparting import EVERY_DAY, Weekday, Window
from tests.campaigns.admin.browser import Browser, Page, Value
from tests.campaigns.admin.paths import CAMPAIGNS, SCHEDULES, change_page
from tests.campaigns.admin.schedules import line, schedule_of
from tests.campaigns.admin.test_brand_page import pictures, staff
from tests.clock import run_clock
from tests.factories import HOUR, THIS_MIDNIGHT, break_zone, hours, make_brand, make_campaign, spend
from tests.readings import everything_stored, state_of


def windows_of(campaign: Campaign) -> list[Window]:
    """Return the windows that are stored."""
    stored = schedule_of(campaign)
    return [] if stored is None else stored[1]


def press(desk: Browser, page: Page, preset: str, **typed: Value) -> Page:
    """Press one of the buttons that fill the table in."""
    form = next(form for form in page.forms if "windows-TOTAL_FORMS" in form.values)
    return desk.send(page.url, form.filled(typed) | {"_preset": [preset]})


def test_answer_comes_in_a_sentence_with_what_follows(desk: Browser) -> None:
    campaign = make_campaign(name="Search", windows=[hours("18:00", "20:00")], daily_budget="10")
    spend(campaign, "4.00")

    page = desk.open(change_page(campaign))

    assert "paused Search is held: outside its windows, until Fri 20 Nov 2026 18:00 (America/New_York)." in page.text
    assert "in 6 h its window opens, then it may run." in page.text
    assert "Fri 20 Nov 18:00 America/New_York Fri 20 Nov 23:00 UTC" in page.text
    assert '<time class="reader" datetime="2026-11-20T23:00:00+00:00" data-reader>' in page.html


def test_what_holds_it_then_is_said_too(desk: Browser) -> None:
    campaign = make_campaign(daily_budget="10", windows=[hours("08:00", "20:00")])
    spend(campaign, "12.00")

    page = desk.open(change_page(campaign))

    assert "a new day begins for its budget, then it is held by: outside its windows." in page.text


def test_nothing_follows_where_a_person_has_to_act(desk: Browser) -> None:
    assert "Time alone changes nothing." in desk.open(change_page(make_campaign(is_enabled=False))).text


def test_past_is_drawn_with_its_pauses_and_told(desk: Browser) -> None:
    campaign = make_campaign(windows=[hours("08:00", "10:00")], now=THIS_MIDNIGHT)
    run_clock(THIS_MIDNIGHT + 8 * HOUR, THIS_MIDNIGHT + 11 * HOUR, every=HOUR)

    page = desk.open(change_page(campaign))

    drawn = pictures(page)
    assert set(drawn) == {"Spend today by hour", "Spend of the last 28 days", "The week in which it may run"}
    says = [title.text for title in drawn["Spend today by hour"].iter("title")]
    assert "held Fri 20 Nov 10:00 to Fri 20 Nov 12:00: outside its windows" in says
    assert "It was held once, and ran 50% of the time." in page.text


def test_starts_and_stops_have_cause_who_and_numbers(desk: Browser) -> None:
    campaign = make_campaign(daily_budget="10")
    spend(campaign, "12.00")
    desk.save(desk.open(change_page(campaign)), daily_budget="20")

    page = desk.open(change_page(campaign))

    assert "started Nothing holds it any more by an edited budget by mia · 12.00 of 20.00 USD spent" in page.text
    assert "stopped Campaign's daily budget by a spend · 12.00 of 10.00 USD spent" in page.text


def test_page_opens_where_the_zone_cannot_be_read(desk: Browser) -> None:
    campaign = make_campaign()
    break_zone(campaign.brand)

    page = desk.open(change_page(campaign))

    assert page.status == 200
    assert set(pictures(page)) == {"The week in which it may run"}


def test_week_is_drawn_and_said(desk: Browser) -> None:
    campaign = make_campaign(windows=[hours("22:00", "06:00", Weekday.THURSDAY)])

    page = desk.open(change_page(campaign))

    assert "Thursday 22:00–24:00 Friday, today 00:00–06:00 Saturday not at all" in page.text
    assert "It may run Thu 22:00-06:00." in page.text


def test_preset_fills_a_line_in_which_is_saved_by_saving(desk: Browser) -> None:
    campaign = make_campaign()
    before = everything_stored()

    filled = press(desk, desk.open(change_page(campaign)), "overnight")
    unsaved = everything_stored()
    desk.save(filled)

    assert unsaved == before
    assert "nothing is saved yet" in filled.text
    assert schedule_of(campaign) == (True, [hours("22:00", "06:00")])


def test_presets_add_up_and_keep_what_was_typed(desk: Browser) -> None:
    campaign = make_campaign(windows=[hours("06:00", "07:00")])
    page = desk.open(change_page(campaign))

    page = press(desk, page, "business", name="Renamed", **line(1, "12:00", "13:00"))
    page = press(desk, page, "weekends")
    page = press(desk, page, "overnight")
    desk.save(page)

    windows = windows_of(campaign)
    assert len(windows) == 5
    assert {(window.start.hour, window.end.hour) for window in windows} == {(6, 7), (12, 13), (9, 17), (0, 0), (22, 6)}
    assert Campaign.objects.get().name == "Renamed"


@pytest.mark.parametrize("model", ["brand", "campaign", "daypartingschedule"])
def test_enter_saves(desk: Browser, model: str) -> None:
    campaign = make_campaign(windows=[hours("06:00", "07:00")])
    rows: dict[str, Model] = {"brand": campaign.brand, "campaign": campaign, "daypartingschedule": campaign.schedule}

    page = desk.open(change_page(rows[model]))

    # Browsers press the first button of the form that somebody types in.
    form = page.html.partition(f'id="{model}_form"')[2]
    first = re.findall(r'<(?:input|button)[^>]*type="submit"[^>]*>', form)[0]
    assert 'name="_save"' in first


def test_another_line_and_an_empty_table(desk: Browser) -> None:
    campaign = make_campaign(windows=[hours("06:00", "07:00")])
    page = desk.open(change_page(campaign))
    lines = page.html.count('<tr class="window')

    more = press(desk, page, "line")
    emptied = press(desk, press(desk, more, "evenings"), "empty")
    desk.save(emptied, hours="any")

    assert more.html.count('<tr class="window') == lines + 1
    assert "Monday not at all" in emptied.text
    assert not DaypartingSchedule.objects.exists()


def test_preset_on_a_new_campaign_asks_for_nothing_yet(desk: Browser) -> None:
    brand = make_brand()

    filled = press(desk, desk.open(f"{CAMPAIGNS}add/"), "evenings", brand=str(brand.pk))
    desk.save(filled, name="Late")

    assert filled.errors == {}
    assert "This field is required" not in filled.text
    assert schedule_of(Campaign.objects.get()) == (True, [hours("18:00", "23:00")])


def test_presets_work_on_the_schedules_own_page(desk: Browser) -> None:
    campaign = make_campaign(windows=[hours("06:00", "07:00")])

    page = press(desk, desk.open(change_page(campaign.schedule)), "evenings")
    desk.save(page)

    assert len(windows_of(campaign)) == 2
    assert "The week in which it may run" in pictures(desk.open(f"{SCHEDULES}add/"))


@pytest.mark.parametrize(("preset", "count"), [("nonsense", "3"), ("evenings", "99999999999"), ("empty", "abc")])
def test_forged_table_is_answered_and_changes_nothing(desk: Browser, preset: str, count: str) -> None:
    campaign = make_campaign()
    before = everything_stored()
    page = desk.open(change_page(campaign))

    answered = press(desk, page, preset, **{"windows-TOTAL_FORMS": count, "windows-INITIAL_FORMS": count})

    assert answered.status == 200
    assert everything_stored() == before


@pytest.mark.parametrize(
    ("typed", "sentences"),
    [
        ({"daily_budget": "20"}, ["Raises the daily budget from 10.00 to 20.00 USD.", "As it is now, it starts."]),
        (
            {"end_date": "2026-11-01", "is_enabled": False},
            ["Its last day becomes 1 Nov 2026.", "Switches the campaign off.", "it stays held: campaign switched off."],
        ),
        (
            {"daily_budget": "20", "hours": "windows", **line(0, "18:00", "20:00")},
            ["It may run every day 18:00-20:00.", "it stays held: outside its windows."],
        ),
        ({"hours": "never", "daily_budget": ""}, ["It may never run", "it stays held: outside its windows."]),
        ({"name": "New", "start_date": "2026-11-20"}, ["Calls it New.", "Its first day becomes 20 Nov 2026."]),
        ({}, ["Nothing is changed yet"]),
    ],
)
def test_preview_says_what_a_change_would_do_and_writes_nothing(
    desk: Browser, typed: dict[str, Value], sentences: list[str]
) -> None:
    campaign = make_campaign(daily_budget="10")
    spend(campaign, "12.00")
    before = everything_stored()

    page = desk.save(desk.open(change_page(campaign)), typed, button="_preview")

    for sentence in sentences:
        assert sentence in page.text
    assert page.errors == {}
    assert everything_stored() == before


def test_previewed_form_is_saved_as_it_was_previewed(desk: Browser) -> None:
    campaign = make_campaign()
    page = desk.save(desk.open(change_page(campaign)), line(0, "18:00", "20:00"), hours="windows", button="_preview")

    desk.save(page)

    assert "it stops: outside its windows" in page.text
    assert state_of(campaign) == ("paused", "outside_windows")
    assert windows_of(campaign)[0].weekdays == EVERY_DAY


def test_who_may_only_look_sees_the_week_and_no_table(desk: Browser) -> None:
    campaign = make_campaign(windows=[hours("18:00", "20:00")])

    page = staff("view_campaign").open(change_page(campaign))

    assert "Friday, today 18:00–20:00" in page.text
    for absent in (
        "_preset",
        "_preview",
        "back_to_page",
        "windows-0-start",
        ">Brand 1</bdi></a>",
        "spendlog",
        "statuschange",
    ):
        assert absent not in page.html
