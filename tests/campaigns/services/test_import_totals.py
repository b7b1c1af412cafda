"""Importing a platform's day totals: sub-rows are summed, and only the difference is recorded."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from campaigns.errors import InvalidAmount, InvalidMoment, InvalidText, ManyRefusals, NotFound
from campaigns.models import Brand, Campaign, SpendLog
from campaigns.services.imports import ImportReport, Mode, check_file, totals
from tests.campaigns.services.spend_files import amounts, counters, counts, import_at, order_of, write_file
from tests.factories import DAY, NOON, TICK, at, make_brand, make_campaign, spend
from tests.readings import assert_totals_are_right, everything_stored, state_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def brand() -> Brand:
    return make_brand(name="Acme", daily_budget="1000.00")


@pytest.fixture
def search(brand: Brand) -> Campaign:
    return make_campaign(brand, name="Search", external_id="s-1")


class Exports:
    """A platform's exports, one after the other."""

    def __init__(self, folder: Path, brand: Brand) -> None:
        self.folder = folder
        self.brand = brand

    def come(self, *rows: str, source: str = "microsoft", days_later: int = 0) -> ImportReport:
        """Import an export with these rows, after a check that has to say the same."""
        path = write_file(self.folder, *rows, header="campaign,day,cost,device")
        order = order_of(path, self.brand, mode=Mode.DAY_TOTALS, source=source)
        now = NOON + days_later * DAY
        checked = check_file(order=order, now=now)
        report = import_at(order, now)
        assert (counts(checked), checked.recorded) == (counts(report), report.recorded)
        assert_totals_are_right()
        return report


@pytest.fixture
def exports(tmp_path: Path, brand: Brand, search: Campaign) -> Exports:
    return Exports(tmp_path, brand)


def test_rows_of_a_campaign_and_day_are_summed(exports: Exports, search: Campaign) -> None:
    report = exports.come(
        "Search,2026-11-19,1.50,mobile", "Search,2026-11-19,2.25,desktop", "s-1,2026-11-19 00:00:00,0.25,tablet"
    )

    entry = SpendLog.objects.get()
    assert counts(report) == (3, 0, 1, 0, 0)
    assert (entry.amount, entry.source, entry.occurred_at) == (
        Decimal("4.00"),
        "microsoft",
        at("2026-11-20 00:00") - TICK,
    )


def test_the_same_file_twice_changes_nothing(exports: Exports) -> None:
    rows = ("Search,2026-11-19,1.50,mobile", "Search,2026-11-19,2.25,desktop", "Search,2026-11-18,0,mobile")
    first = exports.come(*rows)
    before = everything_stored()

    second = exports.come(*rows)

    assert everything_stored() == before
    assert (counts(first), counts(second)) == ((3, 1, 1, 0, 0), (3, 1, 0, 1, 0))
    assert (first.recorded, second.recorded) == (Decimal("3.75"), Decimal(0))


def test_a_newer_export_posts_only_the_differences(exports: Exports) -> None:
    exports.come("Search,2026-11-17,10,m", "Search,2026-11-18,20,m", "Search,2026-11-19,30,m", "Search,2026-11-16,5,m")

    report = exports.come(
        "Search,2026-11-17,11,m",
        "Search,2026-11-18,19.50,m",
        "Search,2026-11-19,0,m",
        "Search,2026-11-16,5,m",
        "Search,2026-11-20,7,m",
    )

    assert amounts()[4:] == [Decimal(1), Decimal("-0.50"), Decimal(-30), Decimal(7)]
    assert counts(report) == (5, 1, 1, 1, 3)
    assert report.recorded == Decimal("-22.50")


def test_an_empty_amount_says_nothing_about_its_day(exports: Exports) -> None:
    exports.come("Search,2026-11-19,30,m")

    report = exports.come("Search,2026-11-19,,m", "Search,2026-11-18,,m")

    assert (amounts(), counts(report)) == ([Decimal(30)], (2, 2, 0, 0, 0))


def test_an_empty_amount_beside_others_adds_nothing(exports: Exports) -> None:
    exports.come("Search,2026-11-19,,m", "Search,2026-11-19,3,d")

    assert amounts() == [Decimal(3)]


def test_sources_add_up(exports: Exports) -> None:
    exports.come("Search,2026-11-19,30,m", source="microsoft")

    report = exports.come("Search,2026-11-19,30,m", source="google")

    assert (amounts(), counts(report)) == ([Decimal(30), Decimal(30)], (1, 0, 1, 0, 0))


