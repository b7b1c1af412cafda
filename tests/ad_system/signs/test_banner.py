"""The admin's banner: there for those who work there, on every page, while something is ill."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaigns.models import Campaign
from campaigns.services import rebuild_totals
from campaigns.services.totals import check_ledger
from tests.ad_system.signs.clockwork import make_well, set_last, set_line
from tests.factories import HOUR, NOON, make_brand, make_campaign

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

BANNER = '<div class="signs" role="status">'
PAGES = ("/admin/", "/admin/campaigns/brand/", "/admin/campaigns/campaign/add/", "/admin/password_change/")


@pytest.fixture
def mia() -> Client:
    """Signed in, with every permission."""
    client = Client()
    client.force_login(User.objects.create_superuser("mia"))
    return client


def page(client: Client, path: str = "/admin/") -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("path", PAGES)
def test_banner_is_on_every_page_while_a_pass_is_late(mia: Client, path: str) -> None:
    make_well(NOON)
    assert BANNER not in page(mia, path)

    set_last("enforce_dayparting", finished_at=NOON - HOUR)

    html = page(mia, path)
    assert html.count(BANNER) == 1
    assert '<li class="warning">enforce_dayparting is late: it is to run every 1 min.' in html


def test_banner_tells_a_silent_beat_and_a_drift_that_goes_when_it_is_repaired(mia: Client) -> None:
    make_well(NOON)
    set_last("beat", finished_at=NOON - HOUR)
    campaign = make_campaign(make_brand(name="Secretive"))
    Campaign.objects.update(current_daily_spend=9)
    check_ledger(now=NOON)

    banner = page(mia).partition(BANNER)[2].partition("</ul>")[0]
    assert "Beat was last seen 1 h ago" in banner
    assert "1 counter differs from the ledger. Run manage.py rebuild_totals" in banner
    assert "Secretive" not in banner

    set_last("beat", finished_at=NOON)
    rebuild_totals(brand_id=campaign.brand_id, now=NOON)
    assert BANNER not in page(mia)


def test_banner_does_not_nag_about_what_a_person_switched_off(mia: Client) -> None:
    make_well(NOON)
    set_line("deliver_webhooks", enabled=False)
    set_last("deliver_webhooks", finished_at=NOON - HOUR)

    assert BANNER not in page(mia)


def test_stranger_at_the_door_is_told_nothing(mia: Client) -> None:
    assert BANNER in page(mia)

    assert BANNER not in page(Client(), "/admin/login/")


@pytest.mark.django_db(transaction=True)
def test_page_opens_where_the_banner_cannot_be_read(mia: Client) -> None:
    rename = "ALTER TABLE {} RENAME TO {}"
    with connection.cursor() as cursor:
        # As between a new program and its migration.
        cursor.execute(rename.format("campaigns_pulse", "campaigns_pulse_away"))
        try:
            html = page(mia)
        finally:
            cursor.execute(rename.format("campaigns_pulse_away", "campaigns_pulse"))

    assert BANNER not in html


def test_banner_costs_three_queries(mia: Client) -> None:
    make_well(NOON)
    page(mia)

    with CaptureQueriesContext(connection) as queries:
        page(mia)

    tables = ("campaigns_pulse", "campaigns_ledgerdrift", "django_celery_beat_periodictask", "django_migrations")
    assert len([one for one in queries if any(f'FROM "{table}"' in one["sql"] for table in tables)]) == 3
