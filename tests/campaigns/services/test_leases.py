"""One of several: whoever asks first, until the lease ends or is given back."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from campaigns.models import Lease
from campaigns.services.leases import hold_lease, let_lease_go
from tests.factories import MINUTE, NOON

pytestmark = pytest.mark.django_db

LASTS = timedelta(seconds=30)
SECOND = timedelta(seconds=1)


def ask(holder: str, now: datetime) -> bool:
    return hold_lease(name="beat", holder=holder, lasts=LASTS, now=now)


def test_the_first_one_holds_it_and_others_wait_for_its_end() -> None:
    answers = [ask("a", NOON), ask("b", NOON), ask("b", NOON + LASTS - SECOND), ask("b", NOON + LASTS)]

    assert answers == [True, False, False, True]
    assert not ask("a", NOON + LASTS + SECOND)


def test_whoever_goes_on_asking_goes_on_holding_it() -> None:
    assert all(ask("a", NOON + number * LASTS / 3) for number in range(10))
    assert not ask("b", NOON + 3 * LASTS + LASTS / 2)


def test_a_lease_that_is_given_back_is_free_at_once() -> None:
    ask("a", NOON)

    let_lease_go(name="beat", holder="b")
    assert not ask("b", NOON)

    let_lease_go(name="beat", holder="a")
    assert ask("b", NOON)


def test_leases_of_other_names_are_other_leases() -> None:
    ask("a", NOON)

    assert hold_lease(name="other", holder="b", lasts=LASTS, now=NOON)
    assert Lease.objects.count() == 2


def test_a_holder_with_a_slow_clock_does_not_take_it_back() -> None:
    ask("a", NOON)
    ask("b", NOON + MINUTE)

    assert not ask("a", NOON + LASTS)


def test_a_lease_of_a_clock_that_was_far_ahead_holds_nobody_up() -> None:
    ask("gone", NOON + 60 * MINUTE)

    assert ask("b", NOON)
    assert not ask("c", NOON + SECOND)


def test_a_lease_of_a_clock_that_is_a_little_ahead_counts() -> None:
    ask("a", NOON + 4 * MINUTE)

    assert not ask("b", NOON)
