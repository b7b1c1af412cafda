"""What may be forgotten is, what may not is kept, and the ledger is not touched."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from pytest_django import Settings

from campaigns.models import Brand, ImportState, SpendImport, SpendLog, SpendUpload, StatusChange
from campaigns.services.campaigns import change_campaign
from campaigns.services.changes import changes_after, place_new_changes
from campaigns.services.imports.uploads import UploadOptions, keep_upload
from campaigns.services.retention import forget_old
from tests.factories import DAY, NOON, make_brand, make_campaign, spend

pytestmark = pytest.mark.django_db


def make_history(changes: int) -> None:
    """Make a campaign that is switched off and on once a day from `NOON` on."""
    campaign = make_campaign(make_brand())
    for number in range(1, changes):
        change_campaign(campaign_id=campaign.pk, is_enabled=number % 2 == 0, now=NOON + number * DAY)
    place_new_changes()


def moments() -> list[datetime]:
    return list(StatusChange.objects.order_by("pk").values_list("changed_at", flat=True))


def test_history_is_kept_for_as_long_as_is_said(settings: Settings) -> None:
    settings.KEEP_HISTORY_DAYS = 3
    make_history(6)

    forgotten = forget_old(now=NOON + 5 * DAY)

    assert forgotten.changes == 2
    assert moments() == [NOON + number * DAY for number in (2, 3, 4, 5)]
    assert forget_old(now=NOON + 5 * DAY).total == 0


def test_history_is_kept_for_ever_unless_something_is_said() -> None:
    make_history(6)

    assert forget_old(now=NOON + 5000 * DAY).total == 0
    assert len(moments()) == 6


def test_the_newest_change_of_a_campaign_is_never_forgotten(settings: Settings) -> None:
    settings.KEEP_HISTORY_DAYS = 1
    make_history(4)
    make_campaign(Brand.objects.get(), name="Another", now=NOON)
    place_new_changes()

    forget_old(now=NOON + 1000 * DAY)

    assert sorted(moments()) == [NOON, NOON + 3 * DAY]


def test_a_change_that_no_reader_could_have_seen_is_not_forgotten(settings: Settings) -> None:
    settings.KEEP_HISTORY_DAYS = 1
    make_history(4)
    StatusChange.objects.update(position=None)

    assert forget_old(now=NOON + 1000 * DAY).changes == 0


def test_the_feed_goes_on_where_it_was_whatever_is_forgotten(settings: Settings) -> None:
    settings.KEEP_HISTORY_DAYS = 1
    make_history(4)
    cursor = changes_after(cursor=0).cursor

    forget_old(now=NOON + 1000 * DAY)

    assert changes_after(cursor=cursor).changes == ()
    assert len(changes_after(cursor=0).changes) == 1


def make_import(state: ImportState, *, now: datetime = NOON) -> SpendImport:
    brand = Brand.objects.first() or make_brand()
    row = keep_upload(brand_id=brand.pk, file_name="a.csv", content=b"x", options=UploadOptions(), now=now)
    SpendImport.objects.filter(pk=row.pk).update(state=state)
    return row


def test_files_go_after_a_week_unless_somebody_still_needs_them() -> None:
    for state in ImportState:
        make_import(state)
    make_import(ImportState.CHECKED, now=NOON + DAY)

    assert forget_old(now=NOON + 7 * DAY + timedelta(seconds=1)).uploads == 3

    kept = set(SpendUpload.objects.values_list("spend_import__state", "spend_import__created_at"))
    assert kept == {
        *((state, NOON) for state in (ImportState.RUNNING, ImportState.FAILED, ImportState.DONE, ImportState.UNDONE)),
        (ImportState.CHECKED, NOON + DAY),
    }
    # That it was there stays in the history.
    assert SpendImport.objects.count() == len(ImportState) + 1


def test_imports_that_recorded_nothing_are_forgotten_and_others_are_not(settings: Settings) -> None:
    settings.KEEP_IMPORTS_DAYS = 30
    for state in ImportState:
        make_import(state)
    with_entries = make_import(ImportState.REFUSED)
    entry = spend(make_campaign(Brand.objects.get()), "5")
    super(type(SpendLog.objects.all()), SpendLog.objects.filter(pk=entry.pk)).update(spend_import=with_entries)
    make_import(ImportState.REFUSED, now=NOON + 20 * DAY)

    assert forget_old(now=NOON + 40 * DAY).imports == 2

    assert sorted(SpendImport.objects.filter(created_at=NOON).values_list("state", flat=True)) == [
        *("checking", "done", "failed", "refused", "running", "undone"),
    ]
    assert SpendLog.objects.count() == 1


def test_nothing_of_the_ledger_is_ever_forgotten(settings: Settings) -> None:
    settings.KEEP_HISTORY_DAYS = settings.KEEP_IMPORTS_DAYS = settings.KEEP_MESSAGES_DAYS = 1
    campaign = make_campaign(make_brand(daily_budget="1"))
    spend(campaign, "5")
    place_new_changes()
    before = list(SpendLog.objects.values())

    forget_old(now=NOON + 5000 * DAY)

    assert list(SpendLog.objects.values()) == before
    campaign.refresh_from_db()
    assert campaign.status == "paused"
