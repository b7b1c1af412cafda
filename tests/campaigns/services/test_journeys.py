"""Statements that travel with their BEGIN and COMMIT: all that Django and psycopg promise of others holds for them."""

from __future__ import annotations

import select
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from decimal import Decimal

import pytest
from django.db import DataError, IntegrityError, InterfaceError, OperationalError, ProgrammingError, connection
from django.db.transaction import atomic

from campaigns.errors import BrandBusy, NotFound
from campaigns.models import Campaign, SpendLog
from campaigns.services import delivery, driver, locks, record_spend, statements
from campaigns.services.database import writing
from campaigns.services.driver import Value
from campaigns.services.statements import Move, ReferenceTaken
from tests.factories import NOON, make_brand, make_campaign, spend
from tests.holding import impatience, somebody_holds
from tests.readings import RUNNING, assert_totals_are_right, ledger, spent, state_of

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def ask(text: str, *values: Value, ends: bool = False) -> list[tuple[object, ...]]:
    return driver.rows_of(connection, text, values, ends=ends)


def seen_by_others() -> int:
    """Return how many entries another connection sees."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM campaigns_spendlog")
            return int(cursor.fetchone()[0])
    finally:
        other.close()


def entry_of(campaign: Campaign, reference: str = "") -> SpendLog:
    return SpendLog(
        campaign=campaign,
        amount=Decimal(5),
        occurred_at=NOON,
        recorded_at=NOON,
        local_day=NOON.date(),
        reference=reference,
    )


def append(campaign: Campaign, reference: str = "", *, ends: bool) -> None:
    campaign_move, brand_move = (Move(row.pk, 5_000_000, 5_000_000) for row in (campaign, campaign.brand))
    statements.append(
        entries=[entry_of(campaign, reference)], campaigns=[campaign_move], brands=[brand_move], ends=ends
    )


@pytest.fixture
def campaign() -> Campaign:
    return make_campaign()


@pytest.fixture
def broken_check() -> Iterator[None]:
    """What is deferred is checked by the commit: here, that no entry has the reference `never`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse_never() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "IF NEW.reference = 'never' THEN RAISE check_violation; END IF; RETURN NULL; END $$"
        )
        cursor.execute(
            "CREATE CONSTRAINT TRIGGER refuse_never AFTER INSERT ON campaigns_spendlog "
            "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_never()"
        )
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION refuse_never CASCADE")


# What is asked is answered ------------------------------------------------------------------------------------------


def test_rows_come_back_as_python_has_them() -> None:
    [row] = ask("SELECT %s::bigint, %s::text, NULL, now() > %s::timestamptz, %s::text", 7, "é € '", "2026-01-01", None)

    assert row == (7, "é € '", None, True, None)


def test_more_than_fits_into_one_go_arrives() -> None:
    numbers = ",".join(map(str, range(1_000_000)))

    assert ask("SELECT count(*), sum(n) FROM unnest(%s::bigint[]) AS n", f"{{{numbers}}}") == [
        (1_000_000, 499999500000)
    ]


def test_nul_is_refused_and_nothing_is_sent() -> None:
    with pytest.raises(DataError, match="NUL"):
        ask("SELECT %s::text", "cut\0off")

    assert ask("SELECT 1") == [(1,)]


def test_errors_are_those_of_django_and_the_connection_goes_on(campaign: Campaign) -> None:
    with pytest.raises(ProgrammingError, match="nowhere"):
        ask("SELECT * FROM nowhere")
    with pytest.raises(IntegrityError), writing():
        statements.append(entries=[entry_of(Campaign(pk=0))], campaigns=[], brands=[])

    spend(campaign, "5")
    assert ledger() == ["5.00"]


def test_statement_that_the_server_was_told_to_forget_is_prepared_again() -> None:
    ask("SELECT 1")
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")

    with pytest.raises(ProgrammingError, match="does not exist"):
        ask("SELECT 1")

    assert ask("SELECT 1") == [(1,)]


# A transaction begins and ends as Django's --------------------------------------------------------------------------


def test_statement_begins_the_transaction(campaign: Campaign) -> None:
    with writing():
        append(campaign, ends=False)
        connection.set_rollback(True)

    assert (ledger(), spent(campaign)) == ([], ("0.00", "0.00"))


def test_last_statement_takes_the_commit_along(campaign: Campaign) -> None:
    with writing():
        append(campaign, ends=True)
        assert seen_by_others() == 1

    assert_totals_are_right()


def test_without_being_the_last_it_does_not(campaign: Campaign) -> None:
    with writing():
        append(campaign, ends=False)
        assert seen_by_others() == 0

    assert seen_by_others() == 1


