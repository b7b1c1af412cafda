from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from campaigns.models import SpendLog
from campaigns.queries import newest
from tests.factories import make_campaign, spend

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("few", [2, 100])
def test_newest_rows_come_first_however_many_there_are(
    few: int, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    monkeypatch.setattr(newest, "_FEW", few)
    campaign, other = make_campaign(), make_campaign()
    own = [spend(campaign, "1.00").pk for _ in range(4)]
    spend(other, "1.00")

    with django_assert_num_queries(2):
        found = newest.newest_rows(SpendLog.objects.filter(campaign=campaign).order_by("amount"), count=3)

    assert [entry.pk for entry in found] == own[:0:-1]


def test_none_are_found_where_there_are_none() -> None:
    assert newest.newest_rows(SpendLog.objects.filter(campaign=make_campaign()), count=3) == ()
