"""Beat itself: the scheduler leaves word each time it went round, and only then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from django_celery_beat.schedulers import DatabaseScheduler

from ad_system.beat import PULSE, Scheduler
from ad_system.beat_turn import LEASE, LEASE_LASTS, STANDBY_SECONDS
from ad_system.celery import app
from campaigns.models import Pulse
from campaigns.services.leases import hold_lease, let_lease_go

# The scheduler commits and closes connections by itself.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scheduler() -> Iterator[Scheduler]:
    """A beat that stops at the end, so that the next one has its turn."""
    scheduler = Scheduler(app=app)
    yield scheduler
    scheduler.close()


def test_beat_leaves_word_when_it_went_round_and_not_each_time(
    scheduler: Scheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun_at = timezone.now()
    scheduler.tick()
    first = Pulse.objects.get(name=PULSE)
    scheduler.tick()
    second = Pulse.objects.get(name=PULSE)
    monkeypatch.setattr(scheduler, "_next_pulse", 0.0)
    scheduler.tick()
    third = Pulse.objects.get(name=PULSE)

    assert first.finished_at is not None
    assert second.finished_at is not None
    assert third.finished_at is not None
    assert begun_at <= first.started_at == first.finished_at == second.finished_at < third.finished_at
    assert third.started_at == first.started_at


def test_beat_whose_turn_it_is_not_sends_nothing_and_leaves_no_word(
    scheduler: Scheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold_lease(name=LEASE, holder="another", lasts=LEASE_LASTS, now=timezone.now())
    monkeypatch.setattr(DatabaseScheduler, "tick", lambda _: pytest.fail("it sends"))

    assert scheduler.tick() == STANDBY_SECONDS
    assert not Pulse.objects.filter(name=PULSE).exists()

    let_lease_go(name=LEASE, holder="another")
    monkeypatch.undo()
    assert scheduler.tick() <= STANDBY_SECONDS
    assert Pulse.objects.filter(name=PULSE).exists()


def test_beat_that_hangs_or_fails_while_it_sends_leaves_no_word(
    scheduler: Scheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    long_ago = timezone.now() - timedelta(days=1)
    Pulse.objects.create(name=PULSE, started_at=long_ago, finished_at=long_ago)

    def fail() -> None:
        raise TimeoutError("the broker accepts, and never answers")

    monkeypatch.setattr(scheduler, "populate_heap", fail)
    with pytest.raises(TimeoutError):
        scheduler.tick()

    assert Pulse.objects.get(name=PULSE).finished_at == long_ago
