"""The pages of schedules: the same windows as on the campaign's page."""

from __future__ import annotations

import pytest

from campaigns.rules.dayparting import Window
from tests.campaigns.admin.browser import Browser, Value
from tests.campaigns.admin.paths import SCHEDULES, change_page, delete_page
from tests.campaigns.admin.schedules import line, schedule_of
from tests.factories import hours, make_campaign
from tests.readings import RUNNING, state_of

OPEN, CLOSED = hours("08:00", "20:00"), hours("18:00", "20:00")


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
