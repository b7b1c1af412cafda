"""The switch from one table to months: beside writers, broken off anywhere, and refused where it cannot be."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import connection

from campaigns.errors import BrandBusy, MonthsRefused
from campaigns.models import Campaign, SpendLog
from campaigns.services import find_drift, months, record_spend
from campaigns.services.months import catalog, switch
from campaigns.services.months.catalog import (
    LEDGER,
    REFERENCES,
    has_bound,
    has_table,
    is_partitioned,
    rows_of,
    run,
)
from campaigns.services.passes import all_brands
from tests.factories import DAY, NOON, make_brand, make_campaign, spend
from tests.races.writers import on_its_own_connection, wait_until

pytestmark = [pytest.mark.postgres, pytest.mark.usefixtures("one_table")]

STEPS = ("_note_references", "_fill", "_bind", "_check_bound", "_switch")


class Killed(BaseException):
    """The program ends where it stands."""


def indexes(table: str) -> set[str]:
    """Return what the table's indexes are, without their names."""
    found = rows_of("SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = to_regclass(%s)", [table])
    return {definition.split(" USING ")[1] for (definition,) in found}


def test_the_one_table_becomes_the_first_part_and_no_index_is_built() -> None:
    spend(make_campaign(), "5", reference="r")
    before, files = indexes(LEDGER), files_of(LEDGER)

    done = months.start(now=NOON)

    old = "campaigns_spendlog_until_2026_12"
    assert (done.until, done.references) == (date(2026, 12, 1), 1)
    assert indexes(old) == before
    # Each is the file that it was, and a part of one that has the name of the model's.
    assert files_of(old) == files
    attached = rows_of(
        "SELECT parent.relname FROM pg_inherits JOIN pg_index own ON own.indexrelid = inhrelid "
        "JOIN pg_class parent ON parent.oid = inhparent WHERE own.indrelid = to_regclass(%s)",
        [old],
    )
    assert {name for (name,) in attached} == {index.name for index in SpendLog._meta.indexes}
    assert rows_of("SELECT count(*) FROM pg_index WHERE NOT indisvalid") == [(0,)]
    assert [part.name for part in months.survey().parts] == ["until 2026-12", "2026-12", "2027-01", "2027-02", "rest"]
    assert not has_bound()


def files_of(table: str) -> set[int]:
    """Return the files of the table and its indexes."""
    text = (
        "SELECT pg_relation_filenode(indexrelid) FROM pg_index WHERE indrelid = to_regclass(%s) "
        "UNION SELECT pg_relation_filenode(to_regclass(%s))"
    )
    return {file for (file,) in rows_of(text, [table, table])}


def test_each_part_has_the_keys_that_the_whole_cannot_have() -> None:
    months.start(now=NOON)

    kept = {part.table: indexes(part.table) for part in months.survey().parts}

    first, *others = kept.values()
    assert all(other == first for other in others)
    assert "btree (id)" in first
    assert "btree (campaign_id, reference) WHERE (NOT ((reference)::text = ''::text))" in first


def test_shortly_before_a_months_end_the_next_month_belongs_to_the_first_part() -> None:
    done = months.start(now=NOON + 5 * DAY)

    assert done.until == date(2027, 1, 1)


def test_writers_beside_it_lose_nothing_and_count_nothing_twice(capsys: pytest.CaptureFixture[str]) -> None:
    campaigns = [make_campaign(make_brand(name=name)) for name in ("Acme", "Zenith")]
    for number in range(50):
        spend(campaigns[0], "1", reference=f"before {number}")
    is_over = threading.Event()
    with ThreadPoolExecutor(2) as pool:
        writers = [pool.submit(on_its_own_connection, lambda one=one: write_until(one, is_over)) for one in campaigns]
        try:
            wait_until(lambda: SpendLog.objects.count() > 60, what="the first spend of the writers")
            done = months.start(now=NOON)
            count = SpendLog.objects.count()
            wait_until(
                lambda: SpendLog.objects.count() > count + 10 or any(writer.done() for writer in writers),
                what="spend after the switch",
            )
        finally:
            is_over.set()
        told = [writer.result() for writer in writers]

    sent = sum(count for count, _ in told)
    with capsys.disabled():
        longest = max(seconds for _, seconds in told)
        sys.stdout.write(f"\n{sent} spends beside the switch, longest {longest:.3f} s; lock {done.seconds:.3f} s\n")
    # Each was sent twice, under one reference.
    assert SpendLog.objects.count() == sent + 50
    assert rows_of(f"SELECT count(*) FROM {REFERENCES}") == [(sent + 50,)]
    assert not list(find_drift(brand_ids=all_brands()))


