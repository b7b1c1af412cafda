"""A campaign's hours and windows, on its own page and on its schedule's."""

from __future__ import annotations

from datetime import time

import pytest

from campaigns.admin.hours import MOST_WINDOWS
from campaigns.models import Campaign
from campaigns.rules.dayparting import EVERY_DAY, Weekday, Window
from campaigns.services import set_windows
from tests.campaigns.admin.browser import Browser, Value
from tests.campaigns.admin.paths import CAMPAIGNS, SCHEDULES, change_page, delete_page
from tests.campaigns.admin.schedules import schedule_of
from tests.factories import NOON, hours, make_brand, make_campaign
from tests.readings import RUNNING, state_of

OPEN, CLOSED = hours("08:00", "20:00"), hours("18:00", "20:00")
ALL_DAYS = [str(day.value) for day in Weekday]


def line(number: int, start: str, end: str, weekdays: list[str] = ALL_DAYS) -> dict[str, Value]:
    """Return what a person types into one line of the table."""
    return {
        f"windows-{number}-weekdays": weekdays,
        f"windows-{number}-start": start,
        f"windows-{number}-end": end,
    }


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


def test_schedule_page_adds_one(desk: Browser) -> None:
    campaign = make_campaign()

    page = desk.save(desk.open(f"{SCHEDULES}add/"), line(0, "18:00", "20:00"), campaign=str(campaign.pk))

    assert schedule_of(campaign) == (True, [CLOSED])
    assert state_of(campaign) == ("paused", "outside_windows")
    assert page.messages[0].startswith(f"{campaign} is held: outside its windows")


def test_schedule_page_refuses_a_second_one(desk: Browser) -> None:
    campaign = make_campaign(windows=[OPEN])

    page = desk.save(desk.open(f"{SCHEDULES}add/"), line(0, "18:00", "20:00"), campaign=str(campaign.pk))

    assert "has a schedule: change that one" in page.errors["campaign"][0]
    assert schedule_of(campaign) == (True, [OPEN])


@pytest.mark.parametrize(
    ("changes", "after"),
    [
        ({"is_enabled": False}, (False, [CLOSED])),
        (line(0, "08:00", "20:00"), (True, [OPEN])),
        ({"windows-0-DELETE": True}, (True, [])),
        ({"is_enabled": False, **line(0, "08:00", "20:00")}, (False, [OPEN])),
        ({"campaign": "77"}, (True, [CLOSED])),
        ({}, (True, [CLOSED])),
    ],
)
def test_schedule_page_changes_one(desk: Browser, changes: dict[str, Value], after: tuple[bool, list[Window]]) -> None:
    campaign = make_campaign(windows=[CLOSED])

    page = desk.save(desk.open(change_page(campaign.schedule)), changes)

    assert page.errors == {}
    assert schedule_of(campaign) == after


def test_schedule_without_windows_says_never(desk: Browser) -> None:
    campaign = make_campaign(windows=[])

    listed, page = desk.open(SCHEDULES), desk.open(change_page(campaign.schedule))

    assert "never: its schedule has no window" in listed.text
    assert "A schedule in force without any window means: never." in page.text


def test_deleted_schedule_lets_the_campaign_run_at_any_hour(desk: Browser) -> None:
    campaign = make_campaign(windows=[CLOSED])

    desk.confirm(desk.open(delete_page(campaign.schedule)))

    assert (schedule_of(campaign), state_of(campaign)) == (None, RUNNING)


def test_deleted_schedules_let_their_campaigns_run_at_any_hour(desk: Browser) -> None:
    campaigns = [make_campaign(windows=[CLOSED]) for _ in range(2)]

    page = desk.act(SCHEDULES, "delete_selected", [campaign.schedule.pk for campaign in campaigns])
    desk.confirm(page)

    assert [state_of(campaign) for campaign in campaigns] == [RUNNING, RUNNING]
