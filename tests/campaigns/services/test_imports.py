"""Importing a file of entries: checked whole, then each row once."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from campaigns.errors import (
    ManyRefusals,
    NotFound,
)
from campaigns.files import Layout
from campaigns.models import Brand, Campaign, SpendLog
from campaigns.services import correct_spend
from campaigns.services.imports import check_file
from tests.campaigns.services.spend_files import (
    LAYOUT,
    WITH_REFERENCE,
    amounts,
    counters,
    counts,
    import_at,
    order_of,
    refused_lines,
    write_file,
)
from tests.factories import DAY, HOUR, NOON, TICK, at, make_brand, make_campaign
from tests.readings import assert_totals_are_right, everything_stored, state_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def brand() -> Brand:
    return make_brand(name="Acme", daily_budget="1000.00")


@pytest.fixture
def search(brand: Brand) -> Campaign:
    return make_campaign(brand, name="Search", external_id="s-1")


# --- what is recorded -------------------------------------------------------------------------------------------------


def test_import_records_each_row_at_its_own_moment(tmp_path: Path, brand: Brand, search: Campaign) -> None:
    path = write_file(tmp_path, "Search,2026-11-20 09:00,1.50", "Search,2026-11-19T22:00-05:00,0.000001")

    report = import_at(order_of(path, brand, source="snapchat"))

    first, second = SpendLog.objects.order_by("pk")
    assert counts(report) == (2, 0, 2, 0, 0)
    assert (first.amount, first.occurred_at, first.recorded_at) == (Decimal("1.50"), at("2026-11-20 09:00"), NOON)
    assert (second.amount, second.occurred_at) == (Decimal("0.000001"), at("2026-11-19 22:00"))
    assert (first.source, first.description) == ("snapchat", "spend.csv, line 2")
    assert counters(search) == (Decimal("1.50"), Decimal("1.500001"))
    assert_totals_are_right()


def test_import_twice_adds_nothing(tmp_path: Path, brand: Brand, search: Campaign) -> None:
    path = write_file(tmp_path, "Search,2026-11-20 09:00,1.50", "Search,2026-11-20 09:00,1.50", "Search,2026-11-20,0")
    first = import_at(order_of(path, brand))
    before = everything_stored()

    second = import_at(order_of(path, brand), NOON + HOUR)

    assert everything_stored() == before
    assert (counts(first), counts(second)) == ((3, 1, 2, 0, 0), (3, 1, 0, 2, 0))
    assert (first.recorded, second.recorded) == (Decimal("3.00"), Decimal(0))
    assert first.exact_total == second.exact_total == Decimal("3.00")


def test_import_adds_only_what_a_longer_file_has_more(tmp_path: Path, brand: Brand, search: Campaign) -> None:
    row = "Search,2026-11-20 09:00,1.50"
    import_at(order_of(write_file(tmp_path, row, row), brand))

    report = import_at(order_of(write_file(tmp_path, "Search,2026-11-20 10:00,2", row, row, row), brand))

    assert counts(report) == (4, 0, 2, 2, 0)
    assert amounts() == [Decimal("1.50"), Decimal("1.50"), Decimal("2.00"), Decimal("1.50")]


def test_import_counts_rows_of_the_same_name_in_another_brand_too(tmp_path: Path, search: Campaign) -> None:
    other = make_campaign(make_brand(name="Other"), name="Search")
    path = write_file(tmp_path, "Search,2026-11-20 09:00,1.50")

    import_at(order_of(path, search.brand))
    report = import_at(order_of(path, other.brand))

    assert counts(report) == (1, 0, 1, 0, 0)
    assert (counters(search), counters(other)) == (
        (Decimal("1.50"), Decimal("1.50")),
        (Decimal("1.50"), Decimal("1.50")),
    )


def test_import_stops_campaigns_in_the_same_transaction(tmp_path: Path, brand: Brand, search: Campaign) -> None:
    path = write_file(tmp_path, "Search,2026-11-20 09:00,999.99", "Search,2026-11-20 10:00,0.01")

    report = import_at(order_of(path, brand))

    assert state_of(search) == ("paused", "brand_day")
    assert [(change.campaign, change.is_active) for change in report.changes] == [(search, False)]


def test_import_of_earlier_days_stops_nothing(tmp_path: Path, brand: Brand, search: Campaign) -> None:
    path = write_file(tmp_path, "Search,2026-11-19 23:59,5000", "Search,2026-10-20 10:00,5000")

    report = import_at(order_of(path, brand))

    assert state_of(search) == ("active", "")
    assert (report.changes, counters(brand)) == ((), (Decimal(0), Decimal(5000)))


def test_import_records_credits(tmp_path: Path, brand: Brand, search: Campaign) -> None:
    report = import_at(order_of(write_file(tmp_path, "Search,2026-11-20 09:00,-2.50"), brand))

    assert (amounts(), report.exact_total) == ([Decimal("-2.50")], Decimal("-2.50"))


def test_import_leaves_corrections_of_imported_entries_alone(tmp_path: Path, brand: Brand, search: Campaign) -> None:
    path = write_file(tmp_path, "Search,2026-11-20 09:00,1.50")
    import_at(order_of(path, brand))
    correct_spend(entry_id=SpendLog.objects.get().pk, new_amount="1.00", now=NOON)

    report = import_at(order_of(path, brand))

    assert counts(report) == (1, 0, 0, 1, 0)
    assert amounts() == [Decimal("1.50"), Decimal("-0.50")]


def test_import_of_a_header_alone_is_no_spend(tmp_path: Path, brand: Brand) -> None:
    report = import_at(order_of(write_file(tmp_path), brand))

    assert counts(report) == (0, 0, 0, 0, 0)
    assert (report.exact_total, report.campaigns) == (Decimal(0), 0)


# --- a date without a time --------------------------------------------------------------------------------------------


def test_a_date_alone_counts_at_the_last_instant_that_has_passed(
    tmp_path: Path, brand: Brand, search: Campaign
) -> None:
    import_at(order_of(write_file(tmp_path, "Search,2026-11-19,1", "Search,2026-11-20,2"), brand))

    yesterday, today = SpendLog.objects.order_by("pk")
    assert (yesterday.occurred_at, today.occurred_at) == (at("2026-11-20 00:00") - TICK, NOON)


@pytest.mark.parametrize("later", [3 * HOUR, DAY, 40 * DAY])
@pytest.mark.parametrize("layout", [LAYOUT, WITH_REFERENCE])
def test_a_date_alone_is_known_again_later(
    tmp_path: Path, brand: Brand, search: Campaign, later: object, layout: Layout
) -> None:
    path = write_file(tmp_path, "Search,2026-11-20,2,a", "Search,2026-11-20,2,b", header="campaign,day,cost,id")
    import_at(order_of(path, brand, layout=layout))
    assert isinstance(later, type(DAY))

    checked = check_file(order=order_of(path, brand, layout=layout), now=NOON + later)
    report = import_at(order_of(path, brand, layout=layout), NOON + later)

    assert counts(checked) == counts(report) == (2, 0, 0, 2, 0)
    assert amounts() == [Decimal(2), Decimal(2)]


# --- which campaign ---------------------------------------------------------------------------------------------------


def test_a_platforms_id_goes_before_a_name(tmp_path: Path, brand: Brand, search: Campaign) -> None:
    named_like_an_id = make_campaign(brand, name="s-1")
    path = write_file(tmp_path, "s-1,2026-11-20 09:00,1", "Search,2026-11-20 09:00,2")

    import_at(order_of(path, brand))

    assert amounts(search) == [Decimal(1), Decimal(2)]
    assert amounts(named_like_an_id) == []


def test_campaigns_of_other_brands_are_unknown(tmp_path: Path, brand: Brand, search: Campaign) -> None:
    make_campaign(make_brand(name="Other"), name="Display", external_id="d-1")
    path = write_file(tmp_path, "Search,2026-11-20,1", "d-1,2026-11-20,1")

    assert refused_lines(order_of(path, brand)) == [(3, NotFound)]


def test_each_unknown_campaign_is_named_once(tmp_path: Path, brand: Brand, search: Campaign) -> None:
    rows = ["Video,2026-11-20,1", "Search,2026-11-20,1", "Video,2026-11-20,0", "Radio,2026-11-20,"]

    with pytest.raises(ManyRefusals) as refused:
        import_at(order_of(write_file(tmp_path, *rows), brand))

    assert [(line, str(refusal)) for line, refusal in refused.value.refusals] == [
        (2, "Acme has no campaign with the id or name 'Video', which 2 rows name."),
        (5, "Acme has no campaign with the id or name 'Radio', which 1 row names."),
    ]


def test_unknown_campaigns_are_created_where_that_is_asked_for(tmp_path: Path, brand: Brand, search: Campaign) -> None:
    rows = ["v-1,2026-11-20,1", "s-1,2026-11-20,2", "r-1,2026-11-20,0"]

    report = import_at(order_of(write_file(tmp_path, *rows), brand, creates=True))

    created = Campaign.objects.exclude(pk=search.pk).order_by("pk")
    assert [(one.name, one.external_id, one.is_enabled, one.is_active) for one in created] == [
        ("v-1", "v-1", True, True),
        ("r-1", "r-1", True, True),
    ]
    assert (report.campaigns, report.created_campaigns) == (3, ("v-1", "r-1"))
    assert_totals_are_right()


def test_created_campaigns_are_known_the_next_time(tmp_path: Path, brand: Brand) -> None:
    path = write_file(tmp_path, "v-1,2026-11-20 09:00,1")
    import_at(order_of(path, brand, creates=True))

    report = import_at(order_of(path, brand, creates=True))

    assert (counts(report), report.created_campaigns) == ((1, 0, 0, 1, 0), ())


# --- float noise ------------------------------------------------------------------------------------------------------


def test_float_noise_is_rounded_and_both_totals_are_reported(tmp_path: Path, brand: Brand, search: Campaign) -> None:
    rows = ["Search,2026-11-20 09:00,0.1000000000000000055511151231257827", "Search,2026-11-20 09:00,5e-07"]

    report = import_at(order_of(write_file(tmp_path, *rows), brand))

    assert amounts() == [Decimal("0.10")]
    # Half a micro, to even, is nothing.
    assert counts(report) == (2, 1, 1, 0, 0)
    assert report.exact_total == Decimal("0.1000005000000000055511151231257827")
    assert report.rounded_total == report.recorded == Decimal("0.10")
