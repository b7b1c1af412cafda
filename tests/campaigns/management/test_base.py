"""What all commands have in common: the clock, exit codes, one line on stderr, and no traceback."""

from __future__ import annotations

import gc
import io
import logging
import shlex
import sqlite3
from contextlib import redirect_stderr
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

import pytest
import time_machine
from django.core.management import call_command, get_commands, load_command_class
from django.db import DatabaseError, InterfaceError, OperationalError, ProgrammingError
from pytest_django import Settings

from campaigns.management.base import DeskCommand, quiet_logs
from campaigns.management.refusals import describe_database_error
from campaigns.models import Brand, SpendLog
from tests.campaigns.management.desk import run
from tests.factories import NOON, make_brand, make_campaign

NAMES = sorted(name for name, app in get_commands().items() if app == "campaigns")


@pytest.mark.parametrize("name", NAMES)
def test_help_says_what_the_command_is_for_and_how_it_is_used(name: str) -> None:
    command = load_command_class("campaigns", name)
    out = io.StringIO()

    command.create_parser("manage.py", name).print_help(out)

    assert isinstance(command, DeskCommand)
    assert out.getvalue().startswith(f"usage: manage.py {name} ")
    assert command.help.splitlines()[0] in out.getvalue()
    assert f"examples:\n  manage.py {name}" in out.getvalue()
    assert "--verbosity" not in out.getvalue()


@pytest.mark.parametrize("name", NAMES)
def test_examples_of_the_help_can_be_parsed(name: str) -> None:
    command = load_command_class("campaigns", name)
    assert isinstance(command, DeskCommand)

    for example in command.examples:
        words = shlex.split(example)
        assert words[0] == name
        command.create_parser("manage.py", name).parse_args(words[1:])


def test_help_offers_time_travel_only_where_it_is_allowed(settings: Settings) -> None:
    def printed() -> str:
        return load_command_class("campaigns", "status").create_parser("manage.py", "status").format_help()

    settings.ALLOW_TIME_TRAVEL = False
    without = printed()
    settings.ALLOW_TIME_TRAVEL = True

    assert "--now" not in without
    assert "--now ISO" in printed()


@pytest.mark.django_db
def test_now_is_refused_where_time_travel_is_off(settings: Settings) -> None:
    settings.ALLOW_TIME_TRAVEL = False
    make_campaign(make_brand(name="Acme"), name="Search")

    answer = run("record_spend", "Acme/Search", "5", now=NOON)

    assert (answer.code, answer.out) == (1, "")
    assert answer.err == ("Refused: --now is for trials only: it works where the setting ALLOW_TIME_TRAVEL is on.\n")
    assert not SpendLog.objects.exists()


@pytest.mark.django_db
def test_without_now_the_clock_is_read_once(settings: Settings) -> None:
    make_campaign(make_brand(name="Acme"), name="Search")

    with time_machine.travel(NOON, tick=True):
        run("record_spend", "Acme/Search", "5", now=None)

    entry = SpendLog.objects.get()
    assert entry.occurred_at == entry.recorded_at


@pytest.mark.django_db
@pytest.mark.usefixtures("time_travel")
def test_now_from_python_is_a_datetime() -> None:
    make_campaign(make_brand(name="Acme"), name="Search")

    call_command("record_spend", "Acme/Search", "5", now=NOON, stdout=io.StringIO())

    assert SpendLog.objects.get().recorded_at == NOON


@pytest.mark.usefixtures("time_travel")
@pytest.mark.parametrize(
    ("moment", "words"),
    [
        ("2026-11-20T12:00:00", "has no offset: write it as 2026-11-20T12:00:00+00:00, or with Z"),
        ("2026-11-20", "has no offset"),
        ("noon", "'noon' is not a moment"),
        ("0001-01-01T00:00:00+14:00", "the year 1 is out of reach"),
        ("9999-12-31T23:59:59-14:00", "the year 9999 is out of reach"),
        ("1998-01-01T00:00:00Z", "the year 1998 is out of reach"),
    ],
)
def test_now_refuses_what_is_no_moment(moment: str, words: str) -> None:
    answer = run("status", "--now", moment, now=None)

    assert (answer.code, answer.out) == (2, "")
    assert words in answer.err
    assert answer.err.count("\n") == 1


