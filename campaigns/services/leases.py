"""Leases: one of several does a thing, on whichever machine. It takes no lock: one conditional update decides."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from campaigns.models import Lease


def hold_lease(*, name: str, holder: str, lasts: timedelta, now: datetime) -> bool:
    """Take the lease, or hold on to it for as long again, and return whether it is the holder's.

    :param holder: who asks; two that give the same name count as one.
    :param lasts: how long it stays the holder's without being asked for again.
    """
    free_or_ours = Lease.objects.filter(Q(holder=holder) | Q(ends_at__lte=now), name=name)
    if free_or_ours.update(holder=holder, ends_at=now + lasts):
        return True
    # The first one ever; of two at once, the other's row is found, and is not ours.
    lease, _ = Lease.objects.get_or_create(name=name, defaults={"holder": holder, "ends_at": now + lasts})
    return lease.holder == holder


def let_lease_go(*, name: str, holder: str) -> None:
    """Give the lease back, if it is the holder's, so that another one need not wait for its end."""
    Lease.objects.filter(name=name, holder=holder).delete()
