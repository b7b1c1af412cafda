"""A batch that is refused says all that is wrong with it at once, also what its door could not read."""

from __future__ import annotations

import pytest

from campaigns.errors import InvalidText, ManyRefusals, Refusal
from campaigns.models import SpendLog
from campaigns.services import NewSpend, record_spends
from tests.factories import NOON, make_campaign, spend

pytestmark = pytest.mark.django_db


def test_every_kind_of_refusal_is_said_at_once() -> None:
    campaign = make_campaign()
    spend(campaign, "1.00", reference="known")
    unreadable = InvalidText("The door could not read this.", field="campaign")
    spends: list[NewSpend | Refusal] = [
        NewSpend(campaign.pk, "2.00", reference="known"),
        NewSpend(campaign.pk, "2.00"),
        unreadable,
        NewSpend(campaign.pk + 1, "2.00"),
        NewSpend(campaign.pk, "0"),
    ]

    with pytest.raises(ManyRefusals) as refused:
        record_spends(spends=spends, now=NOON)

    assert [(index, refusal.code) for index, refusal in refused.value.refusals] == [
        (0, "reference_conflict"),
        (2, "invalid_text"),
        (3, "not_found"),
        (4, "invalid_amount"),
    ]
    assert SpendLog.objects.count() == 1


def test_unreadable_rows_alone_are_refused() -> None:
    with pytest.raises(ManyRefusals):
        record_spends(spends=[InvalidText("The door could not read this.")], now=NOON)