@pytest.mark.django_db
@pytest.mark.usefixtures("time_travel")
@pytest.mark.parametrize("moment", ["1999-01-01T00:00:00Z", "2999-12-31T23:59:59-12:00"])
def test_now_works_to_the_ends_of_its_range(moment: str) -> None:
    make_campaign(make_brand(name="Acme", now=datetime(1999, 1, 1, tzinfo=UTC)), name="Search")

    assert run("status", "--now", moment, now=None).code == 0
    assert run("run_task", "enforce_budgets", "--now", moment, now=None).code == 0


def _refused_by_sqlite(name: str) -> OperationalError:
    cause = sqlite3.OperationalError(name)
    cause.sqlite_errorname = name
    error = OperationalError(name)
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (OperationalError("no such table: campaigns_brand"), "run manage.py migrate"),
        (OperationalError("no such column: campaigns_brand.reviewed_at"), "run manage.py migrate"),
        (ProgrammingError('relation "campaigns_brand" does not exist\nLINE 1: …'), "run manage.py migrate"),
        (OperationalError('connection failed: FATAL: database "x" does not exist'), "cannot be reached: connection"),
        (OperationalError("connection failed\n\tIs the server running?"), "cannot be reached: connection failed Is"),
        (InterfaceError("connection already closed"), "cannot be reached"),
        (_refused_by_sqlite("SQLITE_BUSY"), "try again in a few seconds"),
        (_refused_by_sqlite("SQLITE_FULL"), "make room"),
        (DatabaseError("file is not a database"), "The database cannot be read"),
    ],
)
def test_database_that_is_not_ready_is_described_in_a_line(error: DatabaseError, sentence: str) -> None:
    described = describe_database_error(error)

    assert described is not None
    assert sentence in described
    assert "\n" not in described


def test_database_error_of_our_own_is_not_explained_away() -> None:
    assert describe_database_error(ProgrammingError("syntax error at or near FROM")) is None


@dataclass(frozen=True, slots=True)
class Log:
    """What the log wrote on the screen, as the settings have it, and into a file as well."""

    screen: io.StringIO
    file: io.StringIO


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Log:
    log = Log(io.StringIO(), io.StringIO())
    handlers = [logging.StreamHandler(log.screen), logging.StreamHandler(log.file)]
    monkeypatch.setattr(logging.getLogger(), "handlers", handlers)
    return log


def test_log_is_kept_off_the_screen_and_comes_back(log: Log) -> None:
    with redirect_stderr(log.screen), quiet_logs(is_quiet=True):
        logging.getLogger("campaigns").error("meanwhile")
    logging.getLogger("campaigns").error("afterwards")

    assert log.screen.getvalue() == "afterwards\n"
    assert log.file.getvalue() == "meanwhile\nafterwards\n"


@pytest.mark.django_db
@pytest.mark.parametrize(("arguments", "is_shown"), [((), False), (("--verbosity=2",), True)])
def test_log_is_shown_on_demand(log: Log, arguments: tuple[str, ...], is_shown: bool) -> None:
    Brand.objects.create(name="Acme", current_daily_spend=Decimal("1.00"))

    with redirect_stderr(log.screen):
        run("check_ledger", *arguments, now=None)

    assert ("Counter differs from ledger" in log.screen.getvalue()) is is_shown
    assert "Counter differs from ledger" in log.file.getvalue()


@pytest.mark.django_db
def test_a_process_leaves_alone_what_is_loaded_before_it_begins() -> None:
    class Command(DeskCommand):
        """Says what Python no longer looks through."""

        frozen = 0

        def handle(self, **options: object) -> None:
            type(self).frozen = gc.get_freeze_count()

    before = gc.get_freeze_count()

    try:
        Command().run_from_argv(["manage.py", "anything"])

        assert Command.frozen > before + 10_000
    finally:
        gc.unfreeze()
