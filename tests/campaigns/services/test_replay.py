"""Replaying a file at its own clock: when it is paused, by what, when it resumes, and what came meanwhile."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from pathlib import Path

import pytest

from campaigns.errors import InvalidAmount, InvalidMoment, InvalidTimeZone, ManyRefusals, Refusal, UnreadableFile
from campaigns.files import Layout
from campaigns.models import Brand, Campaign, SpendLog
from campaigns.rules.dayparting import EVERY_DAY, Window
from campaigns.services.replay import ReplayOrder, ReplayReport, replay_file
from tests.campaigns.services.spend_files import LAYOUT, WITH_REFERENCE, write_file
from tests.factories import NEW_YORK, NOON, TICK, at, make_brand
from tests.readings import assert_totals_are_right

pytestmark = pytest.mark.django_db


def replay(
    path: Path,
    *,
    daily: str | None = None,
    monthly: str | None = None,
    window: Window | None = None,
    zone: str = NEW_YORK,
    layout: Layout = LAYOUT,
) -> ReplayReport:
    order = ReplayOrder(
        path,
        layout,
        zone,
        daily_budget=None if daily is None else Decimal(daily),
        monthly_budget=None if monthly is None else Decimal(monthly),
        window=window,
    )
    return replay_file(order=order, now=NOON)


def timeline(report: ReplayReport) -> list[tuple[str, str, int, list[str]]]:
    """Return each event: when on the brand's wall, what, of how many campaigns, held by what."""
    return [
        (
            f"{event.at.astimezone(report.zone):%m-%d %H:%M}",
            "start" if event.is_start else "stop",
            len(event.campaigns),
            [blocker.value for blocker in event.blockers],
        )
        for event in report.events
    ]


def days(report: ReplayReport) -> list[tuple[str, str, str]]:
    """Return each day: what was reported while running, and while paused."""
    return [(f"{day.day:%m-%d}", f"{day.allowed:.2f}", f"{day.while_paused:.2f}") for day in report.days]


def test_a_daily_budget_pauses_when_the_running_total_reaches_it_and_resumes_at_local_midnight(
    tmp_path: Path,
) -> None:
    path = write_file(
        tmp_path,
        # Not in time order, as platforms export.
        "B,2026-11-18 15:00,3.00",
        "A,2026-11-18 09:00,6.00",
        "A,2026-11-18 14:00,4.00",
        "A,2026-11-19 09:00,9.99",
    )

    report = replay(path, daily="10.00")

    assert report.running_at_start == 2
    assert timeline(report) == [("11-18 14:00", "stop", 2, ["brand_day"]), ("11-19 00:00", "start", 2, [])]
    assert days(report) == [("11-18", "10.00", "3.00"), ("11-19", "9.99", "0.00")]
    assert (report.events[0].spent, report.events[0].limit) == (Decimal("10.00"), Decimal("10.00"))
    assert_totals_are_right()


def test_the_clock_runs_on_to_the_midnight_after_the_last_row(tmp_path: Path) -> None:
    report = replay(write_file(tmp_path, "A,2026-11-18 09:00,10.00"), daily="10.00")

    assert timeline(report)[-1] == ("11-19 00:00", "start", 1, [])
    assert report.events[-1].at == at("2026-11-19 00:00")


def test_days_and_months_are_reset_at_local_midnight_as_the_beat_would(tmp_path: Path) -> None:
    replay(write_file(tmp_path, "A,2026-10-31 09:00,10.00"))

    row = Brand.objects.get()
    assert (row.daily_since, row.monthly_since) == (at("2026-11-01 00:00"), at("2026-11-01 00:00"))
    assert (row.current_daily_spend, row.current_monthly_spend) == (Decimal(0), Decimal(0))


def test_midnight_is_the_zones_own(tmp_path: Path) -> None:
    path = write_file(tmp_path, "A,2026-11-18T23:00Z,10.00", "A,2026-11-19T04:59Z,1.00", "A,2026-11-19T05:00Z,2.00")

    assert days(replay(path, daily="10.00")) == [("11-18", "10.00", "1.00"), ("11-19", "2.00", "0.00")]


def test_rows_of_one_moment_come_in_the_order_of_the_file(tmp_path: Path) -> None:
    path = write_file(tmp_path, "A,2026-11-18 09:00,6.00", "A,2026-11-18 09:00,4.00", "A,2026-11-18 09:00,1.00")

    assert days(replay(path, daily="10.00")) == [("11-18", "10.00", "1.00")]


def test_a_monthly_budget_resumes_on_the_first(tmp_path: Path) -> None:
    path = write_file(tmp_path, "A,2026-09-10 09:00,60", "A,2026-09-20 09:00,5", "A,2026-10-01 00:00,7")

    report = replay(path, monthly="60")

    assert timeline(report) == [("09-10 09:00", "stop", 1, ["brand_month"]), ("10-01 00:00", "start", 1, [])]
    assert days(report) == [("09-10", "60.00", "0.00"), ("09-20", "0.00", "5.00"), ("10-01", "7.00", "0.00")]


def test_both_budgets_are_named_and_a_new_day_does_not_lift_the_months(tmp_path: Path) -> None:
    path = write_file(tmp_path, "A,2026-09-10 09:00,60", "A,2026-09-11 09:00,5")

    assert timeline(replay(path, daily="10", monthly="60")) == [
        ("09-10 09:00", "stop", 1, ["brand_month", "brand_day"])
    ]


