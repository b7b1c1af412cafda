"""Coming months: made ahead, late, twice and by several at once; the rest loses nothing."""

from __future__ import annotations

import pytest

from campaigns.errors import MonthsRefused
from campaigns.models import Campaign, SpendLog
from campaigns.services import correct_spend, months
from campaigns.services.months.catalog import DEFAULT_PART, REFERENCES, rows_of, run
from campaigns.tasks import run_here
from tests.factories import NOON, at, make_brand, make_campaign, spend
from tests.ledgers import SWITCHED_AT
from tests.races.writers import line_up

pytestmark = pytest.mark.postgres

MARCH = at("2027-03-10 12:00")


@pytest.fixture
def campaign(in_months: str) -> Campaign:
    return make_campaign(make_brand(now=SWITCHED_AT), now=SWITCHED_AT)


def names() -> list[str]:
    return [part.name for part in months.survey().parts]


@pytest.mark.usefixtures("in_months")
def test_the_task_makes_three_months_ahead_once() -> None:
    assert names() == ["until 2026-11", "2026-11", "2026-12", "2027-01", "rest"]

    assert months.tend(now=NOON) == 1
    assert months.tend(now=NOON) == 0

    assert names()[-2:] == ["2027-02", "rest"]


@pytest.mark.usefixtures("in_months")
def test_after_a_long_stop_all_that_are_missing_are_made() -> None:
    report = run_here("forget_old_records", now=MARCH)

    assert "5 months of the ledger made" in report.text
    assert names()[-6:] == ["2027-02", "2027-03", "2027-04", "2027-05", "2027-06", "rest"]


@pytest.mark.usefixtures("in_months")
def test_several_at_once_make_each_month_once() -> None:
    made = line_up([lambda: months.make_coming(now=MARCH)] * 3)

    assert sum(one.answer for one in made) == 5


def test_a_spend_without_a_month_is_taken_and_moves_into_its_month(campaign: Campaign) -> None:
    entry = spend(campaign, "5", now=MARCH, reference="r")
    correct_spend(entry_id=entry.pk, new_amount="3", now=MARCH)
    assert months.survey().rest == 2

    months.tend(now=MARCH)

    assert months.survey().rest == 0
    assert rows_of("SELECT count(*) FROM campaigns_spendlog_2027_03") == [(2,)]
    assert spend(campaign, "5", now=MARCH, reference="r") == SpendLog.objects.get(pk=entry.pk)
    assert rows_of(f"SELECT reference FROM {REFERENCES}") == [("r",)]
    assert correct_spend(entry_id=entry.pk, new_amount="0", now=MARCH).entry.amount == -3


def test_an_entry_that_leaves_the_rest_otherwise_leaves_the_references(campaign: Campaign) -> None:
    spend(campaign, "5", now=MARCH, reference="r")

    run(f"DELETE FROM {DEFAULT_PART}")

    assert rows_of(f"SELECT count(*) FROM {REFERENCES}") == [(0,)]


@pytest.mark.usefixtures("one_table")
def test_one_table_has_no_months() -> None:
    assert months.tend(now=NOON) == 0
    assert months.survey() == months.Survey()
    with pytest.raises(MonthsRefused, match="switch it over first"):
        months.make_coming(now=NOON)
