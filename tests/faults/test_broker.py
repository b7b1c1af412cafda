"""The broker is down, flushed, full or frozen: no request waits for it or fails, and the system goes on by itself."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from typing import TypeAlias

import pytest

from tests.depth import IS_LONG, report
from tests.faults.messages import broker_client, message, put
from tests.faults.person import Person
from tests.faults.schedules import run_every_second
from tests.faults.system import System

# What they are about is the broker: either database would do.
pytestmark = [pytest.mark.system, pytest.mark.sqlite]

LONGEST_WAIT = 2.0
# Longer than any time limit of worker and beat: 30 s for an answer, 51 s for a connection that says nothing.
FAULT_LASTS = 75 if IS_LONG else 0
SECONDS_TO_RECOVER = 60
RUNS = 2
# More lines than the web server reads by itself.
FILE = b"campaign,day,cost\n" + b"Search,2026-11-19,0.01\n" * 6_000
COLUMNS = {"campaign_column": "campaign", "date_column": "day", "amount_column": "cost", "unit": "units"}


@contextmanager
def down(system: System) -> Iterator[None]:
    system.kill("broker")
    yield
    system.start("broker")


@contextmanager
def full(system: System) -> Iterator[None]:
    # Some lie there that the worker takes out, and then finds no room for its note that it has them.
    put(system, *[message("campaigns.tasks.check_ledger") for _ in range(30)])
    with broker_client(system) as client:
        client.config_set("maxmemory", 1)
        yield
        client.config_set("maxmemory", 0)


@contextmanager
def flushed(system: System) -> Iterator[None]:
    with broker_client(system) as client:
        client.flushall()
    yield


@contextmanager
def frozen(system: System) -> Iterator[None]:
    with system.frozen("broker"):
        yield


Faults: TypeAlias = dict[str, Callable[[System], AbstractContextManager[None]]]
FAULTS: Faults = {"down": down, "full": full, "flushed": flushed, "frozen": frozen}


# No test may take over five minutes.
@pytest.mark.parametrize("faults", [{name: fault} for name, fault in FAULTS.items()] if IS_LONG else [FAULTS])
def test_no_request_waits_for_the_broker_or_fails_and_the_system_goes_on(system: System, faults: Faults) -> None:
    run_every_second(system, "enforce_budgets", "take_up_imports")
    system.start("broker", "worker", "beat", "web")
    person = Person(system)
    longest: dict[str, float] = {}

    for name, fault in faults.items():
        with fault(system):
            longest[name] = longest_wait(system, person, lasts=FAULT_LASTS)
        wait_for_runs(system)

    report(f"longest wait in seconds, by fault: {longest}")
    assert {name: wait for name, wait in longest.items() if wait > LONGEST_WAIT} == {}
    # Those uploaded meanwhile too, which no message told of.
    system.wait_until(
        lambda: system.query("SELECT DISTINCT state FROM campaigns_spendimport") == [("checked",)],
        seconds=SECONDS_TO_RECOVER,
        what="the check of every upload",
    )
    assert system.is_running("worker")
    assert system.is_running("beat")


def longest_wait(system: System, person: Person, *, lasts: float) -> float:
    """Do what programs and people do for as long as the fault lasts, and return the longest wait of all of it."""
    until = time.monotonic() + lasts
    waits = [spend(system, "Acme/Search"), spend(system, "Bolt/Search"), save(system, person), upload(system, person)]
    waits += look(system)
    while time.monotonic() < until:
        waits += [spend(system, "Acme/Search"), save(system, person), *look(system)]
    return max(waits)


def spend(system: System, campaign: str) -> float:
    answer = system.client().post("/spend", {"campaign": system.desk.campaigns[campaign], "amount": "40"})
    assert answer.status == 201, answer
    return answer.seconds


def save(system: System, person: Person) -> float:
    form = person.open(f"/admin/campaigns/brand/{system.desk.brands['Acme']}/change/")
    page = person.save(form, "monthly_budget", monthly_budget="9999")
    assert page.messages, page.text
    assert "was changed successfully" in page.messages[-1]
    return person.waited


def upload(system: System, person: Person) -> float:
    form = person.open("/admin/campaigns/spendimport/add/")
    page = person.upload(form, FILE, brand=str(system.desk.brands["Acme"]), **COLUMNS)
    assert "Import of spend.csv" in page.text
    return person.waited


def look(system: System) -> Iterator[float]:
    """Ask whether the system lives: whatever the broker does, the process does, and the rest is said at once."""
    for path, statuses in (("/healthz", [200]), ("/readyz", [200, 503])):
        began = time.monotonic()
        with closing(http.client.HTTPConnection(system.web_address.host, system.web_address.port)) as connection:
            connection.request("GET", path)
            assert connection.getresponse().status in statuses
        yield time.monotonic() - began


def wait_for_runs(system: System) -> None:
    def runs() -> int:
        return system.log("worker").count(" succeeded in ")

    before = runs()
    system.wait_until(lambda: runs() >= before + RUNS, seconds=SECONDS_TO_RECOVER, what=f"{RUNS} more runs of tasks")
