"""Bulk actions ask first: what they would do, to which rows, and what would become of each."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.admin.asking import NAMED_ROWS
from campaigns.models import Campaign
from tests.campaigns.admin.browser import Browser, Page
from tests.campaigns.admin.paths import BRANDS, CAMPAIGNS
from tests.factories import hours, make_brand, make_campaign, make_campaigns, spend
from tests.readings import RUNNING, everything_stored, state_of, states_of

ACTIONS = ("activate", "pause", "reset_day", "reset_month", "copy_hours")


@pytest.mark.parametrize("action", ACTIONS)
def test_a_question_changes_nothing(desk: Browser, action: str) -> None:
    campaigns = make_campaigns(2)
    before = everything_stored()

    page = desk.act(CAMPAIGNS, action, [campaign.pk for campaign in campaigns])

    assert "2 campaigns" in page.text
    assert everything_stored() == before
    assert not LogEntry.objects.exists()


def test_question_says_what_would_become_of_each_campaign(desk: Browser) -> None:
    brand = make_brand(name="Acme")
    free = make_campaign(brand, name="Free", is_enabled=False)
    held = make_campaign(brand, name="Held", is_enabled=False, windows=[])
    runs = make_campaign(brand, name="Runs")

    page = desk.act(CAMPAIGNS, "activate", [free.pk, held.pk, runs.pk])

    assert "Switch 3 campaigns on?" in page.text
    assert "of 3 campaigns 1 would start at once" in page.text
    assert "Free Acme inactive campaign switched off starts" in page.text
    assert "Held Acme inactive campaign switched off stays held: outside its windows" in page.text
    assert "Runs Acme active goes on running" in page.text


def test_question_counts_the_campaigns_of_brands(desk: Browser) -> None:
    brand = make_brand(name="Acme", daily_budget="10")
    spend(make_campaign(brand), "10.00")
    make_campaign(brand, is_enabled=False)
    other = make_brand(name="Zeta")
    make_campaign(other)

    reset = desk.act(BRANDS, "reset_day", [brand.pk, other.pk])
    off = desk.act(BRANDS, "pause", [brand.pk, other.pk])

    assert "Acme day's budget used up 1 start, 1 stay held" in reset.text
    assert "Zeta on 1 go on" in reset.text
    assert "The ledger keeps every entry." in reset.text
    assert "Zeta on 1 stop" in off.text
    assert "of 3 campaigns 1 would stop at once" in off.text


def test_question_of_what_changes_nothing_says_so(desk: Browser) -> None:
    campaign = make_campaign()

    assert "no campaign would start or stop" in desk.act(CAMPAIGNS, "activate", [campaign.pk]).text


def test_what_was_done_stands_in_each_row_s_history(desk: Browser) -> None:
    brand = make_brand(name="Acme")
    campaign = make_campaign(brand, name="Search")

    for path, row in ((BRANDS, brand), (CAMPAIGNS, campaign)):
        for action in ("pause", "activate", "reset_day", "reset_month"):
            desk.do(path, action, [row.pk])

    said = [(entry.object_repr, entry.change_message) for entry in LogEntry.objects.order_by("pk")]
    words = ["Switched off.", "Switched on.", "Today's count started anew.", "This month's count started anew."]
    assert said == [("Acme", word) for word in words] + [("Search", word) for word in words]


def test_long_questions_name_some_rows(desk: Browser) -> None:
    campaigns = make_campaigns(NAMED_ROWS + 2)

    page = desk.act(CAMPAIGNS, "pause", [campaign.pk for campaign in campaigns])

    assert "and 2 more" in page.text


def act_on_all(desk: Browser, action: str, query: str = "") -> Page:
    """Run a bulk action on all rows of the list, those of other pages too."""
    path = f"{CAMPAIGNS}{query}"
    return desk.send(path, {"action": action, "select_across": "1", "index": "0", "_selected_action": "0"})


def test_all_rows_are_those_of_the_filters(desk: Browser) -> None:
    running, off = make_campaign(), make_campaign(is_enabled=False)

    page = desk.confirm(act_on_all(desk, "pause", "?status=active"))

    assert page.messages[0].startswith("Switched off 1 campaign")
    assert state_of(running)[0] == "inactive"
    assert not LogEntry.objects.filter(object_id=off.pk).exists()


def test_all_rows_that_are_others_by_now_are_asked_about_again(desk: Browser) -> None:
    first = make_campaign()
    asked = act_on_all(desk, "pause")
    second = make_campaign()

    again = desk.confirm(asked)
    states = states_of(first, second)
    done = desk.confirm(again)

    assert again.messages == ["Meanwhile the list has changed: look again."]
    assert states == [RUNNING] * 2
    assert done.messages[0].startswith("Switched off 2 campaigns")


@pytest.mark.parametrize("path", [BRANDS, CAMPAIGNS])
def test_question_costs_the_same_for_one_row_and_thirty(desk: Browser, path: str) -> None:
    def queries() -> int:
        keys = list(Campaign.objects.values_list("brand_id" if path == BRANDS else "pk", flat=True))
        with CaptureQueriesContext(connection) as captured:
            assert desk.act(path, "pause", keys).status == 200
        return len(captured)

    make_campaign(windows=[hours("08:00", "20:00")])
    for_one = queries()
    for _ in range(29):
        make_campaign(windows=[hours("08:00", "20:00")])

    assert queries() == for_one


def test_hours_are_copied_after_two_questions(desk: Browser) -> None:
    source = make_campaign(make_brand(name="Acme"), name="Source", windows=[hours("08:00", "10:00")])
    others = make_campaigns(2)
    keys = [campaign.pk for campaign in others]

    whose = desk.act(CAMPAIGNS, "copy_hours", keys)
    sure = desk.send(whose.url, whose.form_with("asked_for").filled({"source": str(source.pk)}) | {"post": ["yes"]})
    untouched = states_of(*others)
    done = desk.confirm(sure)

    assert "The hours of Acme / Source: only every day 08:00-10:00." in sure.text
    assert "of 2 campaigns 2 would stop at once" in sure.text
    assert untouched == [RUNNING] * 2
    assert done.messages[0].startswith("Hours of Acme / Source (only every day 08:00-10:00) copied to 2 campaigns")
    assert states_of(*others) == [("paused", "outside_windows")] * 2
    assert (
        LogEntry.objects.filter(
            change_message__startswith="Hours copied from a campaign of another brand: only"
        ).count()
        == 2
    )


def test_hours_that_change_meanwhile_are_asked_about_again(desk: Browser) -> None:
    source, other = make_campaign(windows=[hours("08:00", "10:00")]), make_campaign()
    whose = desk.act(CAMPAIGNS, "copy_hours", [other.pk])
    sure = desk.send(whose.url, whose.form_with("asked_for").filled({"source": str(source.pk)}) | {"post": ["yes"]})
    desk.client.post(f"{CAMPAIGNS}{source.pk}/change/", {"name": source.name, "is_enabled": "on", "hours": "any",
        "windows-TOTAL_FORMS": "0", "windows-INITIAL_FORMS": "0"})  # fmt: skip

    again = desk.confirm(sure)

    assert "at any hour" in again.text
    assert state_of(other) == RUNNING
    assert desk.confirm(again).messages[0].startswith("Hours of")


@pytest.mark.parametrize("source", ["", "abc", "999999", "9" * 30])
def test_hours_of_no_campaign_are_not_copied(desk: Browser, source: str) -> None:
    campaign = make_campaign()
    whose = desk.act(CAMPAIGNS, "copy_hours", [campaign.pk])

    page = desk.send(whose.url, whose.form_with("asked_for").filled({"source": source}) | {"post": ["yes"]})

    assert "Copy the hours of" in page.text
    assert not hasattr(Campaign.objects.get(), "schedule")


def test_any_hour_can_be_copied(desk: Browser) -> None:
    source, other = make_campaign(), make_campaign(windows=[])
    whose = desk.act(CAMPAIGNS, "copy_hours", [other.pk])
    sure = desk.send(whose.url, whose.form_with("asked_for").filled({"source": str(source.pk)}) | {"post": ["yes"]})

    desk.confirm(sure)

    assert state_of(other) == RUNNING
