"""What time drives: the minute's pass, the net under it, the reset of midnight, and the ledger's check."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

import psycopg
from django.db import connection

from benchmarks.case import NOW, Case, Scene, Sides
from benchmarks.floors import AGAINST_BUDGETS, SPENT_TO_ZERO, TO_WANTED_STATE, sums_of_ledger
from benchmarks.results import About
from campaigns.models import Brand, Campaign, StatusChange
from campaigns.rules.periods import PeriodKind
from campaigns.services import find_drift, mismatches, passes

# One campaign in so many, spread over all brands.
_DUE_EVERY = 100
_SPENT_EVERY = 10
# The moment of the resets.
TOMORROW = NOW + timedelta(days=1)


def _nothing_due(_scene: Scene) -> Sides:
    return Sides(lambda: passes.review_due(brand_ids=passes.due_brands(now=NOW), now=NOW), disagreements=_unsettled)


def _some_due(scene: Scene) -> Sides:
    """One in a hundred is held by its windows, which were taken away from it since."""
    floor = psycopg.connect(scene.database_url)

    def hold() -> None:
        _run(
            "UPDATE campaigns_campaign SET is_active = %s, paused_because = 'outside_windows', review_at = %s "
            f"WHERE id - id / {_DUE_EVERY} * {_DUE_EVERY} = 0",
            False,
            NOW,
        )

    def ours() -> None:
        passes.review_due(brand_ids=passes.due_brands(now=NOW), now=NOW)

    def derive() -> None:
        with floor.cursor() as cursor:
            cursor.execute(TO_WANTED_STATE)
        floor.commit()

    return Sides(ours, derive, hold, lambda: [*_unsettled(), *_without_history()])


def _nothing_wrong(scene: Scene) -> Sides:
    floor = psycopg.connect(scene.database_url)

    def ours() -> None:
        assert mismatches.find_brands(now=NOW) == []

    def derive() -> None:
        with floor.cursor() as cursor:
            assert cursor.execute(AGAINST_BUDGETS).fetchall() == []
        floor.commit()

    return Sides(ours, derive, disagreements=_unsettled)


def _midnight(scene: Scene) -> Sides:
    """A tenth of the campaigns spent yesterday; the others' counters stand at 0."""
    floor = psycopg.connect(scene.database_url)
    yesterday = dict(Brand.objects.order_by().values_list("time_zone", "daily_since").distinct())

    def spend() -> None:
        for zone, since in yesterday.items():
            _run("UPDATE campaigns_brand SET daily_since = %s WHERE time_zone = %s", since, zone)
            _run(
                "UPDATE campaigns_campaign SET current_daily_spend_micros = 1250000, daily_since = %s "
                f"WHERE id - id / {_SPENT_EVERY} * {_SPENT_EVERY} = 0 "
                "AND brand_id IN (SELECT id FROM campaigns_brand WHERE time_zone = %s)",
                since,
                zone,
            )

    def ours() -> None:
        behind = mismatches.find_behind(kind=PeriodKind.DAY, now=TOMORROW)
        passes.bring_forward(brand_ids=behind, kind=PeriodKind.DAY, now=TOMORROW)

    def put_to_zero() -> None:
        with floor.cursor() as cursor:
            cursor.execute(SPENT_TO_ZERO, (TOMORROW,))
        floor.commit()

    _run("UPDATE campaigns_campaign SET current_daily_spend_micros = 0")
    return Sides(ours, put_to_zero, spend, _not_at_zero)


def _ledger(scene: Scene) -> Sides:
    floor = psycopg.connect(scene.database_url)
    statement = sums_of_ledger(dict(Brand.objects.order_by().values_list("time_zone", "daily_since").distinct()))

    def ours() -> None:
        assert find_drift() == []

    def add_up() -> None:
        with floor.cursor() as cursor:
            assert cursor.execute(statement).fetchall() == []
        floor.commit()

    return Sides(ours, add_up, disagreements=find_drift_in_words)


def _audit(_scene: Scene) -> Sides:
    def ours() -> None:
        assert passes.audit_brands(brand_ids=passes.all_brands(), now=NOW).changes == ()

    return Sides(ours, disagreements=_unsettled)


def find_drift_in_words() -> Collection[str]:
    """Say where a counter is not the sum of its entries."""
    return [f"{drift.owner} counts {drift.counted}, not {drift.in_ledger}" for drift in find_drift()]


def _unsettled() -> Collection[str]:
    return [f"{count} campaigns do not run" for count in [Campaign.objects.filter(is_active=False).count()] if count]


def _without_history() -> Collection[str]:
    return [] if StatusChange.objects.exists() else ["nothing of it is in the history"]


def _not_at_zero() -> Collection[str]:
    count = Campaign.objects.exclude(current_daily_spend=0).count()
    return [f"{count} counters still count yesterday"] if count else []


def _run(statement: str, *values: bool | str | datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


CASES = (
    Case(About("pass_nothing_due", "the minute's pass, nothing due", "postgres", is_long=True), _nothing_due),
    Case(About("pass_some_due", "the minute's pass, 1 % change: F3", "postgres", reach=0.25, is_long=True), _some_due),
    Case(
        About("budgets", "enforce_budgets, nothing wrong: a scan", "postgres", reach=0.67, is_long=True), _nothing_wrong
    ),
    Case(About("midnight", "daily reset, 10 % spent: F4", "postgres", reach=0.67, is_long=True), _midnight),
    Case(About("check_ledger", "check_ledger, ten entries each: sums", "postgres", is_long=True), _ledger),
    Case(About("audit", "review of every blocker, all right", "postgres", is_long=True), _audit),
)
