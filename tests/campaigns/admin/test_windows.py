"""A campaign's hours and windows, on its page."""

from __future__ import annotations

from datetime import time

import pytest

from campaigns.admin.hours import MOST_WINDOWS
from campaigns.models import Campaign
from campaigns.rules.dayparting import EVERY_DAY, Weekday, Window
from campaigns.services import set_windows
from tests.campaigns.admin.browser import Browser, Value
from tests.campaigns.admin.paths import CAMPAIGNS, change_page
from tests.campaigns.admin.schedules import line, schedule_of
from tests.factories import NOON, hours, make_brand, make_campaign, spend
from tests.readings import RUNNING, history, state_of

OPEN, CLOSED = hours("08:00", "20:00"), hours("18:00", "20:00")


def test_window_outside_the_present_hour_stops_at_once(desk: Browser) -> None:
    campaign = make_campaign()

    page = desk.save(desk.open(change_page(campaign)), line(0, "18:00", "20:00"), hours="windows")

    assert page.errors == {}
    assert schedule_of(campaign) == (True, [CLOSED])
    assert state_of(campaign) == ("paused", "outside_windows")


def test_new_campaign_can_have_windows(desk: Browser) -> None:
    brand = make_brand()
    weekend = [str(Weekday.SATURDAY.value), str(Weekday.SUNDAY.value)]

    desk.save(
        desk.open(f"{CAMPAIGNS}add/"),
        line(0, "08:00", "20:00") | line(1, "22:00", "06:00", weekend),
        brand=str(brand.pk),
        name="Search",
        hours="windows",
    )

    overnight = Window(frozenset({Weekday.SATURDAY, Weekday.SUNDAY}), time(22), time(6))
    assert schedule_of(Campaign.objects.get()) == (True, [OPEN, overnight])


@pytest.mark.parametrize(("typed", "stored"), [("24:00", time(0)), ("00:00", time(0)), ("20:30:15", time(20, 30, 15))])
def test_end_can_be_midnight_or_have_seconds(desk: Browser, typed: str, stored: time) -> None:
    campaign = make_campaign()

    desk.save(desk.open(change_page(campaign)), line(0, "18:00", typed), hours="windows")

    assert schedule_of(campaign) == (True, [Window(EVERY_DAY, time(18), stored)])


def test_deleted_window_lets_it_run_again(desk: Browser) -> None:
    campaign = make_campaign(windows=[CLOSED])

    desk.save(desk.open(change_page(campaign)), {"windows-0-DELETE": True}, hours="any")

    assert schedule_of(campaign) is None
    assert state_of(campaign) == RUNNING


def test_one_of_two_windows_can_be_deleted_and_the_other_moved(desk: Browser) -> None:
    campaign = make_campaign(windows=[OPEN, CLOSED])

    desk.save(desk.open(change_page(campaign)), line(0, "09:00", "17:00") | {"windows-1-DELETE": True})

    assert schedule_of(campaign) == (True, [hours("09:00", "17:00")])


@pytest.mark.parametrize(
    ("before", "answer", "after", "state"),
    [
        (None, "never", (True, []), ("paused", "outside_windows")),
        ([OPEN], "never", (True, []), ("paused", "outside_windows")),
        ([CLOSED], "any", None, RUNNING),
        ([CLOSED], "kept", (False, [CLOSED]), RUNNING),
        ([], "any", None, RUNNING),
        ([], "kept", (False, []), RUNNING),
        (None, "kept", (False, []), RUNNING),
    ],
)
def test_answers_store_what_they_say(
    desk: Browser,
    before: list[Window] | None,
    answer: str,
    after: tuple[bool, list[Window]] | None,
    state: tuple[str, str],
) -> None:
    campaign = make_campaign(windows=before)

    page = desk.save(desk.open(change_page(campaign)), hours=answer)

    assert page.errors == {}
    assert (schedule_of(campaign), state_of(campaign)) == (after, state)


@pytest.mark.parametrize(
    ("answer", "after", "state"),
    [
        ("windows", (True, [CLOSED]), ("paused", "outside_windows")),
        ("never", (True, []), ("paused", "outside_windows")),
        ("any", None, RUNNING),
        ("kept", (False, [CLOSED]), RUNNING),
    ],
)
def test_kept_windows_come_back_into_force_or_not(
    desk: Browser, answer: str, after: tuple[bool, list[Window]] | None, state: tuple[str, str]
) -> None:
    campaign = make_campaign()
    set_windows(campaign_id=campaign.pk, windows=[CLOSED], is_enabled=False, now=NOON)

    desk.save(desk.open(change_page(campaign)), hours=answer)

    assert (schedule_of(campaign), state_of(campaign)) == (after, state)


