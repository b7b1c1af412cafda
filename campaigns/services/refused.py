"""Refused spend: counted by door and code, because a refusal leaves nothing else behind."""

from __future__ import annotations

import logging
from collections import Counter
from datetime import UTC, datetime

from django.db import Error as AnyDatabaseError
from django.db.models import F

from campaigns.errors import DatabaseRefusal, ManyRefusals, Refusal
from campaigns.models import RefusalCount
from campaigns.services.database import writing

logger = logging.getLogger(__name__)


def count_refused(*, door: str, refusal: Refusal, now: datetime) -> None:
    """Count a refused spend, or every refused row of a batch, under the day in UTC.

    Call it outside the transaction that was refused, which would take the count back with it. A database that cannot
    count is logged and no more: the sender gets the answer that was due.

    :param door: where it came in: api, command, file or admin.
    """
    if isinstance(refusal, DatabaseRefusal):
        # It would refuse this as well, perhaps after another wait; and the spend is on its way still.
        return
    rows = [row for _, row in refusal.refusals] if isinstance(refusal, ManyRefusals) else [refusal]
    try:
        # In one order, so that no two callers ever wait for each other.
        for code, count in sorted(Counter(row.code for row in rows).items()):
            with writing():
                _add(door=door, code=code, count=count, now=now)
    except (AnyDatabaseError, DatabaseRefusal):
        logger.exception("A refusal could not be counted door=%s code=%s", door, refusal.code)


def _add(*, door: str, code: str, count: int, now: datetime) -> None:
    day = now.astimezone(UTC).date()
    today = RefusalCount.objects.filter(day=day, door=door, code=code)
    if not today.update(count=F("count") + count):
        RefusalCount.objects.get_or_create(day=day, door=door, code=code)
        today.update(count=F("count") + count)
