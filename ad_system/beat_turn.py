"""Which of several beats sends the tasks. Two would do no harm, and everything twice."""

from __future__ import annotations

import logging
import socket
from datetime import datetime, timedelta
from pathlib import Path

from filelock import FileLock, Timeout

from campaigns.services.leases import hold_lease, let_lease_go

logger = logging.getLogger(__name__)

LEASE = "beat"
LEASE_LASTS = timedelta(seconds=30)
RENEW_AFTER = timedelta(seconds=10)
STANDBY_SECONDS = 5.0


class Turn:
    """Whose turn it is to send the tasks: one process of a folder by the kernel's lock, one folder by a lease.

    A killed beat that is started again in its folder goes on at once; one elsewhere takes over when the lease ends.
    """

    def __init__(self, data_dir: Path) -> None:
        self._holder = f"{socket.gethostname()}:{data_dir.resolve()}"
        self._lock = FileLock(data_dir / "beat.lock", timeout=0)
        self._is_ours = False
        self._asked_at: datetime | None = None

    def is_ours(self, now: datetime) -> bool:
        """This will say whether this process is the one to send, and log when that changes."""
        # Asked again at once where the clock went back.
        if self._is_ours and self._asked_at is not None and self._asked_at <= now < self._asked_at + RENEW_AFTER:
            return True
        was_ours, self._is_ours = self._is_ours, self._take_lock() and self._take_lease(now)
        self._asked_at = now
        if was_ours != self._is_ours:
            logger.info("Beat %s holder=%s", "sends the tasks" if self._is_ours else "stands by", self._holder)
        return self._is_ours

    def let_go(self) -> None:
        """This will let another one begin at once."""
        if self._is_ours:
            self._is_ours = False
            let_lease_go(name=LEASE, holder=self._holder)
        self._lock.release()

    def _take_lock(self) -> bool:
        try:
            return self._lock.is_locked or bool(self._lock.acquire())
        except Timeout:
            return False

    def _take_lease(self, now: datetime) -> bool:
        return hold_lease(name=LEASE, holder=self._holder, lasts=LEASE_LASTS, now=now)