def test_a_window_stops_and_starts_on_the_wall(tmp_path: Path) -> None:
    path = write_file(tmp_path, "A,2026-11-18 07:59,1", "A,2026-11-18 08:00,2", "A,2026-11-18 20:00,4")

    report = replay(path, window=Window(EVERY_DAY, time(8), time(20)))

    assert report.running_at_start == 0
    assert timeline(report) == [
        ("11-18 08:00", "start", 1, []),
        ("11-18 20:00", "stop", 1, ["outside_windows"]),
    ]
    assert days(report) == [("11-18", "2.00", "5.00")]


def test_a_budget_that_is_used_up_waits_for_the_window_of_the_next_day(tmp_path: Path) -> None:
    path = write_file(tmp_path, "A,2026-11-18 09:00,10", "A,2026-11-19 09:00,1")

    report = replay(path, daily="10", window=Window(EVERY_DAY, time(8), time(20)))

    assert timeline(report)[1:3] == [("11-18 09:00", "stop", 1, ["brand_day"]), ("11-19 08:00", "start", 1, [])]


def test_the_day_on_which_clocks_go_forward_has_its_midnight(tmp_path: Path) -> None:
    path = write_file(tmp_path, "A,2026-03-08 01:00,10", "A,2026-03-08 23:00,1", "A,2026-03-09 00:00,2")

    report = replay(path, daily="10")

    assert report.events[-1].at == at("2026-03-09 00:00")
    assert days(report) == [("03-08", "10.00", "1.00"), ("03-09", "2.00", "0.00")]


def test_a_row_without_a_time_comes_at_the_end_of_its_day(tmp_path: Path) -> None:
    report = replay(write_file(tmp_path, "A,2026-11-18,10", "A,2026-11-19,11"), daily="10")

    assert [event.at for event in report.events] == [
        at("2026-11-19 00:00") - TICK,
        at("2026-11-19 00:00"),
        at("2026-11-20 00:00") - TICK,
        at("2026-11-20 00:00"),
    ]


def test_days_without_spend_are_listed_and_gaps_are_not(tmp_path: Path) -> None:
    report = replay(write_file(tmp_path, "A,2026-11-10 10:00,0", "A,2026-11-12 10:00,", "B,2026-11-15 10:00,1"))

    assert days(report) == [("11-10", "0.00", "0.00"), ("11-12", "0.00", "0.00"), ("11-15", "1.00", "0.00")]
    assert (report.rows, report.zero, report.campaigns) == (3, 2, 2)


def test_a_budget_of_nothing_lets_nothing_run(tmp_path: Path) -> None:
    report = replay(write_file(tmp_path, "A,2026-11-18 09:00,1"), daily="0")

    assert (report.running_at_start, timeline(report), days(report)) == (0, [], [("11-18", "0.00", "1.00")])


def test_a_repeated_reference_counts_once(tmp_path: Path) -> None:
    row = "A,2026-11-18 09:00,6,x"
    path = write_file(tmp_path, row, row, header="campaign,day,cost,id")

    report = replay(path, daily="10", layout=WITH_REFERENCE)

    assert (report.duplicate, days(report), timeline(report)) == (1, [("11-18", "6.00", "0.00")], [])


def test_a_credit_may_start_campaigns_again(tmp_path: Path) -> None:
    path = write_file(tmp_path, "A,2026-11-18 09:00,10", "A,2026-11-18 10:00,-1", "A,2026-11-18 11:00,0.50")

    report = replay(path, daily="10")

    assert timeline(report) == [("11-18 09:00", "stop", 1, ["brand_day"]), ("11-18 10:00", "start", 1, [])]
    # The credit itself came while the campaign was paused.
    assert days(report) == [("11-18", "10.50", "-1.00")]
    assert report.days[0].reported == Decimal("9.50")


def test_the_exact_total_keeps_every_decimal(tmp_path: Path) -> None:
    path = write_file(tmp_path, "A,2026-11-18 09:00,0.00000015", "A,2026-11-18 09:00,0.1")

    assert replay(path).exact_total == Decimal("0.10000015")


def test_rows_are_recorded_by_the_services_at_the_files_own_clock(tmp_path: Path) -> None:
    replay(write_file(tmp_path, "A,2026-11-18 09:00,1.50"))

    entry = SpendLog.objects.get()
    assert (entry.amount, entry.occurred_at, entry.recorded_at, entry.local_day) == (
        Decimal("1.50"),
        at("2026-11-18 09:00"),
        at("2026-11-18 09:00"),
        date(2026, 11, 18),
    )
    assert Campaign.objects.get().name == "A"


def test_bad_rows_are_named_by_their_line(tmp_path: Path) -> None:
    path = write_file(tmp_path, "A,2026-11-18 09:00,x", "A,2026-11-18 09:00,1", "A,2026-11-21 09:00,1")

    with pytest.raises(ManyRefusals) as refused:
        replay(path)

    assert [(line, type(refusal)) for line, refusal in refused.value.refusals] == [
        (2, InvalidAmount),
        (4, InvalidMoment),
    ]


def test_a_file_without_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="has no rows below its header"):
        replay(write_file(tmp_path))


def test_an_unknown_zone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidTimeZone):
        replay(write_file(tmp_path, "A,2026-11-18 09:00,1"), zone="Mars/Olympus")


def test_a_database_that_is_in_use_is_refused(tmp_path: Path) -> None:
    make_brand()

    with pytest.raises(Refusal, match="needs an empty database of its own"):
        replay(write_file(tmp_path, "A,2026-11-18 09:00,1"))

    assert SpendLog.objects.count() == 0
