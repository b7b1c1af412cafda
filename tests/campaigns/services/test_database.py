"""What the database itself says no to: somebody else holds the lock, the disk is full, it can only be read."""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import Error as AnyDatabaseError
from django.db import IntegrityError, OperationalError, connection

import campaigns.services
from ad_system.signs.database import unreachable
from campaigns.errors import BrandBusy, DatabaseFull, DatabaseReadOnly, NotFound, Refusal
from campaigns.management.refusals import describe_database_error
from campaigns.models import Brand, Campaign, Cause, SpendLog, StatusChange
from campaigns.rules.periods import PeriodKind
from campaigns.services import find_drift, locks, passes, periods, record_spend, resets
from campaigns.services.database import is_away, is_forbidden, refusal_of, writing
from tests.factories import HOUR, NOON, hours, make_brand, make_campaign, spend
from tests.holding import full_disk, impatience, read_only, somebody_holds
from tests.readings import RUNNING, ledger, state_of, states_of

pytestmark = pytest.mark.django_db(transaction=True)

OPENS = NOON + HOUR


@pytest.fixture
def impatient(transactional_db: None) -> Iterator[None]:
    """Waits for a lock only for a moment."""
    with impatience():
        yield


def waiting_campaigns(count: int) -> list[Campaign]:
    """Return campaigns of a brand each, whose windows open at `OPENS`."""
    return [make_campaign(windows=[hours("13:00", "14:00")]) for _ in range(count)]


# Somebody holds the lock -------------------------------------------------------------------------------------------


def test_brand_that_somebody_holds_is_refused_and_nothing_is_written(impatient: None) -> None:
    campaign = make_campaign()

    with somebody_holds(campaign.brand), pytest.raises(BrandBusy, match="try again"):
        spend(campaign, "5")

    assert ledger() == []
    spend(campaign, "5")
    assert ledger() == ["5.00"]


@pytest.mark.postgres
def test_refusal_of_a_held_brand_names_it_and_the_others_go_on(impatient: None) -> None:
    held, free = make_campaign(), make_campaign()

    with somebody_holds(held.brand):
        with pytest.raises(BrandBusy, match=rf"^The brand of campaign {held.pk} is being changed by somebody else"):
            spend(held, "5")
        spend(free, "7")

    assert ledger() == ["7.00"]


@pytest.mark.postgres
def test_batch_over_a_held_brand_writes_nothing_in_any(impatient: None) -> None:
    held, free = make_campaign(), make_campaign()
    rows = [campaigns.services.NewSpend(campaign.pk, Decimal(1)) for campaign in (free, held)]

    with somebody_holds(held.brand), pytest.raises(BrandBusy, match=r"^The brand of one of 2 campaigns is"):
        campaigns.services.record_spends(spends=rows, now=NOON)

    assert ledger() == []


@pytest.mark.postgres
def test_brand_out_of_reach_keeps_nobody_waiting(impatient: None) -> None:
    foreign, own = make_campaign(), make_campaign()
    reach = [own.brand_id]

    with somebody_holds(foreign.brand):
        with pytest.raises(NotFound):
            campaigns.services.record_spend(campaign_id=foreign.pk, amount="5", within=reach, now=NOON)
        campaigns.services.record_spend(campaign_id=own.pk, amount="7", within=reach, now=NOON)

    assert ledger() == ["7.00"]


