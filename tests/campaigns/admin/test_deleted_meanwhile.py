"""A row that somebody else deletes while our request has it in hand: a sentence, never a crash."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection, connections
from django.test import Client

from campaigns.models import Brand, Campaign
from campaigns.services import delete_brand, delete_campaign
from tests.campaigns.admin.browser import Browser
from tests.campaigns.admin.paths import CAMPAIGNS, SPENDS, change_page, delete_page
from tests.factories import make_brand, make_campaign
from tests.readings import state_of

# On SQLite the request's transaction is the lock: nobody comes in between.
pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

# The services ask for this first; until then a page has only read.
LOCK = "FOR UPDATE"


@pytest.fixture
def rival_desk(transactional_db: None, clock: time_machine.Traveller) -> Browser:
    """Mia, who is not alone."""
    client = Client()
    client.force_login(User.objects.create_superuser("mia"))
    return Browser(client)


@contextmanager
def meanwhile(rival: Callable[[], object], *, before_lock: int = 1) -> Iterator[None]:
    """Have somebody else do something, in a transaction of their own, just before the request takes its n-th lock."""
    locks = 0

    def watch(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        nonlocal locks
        if LOCK in sql:
            locks += 1
            if locks == before_lock:
                thread = Thread(target=_alone, args=[rival])
                thread.start()
                thread.join()
        return execute(sql, *rest)

    with connection.execute_wrapper(watch):
        yield
    assert locks >= before_lock


def _alone(rival: Callable[[], object]) -> None:
    try:
        rival()
    finally:
        connections.close_all()


def test_brand_deleted_while_its_form_is_saved(rival_desk: Browser) -> None:
    brand = make_brand()
    page = rival_desk.open(change_page(brand))

    with meanwhile(lambda: delete_brand(brand_id=brand.pk)):
        saved = rival_desk.save(page, name="Renamed")

    assert "doesn’t exist" in saved.messages[0]
    assert not Brand.objects.exists()


def test_brand_deleted_while_its_deletion_is_confirmed(rival_desk: Browser) -> None:
    brand = make_brand()
    page = rival_desk.open(delete_page(brand))

    with meanwhile(lambda: delete_brand(brand_id=brand.pk)):
        confirmed = rival_desk.confirm(page)

    assert confirmed.messages[0] == f"There is no brand with number {brand.pk}."
    assert confirmed.status == 200


def test_campaign_deleted_while_a_spend_of_it_is_recorded(rival_desk: Browser) -> None:
    campaign = make_campaign()
    page = rival_desk.open(f"{SPENDS}add/")

    with meanwhile(lambda: delete_campaign(campaign_id=campaign.pk)):
        saved = rival_desk.save(page, campaign=str(campaign.pk), amount="1")

    assert "not one of the available" in saved.errors["campaign"][0]


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ("activate", "Not switched, 1 campaign: "),
        ("pause", "Not switched, 1 campaign: "),
        ("reset_day", "Not reset, 1 campaign: "),
        ("reset_month", "Not reset, 1 campaign: "),
    ],
)
def test_one_of_two_campaigns_deleted_during_a_bulk_action(rival_desk: Browser, action: str, words: str) -> None:
    brand = make_brand()
    first, second = make_campaign(brand, name="First"), make_campaign(brand, name="Second")
    asked = rival_desk.act(CAMPAIGNS, action, [first.pk, second.pk])

    with meanwhile(lambda: delete_campaign(campaign_id=second.pk), before_lock=2):
        page = rival_desk.confirm(asked)

    assert "First" in page.messages[0]
    assert page.messages[1].startswith(words)
    assert list(Campaign.objects.all()) == [first]


def test_one_of_two_campaigns_deleted_during_a_bulk_deletion(rival_desk: Browser) -> None:
    brand = make_brand()
    first, second = make_campaign(brand, name="First"), make_campaign(brand, name="Second")
    asked = rival_desk.act(CAMPAIGNS, "delete_selected", [first.pk, second.pk])

    with meanwhile(lambda: delete_campaign(campaign_id=second.pk), before_lock=2):
        page = rival_desk.confirm(asked)

    assert page.messages[0] == "Deleted 1 campaign: First."
    assert page.messages[1].startswith("Not deleted, 1 campaign: ")
    assert not Campaign.objects.exists()


def test_switch_moved_by_somebody_else_while_a_form_is_saved_stays(rival_desk: Browser) -> None:
    campaign = make_campaign()
    page = rival_desk.open(change_page(campaign))

    def switch_off() -> None:
        client = Client()
        client.force_login(User.objects.get())
        other = Browser(client)
        other.save(other.open(change_page(campaign)), is_enabled=False)

    with meanwhile(switch_off):
        rival_desk.save(page, name="Renamed")

    assert Campaign.objects.get().name == "Renamed"
    assert state_of(campaign) == ("inactive", "campaign_off")
