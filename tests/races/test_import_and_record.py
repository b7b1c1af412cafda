"""A file is imported while its spends come in one by one, under the same references. With the broken twin."""

from __future__ import annotations

from pathlib import Path

import pytest

from campaigns.models import Campaign
from campaigns.services import record_spend
from campaigns.services.imports import ImportOrder, ImportReport
from campaigns.services.spend import SpendReceipt
from tests.campaigns.services.spend_files import WITH_REFERENCE, import_at, order_of, write_file
from tests.factories import NOON, make_campaign
from tests.races.writers import Outcome, Point, race
from tests.readings import assert_totals_are_right, ledger

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def order(tmp_path: Path) -> ImportOrder:
    campaign = make_campaign(name="Search")
    path = write_file(tmp_path, "Search,2026-11-20,5,a", "Search,2026-11-20,7,b", header="campaign,day,cost,id")
    return order_of(path, campaign.brand, layout=WITH_REFERENCE)


def record() -> SpendReceipt:
    return record_spend(campaign_id=Campaign.objects.get().pk, amount="5", reference="a", now=NOON)


def import_and_record(
    order: ImportOrder, monkeypatch: pytest.MonkeyPatch, point: Point
) -> tuple[Outcome[ImportReport], Outcome[SpendReceipt]]:
    """The import has found its rows new, and not posted them yet; then one of them comes in by itself."""
    point.hold(monkeypatch, "campaigns.services.imports.entries.post")
    return race(lambda: import_at(order), record, point)


def test_spend_that_is_just_being_imported_is_a_replay(
    order: ImportOrder, monkeypatch: pytest.MonkeyPatch, point: Point
) -> None:
    imported, recorded = import_and_record(order, monkeypatch, point)

    assert (imported.answer.new, recorded.answer.is_replay, recorded.was_blocked) == (2, True, True)
    assert ledger() == ["5.00", "7.00"]
    assert_totals_are_right()


def test_row_that_is_just_being_recorded_is_a_duplicate(
    order: ImportOrder, monkeypatch: pytest.MonkeyPatch, point: Point
) -> None:
    point.hold(monkeypatch, "campaigns.services.spend.post_all")

    recorded, imported = race(record, lambda: import_at(order), point)

    assert (recorded.answer.is_replay, imported.was_blocked) == (False, True)
    assert (imported.answer.new, imported.answer.duplicate) == (1, 1)
    assert ledger() == ["5.00", "7.00"]
    assert_totals_are_right()


def test_row_that_is_just_being_recorded_is_a_duplicate_even_without_the_lock(
    order: ImportOrder, monkeypatch: pytest.MonkeyPatch, point: Point, without_locks: None
) -> None:
    imported, recorded = import_and_record(order, monkeypatch, point)

    # The import finds the reference taken as it writes, takes its chunk back and looks again.
    assert recorded.answer.is_replay is False
    assert (imported.answer.new, imported.answer.duplicate) == (1, 1)
    assert sorted(ledger()) == ["5.00", "7.00"]
    assert_totals_are_right()
