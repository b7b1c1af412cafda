"""Spends that are refused: amounts, moments and texts that cannot be, and totals that would not fit."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from campaigns.errors import CounterOverflow, InvalidAmount, InvalidMoment, InvalidText, ManyRefusals, NotFound, Refusal
from campaigns.models import Brand, SpendLog
from campaigns.rules.money import LARGEST_AMOUNT
from campaigns.services import NewSpend, record_spend, record_spends
from tests.factories import (
    NOON,
    at,
    make_campaign,
    spend,
)
from tests.readings import everything_stored

pytestmark = pytest.mark.django_db

_TEXTS = ("0", "0.00", "-0", "", " ", "1e9", "NaN", "Infinity", "-inf", "1_000", "１２", "1,000.00", "0.0000001", "$5")
_NUMBERS = (Decimal(0), Decimal("-0.0"), Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), Decimal("1E-7"), True)
_TOO_LARGE = (LARGEST_AMOUNT + Decimal("0.000001"), 10**30, "9" * 5000, Decimal("1E+999999"))


@pytest.mark.parametrize("amount", [*_TEXTS, *_NUMBERS, *_TOO_LARGE])
def test_amount_that_is_none_is_refused(amount: str | Decimal | int) -> None:
    campaign = make_campaign()
    before = everything_stored()

    with pytest.raises(InvalidAmount):
        record_spend(campaign_id=campaign.pk, amount=amount, now=NOON)

    assert everything_stored() == before


@pytest.mark.parametrize("amount", ["0.000001", "-0.000001", "1.0000000", "+5", "007", str(LARGEST_AMOUNT), 5])
def test_amount_is_kept_exactly(amount: str | int) -> None:
    campaign = make_campaign()

    entry = record_spend(campaign_id=campaign.pk, amount=amount, now=NOON).entry

    assert SpendLog.objects.get(pk=entry.pk).amount == Decimal(amount)
    assert Brand.objects.get().current_monthly_spend == Decimal(amount)


_ONE = NewSpend(campaign_id=0, amount="1")


@pytest.mark.parametrize(
    ("new", "refusal"),
    [
        (replace(_ONE, occurred_at=datetime(2026, 11, 20)), InvalidMoment),  # noqa: DTZ001 - that is what is refused
        (replace(_ONE, occurred_at=at("1997-12-31 12:00")), InvalidMoment),
        (replace(_ONE, occurred_at=datetime.max.replace(tzinfo=UTC)), InvalidMoment),
        (replace(_ONE, occurred_at=datetime.min.replace(tzinfo=UTC)), InvalidMoment),
        (replace(_ONE, reference="x" * 201), InvalidText),
        (replace(_ONE, reference="a\x00b"), InvalidText),
        (replace(_ONE, description="x" * 501), InvalidText),
        (replace(_ONE, source="two\nlines"), InvalidText),
        (replace(_ONE, source="\ud800"), InvalidText),
    ],
)
def test_facts_that_cannot_be_are_refused(new: NewSpend, refusal: type[Refusal]) -> None:
    campaign = make_campaign()
    before = everything_stored()

    with pytest.raises(ManyRefusals) as refused:
        record_spends(spends=[replace(new, campaign_id=campaign.pk)], now=NOON)

    assert [(index, type(one)) for index, one in refused.value.refusals] == [(0, refusal)]
    assert everything_stored() == before


@pytest.mark.parametrize("key", [0, -1, 2**63 - 1, 2**63, 10**30])
def test_key_that_no_campaign_can_have_is_refused(key: int) -> None:
    with pytest.raises(NotFound):
        record_spend(campaign_id=key, amount="5", now=NOON)


def test_unknown_campaign_is_refused() -> None:
    with pytest.raises(NotFound, match="no campaign with number 987654"):
        record_spend(campaign_id=987654, amount="1", now=NOON)


def test_campaigns_out_of_reach_are_refused_like_unknown_ones() -> None:
    own, foreign = make_campaign(), make_campaign()
    before = everything_stored()

    with pytest.raises(ManyRefusals) as refused:
        record_spends(
            spends=[NewSpend(one, "1") for one in (own.pk, foreign.pk, 987654)], within=[own.brand_id], now=NOON
        )
    with pytest.raises(NotFound) as alone:
        record_spend(campaign_id=foreign.pk, amount="1", within=[own.brand_id], now=NOON)

    assert [(index, str(one)) for index, one in refused.value.refusals] == [
        (1, str(alone.value)),
        (2, str(alone.value).replace(str(foreign.pk), "987654")),
    ]
    assert everything_stored() == before


@pytest.mark.parametrize("count", [1, 2])
def test_campaigns_within_reach_are_recorded(count: int) -> None:
    campaigns = [make_campaign() for _ in range(3)]
    new, within = [NewSpend(one.pk, "1") for one in campaigns[:count]], {one.brand_id for one in campaigns}

    record_spends(spends=new, within=within, now=NOON)

    assert SpendLog.objects.count() == count


def test_caller_without_brands_finds_no_campaign() -> None:
    campaign = make_campaign()

    with pytest.raises(NotFound):
        record_spend(campaign_id=campaign.pk, amount="1", within=[], now=NOON)


def test_counter_that_would_not_fit_is_refused_and_nothing_is_written() -> None:
    campaign = make_campaign()
    for _ in range(9):
        spend(campaign, LARGEST_AMOUNT)
    before = everything_stored()

    with pytest.raises(CounterOverflow, match="too large"):
        spend(campaign, LARGEST_AMOUNT)

    assert everything_stored() == before
