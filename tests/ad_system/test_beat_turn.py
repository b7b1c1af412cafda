from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from ad_system import alive_file
from ad_system.beat_turn import LEASE_LASTS, RENEW_AFTER, Turn
from campaigns.models import Lease
from tests.factories import NOON

SECOND = timedelta(seconds=1)

pytestmark = pytest.mark.django_db


def make_turn(folder: Path) -> Turn:
    folder.mkdir(exist_ok=True)
    return Turn(folder)


def test_of_two_in_one_folder_one_sends_and_the_other_takes_over_at_its_end(tmp_path: Path) -> None:
    first, second = make_turn(tmp_path / "a"), make_turn(tmp_path / "a")

    assert [turn.is_ours(NOON) for turn in (first, second, first)] == [True, False, True]

    # As the kernel does when a process is killed: the lease is still the folder's.
    first._lock.release()
    assert second.is_ours(NOON + SECOND + RENEW_AFTER)
    second.let_go()


def test_of_two_in_two_folders_one_sends_until_it_stops(tmp_path: Path) -> None:
    first, second = make_turn(tmp_path / "a"), make_turn(tmp_path / "b")

    assert [turn.is_ours(NOON) for turn in (first, second)] == [True, False]

    first.let_go()
    assert second.is_ours(NOON + RENEW_AFTER)
    assert not first.is_ours(NOON + RENEW_AFTER)
    second.let_go()
    first.let_go()


def test_of_two_in_two_folders_the_other_takes_over_from_one_that_is_gone(tmp_path: Path) -> None:
    gone, other = make_turn(tmp_path / "a"), make_turn(tmp_path / "b")
    gone.is_ours(NOON)

    assert not other.is_ours(NOON + LEASE_LASTS - SECOND)
    assert other.is_ours(NOON + LEASE_LASTS - SECOND + RENEW_AFTER)
    other.let_go()


def test_a_turn_is_looked_up_no_more_often_than_it_has_to_be(tmp_path: Path) -> None:
    turn = make_turn(tmp_path / "a")
    turn.is_ours(NOON)
    Lease.objects.all().delete()

    assert turn.is_ours(NOON + RENEW_AFTER - SECOND)
    assert not Lease.objects.exists()
    assert turn.is_ours(NOON + RENEW_AFTER)
    assert Lease.objects.exists()
    turn.let_go()


def test_a_turn_is_looked_up_again_where_the_clock_went_back(tmp_path: Path) -> None:
    turn = make_turn(tmp_path / "a")
    turn.is_ours(NOON + timedelta(hours=1))

    assert turn.is_ours(NOON)
    assert Lease.objects.get().ends_at == NOON + LEASE_LASTS
    turn.let_go()


def test_a_sign_of_life_grows_old(tmp_path: Path) -> None:
    assert alive_file.seconds_ago(tmp_path / "a", now=1.0) == float("inf")

    alive_file.leave_sign(tmp_path / "a")

    left_at = (tmp_path / "a" / "beat.alive").stat().st_mtime
    assert alive_file.seconds_ago(tmp_path / "a", now=left_at + 90) == pytest.approx(90)
    alive_file.take_sign_away(tmp_path / "a")
    assert alive_file.seconds_ago(tmp_path / "a", now=left_at) == float("inf")
