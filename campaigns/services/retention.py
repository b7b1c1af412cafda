"""Retention: what may be forgotten by the settings. The ledger is never touched, nor what its entries refer to."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

from axes.models import AccessFailureLog, AccessLog
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.db.models import F, Model, OuterRef, QuerySet, Subquery

from campaigns.errors import BrandBusy
from campaigns.models import AuditEntry, ImportState, RefusalCount, SpendImport, StatusChange
from campaigns.services import webhooks
from campaigns.services.database import writing
from campaigns.services.imports import uploads
from campaigns.services.locks import lock_brands

logger = logging.getLogger(__name__)

# Short transactions: whoever wants to record spend waits for one of them at most.
_AT_ONCE = 1000
# A first run over years of history leaves the rest to the next.
_IN_ONE_RUN = 100_000
# The day under which refusals of all forgotten days are added up.
_BEFORE_ALL_DAYS = date(1970, 1, 1)

_Row = TypeVar("_Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many rows were deleted."""

    messages: int
    uploads: int
    imports: int
    changes: int
    acts: int
    sign_ins: int
    sessions: int
    refusals: int

    @property
    def total(self) -> int:
        """All of them."""
        return sum(getattr(self, field.name) for field in fields(self))


def forget_old(*, now: datetime) -> Forgotten:
    """Delete what is older than the settings keep it. Call it outside of transactions; late or twice is the same.

    Messages of webhooks that are done (KEEP_MESSAGES_DAYS), files that nobody said yes to for a week, imports that
    recorded nothing (KEEP_IMPORTS_DAYS), starts and stops of campaigns (KEEP_HISTORY_DAYS), except the newest one of
    each campaign and those that have no place in the feed of changes yet, what people and programs did
    (KEEP_AUDIT_DAYS), who signed in (KEEP_SIGN_INS_DAYS), and sessions that have ended. Refusals are added up
    (KEEP_REFUSALS_DAYS). 0 days: for ever.
    """
    return Forgotten(
        messages=webhooks.forget_old_messages(now=now),
        uploads=uploads.throw_away_old_ones(now=now),
        imports=_forget_imports(now),
        changes=_forget_changes(now),
        acts=_forget_acts(now),
        sign_ins=_forget_sign_ins(now),
        sessions=_forget_rows(Session.objects.filter(expire_date__lt=now).order_by("expire_date")),
        refusals=_add_up_refusals(now),
    )


def _forget_imports(now: datetime) -> int:
    if not settings.KEEP_IMPORTS_DAYS:
        return 0
    # What was imported stays: entries refer to it, and an older export is known by it.
    never_imported = SpendImport.objects.filter(state__in=[ImportState.REFUSED, ImportState.CHECKED])
    old = never_imported.filter(created_at__lt=now - timedelta(days=settings.KEEP_IMPORTS_DAYS), upload=None)
    return _forget_rows(old.filter(entries=None).order_by("pk"))


def _forget_changes(now: datetime) -> int:
    if not settings.KEEP_HISTORY_DAYS:
        return 0
    old = _forgettable_changes(now - timedelta(days=settings.KEEP_HISTORY_DAYS))
    forgotten = 0
    for brand_id in sorted(set(old.values_list("campaign__brand_id", flat=True))):
        try:
            while forgotten < _IN_ONE_RUN and (some := _forget_some(brand_id, old)):
                forgotten += some
        except BrandBusy:
            logger.info("A brand is busy brand=%s: its old history is forgotten by the next run", brand_id)
    return forgotten


def _forgettable_changes(horizon: datetime) -> QuerySet[StatusChange]:
    newest = StatusChange.objects.filter(campaign=OuterRef("campaign")).order_by("-pk").values("pk")[:1]
    old = StatusChange.objects.filter(changed_at__lt=horizon, position__isnull=False).order_by()
    return old.exclude(pk=Subquery(newest))


def _forget_some(brand_id: int, old: QuerySet[StatusChange]) -> int:
    with writing():
        lock_brands([brand_id])
        keys = list(old.filter(campaign__brand=brand_id).values_list("pk", flat=True)[:_AT_ONCE])
        StatusChange.objects.filter(pk__in=keys).delete()
    return len(keys)


def _forget_acts(now: datetime) -> int:
    if not settings.KEEP_AUDIT_DAYS:
        return 0
    horizon = now - timedelta(days=settings.KEEP_AUDIT_DAYS)
    in_the_admin = LogEntry.objects.order_by("pk")
    return _forget_oldest(AuditEntry.objects.order_by("pk"), "acted_at", horizon) + _forget_oldest(
        in_the_admin, "action_time", horizon
    )


def _forget_sign_ins(now: datetime) -> int:
    if not settings.KEEP_SIGN_INS_DAYS:
        return 0
    horizon = now - timedelta(days=settings.KEEP_SIGN_INS_DAYS)
    tables = (AccessLog.objects.order_by("pk"), AccessFailureLog.objects.order_by("pk"))
    return sum(_forget_oldest(rows, "attempt_time", horizon) for rows in tables)


def _forget_oldest(rows: QuerySet[_Row], moment: str, horizon: datetime) -> int:
    """Delete what is older than the horizon from the beginning of a table that grows at its end.

    It has no index by the moment, and needs none: where the first rows are young, so are the others.
    """
    forgotten = 0
    while forgotten < _IN_ONE_RUN:
        first = list(rows.values_list("pk", moment)[:_AT_ONCE])
        old = [key for key, at in first if at < horizon]
        _delete(rows, old)
        forgotten += len(old)
        if len(old) < _AT_ONCE:
            break
    return forgotten


def _forget_rows(rows: QuerySet[_Row]) -> int:
    forgotten = 0
    while forgotten < _IN_ONE_RUN and (keys := list(rows.values_list("pk", flat=True)[:_AT_ONCE])):
        _delete(rows, keys)
        forgotten += len(keys)
    return forgotten


def _delete(rows: QuerySet[_Row], keys: Sequence[object]) -> None:
    # Nobody reads these to decide, so that they need no brand's lock.
    with writing():
        rows.filter(pk__in=keys).delete()


def _add_up_refusals(now: datetime) -> int:
    """Add the counts of old days up by door and code: a metric that falls looks like many refusals at once."""
    if not settings.KEEP_REFUSALS_DAYS:
        return 0
    horizon = (now - timedelta(days=settings.KEEP_REFUSALS_DAYS)).astimezone(UTC).date()
    days = RefusalCount.objects.filter(day__gt=_BEFORE_ALL_DAYS, day__lt=horizon)
    with writing():
        old = list(days.select_for_update().order_by("pk")[:_AT_ONCE])
        for row in old:
            sums, _ = RefusalCount.objects.get_or_create(day=_BEFORE_ALL_DAYS, door=row.door, code=row.code)
            RefusalCount.objects.filter(pk=sums.pk).update(count=F("count") + row.count)
        RefusalCount.objects.filter(pk__in=[row.pk for row in old]).delete()
    return len(old)