def test_last_statement_inside_of_another_transaction_commits_nothing(campaign: Campaign) -> None:
    with atomic():
        record_spend(campaign_id=campaign.pk, amount="5", now=NOON)
        assert seen_by_others() == 0
        connection.set_rollback(True)

    assert (ledger(), spent(campaign)) == ([], ("0.00", "0.00"))


def test_last_statement_with_autocommit_off_commits_nothing(campaign: Campaign) -> None:
    connection.set_autocommit(False)
    try:
        record_spend(campaign_id=campaign.pk, amount="5", now=NOON)
        assert seen_by_others() == 0
        connection.rollback()
    finally:
        connection.set_autocommit(True)

    assert (ledger(), spent(campaign)) == ([], ("0.00", "0.00"))


def test_reference_that_is_taken_moves_no_counter_though_committed(campaign: Campaign) -> None:
    spend(campaign, "5", reference="r")

    with pytest.raises(ReferenceTaken), writing():
        append(campaign, "r", ends=True)

    assert (ledger(), spent(campaign)) == (["5.00"], ("5.00", "5.00"))
    assert_totals_are_right()


@pytest.mark.usefixtures("broken_check")
def test_commit_that_fails_is_told_and_writes_nothing(campaign: Campaign) -> None:
    with pytest.raises(IntegrityError):
        record_spend(campaign_id=campaign.pk, amount="5", reference="never", now=NOON)

    spend(campaign, "7", reference="ever")
    assert (ledger(), spent(campaign)) == (["7.00"], ("7.00", "7.00"))


def test_spend_that_stops_a_campaign_is_committed_with_the_stop() -> None:
    campaign = make_campaign(make_brand(daily_budget="5"))

    receipt = record_spend(campaign_id=campaign.pk, amount="5", now=NOON)

    assert (len(receipt.stopped), seen_by_others(), state_of(campaign)) == (1, 1, ("paused", "brand_day"))


def test_spend_whose_stop_fails_is_not_committed(monkeypatch: pytest.MonkeyPatch) -> None:
    campaign = make_campaign(make_brand(daily_budget="5"))

    def die(**_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(delivery, "review", die)
    with pytest.raises(RuntimeError):
        record_spend(campaign_id=campaign.pk, amount="5", now=NOON)

    assert (seen_by_others(), spent(campaign), state_of(campaign)) == (0, ("0.00", "0.00"), RUNNING)


# It breaks as a journey may break -----------------------------------------------------------------------------------


def test_lock_that_somebody_holds_is_a_refusal(campaign: Campaign) -> None:
    with impatience(), somebody_holds(campaign.brand), pytest.raises(BrandBusy):
        record_spend(campaign_id=campaign.pk, amount="5", now=NOON)
    locks._VAIN_WAITS.forget([campaign.brand_id])
    locks._VAIN_WAITS._campaigns.clear()

    spend(campaign, "7")
    assert ledger() == ["7.00"]


def test_others_of_the_process_go_on_while_one_waits_for_the_server() -> None:
    done = threading.Event()
    said: list[bool] = []

    def watch() -> None:
        said.append(done.wait(20))

    watcher = threading.Thread(target=watch)
    timer = threading.Timer(0.05, done.set)
    watcher.start()
    timer.start()
    ask("SELECT pg_sleep(0.5)")
    # Had the wait kept the interpreter, the other thread could not have been told before.
    assert done.is_set()
    watcher.join()
    assert said == [True]


@pytest.mark.parametrize("around", [nullcontext, atomic])
def test_server_that_ends_the_connection_is_away(around: Callable[[], AbstractContextManager[None]]) -> None:
    with pytest.raises(OperationalError), around():
        ask("SELECT pg_terminate_backend(pg_backend_pid())")
    connection.close_if_unusable_or_obsolete()

    assert ask("SELECT 1") == [(1,)]


def test_interrupted_wait_leaves_no_answer_for_the_next(monkeypatch: pytest.MonkeyPatch, campaign: Campaign) -> None:
    class Interrupted:
        def register(self, descriptor: int, events: int) -> None:
            pass

        def poll(self) -> list[tuple[int, int]]:
            raise KeyboardInterrupt

    connection.close()
    connection.ensure_connection()
    interrupted = connection.connection
    with monkeypatch.context() as patched:
        patched.setattr(select, "poll", Interrupted)
        with pytest.raises(KeyboardInterrupt), writing():
            ask("SELECT 'of before'")

    assert interrupted.closed
    with pytest.raises(NotFound):
        record_spend(campaign_id=campaign.pk + 1, amount="5", now=NOON)
    assert ask("SELECT 'of now'") == [("of now",)]


def test_closed_connection_is_said(campaign: Campaign) -> None:
    connection.ensure_connection()
    connection.connection.close()

    with pytest.raises((InterfaceError, OperationalError)):
        ask("SELECT 1")
    connection.close()

    assert ask("SELECT 1") == [(1,)]
