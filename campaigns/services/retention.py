"""Retention: what may be forgotten by the settings. The ledger is never touched, nor what its entries refer to."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import OuterRef, QuerySet, Subquery

from campaigns.errors import BrandBusy
from campaigns.models import ImportState, SpendImport, StatusChange
from campaigns.services import webhooks
from campaigns.services.database import writing
from campaigns.services.imports import uploads
from campaigns.services.locks import lock_brands

logger = logging.getLogger(__name__)

# Short transactions: whoever wants to record spend waits for one of them at most.
_AT_ONCE = 1000
# A first run over years of history leaves the rest to the next.
_IN_ONE_RUN = 100_000


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many rows were deleted."""

    messages: int
    uploads: int
    imports: int
    changes: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.messages + self.uploads + self.imports + self.changes


def forget_old(*, now: datetime) -> Forgotten:
    """Delete what is older than the settings keep it. Call it outside of transactions; late or twice is the same.

    Messages of webhooks that are done (KEEP_MESSAGES_DAYS), files that nobody said yes to for a week, imports that
    recorded nothing (KEEP_IMPORTS_DAYS), and starts and stops of campaigns (KEEP_HISTORY_DAYS), except the newest one
    of each campaign and those that have no place in the feed of changes yet. 0 days: for ever.
    """
    return Forgotten(
        messages=webhooks.forget_old_messages(now=now),
        uploads=uploads.throw_away_old_ones(now=now),
        imports=_forget_imports(now),
        changes=_forget_changes(now),
    )


def _forget_imports(now: datetime) -> int:
    if not settings.KEEP_IMPORTS_DAYS:
        return 0
    # What was imported stays: entries refer to it, and an older export is known by it.
    never_imported = SpendImport.objects.filter(state__in=[ImportState.REFUSED, ImportState.CHECKED])
    old = never_imported.filter(created_at__lt=now - timedelta(days=settings.KEEP_IMPORTS_DAYS), upload=None)
    deleted, _ = old.filter(entries=None).delete()
    return deleted


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