def write_until(campaign: Campaign, is_over: threading.Event) -> tuple[int, float]:
    """Send spends, each of them twice, and return how many, and how long the slowest took."""
    number, longest = 0, 0.0
    while not is_over.is_set():
        number += 1
        began = time.monotonic()
        for is_again in (False, True):
            receipt = record_spend(campaign_id=campaign.pk, amount="1", now=NOON, reference=f"beside {number}")
            assert receipt.is_replay is is_again
        longest = max(longest, time.monotonic() - began)
    return number, longest


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(
    "is_after", [pytest.param(False, id="before"), pytest.param(True, id="after", marks=pytest.mark.long)]
)
def test_broken_off_anywhere_it_is_run_again(step: str, is_after: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    campaign = make_campaign()
    spend(campaign, "5", reference="r")
    with monkeypatch.context() as broken:
        broken.setattr(switch, step, killed_at(getattr(switch, step), is_after=is_after))
        # Killed, it does not tidy up behind itself.
        broken.setattr(switch, "_unbind", lambda: None)
        with pytest.raises(Killed):
            months.start(now=NOON)
    connection.close()
    spend(campaign, "6", reference="meanwhile")
    assert not is_partitioned()

    assert months.start(now=NOON).references == 2

    assert spend(campaign, "5", reference="r") == SpendLog.objects.earliest("pk")
    assert SpendLog.objects.count() == 2
    assert not has_bound()


def killed_at(step: Callable[..., object], *, is_after: bool) -> Callable[..., object]:
    def killed(*arguments: object) -> object:
        if is_after:
            step(*arguments)
        raise Killed

    return killed


def test_a_bound_that_was_left_goes_before_it_refuses_a_spend(monkeypatch: pytest.MonkeyPatch) -> None:
    campaign = make_campaign()
    with monkeypatch.context() as broken:
        broken.setattr(switch, "_check_bound", killed_at(switch._check_bound, is_after=True))
        broken.setattr(switch, "_unbind", lambda: None)
        with pytest.raises(Killed):
            months.start(now=NOON)

    months.tend(now=NOON)
    assert has_bound()
    months.tend(now=NOON + 4 * DAY)
    assert not has_bound()

    assert spend(campaign, "1", now=NOON + 15 * DAY).local_day == date(2026, 12, 5)


def test_abandoned_it_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(switch, "_switch", killed_at(switch._switch, is_after=False))
        with pytest.raises(Killed):
            months.start(now=NOON)
    assert months.survey().is_prepared

    months.abandon()

    assert months.survey() == months.Survey()
    assert not has_table(REFERENCES)
    assert rows_of("SELECT tgname FROM pg_trigger WHERE tgrelid = to_regclass(%s) AND NOT tgisinternal", [LEDGER]) == []


def test_whoever_holds_the_table_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    campaign = make_campaign()
    monkeypatch.setattr(catalog, "TRIES", 2)
    monkeypatch.setattr(catalog, "_PAUSE_SECONDS", 0)
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT 1 FROM campaigns_spendlog")
            with pytest.raises(BrandBusy):
                months.start(now=NOON)
            assert not has_bound()
            assert spend(campaign, "1").pk
            cursor.execute("ROLLBACK")
    finally:
        other.close()

    assert months.start(now=NOON).until == date(2026, 12, 1)


def test_entries_of_a_month_to_come_stop_it() -> None:
    campaign = make_campaign()
    spend(campaign, "5", now=NOON + timedelta(days=60))

    with pytest.raises(MonthsRefused, match="There are entries of 2026-12-01 or later"):
        months.start(now=NOON)

    assert not has_bound()


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("CREATE VIEW by_hand AS SELECT * FROM campaigns_spendlog", "view by_hand"),
        ("CREATE TABLE notes (entry bigint CONSTRAINT noted REFERENCES campaigns_spendlog)", "foreign key noted"),
        (
            "CREATE TRIGGER theirs AFTER INSERT ON campaigns_spendlog EXECUTE FUNCTION tsvector_update_trigger()",
            "trigger theirs",
        ),
        ("CREATE PUBLICATION theirs FOR TABLE campaigns_spendlog", "publication theirs"),
    ],
)
def test_what_hangs_on_the_table_is_named(statement: str, named: str) -> None:
    run(statement)

    with pytest.raises(MonthsRefused, match=f"would stay with its first part: {named}"):
        months.start(now=NOON)

    assert months.survey() == months.Survey()


def test_what_others_may_read_they_may_read_afterwards() -> None:
    run("CREATE ROLE reporting_of_months", "GRANT SELECT ON campaigns_spendlog TO reporting_of_months")
    try:
        months.start(now=NOON)

        may = "has_table_privilege('reporting_of_months', 'campaigns_spendlog', '{}')"
        assert rows_of(f"SELECT {may.format('SELECT')}, {may.format('INSERT')}") == [(True, False)]
    finally:
        run("DROP OWNED BY reporting_of_months", "DROP ROLE reporting_of_months")


def test_it_is_done_once() -> None:
    months.start(now=NOON)

    with pytest.raises(MonthsRefused, match="in months already"):
        months.start(now=NOON)
    with pytest.raises(MonthsRefused):
        months.abandon()