def test_spend_that_the_source_recorded_by_itself_is_part_of_its_total(exports: Exports, search: Campaign) -> None:
    spend(search, "12.00", source="microsoft")

    report = exports.come("Search,2026-11-20,30,m")

    assert (amounts(), counts(report)) == ([Decimal(12), Decimal(18)], (1, 0, 0, 0, 1))


def test_a_total_that_crosses_a_budget_stops_the_campaign(exports: Exports, search: Campaign) -> None:
    report = exports.come("Search,2026-11-20,600,m", "Search,2026-11-20,400,d")

    assert state_of(search) == ("paused", "brand_day")
    assert [change.is_active for change in report.changes] == [False]

    exports.come("Search,2026-11-20,600,m", "Search,2026-11-20,399,d")

    assert state_of(search) == ("active", "")


def test_a_days_total_grows_over_the_day_and_the_next(exports: Exports, search: Campaign) -> None:
    exports.come("Search,2026-11-20,10,m")
    exports.come("Search,2026-11-20,25,m", "Search,2026-11-21,3,m", days_later=1)

    assert counters(search) == (Decimal(3), Decimal(28))


def test_float_noise_is_rounded_once_per_total(exports: Exports) -> None:
    rows = ["Search,2026-11-19,0.0000004,m"] * 5

    report = exports.come(*rows)

    assert (amounts(), report.exact_total, report.rounded_total) == (
        [Decimal("0.000002")],
        Decimal("0.000002"),
        Decimal("0.000002"),
    )


def refused_lines(folder: Path, brand: Brand, *rows: str, source: str = "microsoft") -> list[tuple[int, type]]:
    before = everything_stored()
    with pytest.raises(ManyRefusals) as refused:
        import_at(order_of(write_file(folder, *rows), brand, mode=Mode.DAY_TOTALS, source=source))
    assert everything_stored() == before
    return [(line, type(refusal)) for line, refusal in refused.value.refusals]


def test_bad_rows_are_named_by_their_line(tmp_path: Path, brand: Brand, search: Campaign) -> None:
    rows = [
        "Search,2026-11-18,1",
        "Search,2026-11-19,-3",
        "Search,2026-11-19,2",
        "Search,2026-11-21,1",
        "Search,2026-11-18,1.000.00",
        "Video,2026-11-18,1",
    ]

    assert refused_lines(tmp_path, brand, *rows) == [
        (3, InvalidAmount),
        (5, InvalidMoment),
        (6, InvalidAmount),
        (7, NotFound),
    ]


def test_a_credit_row_is_part_of_its_days_total(exports: Exports) -> None:
    exports.come("Search,2026-11-19,10,m", "Search,2026-11-19,-3,credit")

    assert amounts() == [Decimal(7)]


def test_totals_need_a_source(tmp_path: Path, brand: Brand, search: Campaign) -> None:
    order = order_of(write_file(tmp_path, "Search,2026-11-19,1"), brand, mode=Mode.DAY_TOTALS, source=" ")

    with pytest.raises(InvalidText, match="need a source"):
        import_at(order)


def test_white_space_around_a_source_makes_no_other_source(exports: Exports) -> None:
    exports.come("Search,2026-11-19,30,m", source="microsoft")

    report = exports.come("Search,2026-11-19,30,m", source=" microsoft ")

    assert counts(report) == (1, 0, 0, 1, 0)


def test_missing_campaigns_are_created_and_their_totals_recorded(tmp_path: Path, brand: Brand) -> None:
    path = write_file(tmp_path, "v-1,2026-11-19,1.25", "v-1,2026-11-19,1.25")
    order = order_of(path, brand, mode=Mode.DAY_TOTALS, creates=True)

    checked, report = check_file(order=order, now=NOON), import_at(order)

    assert counts(checked) == counts(report) == (2, 0, 1, 0, 0)
    assert (Campaign.objects.get().external_id, amounts()) == ("v-1", [Decimal("2.50")])


def test_many_totals_are_recorded_in_parts(exports: Exports, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(totals, "CHUNK_ROWS", 2)

    report = exports.come(*[f"Search,2026-11-{day},1,m" for day in range(10, 15)])

    assert (counts(report), len(amounts())) == ((5, 0, 5, 0, 0), 5)
