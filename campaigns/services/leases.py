"""Leases: one of several does a thing, on whichever machine. It takes no lock: one conditional update decides."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from campaigns.models import Lease

# No lease is given for longer, on a clock that is right; clocks that differ by less are borne.
_CLOCKS_APART = timedelta(minutes=5)


def hold_lease(*, name: str, holder: str, lasts: timedelta, now: datetime) -> bool:
    """Take the lease, or hold on to it for as long again, and return whether it is the holder's.

    :param holder: who asks; two that give the same name count as one.
    :param lasts: how long it stays the holder's without being asked for again. One that ends far later was given by a
        clock that was ahead, and counts for nothing.
    """
    is_free = Q(ends_at__lte=now) | Q(ends_at__gt=now + lasts + _CLOCKS_APART)
    free_or_ours = Lease.objects.filter(Q(holder=holder) | is_free, name=name)
    if free_or_ours.update(holder=holder, ends_at=now + lasts):
        return True
    # The first one ever; of two at once, the other's row is found, and is not ours.
    lease, _ = Lease.objects.get_or_create(name=name, defaults={"holder": holder, "ends_at": now + lasts})
    return lease.holder == holder


def let_lease_go(*, name: str, holder: str) -> None:
    """Give the lease back, if it is the holder's, so that another one need not wait for its end."""
    Lease.objects.filter(name=name, holder=holder).delete()
