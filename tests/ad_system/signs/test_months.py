"""What the doctor says of the spend log's months."""

from __future__ import annotations

from datetime import datetime

import pytest

from ad_system.signs.findings import Level
from ad_system.signs.months import look_at_months
from campaigns.services import months
from campaigns.services.months.catalog import changing_tables
from campaigns.services.months.switch import _note_references
from tests.factories import NOON, at, make_brand, make_campaign, spend


def said(now: datetime = NOON) -> list[tuple[Level, str]]:
    return [(finding.level, finding.sentence) for finding in look_at_months(now=now)]


@pytest.mark.django_db
@pytest.mark.one_table
def test_of_one_table_nothing_is_said() -> None:
    assert said() == []


@pytest.mark.postgres
def test_a_switch_that_was_broken_off_is_told(one_table: str) -> None:
    with changing_tables():
        _note_references()

    [(level, sentence)] = said()

    assert (level, sentence) == (Level.WARNING, "A switch of the spend log to months was broken off.")


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("now", "level", "sentence"),
    [
        (NOON, Level.OK, "is in 5 parts"),
        (at("2027-01-15 12:00"), Level.WARNING, "From 2027-02-01 on, the spend log has no month"),
        (at("2027-02-15 12:00"), Level.ILL, "The current month of the spend log has no partition"),
    ],
)
def test_months_that_are_missing_are_told(in_months: str, now: datetime, level: Level, sentence: str) -> None:
    first = said(now)[0]

    assert first[0] is level
    assert sentence in first[1]


@pytest.mark.postgres
def test_entries_in_the_rest_are_told(in_months: str) -> None:
    campaign = make_campaign(make_brand())
    spend(campaign, "1", now=at("2027-03-15 12:00"))
    assert any("The rest of the spend log has 1 entry" in sentence for _, sentence in said())

    months.tend(now=at("2027-03-15 12:00"))

    assert not any("The rest" in sentence for _, sentence in said(at("2027-03-15 12:00")))


@pytest.mark.postgres
def test_locks_that_may_run_out_are_told(in_months: str) -> None:
    months.make_coming(now=NOON, ahead=24)

    assert any(level is Level.WARNING and "takes about" in sentence for level, sentence in said())