@pytest.mark.postgres
def test_after_one_wait_in_vain_nobody_waits_until_one_looks_again(
    impatient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = 1000.0
    monkeypatch.setattr("campaigns.services.locks.time.monotonic", lambda: clock)
    campaign = make_campaign()
    sentences = []

    with somebody_holds(campaign.brand):
        for seconds in (0, 4, 2, 0):
            clock += seconds
            with pytest.raises(BrandBusy) as refused:
                spend(campaign, "5")
            sentences.append(str(refused.value.__cause__).splitlines()[0])
    spend(campaign, "5")

    waited, at_once = "canceling statement due to lock timeout", "could not obtain lock on row"
    assert [sentence.startswith(at_once) for sentence in sentences] == [False, True, False, True]
    assert [sentence.startswith(waited) for sentence in sentences] == [True, False, True, False]


@pytest.mark.postgres
def test_wait_in_vain_is_not_forgotten_while_somebody_asks_whose_campaigns_they_were(
    impatient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = make_campaign()
    # Without what tests before this one have waited for.
    monkeypatch.setattr(locks, "_VAIN_WAITS", locks._VainWaits())
    whose, forgotten = locks._brands_of, []

    def ask(campaign_ids: Collection[int]) -> set[int]:
        # Another thread comes by at this moment: it would wait if there were nothing to know.
        forgotten.append(locks._VAIN_WAITS.is_empty)
        return whose(campaign_ids)

    monkeypatch.setattr("campaigns.services.locks._brands_of", ask)
    with somebody_holds(campaign.brand):
        for _ in range(2):
            with pytest.raises(BrandBusy):
                spend(campaign, "5")
    spend(campaign, "5")

    assert forgotten
    assert not any(forgotten)


@pytest.mark.postgres
def test_brand_that_was_had_again_is_waited_for_as_ever(impatient: None) -> None:
    campaign = make_campaign()

    for _ in range(2):
        with somebody_holds(campaign.brand), pytest.raises(BrandBusy) as refused:
            spend(campaign, "5")
        assert "lock timeout" in str(refused.value.__cause__)
        spend(campaign, "5")


def test_pass_leaves_out_what_somebody_holds_and_comes_back_to_it(
    impatient: None, caplog: pytest.LogCaptureFixture
) -> None:
    opening = waiting_campaigns(5)
    held = opening[1]
    due = passes.due_brands(now=OPENS)

    with somebody_holds(held.brand):
        first = passes.review_due(brand_ids=due, now=OPENS)
    second = passes.review_due(brand_ids=passes.due_brands(now=OPENS), now=OPENS)

    is_file = connection.vendor == "sqlite"
    assert first.busy == (tuple(due) if is_file else (held.brand_id,))
    assert (first.failed, len(first.changes)) == ((), 0 if is_file else 4)
    assert (second.busy, len(second.changes)) == ((), 5 if is_file else 1)
    assert states_of(*opening) == [RUNNING] * 5
    assert [record.levelno for record in caplog.records if "left out" in record.message] == [logging.WARNING]


@pytest.mark.postgres
def test_pass_reviews_the_free_brands_before_it_waits_for_any(impatient: None, monkeypatch: pytest.MonkeyPatch) -> None:
    opening = waiting_campaigns(7)
    asked: list[int] = []
    waited_for: list[int] = []
    lock_free, lock = locks.lock_free_brands, locks.lock_brand

    def ask(brand_ids: Collection[int]) -> dict[int, Brand]:
        asked.extend(brand_ids)
        return lock_free(brand_ids)

    def wait(brand_id: int) -> Brand:
        waited_for.append(brand_id)
        return lock(brand_id)

    monkeypatch.setattr("campaigns.services.passes.lock_free_brands", ask)
    monkeypatch.setattr("campaigns.services.passes.lock_brand", wait)
    keys = [campaign.brand_id for campaign in opening]

    with somebody_holds(*(campaign.brand for campaign in opening[:5])):
        report = passes.review_due(brand_ids=keys, now=OPENS)

    # Three waits in vain are enough: the next pass has to begin on time.
    assert (asked, waited_for) == (keys, keys[:3])
    assert (report.busy, len(report.changes)) == (tuple(keys[:5]), 2)


@pytest.mark.postgres
def test_pass_that_fails_for_some_of_them_leaves_out_what_is_held_and_does_the_rest(
    impatient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The first alone, then two, then four at once: a bad one and a held one among them.
    opening = waiting_campaigns(7)
    bad, held = opening[4].brand, opening[5].brand
    settle = periods.settle_due

    def fail_for_one(*, brands: Sequence[Brand], now: datetime, cause: Cause) -> tuple[StatusChange, ...]:
        if bad in brands:
            raise ArithmeticError("nobody has thought of this")
        return settle(brands=brands, now=now, cause=cause)

    monkeypatch.setattr(periods, "settle_due", fail_for_one)
    monkeypatch.setattr(passes, "_SECONDS_OF_LOCK", 60)

    with somebody_holds(held):
        report = passes.review_due(brand_ids=[campaign.brand_id for campaign in opening], now=OPENS)

    assert (report.failed, report.busy, len(report.changes)) == ((bad.pk,), (held.pk,), 5)


@pytest.mark.postgres
def test_reset_by_hand_leaves_out_what_somebody_holds_and_names_it(impatient: None) -> None:
    held, free = make_campaign(), make_campaign()
    for campaign in (held, free):
        spend(campaign, "5")

    with somebody_holds(held.brand):
        report = resets.reset_brands(brand_ids=[held.brand_id, free.brand_id], kinds=[PeriodKind.DAY], now=OPENS)
        with pytest.raises(BrandBusy):
            resets.reset_brands(brand_ids=[held.brand_id], kinds=[PeriodKind.DAY], now=OPENS)

    assert (report.brands, report.busy) == ((free.brand.name,), (held.brand_id,))
    assert list(Brand.objects.order_by("pk").values_list("current_daily_spend", flat=True)) == [Decimal(5), Decimal(0)]


@pytest.mark.postgres
def test_check_of_the_ledger_leaves_what_somebody_holds_for_the_next_one(impatient: None) -> None:
    held, other = make_campaign(), make_campaign()
    Brand.objects.update(current_daily_spend=Decimal(1))

    with somebody_holds(held.brand):
        found = find_drift()
    again = find_drift()

    assert [drift.brand for drift in found] == [other.brand.name]
    assert [drift.brand for drift in again] == [held.brand.name, other.brand.name]


# The disk is full, or may only be read -----------------------------------------------------------------------------


def spend_until_refused(campaign: Campaign) -> None:
    for number in range(10_000):
        record_spend(campaign_id=campaign.pk, amount="0.001", reference=f"r{number}", description="x" * 200, now=NOON)


@pytest.mark.sqlite
def test_full_disk_is_refused_and_nothing_is_half_written() -> None:
    campaign = make_campaign(make_brand(daily_budget="50"))
    spend(campaign, "1")

    with full_disk():
        with pytest.raises(DatabaseFull, match="make room"):
            spend_until_refused(campaign)
        written = SpendLog.objects.count()
        assert not find_drift()
    spend(campaign, "49")

    assert SpendLog.objects.count() == written + 1
    assert state_of(campaign) == ("paused", "brand_day")


def test_database_that_can_only_be_read_is_refused_and_can_be_read() -> None:
    campaign = make_campaign()

    with read_only():
        with pytest.raises(DatabaseReadOnly, match="writable"):
            spend(campaign, "1")
        assert ledger() == []
    spend(campaign, "1")

    assert ledger() == ["1.00"]


# What is no refusal ------------------------------------------------------------------------------------------------


def test_errors_of_our_own_stay_what_they_are() -> None:
    make_brand(name="Acme")

    with pytest.raises(IntegrityError), writing():
        Brand.objects.create(name="Acme", daily_since=NOON, monthly_since=NOON)


def test_database_that_is_away_is_no_refusal() -> None:
    error = OperationalError("server closed the connection unexpectedly")

    with pytest.raises(OperationalError) as raised, writing():
        raise error

    assert raised.value is error
    assert (refusal_of(error), is_away(error)) == (None, True)


@pytest.mark.postgres
def test_tables_of_somebody_else_are_forbidden_and_not_away() -> None:
    with pytest.raises(AnyDatabaseError) as raised, writing(), connection.cursor() as cursor:
        # A role of every server that owns nothing: as after a restore by somebody else.
        cursor.execute("SET LOCAL ROLE pg_read_all_settings; SELECT 1 FROM campaigns_brand")

    assert (is_forbidden(raised.value), is_away(raised.value), refusal_of(raised.value)) == (True, False, None)
    sentence = describe_database_error(raised.value)
    assert sentence is not None
    assert "belong to another user" in sentence
    assert unreachable(raised.value).sentence == "The database answers, but its tables belong to another user."


def test_a_refusal_passes_as_it_is() -> None:
    with pytest.raises(Refusal, match=r"^as it is$"), writing():
        raise Refusal("as it is")


def test_services_write_only_where_the_databases_refusals_are_understood() -> None:
    folder = Path(campaigns.services.__path__[0])
    atomic = {file.name for file in folder.rglob("*.py") if re.search(r"\batomic\b", file.read_text())}

    assert atomic == {"database.py"}, "use `with writing():` of campaigns/services/database.py"
