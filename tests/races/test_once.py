"""What may happen once happens once: references, reversals, day totals. Each race has its broken twin."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError

from campaigns.errors import CorrectionRefused
from campaigns.models import Campaign
from campaigns.services import record_reported_total, record_spend, reverse_spend, statements
from campaigns.services.reported import ReportedReceipt
from campaigns.services.spend import SpendReceipt
from tests.factories import NOON, make_campaign, spend
from tests.races.writers import Outcome, Point, race
from tests.readings import assert_totals_are_right, ledger

pytestmark = pytest.mark.django_db(transaction=True)

HELD = ("paused", "brand_day")


def record(campaign: Campaign, amount: str, now: datetime = NOON, reference: str = "") -> SpendReceipt:
    return record_spend(campaign_id=campaign.pk, amount=amount, reference=reference, now=now)


def same_reference(
    monkeypatch: pytest.MonkeyPatch, point: Point
) -> tuple[Outcome[SpendReceipt], Outcome[SpendReceipt]]:
    campaign = make_campaign()
    point.hold(monkeypatch, "campaigns.services.spend.post_all")
    return race(lambda: record(campaign, "5", reference="r"), lambda: record(campaign, "5", reference="r"), point)


@pytest.mark.postgres
def test_same_reference_twice_is_one_entry_and_two_answers(monkeypatch: pytest.MonkeyPatch, point: Point) -> None:
    first, second = same_reference(monkeypatch, point)

    assert (first.answer.is_replay, second.answer.is_replay) == (False, True)
    assert first.answer.entry == second.answer.entry
    assert ledger() == ["5.00"]
    assert_totals_are_right()


@pytest.mark.postgres
def test_same_reference_twice_is_one_entry_even_without_the_lock(
    monkeypatch: pytest.MonkeyPatch, point: Point, without_locks: None
) -> None:
    first, second = same_reference(monkeypatch, point)

    # Whoever comes second finds the reference taken as it writes, takes all of it back, and answers with the first.
    assert (first.answer.is_replay, second.answer.is_replay) == (True, False)
    assert ledger() == ["5.00"]
    assert_totals_are_right()


@pytest.mark.postgres
def test_twin_that_writes_without_asking_gets_an_error_for_an_answer(
    monkeypatch: pytest.MonkeyPatch, point: Point, without_locks: None
) -> None:
    text = statements._append_one_text(True, True)
    monkeypatch.setattr(statements, "_append_one_text", lambda *_: text.replace("ON CONFLICT DO NOTHING", ""))

    first, second = same_reference(monkeypatch, point)

    # Only the constraint stands between the second entry and the ledger.
    assert second.answer.is_replay is False
    assert isinstance(first.error, IntegrityError)
    assert "spend_reference_unique_in_campaign" in str(first.error)


def two_reversals(monkeypatch: pytest.MonkeyPatch, point: Point) -> tuple[Outcome[SpendReceipt], Outcome[SpendReceipt]]:
    entry = spend(make_campaign(), "10")
    point.hold(monkeypatch, "campaigns.services.corrections.post")
    return race(
        lambda: reverse_spend(entry_id=entry.pk, now=NOON), lambda: reverse_spend(entry_id=entry.pk, now=NOON), point
    )


@pytest.mark.postgres
def test_entry_is_reversed_once(monkeypatch: pytest.MonkeyPatch, point: Point) -> None:
    first, second = two_reversals(monkeypatch, point)

    assert (first.error, type(second.error)) == (None, CorrectionRefused)
    assert ledger() == ["10.00", "-10.00"]
    assert_totals_are_right()


@pytest.mark.postgres
def test_twin_without_the_lock_it_is_reversed_twice(
    monkeypatch: pytest.MonkeyPatch, point: Point, without_locks: None
) -> None:
    two_reversals(monkeypatch, point)

    assert ledger() == ["10.00", "-10.00", "-10.00"]


def two_reports(
    monkeypatch: pytest.MonkeyPatch, point: Point
) -> tuple[Outcome[ReportedReceipt], Outcome[ReportedReceipt]]:
    campaign = make_campaign()
    day = NOON.date()
    point.hold(monkeypatch, "campaigns.services.reported.post")

    def report() -> ReportedReceipt:
        return record_reported_total(campaign_id=campaign.pk, source="google", day=day, total="10", now=NOON)

    return race(report, report, point)


@pytest.mark.postgres
def test_same_day_total_twice_counts_once(monkeypatch: pytest.MonkeyPatch, point: Point) -> None:
    first, second = two_reports(monkeypatch, point)

    assert (first.answer.difference, second.answer.difference) == (Decimal(10), Decimal(0))
    assert ledger() == ["10.00"]


@pytest.mark.postgres
def test_twin_without_the_lock_the_day_total_counts_twice(
    monkeypatch: pytest.MonkeyPatch, point: Point, without_locks: None
) -> None:
    two_reports(monkeypatch, point)

    assert ledger() == ["10.00", "10.00"]
