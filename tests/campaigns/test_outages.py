"""A database that refuses or is away, seen through every door: a sentence that says what to do, and no traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import InterfaceError, OperationalError, connection
from django.test import Client

from campaigns import tasks
from campaigns.models import Brand, Campaign, SpendLog
from tests.campaigns.admin.browser import Browser
from tests.campaigns.admin.paths import BRANDS, change_page
from tests.campaigns.api.door import Door, open_door
from tests.campaigns.management.desk import run
from tests.factories import NOON, make_brand, make_campaign
from tests.holding import full_disk, impatience, read_only, somebody_holds
from tests.readings import ledger

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def search() -> Campaign:
    return make_campaign(make_brand(name="Acme"), name="Search")


@pytest.fixture
def door(search: Campaign) -> Door:
    cache.clear()
    door = open_door()
    # The key's first use is noted, which later ones within the minute are not.
    assert door.get("/brands").status == 200
    return door


@pytest.fixture
def desk(search: Campaign) -> Browser:
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.create_superuser("mia"))
    return Browser(client)


@contextmanager
def held(campaign: Campaign) -> Iterator[None]:
    with impatience(), somebody_holds(campaign.brand):
        yield


def refusing(fault: str, campaign: Campaign) -> AbstractContextManager[None]:
    return {"held": held(campaign), "full": full_disk(), "read-only": read_only()}[fault]


FAULTS = [
    pytest.param("held", 503, "brand_busy", "try again in a few seconds", id="held"),
    pytest.param("read-only", 503, "database_read_only", "can only be read at the moment", id="read-only"),
    pytest.param("full", 507, "database_full", "make room", id="full", marks=pytest.mark.sqlite),
]


@pytest.mark.parametrize(("fault", "status", "code", "words"), FAULTS)
def test_api_says_so_and_when_to_try_again(
    search: Campaign, door: Door, fault: str, status: int, code: str, words: str
) -> None:
    entries = [{"campaign": search.pk, "amount": "1", "description": "x" * 200} for _ in range(1000)]

    with refusing(fault, search):
        answer = door.post("/spend/batch", {"entries": entries})

    assert answer.refusal == (status, code, "")
    assert words in answer.body["error"]
    assert answer.headers["Retry-After"] == "5"
    assert ledger() == []


@pytest.mark.parametrize(("fault", "status", "code", "words"), FAULTS)
def test_command_says_so_in_a_line(search: Campaign, fault: str, status: int, code: str, words: str) -> None:
    recorded = 0

    with refusing(fault, search):
        # A full file still has room in its last pages.
        while (answer := run("record_spend", "Acme/Search", "1", "--description", "x" * 400, now=None)).code == 0:
            recorded += 1

    assert (answer.code, answer.out) == (1, "")
    assert words in answer.err
    assert answer.err.count("\n") == 1
    assert len(ledger()) == recorded < 100


@pytest.mark.parametrize(
    ("fault", "status", "code", "words"),
    [parameters for parameters in FAULTS if parameters.id != "full"],
)
def test_admin_says_so_on_the_form_or_on_a_page(
    search: Campaign, desk: Browser, fault: str, status: int, code: str, words: str
) -> None:
    page = desk.open(change_page(search.brand))

    with refusing(fault, search):
        answer = desk.save(page, daily_budget="10.00")

    assert words in answer.text
    assert "Traceback" not in answer.html
    assert Brand.objects.get().daily_budget is None
    assert answer.status in (200, status)
    assert "was changed successfully" in desk.save(page, daily_budget="10.00").text


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_admin_without_a_database_is_a_page_that_says_so(desk: Browser, error: type[Exception]) -> None:
    def fail(*arguments: Any) -> Any:
        raise error("server closed the connection: password=hunter2")

    with connection.execute_wrapper(fail):
        answers = [desk.open(path) for path in (BRANDS, "/admin/login/?next=/admin/", f"{BRANDS}1/change/")]

    assert {answer.status for answer in answers} <= {200, 503}
    assert answers[0].status == answers[2].status == 503
    assert "The database does not answer at the moment" in answers[0].text
    assert "hunter2" not in answers[0].html
    assert desk.open(BRANDS).status == 200


def test_fault_of_our_own_is_no_outage(desk: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("campaigns.admin.brand.BrandAdmin.get_queryset", lambda *_: 1 / 0)

    answer = desk.open(BRANDS)

    assert (answer.status, "database" in answer.text) == (500, False)


def test_key_opens_for_readers_where_its_use_cannot_be_noted(search: Campaign) -> None:
    cache.clear()
    door = open_door()

    with read_only():
        answer = door.get(f"/campaigns/{search.pk}")

    assert answer.status == 200
    assert not SpendLog.objects.exists()


def test_tasks_say_so_and_leave_it_to_the_next_run(search: Campaign) -> None:
    Campaign.objects.update(is_active=False, paused_because="flight_ended")

    with held(search):
        answers = {name: tasks.run_here(name, now=NOON) for name in ("review_everything", "simulate_spend")}

    assert {name: answer.is_bad for name, answer in answers.items()} == dict.fromkeys(answers, True)
    assert "1 brand left for the next pass" in answers["review_everything"].text
    assert "nothing simulated: " in answers["simulate_spend"].text
    assert tasks.run_here("review_everything", now=NOON).text == "1 brand reviewed, 1 change of state"
