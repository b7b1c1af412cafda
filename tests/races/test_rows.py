"""Rows that go, and counters that are compared, while a spend comes in. Each race has its broken twin."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from campaigns.errors import NotFound, StillHasSpend
from campaigns.models import Brand, Campaign
from campaigns.services import (
    change_campaign,
    delete_brand,
    delete_campaign,
    find_drift,
    record_reported_total,
    record_spend,
    set_windows,
)
from tests.factories import NOON, make_brand, make_campaign
from tests.races.writers import Outcome, Point, race
from tests.readings import ledger

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


# A campaign is deleted --------------------------------------------------------------------------------------------


def record(campaign: Campaign) -> object:
    return record_spend(campaign_id=campaign.pk, amount="1", now=NOON)


def report(campaign: Campaign) -> object:
    return record_reported_total(campaign_id=campaign.pk, source="google", day=NOON.date(), total="1", now=NOON)


def rename(campaign: Campaign) -> object:
    return change_campaign(campaign_id=campaign.pk, name="Renamed", now=NOON)


def close(campaign: Campaign) -> object:
    return set_windows(campaign_id=campaign.pk, windows=[], now=NOON)


def deletion_and(
    work: Callable[[Campaign], object], monkeypatch: pytest.MonkeyPatch, point: Point
) -> tuple[Outcome[None], Outcome[object]]:
    """The deletion has seen that there is no spend; then somebody else comes."""
    campaign = make_campaign()
    point.hold(monkeypatch, "campaigns.models.Campaign.delete")
    return race(lambda: delete_campaign(campaign_id=campaign.pk), lambda: work(campaign), point)


@pytest.mark.parametrize("work", [record, report, rename, close])
def test_whoever_waited_for_a_deletion_hears_that_the_campaign_is_gone(
    work: Callable[[Campaign], object], monkeypatch: pytest.MonkeyPatch, point: Point
) -> None:
    deletion, other = deletion_and(work, monkeypatch, point)

    assert (deletion.error, type(other.error), other.was_blocked) == (None, NotFound, True)
    assert (Campaign.objects.count(), ledger()) == (0, [])


def test_twin_without_the_lock_the_deletion_meets_a_spend_that_it_has_not_seen(
    monkeypatch: pytest.MonkeyPatch, point: Point, without_locks: None
) -> None:
    deletion, other = deletion_and(record, monkeypatch, point)

    # No sentence that says what to do: an error of the framework's.
    assert other.error is None
    assert deletion.error is not None
    assert not isinstance(deletion.error, StillHasSpend)


def test_spend_that_was_first_keeps_the_campaign(monkeypatch: pytest.MonkeyPatch, point: Point) -> None:
    campaign = make_campaign()
    point.hold(monkeypatch, "campaigns.services.spend.post_all")

    first, deletion = race(lambda: record(campaign), lambda: delete_campaign(campaign_id=campaign.pk), point)

    assert (first.error, type(deletion.error), deletion.was_blocked) == (None, StillHasSpend, True)
    assert ledger() == ["1.00"]


def test_campaign_that_waited_for_its_brands_deletion_is_refused(monkeypatch: pytest.MonkeyPatch, point: Point) -> None:
    brand = make_brand()
    point.hold(monkeypatch, "campaigns.models.Brand.delete")

    deletion, creation = race(lambda: delete_brand(brand_id=brand.pk), lambda: make_campaign(brand), point)

    assert (deletion.error, type(creation.error), creation.was_blocked) == (None, NotFound, True)
    assert Brand.objects.count() == 0


# Counters are compared with the ledger ----------------------------------------------------------------------------


def test_spend_during_a_comparison_waits_for_nobody_and_is_no_drift(
    monkeypatch: pytest.MonkeyPatch, point: Point
) -> None:
    campaign = make_campaign()
    point.hold(monkeypatch, "campaigns.services.scans.brands_against_ledger")

    first, second = race(find_drift, lambda: record(campaign), point)

    assert (first.answer, second.error, second.was_blocked) == ([], None, False)


def second_look_and_spend(monkeypatch: pytest.MonkeyPatch, point: Point) -> tuple[list[tuple[str, str, str]], bool]:
    """A counter differs; the second look has read it and not added up the ledger yet; then a spend comes in."""
    campaign = make_campaign(make_brand(name="Acme"))
    Brand.objects.update(current_monthly_spend=Decimal(7))
    point.hold(monkeypatch, "campaigns.services.totals._sums_by_campaign")
    first, second = race(find_drift, lambda: record(campaign), point)
    assert second.error is None
    return [(drift.kind.value, str(drift.counted), str(drift.in_ledger)) for drift in first.answer], second.was_blocked


def test_spend_waits_for_a_second_look_and_is_no_drift(
    monkeypatch: pytest.MonkeyPatch, point: Point, unaudited: None
) -> None:
    assert second_look_and_spend(monkeypatch, point) == ([("month", "7.00", "0")], True)


def test_twin_that_looks_again_without_the_lock_raises_a_false_alarm(
    monkeypatch: pytest.MonkeyPatch, point: Point, without_locks: None
) -> None:
    drifts, was_blocked = second_look_and_spend(monkeypatch, point)

    assert not was_blocked
    assert ("day", "0.00", "1.00") in drifts