def test_kept_windows_can_be_edited_without_coming_into_force(desk: Browser) -> None:
    campaign = make_campaign()
    set_windows(campaign_id=campaign.pk, windows=[OPEN], is_enabled=False, now=NOON)

    desk.save(desk.open(change_page(campaign)), line(0, "18:00", "20:00"))

    assert (schedule_of(campaign), state_of(campaign)) == ((False, [CLOSED]), RUNNING)


def test_windows_come_into_force_while_a_budget_is_raised_without_a_start_in_between(desk: Browser) -> None:
    campaign = make_campaign(daily_budget="5")
    spend(campaign, "5.00")
    set_windows(campaign_id=campaign.pk, windows=[CLOSED], is_enabled=False, now=NOON)
    before = history(campaign)

    desk.save(desk.open(change_page(campaign)), hours="windows", daily_budget="50", name="Renamed")

    assert (schedule_of(campaign), state_of(campaign)) == ((True, [CLOSED]), ("paused", "outside_windows"))
    assert history(campaign) == before
    assert Campaign.objects.get().name == "Renamed"


def test_windows_go_out_of_force_while_the_switch_goes_off_without_a_start_in_between(desk: Browser) -> None:
    campaign = make_campaign(windows=[CLOSED])

    desk.save(desk.open(change_page(campaign)), hours="kept", is_enabled=False)

    assert (schedule_of(campaign), state_of(campaign)) == ((False, [CLOSED]), ("inactive", "campaign_off"))
    assert history(campaign) == []


def test_refused_name_takes_the_schedules_switch_back(desk: Browser) -> None:
    brand = make_brand()
    make_campaign(brand, name="Taken")
    campaign = make_campaign(brand)
    set_windows(campaign_id=campaign.pk, windows=[CLOSED], is_enabled=False, now=NOON)

    page = desk.save(desk.open(change_page(campaign)), hours="windows", name="Taken")

    assert list(page.errors) == ["name"]
    assert (schedule_of(campaign), state_of(campaign)) == ((False, [CLOSED]), RUNNING)


def test_new_campaign_can_keep_windows_for_later(desk: Browser) -> None:
    typed = line(0, "18:00", "20:00")

    desk.save(desk.open(f"{CAMPAIGNS}add/"), typed, brand=str(make_brand().pk), name="Search", hours="kept")

    campaign = Campaign.objects.get()
    assert (schedule_of(campaign), state_of(campaign)) == ((False, [CLOSED]), RUNNING)


def test_page_shows_the_stored_answer_and_windows(desk: Browser) -> None:
    campaign = make_campaign(windows=[Window(frozenset({Weekday.MONDAY}), time(8, 30), time(20))])

    form = next(form for form in desk.open(change_page(campaign)).forms if form.name == "campaign_form")

    assert form.values["hours"] == ["windows"]
    assert form.values["windows-0-weekdays"] == ["0"]
    assert (form.values["windows-0-start"], form.values["windows-0-end"]) == (["08:30"], ["20:00"])


@pytest.mark.parametrize(
    ("answer", "typed", "words"),
    [
        ("windows", {}, "There is no window"),
        ("any", line(0, "08:00", "20:00"), "There is a new window below"),
        ("never", line(0, "08:00", "20:00"), "There is a new window below"),
    ],
)
def test_answer_and_windows_that_contradict_each_other_are_refused(
    desk: Browser, answer: str, typed: dict[str, Value], words: str
) -> None:
    campaign = make_campaign()

    page = desk.save(desk.open(change_page(campaign)), typed, hours=answer, name="Renamed")

    assert words in page.errors["hours"][0]
    assert schedule_of(campaign) is None
    assert Campaign.objects.get().name != "Renamed"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (line(0, "08:00", "20:00", []), "Tick at least one weekday"),
        (line(0, "", "20:00"), "required"),
        (line(0, "25:00", "26:00"), "valid time"),
        (line(0, "08:00", "20:00", ["7"]), "valid choice"),
        (line(0, "08:00", "20:00", ["abc"]), "valid choice"),
        (line(0, "nul\x00", "20:00"), "valid time"),
        ({"windows-0-weekdays": ["1"]}, "required"),
        ({"windows-TOTAL_FORMS": "nonsense"}, "ManagementForm"),
        ({"windows-TOTAL_FORMS": str(MOST_WINDOWS + 1)}, f"at most {MOST_WINDOWS}"),
    ],
)
def test_window_that_is_none_is_refused_in_its_line(desk: Browser, typed: dict[str, Value], words: str) -> None:
    campaign = make_campaign()

    page = desk.save(desk.open(change_page(campaign)), typed, hours="windows")
    again = desk.save(page)

    refusal = ["A window is not complete: see the table of windows."]
    assert (page.errors["__all__"], again.errors["__all__"]) == (refusal, refusal)
    assert words in page.text
    assert schedule_of(campaign) is None
