"""When a budget is used up, and what is left of it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.rules.budgets import BudgetUse, crossed_thresholds, is_border_crossed


def _use(limit: str | None, spent: str) -> BudgetUse:
    return BudgetUse(limit=None if limit is None else Decimal(limit), spent=Decimal(spent))


@pytest.mark.parametrize(
    ("limit", "spent", "used_up"),
    [
        pytest.param("1000", "0", False, id="nothing spent"),
        pytest.param("1000", "999.999999", False, id="a micro below"),
        pytest.param("1000", "1000", True, id="exactly reached"),
        pytest.param("1000.00", "1000.000000", True, id="reached, written otherwise"),
        pytest.param("1000", "1000.000001", True, id="a micro above"),
        pytest.param("1000", "1100", True, id="crossed"),
        pytest.param("1000", "-5", False, id="a credit"),
        pytest.param("0", "0", True, id="limit 0: may not run"),
        pytest.param("0", "-5", True, id="limit 0 and a credit: may not run"),
        pytest.param("0", "5", True, id="limit 0, crossed"),
        pytest.param(None, "0", False, id="no limit"),
        pytest.param(None, "999999999999.999999", False, id="no limit, much spent"),
        pytest.param("0.80", "0.80", True, id="eight dimes"),
    ],
)
def test_is_used_up_once_spent_reaches_the_limit(limit: str | None, spent: str, used_up: bool) -> None:
    assert _use(limit, spent).is_used_up is used_up


def test_is_used_up_by_eight_dimes() -> None:
    spent = sum([Decimal("0.10")] * 8, Decimal(0))

    assert BudgetUse(Decimal("0.80"), spent).is_used_up
    assert not BudgetUse(Decimal("0.80"), spent - Decimal("0.10")).is_used_up


@pytest.mark.parametrize(
    ("limit", "spent", "remaining"),
    [
        pytest.param("1000", "400.5", "599.5", id="part left"),
        pytest.param("1000", "1000", "0", id="reached"),
        pytest.param("1000", "1100", "0", id="crossed"),
        pytest.param("1000", "-5", "1005", id="a credit"),
        pytest.param("0", "0", "0", id="limit 0"),
        pytest.param("999999999999.99", "0.000001", "999999999999.989999", id="largest"),
    ],
)
def test_remaining_is_what_may_still_be_spent(limit: str, spent: str, remaining: str) -> None:
    assert _use(limit, spent).remaining == Decimal(remaining)


@pytest.mark.parametrize(
    ("limit", "spent", "percent"),
    [
        pytest.param("1000", "500", "50.0", id="half"),
        pytest.param("1000", "0", "0.0", id="nothing"),
        pytest.param("1000", "1000", "100.0", id="all"),
        pytest.param("1000", "1100", "110.0", id="more"),
        pytest.param("3", "1", "33.3", id="a third"),
        pytest.param("3", "2", "66.7", id="two thirds"),
        pytest.param("1000", "-50", "-5.0", id="a credit"),
        pytest.param("0.01", "999999999999", "9999999999990000.0", id="far over"),
    ],
)
def test_used_percent_is_the_share_of_the_limit(limit: str, spent: str, percent: str) -> None:
    assert str(_use(limit, spent).used_percent) == percent


def test_remaining_and_used_percent_are_none_without_a_limit() -> None:
    assert _use(None, "5").remaining is None
    assert _use(None, "5").used_percent is None


def test_used_percent_is_none_for_limit_0() -> None:
    assert _use("0", "5").used_percent is None


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("0", "79.999999", ()),
        ("0", "80", (80,)),
        ("79.999999", "80", (80,)),
        ("80", "99.99", ()),
        ("80", "100", (100,)),
        ("0", "100", (80, 100)),
        ("99", "250", (100,)),
        ("100", "150", ()),
        ("90", "70", ()),
        ("-50", "80", (80,)),
    ],
)
def test_thresholds_are_crossed_upward_only_and_when_reached(
    before: str, after: str, expected: tuple[int, ...]
) -> None:
    limit = Decimal("100.00")

    crossed = crossed_thresholds(BudgetUse(limit, Decimal(before)), BudgetUse(limit, Decimal(after)), [100, 80, 80])

    assert crossed == expected


@pytest.mark.parametrize("limit", [None, Decimal(0)])
def test_no_limit_and_a_limit_of_nothing_have_no_thresholds(limit: Decimal | None) -> None:
    assert crossed_thresholds(BudgetUse(limit, Decimal(0)), BudgetUse(limit, Decimal(50)), [80]) == ()


@pytest.mark.parametrize(
    ("spent", "limit", "is_nearly"),
    [
        ("79.99", "100", False),
        ("80", "100", True),
        ("100", "100", True),
        ("0", "0", True),
        ("-1", "0", True),
        ("9", None, False),
    ],
)
def test_nearly_used_up_from_four_fifths_on(spent: str, limit: str | None, is_nearly: bool) -> None:
    use = BudgetUse(None if limit is None else Decimal(limit), Decimal(spent))

    assert use.is_nearly_used_up is is_nearly


SPENT = st.integers(-300, 300).map(Decimal)


@given(limit=st.none() | st.sampled_from([Decimal(0), Decimal(100)]), before=SPENT, after=SPENT)
def test_border_is_crossed_wherever_something_follows(limit: Decimal | None, before: Decimal, after: Decimal) -> None:
    one, other = BudgetUse(limit, before), BudgetUse(limit, after)

    # A threshold on the way up or down; the limit is one, too, wherever a budget is used up or freed.
    follows = bool(crossed_thresholds(one, other, [80, 100]) or crossed_thresholds(other, one, [80, 100]))
    assert is_border_crossed(limit, before, after, [80, 100]) is follows
    assert follows or one.is_used_up is other.is_used_up
