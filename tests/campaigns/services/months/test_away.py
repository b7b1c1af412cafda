"""Months that were taken out: what they hold is known, nothing enters them, and they come back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from campaigns.errors import (
    ImportConflict,
    InvalidMoment,
    ManyRefusals,
    MonthsRefused,
    NotFound,
    ReferenceConflict,
)
from campaigns.models import Campaign, SpendLog
from campaigns.services import (
    NewSpend,
    months,
    record_reported_total,
    record_spend,
    record_spends,
    reverse_spend,
)
from campaigns.services.imports import Mode, undo_import
from campaigns.services.months.catalog import rows_of, run
from tests.campaigns.services.spend_files import WITH_REFERENCE, import_at, order_of, refused_lines, write_file
from tests.factories import HOUR, at, make_brand, make_campaign, spend
from tests.ledgers import SWITCHED_AT

pytestmark = [pytest.mark.postgres, pytest.mark.usefixtures("in_months")]

# When October may go.
LATER = at("2026-12-15 12:00")
NOVEMBER = date(2026, 11, 1)


@pytest.fixture
def campaign() -> Campaign:
    """A campaign with an entry of October that was taken out, and one of December."""
    made = make_campaign(make_brand(name="Acme", now=SWITCHED_AT), name="Search", now=SWITCHED_AT)
    spend(made, "5", now=SWITCHED_AT, reference="old")
    spend(made, "1", now=LATER, reference="new")
    assert [part.table for part in months.detach_before(month=NOVEMBER, now=LATER)] == [
        "campaigns_spendlog_until_2026_11"
    ]
    return made


def test_its_table_stays_and_the_ledger_knows_it(campaign: Campaign) -> None:
    found = months.survey()

    assert list(SpendLog.objects.values_list("reference", flat=True)) == ["new"]
    assert rows_of("SELECT reference FROM campaigns_spendlog_until_2026_11") == [("old",)]
    assert [(part.name, part.is_away) for part in found.away] == [("until 2026-11", True)]
    assert "until 2026-11" not in [part.name for part in found.parts]


@pytest.mark.parametrize("amount", ["5", "6"])
def test_a_reference_of_it_is_refused(campaign: Campaign, amount: str) -> None:
    with pytest.raises(ReferenceConflict, match=r"2026-10-05, whose month was taken out.*--attach 2026-10"):
        record_spend(campaign_id=campaign.pk, amount=amount, now=LATER, reference="old")

    assert SpendLog.objects.count() == 1


def test_a_batch_says_which_of_its_spends_belong_to_it(campaign: Campaign) -> None:
    batch = [
        NewSpend(campaign.pk, "1", None, "fresh"),
        NewSpend(campaign.pk, "5", None, "old"),
        NewSpend(campaign.pk, "1", None, "new"),
        NewSpend(campaign.pk, "2", SWITCHED_AT),
    ]

    with pytest.raises(ManyRefusals) as refused:
        record_spends(spends=batch, now=LATER)

    assert [(place, type(one)) for place, one in refused.value.refusals] == [(1, ReferenceConflict), (3, InvalidMoment)]
    assert SpendLog.objects.count() == 1


def test_its_days_take_no_spend(campaign: Campaign) -> None:
    with pytest.raises(InvalidMoment, match="2026-10-05 was taken out of the ledger") as refused:
        record_spend(campaign_id=campaign.pk, amount="1", now=LATER, occurred_at=SWITCHED_AT + HOUR)

    assert refused.value.field == "occurred_at"


def test_a_day_total_of_it_is_refused_rather_than_counted_whole(campaign: Campaign) -> None:
    with pytest.raises(InvalidMoment) as refused:
        record_reported_total(campaign_id=campaign.pk, source="meta", day=date(2026, 10, 5), total="9", now=LATER)

    assert refused.value.field == "day"
    assert SpendLog.objects.count() == 1


def test_an_import_names_the_lines_that_belong_to_it(campaign: Campaign, tmp_path: Path) -> None:
    rows = (
        "Search,2026-12-14T12:00:00-05:00,1,fresh",
        "Search,2026-12-14T12:00:00-05:00,5,old",
        "Search,2026-10-05T13:00:00-04:00,5,late",
    )
    path = write_file(tmp_path, *rows, header="campaign,day,cost,id")

    refused = refused_lines(order_of(path, campaign.brand, layout=WITH_REFERENCE), now=LATER)

    assert refused == [(3, ReferenceConflict), (4, InvalidMoment)]


@pytest.mark.parametrize("reference", ["old", "late"])
def test_an_import_that_was_checked_before_is_refused_in_the_middle(
    campaign: Campaign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reference: str
) -> None:
    moment = "2026-12-14T12:00:00-05:00" if reference == "old" else "2026-10-05T13:00:00-04:00"
    path = write_file(tmp_path, f"Search,{moment},5,{reference}", header="campaign,day,cost,id")
    # As if the month had been taken out between the check and the writing.
    monkeypatch.setattr("campaigns.services.imports.entries._skipped", lambda *_: {})

    with pytest.raises(ManyRefusals) as refused:
        import_at(order_of(path, campaign.brand, layout=WITH_REFERENCE), LATER)

    assert [line for line, _ in refused.value.refusals] == [2]
    assert SpendLog.objects.count() == 1


def test_day_totals_of_a_file_that_belong_to_it_are_refused(campaign: Campaign, tmp_path: Path) -> None:
    path = write_file(tmp_path, "Search,2026-12-14,1", "Search,2026-10-05,9")

    refused = refused_lines(order_of(path, campaign.brand, mode=Mode.DAY_TOTALS, source="meta"), now=LATER)

    assert refused == [(3, InvalidMoment)]


def test_an_import_with_days_of_it_is_not_undone_by_half(tmp_path: Path) -> None:
    brand = make_brand(name="Acme", now=SWITCHED_AT)
    make_campaign(brand, name="Search", now=SWITCHED_AT)
    path = write_file(tmp_path, "Search,2026-10-05,5", "Search,2026-12-14,5")
    done = import_at(order_of(path, brand), LATER)
    months.detach_before(month=NOVEMBER, now=LATER)

    with pytest.raises(ImportConflict, match="taken out of the ledger"):
        undo_import(import_id=done.import_id or 0, clock=lambda: LATER)

    assert SpendLog.objects.count() == 1
    months.attach(month=date(2026, 10, 1))
    assert undo_import(import_id=done.import_id or 0, clock=lambda: LATER).reversals == 2


def test_its_entries_cannot_be_corrected(campaign: Campaign) -> None:
    [(key,)] = rows_of("SELECT id FROM campaigns_spendlog_until_2026_11")

    with pytest.raises(NotFound):
        reverse_spend(entry_id=key, now=LATER)


def test_it_comes_back_with_everything(campaign: Campaign) -> None:
    assert months.attach(month=date(2025, 3, 1)).name == "until 2026-11"

    receipt = record_spend(campaign_id=campaign.pk, amount="5", now=LATER, reference="old")
    assert receipt.is_replay
    assert spend(campaign, "2", now=LATER, occurred_at=SWITCHED_AT).pk
    assert [entry.amount for entry in SpendLog.objects.order_by("pk")] == [Decimal(5), Decimal(1), Decimal(2)]
    assert reverse_spend(entry_id=receipt.entry.pk, now=LATER).entry.local_day == date(2026, 10, 5)


def test_what_is_gone_from_the_database_is_still_refused(campaign: Campaign) -> None:
    run("DROP TABLE campaigns_spendlog_until_2026_11")

    with pytest.raises(ReferenceConflict):
        record_spend(campaign_id=campaign.pk, amount="5", now=LATER, reference="old")
    with pytest.raises(MonthsRefused, match="restore it from its dump"):
        months.attach(month=date(2026, 10, 1))
    assert months.survey().away[0].size is None


def test_a_table_with_other_days_is_not_put_back(campaign: Campaign) -> None:
    run("UPDATE campaigns_spendlog_until_2026_11 SET local_day = '2026-11-03'")

    with pytest.raises(MonthsRefused, match="other days"):
        months.attach(month=date(2026, 10, 1))

    assert SpendLog.objects.count() == 1


def test_the_current_and_the_previous_month_stay() -> None:
    with pytest.raises(MonthsRefused, match="Use 2026-11 or earlier"):
        months.detach_before(month=date(2026, 12, 1), now=LATER)

    assert len(months.survey().parts) == 5


def test_months_that_a_counter_still_counts_stay() -> None:
    campaign = make_campaign(make_brand(name="Acme", now=SWITCHED_AT), now=SWITCHED_AT)
    spend(campaign, "5", now=SWITCHED_AT)

    with pytest.raises(MonthsRefused, match="Counters still count entries of these months: Acme"):
        months.detach_before(month=NOVEMBER, now=LATER)


def test_what_was_not_taken_out_is_not_put_back() -> None:
    with pytest.raises(MonthsRefused, match="2026-12 was not taken out"):
        months.attach(month=date(2026, 12, 1))
