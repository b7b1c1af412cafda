"""The input matrix: every case through every door that takes it. Never a 500, a traceback or a silent change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import transaction
from pytest_django import Settings

from tests.matrix.cases.amounts import AMOUNTS
from tests.matrix.cases.moments import MOMENTS, TOTAL_DAYS
from tests.matrix.cases.plans import CURRENCIES, FLIGHTS, KEYS, WINDOWS, ZONES
from tests.matrix.cases.texts import BRAND_NAMES, CAMPAIGN_NAMES, DESCRIPTIONS, REFERENCES
from tests.matrix.cases.totals import BUDGETS, FULL_COUNTERS, NEW_AMOUNTS, TOTALS
from tests.matrix.desk import Desk, Stored, everything_stored
from tests.matrix.doors import admin, api, command, file, service
from tests.matrix.table import Case, Denied, Kept, Refused, Subject
from tests.readings import assert_totals_are_right

DOORS = {"service": service, "admin": admin, "command": command, "file": file, "api": api}
CASES = [
    *(AMOUNTS + FULL_COUNTERS + NEW_AMOUNTS + TOTALS + BUDGETS),
    *(MOMENTS + TOTAL_DAYS + REFERENCES + DESCRIPTIONS + BRAND_NAMES + CAMPAIGN_NAMES),
    *(ZONES + CURRENCIES + FLIGHTS + WINDOWS + KEYS),
]
_MONEY = {Subject.AMOUNT, Subject.FULL_COUNTER, Subject.NEW_AMOUNT, Subject.TOTAL}


def doors_of(case: Case) -> list[str]:
    """Return the doors through which the case is run."""
    return [name for name, door in DOORS.items() if case.subject in door.TAKES and name in (case.doors or DOORS)]


# One desk for all cases of a subject at a door, each of which is taken back: a desk for each would take minutes.
_GROUPS = sorted({(case.subject, door) for case in CASES for door in doors_of(case)})


@pytest.mark.django_db
@pytest.mark.parametrize(("subject", "door"), _GROUPS, ids=[f"{subject}-{door}" for subject, door in _GROUPS])
def test_door_gives_the_answers(desk: Desk, subtests: pytest.Subtests, subject: Subject, door: str) -> None:
    if subject is Subject.FULL_COUNTER:
        desk.fill_counters()
    before = everything_stored()

    for case in CASES:
        if case.subject is subject and door in doors_of(case):
            with subtests.test(f"{subject}-{case.name}-{door}"), _taken_back():
                given = _give(desk, door, case)

                assert given == case.answer_of(door), case.why
                if isinstance(given, Refused):
                    _assert_nothing_changed(before, door, subject)
                elif subject in _MONEY:
                    assert_totals_are_right()


def _give(desk: Desk, door: str, case: Case) -> Kept | Refused:
    try:
        DOORS[door].take(desk, case.subject, case.value)
    except Denied as denied:
        return Refused(denied.code)
    return desk.stored(case.subject)


def _assert_nothing_changed(before: Stored, door: str, subject: Subject) -> None:
    after = everything_stored()
    if (door, subject) == ("file", Subject.FULL_COUNTER):
        # The one refusal that only writing finds out: the list of imports says that it failed.
        after = {**after, "campaigns_spendimport": before["campaigns_spendimport"]}
    assert after == before


@contextmanager
def _taken_back() -> Iterator[None]:
    """Take back what is written meanwhile."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize("wall", ["2026-03-08T02:30", "2026-11-01T01:30"])
def test_hour_that_the_desks_clocks_skip_or_repeat_is_refused(desk: Desk, settings: Settings, wall: str) -> None:
    before = everything_stored()
    settings.TIME_ZONE = "America/New_York"

    with pytest.raises(Denied) as denied:
        admin.take(desk, Subject.MOMENT, wall)

    assert denied.value.code == "invalid_moment"
    assert everything_stored() == before


def test_cases_have_names_of_their_own() -> None:
    names = Counter((case.subject, case.name, door) for case in CASES for door in doors_of(case))

    assert [name for name, count in names.items() if count > 1] == []
    assert [case for case in CASES if not case.why or not set(case.elsewhere) <= set(doors_of(case))] == []
