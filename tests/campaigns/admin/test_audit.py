"""What was decided stands on the row's history page, with old and new values, by whichever door it came."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from campaigns.models import WebhookEndpoint
from campaigns.services import change_brand, set_windows
from campaigns.services.people import limit_person
from tests.campaigns.admin.browser import Browser
from tests.campaigns.admin.paths import BRANDS, CAMPAIGNS, SCHEDULES, change_page
from tests.factories import NOON, hours, make_brand, make_campaign

AUDIT = "/admin/campaigns/auditentry/"


def test_bulk_switch_is_in_the_history(desk: Browser) -> None:
    campaign = make_campaign(make_brand(name="Acme"), name="Search")

    desk.send(CAMPAIGNS, {"action": "pause", "_selected_action": [str(campaign.pk)], "index": "0", "post": "yes"})

    for path in (f"{CAMPAIGNS}{campaign.pk}/history/", f"{BRANDS}{campaign.brand_id}/history/", AUDIT):
        text = desk.open(path).text
        assert "mia" in text
        assert "switch: on → off" in text
        assert "Search" in text


def test_acts_of_programs_and_commands_are_there_too(desk: Browser) -> None:
    brand = make_brand(name="Acme", daily_budget="10")
    change_brand(brand_id=brand.pk, daily_budget="20", now=NOON, actor="api:bidder")

    text = desk.open(f"{BRANDS}{brand.pk}/history/").text

    assert "api:bidder" in text
    assert "daily budget: 10.00 → 20.00" in text


def test_hours_are_in_the_history_of_campaign_and_schedule(desk: Browser) -> None:
    campaign = make_campaign()
    set_windows(campaign_id=campaign.pk, windows=[hours("08:00", "20:00")], now=NOON, actor="mia")
    campaign.refresh_from_db()

    for path in (f"{CAMPAIGNS}{campaign.pk}/history/", f"{SCHEDULES}{campaign.schedule.pk}/history/"):
        assert "hours: at any hour → only every day 08:00-20:00" in desk.open(path).text


def test_new_secret_leaves_its_mark_and_not_itself(desk: Browser) -> None:
    endpoint = WebhookEndpoint.objects.create(
        url="https://93.184.216.34/hook", kinds=["campaign.paused"], secret="whsec_c2VjcmV0", created_at=NOON
    )

    desk.act("/admin/campaigns/webhookendpoint/", "rotate", [endpoint.pk])

    endpoint.refresh_from_db()
    text = desk.open(f"/admin/campaigns/webhookendpoint/{endpoint.pk}/history/").text
    assert "Gave it a new secret." in text
    assert endpoint.secret not in str(LogEntry.objects.values())


@pytest.mark.parametrize("path", [AUDIT, "/admin/auth/user/"])
def test_lists_ask_as_often_for_many_rows(
    desk: Browser, path: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    def add(number: int) -> None:
        brand = make_brand(name=f"Brand {number}")
        lee = User.objects.create_user(f"lee {number}")
        lee.groups.add(Group.objects.get_or_create(name=f"group {number}")[0])
        limit_person(person_id=lee.pk, brand_ids=[brand.pk])

    add(0)
    with CaptureQueriesContext(connection) as few:
        desk.open(path)
    for number in range(1, 30):
        add(number)

    with django_assert_max_num_queries(len(few)):
        assert desk.open(path).text.count("lee " if "user" in path else "Brand ") >= 30


def test_audit_is_only_read(desk: Browser) -> None:
    brand = make_brand()
    entry = brand.audit_entries.get()

    assert desk.open(f"{AUDIT}add/").status == 403
    assert desk.send(change_page(entry), {"actor": "nobody"}).status == 403
    assert desk.send(f"{AUDIT}{entry.pk}/delete/", {"post": "yes"}).status == 403
    assert brand.audit_entries.get() == entry


def test_log_keeps_old_and_new_values_of_what_has_no_audit(desk: Browser) -> None:
    endpoint = WebhookEndpoint.objects.create(
        url="https://93.184.216.34/hook", kinds=["campaign.paused"], secret="whsec_c2VjcmV0", created_at=NOON
    )

    desk.save(desk.open(change_page(endpoint)), is_enabled=False, kinds=["campaign.paused", "campaign.resumed"])

    entry = str(LogEntry.objects.get())
    assert "Switched on: yes → no" in entry
    assert "Events: campaign.paused → campaign.paused, campaign.resumed" in entry
    assert "whsec" not in entry
